"""Tables from figures: one edition, one unit a column, every gap filled by the stated rule and marked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.core import Data
from overtake.errors import OvertakeError, raise_all

MEASURES = {
    "milex_constant_usd_m": "milex_constant_usd_bn",
    "milex_current_usd_m": "milex_current_usd_bn",
    "milex_lcu_m": "milex_lcu_bn",
}
#: What an end gap of a measure grows with, so that the last share of GDP is kept.
CARRIERS = {
    "milex_constant_usd_bn": "real_growth_pct",
    "milex_current_usd_bn": "gdp_usd_bn",
    "milex_lcu_bn": "gdp_lcu_bn",
}


def weo_edition(settings: Data, editions: pd.DataFrame) -> str:
    """Return the WEO edition to use: as set, or the first full one published with or after the SIPRI edition.

    Where none is, the newest full one: `Context.economy_words` says so in the brief, `overtake ingest sipri` before.

    editions: `editions.csv`; a WEO edition is full where it ships levels (GDP, PPP factors), not growth alone.
    """
    full = editions[(editions["publisher"] == "imf") & editions["full"].astype(bool)]["edition"]
    known = sorted(full)
    if settings.weo_edition != "matching":
        if settings.weo_edition not in known:
            raise OvertakeError(
                "params.yaml: data.weo_edition",
                "no full WEO edition of that name in data/raw/macro.csv",
                found=settings.weo_edition,
                allowed=", ".join(known),
            )
        return settings.weo_edition
    later = [edition for edition in known if edition >= settings.edition]
    return str(later[0] if later else known[-1])


def known_forecast(macro: pd.DataFrame, edition: str) -> str | None:
    """Return the newest WEO edition in `macro` published with or before a SIPRI edition, None where there is none."""
    earlier = [str(name) for name in macro["edition"].unique() if str(name) <= edition]
    return max(earlier, default=None)


def select_edition(milex: pd.DataFrame, settings: Data) -> pd.DataFrame:
    """Return the rows of the SIPRI edition in use, from the first year on."""
    known = sorted(milex["edition"].unique())
    if settings.edition not in known:
        raise OvertakeError(
            "params.yaml: data.edition",
            "no such SIPRI edition in data/raw/milex.csv",
            found=settings.edition,
            allowed=", ".join(known),
            next_step="choose one of these, or `overtake ingest sipri PATH` to add an edition",
        )
    return milex[(milex["edition"] == settings.edition) & (milex["year"] >= settings.first_year)]


def clean_spending(milex: pd.DataFrame, macro: pd.DataFrame, editions: pd.DataFrame, settings: Data) -> pd.DataFrame:
    """Return the contract's `spending` table: one row per economy and year from first_year to the last data year.

    milex: rows of data/raw/milex.csv; macro: clean macro table (real growth carries an end gap forward).
    Leading years without a figure stay missing; gaps inside or at the end follow `settings.gap_rule`.
    """
    chosen = select_edition(milex, settings)
    base = editions.loc[
        (editions["publisher"] == "sipri") & (editions["edition"] == settings.edition), "price_base"
    ].iloc[0]
    years = range(settings.first_year, int(chosen.dropna(subset=["milex_constant_usd_m"])["year"].max()) + 1)
    growth = {measure: _growth(macro, carrier) for measure, carrier in CARRIERS.items()}
    parts = [_economy(rows, str(iso3), years, growth) for iso3, rows in chosen.groupby("iso3", sort=True)]
    table = pd.concat(parts, ignore_index=True)
    if settings.gap_rule == "refuse":
        gaps = table[table["gap_filled"]]
        raise_all(
            f"data/raw/milex.csv, edition {settings.edition}",
            [f"{row.iso3} {row.year}: no figure" for row in gaps.itertuples()],
            next_step="set data.gap_rule to interpolate, or leave the economy out of the balances",
        )
    table["edition"] = settings.edition
    table["price_base"] = int(base)
    return table


def _growth(macro: pd.DataFrame, carrier: str) -> pd.DataFrame:
    """Return growth of `carrier` in per cent a year, years down, economies across."""
    wide = macro.pivot(index="year", columns="iso3", values=carrier)
    return wide if carrier == "real_growth_pct" else 100.0 * wide.pct_change(fill_method=None)


def _economy(rows: pd.DataFrame, iso3: str, years: range, growth: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one economy's rows for all `years`, its gaps filled."""
    by_year = rows.set_index("year").reindex(years)
    observed = by_year["milex_constant_usd_m"].notna()
    out = pd.DataFrame({"iso3": iso3, "year": list(years)})
    out[list(MEASURES.values())] = by_year[list(MEASURES)].to_numpy(dtype=float) / 1000.0
    out["gdp_share_pct"] = by_year["gdp_share_pct"].to_numpy(dtype=float)
    out["status"] = by_year["status"].to_numpy()
    after_first = observed.cummax().to_numpy()
    out["gap_filled"] = after_first & ~observed.to_numpy()
    if out["gap_filled"].any():
        for column in MEASURES.values():
            rates = growth[column].reindex(index=years, columns=[iso3])[iso3].to_numpy(dtype=float)
            out[column] = fill(out[column].to_numpy(), rates)
        out["gdp_share_pct"] = fill(out["gdp_share_pct"].to_numpy(), np.zeros(len(out)))
        out.loc[out["gap_filled"], "status"] = "highly uncertain"
    return out


def fill(values: np.ndarray, growth_pct: np.ndarray) -> np.ndarray:
    """Return `values` (one per year) with inner gaps interpolated in logs and the end carried forward.

    growth_pct: growth a year in per cent with which an end gap is carried forward (GDP's, to keep the last share of
    GDP); where it is missing the figure stays flat. Leading gaps stay missing.
    """
    present = np.flatnonzero(np.isfinite(values))
    if present.size == 0:
        return values
    first, last = present[0], present[-1]
    filled = values.astype(float).copy()
    inner = np.arange(first, last + 1)
    filled[inner] = alike.exp(np.interp(inner, present, alike.log(values[present])))
    filled[present] = values[present]
    for index in range(last + 1, len(values)):
        growth = growth_pct[index] if np.isfinite(growth_pct[index]) else 0.0
        filled[index] = filled[index - 1] * (1.0 + growth / 100.0)
    return filled


def clean_macro(macro: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Return the rows of one WEO edition, sorted by economy and year, without the edition's source text."""
    chosen = macro[macro["edition"] == edition].drop(columns=["source"])
    return chosen.sort_values(["iso3", "year"], ignore_index=True, kind="stable")
