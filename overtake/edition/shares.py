"""Shares of GDP: from a government's definition to SIPRI's, and from a share to constant US$."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake.draws import FloatArray
from overtake.errors import OvertakeError


def sipri_per_government(crosswalk: pd.DataFrame, iso3: str, basis: str | None = None) -> float | None:
    """Return what one per cent of GDP in a government's definition is in SIPRI's, None where the ledger has no factor.

    crosswalk: data/raw/crosswalk.csv. basis: the definition; without one the economy's first row counts, the
    definition that its announced targets use.
    """
    rows = crosswalk[crosswalk["iso3"] == iso3]
    if basis is not None:
        rows = rows[rows["basis"] == basis]
    factors = rows["sipri_over_headline"].dropna()
    return float(factors.iloc[0]) if len(factors) else None


def has_gdp(macro: pd.DataFrame, iso3: str) -> bool:
    """Tell whether the IMF's edition `macro` holds growth of an economy's GDP."""
    return bool((macro["iso3"].eq(iso3) & macro["real_growth_pct"].notna()).any())


def gdp_constant_usd(spending: pd.DataFrame, macro: pd.DataFrame, iso3: str, last: int, year: int) -> float:
    """Return GDP of `year`, at or after `last`, in the price base of the spending table, US$ bn; see `gdp_path`."""
    return float(gdp_path(spending, macro, iso3, last, year)[-1])


def gdp_path(spending: pd.DataFrame, macro: pd.DataFrame, iso3: str, last: int, until: int) -> FloatArray:
    """Return GDP from `last` to `until` in the price base of the spending table, US$ bn.

    GDP at the last observed year is spending over its share of GDP; then the IMF's real growth, its last forecast
    year's growth held for the years beyond.
    """
    row = spending[(spending["iso3"] == iso3) & (spending["year"] == last)]
    share = float(row["gdp_share_pct"].iloc[0]) if len(row) else float("nan")
    growth = macro[macro["iso3"] == iso3].set_index("year")["real_growth_pct"].dropna().sort_index()
    if not np.isfinite(share) or growth.empty:
        raise OvertakeError(f"share of GDP of {iso3}", f"none in {last}, or no growth forecast to build on",
                            next_step="overtake ingest weo FILE, with the economy in it")  # fmt: skip
    path = growth.reindex(range(int(growth.index[0]), max(until, int(growth.index[-1])) + 1)).ffill()
    factors = 1 + path.reindex(range(last + 1, until + 1)).to_numpy(dtype=float) / 100
    now = float(row["milex_constant_usd_bn"].iloc[0]) / (share / 100)
    found: FloatArray = now * np.cumprod([1.0, *factors])
    return found
