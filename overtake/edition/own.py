"""One's own series in place of SIPRI's figures, economy by economy: never two sources in one series."""

from __future__ import annotations

import numpy as np
import pandas as pd

MEASURES = ("milex_constant_usd_m", "milex_current_usd_m", "milex_lcu_m", "gdp_share_pct")


def in_place(milex: pd.DataFrame, series: pd.DataFrame, names: tuple[str, ...], edition: str) -> pd.DataFrame:
    """Return rows of milex.csv with the economies of the series `names` replaced in `edition`.

    A year's figure is the series'; SIPRI's price and exchange rate of that year turn it into the other measures, so all
    of them move by the same factor. Years that the series, or SIPRI, does not have are left empty for the gap rule.
    """
    chosen = series[series["series"].isin(names)]
    if chosen.empty:
        return milex
    own = chosen.assign(edition=edition).rename(columns={"status": "own_status", "cell": "own_cell"})
    columns = ["edition", "iso3", "year", "measure", "value", "own_status", "own_cell"]
    both = milex.merge(own[columns], on=["edition", "iso3", "year"], how="left", sort=False)
    replaced = ((both["edition"] == edition) & both["iso3"].isin(set(own["iso3"]))).to_numpy()
    known = np.full(len(both), np.nan)
    for measure in MEASURES:
        rows = (both["measure"] == measure).to_numpy()
        known[rows] = both[measure].to_numpy(dtype=float)[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = both["value"].to_numpy(dtype=float) / known
    factor = np.where(replaced, np.where(np.isfinite(factor) & (factor > 0), factor, np.nan), 1.0)
    out = milex.copy()
    for measure in MEASURES:
        out[measure] = milex[measure].to_numpy(dtype=float) * factor
    out["status"] = np.where(replaced, both["own_status"].fillna(""), milex["status"])
    out["cell"] = np.where(replaced, both["own_cell"].fillna(""), milex["cell"])
    return out
