"""China beside its region, by SIPRI's own sums: share, multiple of the rest, since when, and its rank among all.

The sums are those of data/raw/regions.csv: they hold economies that this project does not keep, and SIPRI's estimates
for those without a figure. Money is in constant US$ of the edition; ranks are by current US$ of the last observed year.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake.edition import Edition
from overtake.rulers.tables import of_spending

#: Region -> whether SIPRI counts China in it.
REGIONS = {
    "world": True,
    "asia_oceania": True,
    "east_asia": True,
    "south_asia": False,
    "south_east_asia": False,
    "oceania": False,
}
COLUMNS = ("edition", "region", "year", "price_base", "china_usd_bn", "region_usd_bn", "includes_china", "china_share",
           "china_over_rest", "first_outspent", "last_outspent", "next_n", "ranked", "china_rank")  # fmt: skip


def table(edition: Edition) -> pd.DataFrame:
    """Return the table `regions` of the contract: a row for each region with a sum in the last observed year.

    china_usd_bn, region_usd_bn: constant US$ bn of price_base. china_share: of the region's sum, blank where China is
    not in it. china_over_rest: China over the region without China. first_outspent, last_outspent: first and last year
    since 1989 in which that exceeds one, blank where it never did. next_n: of Asia and Oceania, how many of the next
    economies by current US$ China outspends together, among the `ranked` others of ranks.csv. china_rank: among all
    economies of the workbook with a figure in that year.
    """
    sums, china = totals(edition), of_spending(edition, "constant_usd")["CHN"]
    rows = []
    for region in REGIONS:
        if region not in sums or not np.isfinite(sums[region].get(edition.last, np.nan)):
            continue
        ratio, whole = over_rest(edition, region), float(sums[region][edition.last])
        years = ratio.index[ratio > 1]
        own = float(china[edition.last])
        next_n, ranked = outspent_together(edition) if region == "asia_oceania" else (np.nan, np.nan)
        rows.append((edition.name, region, edition.last, edition.price_base, own, whole, REGIONS[region],
                     own / whole if REGIONS[region] else np.nan, float(ratio.get(edition.last, np.nan)),
                     years.min() if len(years) else np.nan, years.max() if len(years) else np.nan,
                     next_n, ranked, rank(edition)))  # fmt: skip
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    floats = ["china_share", "first_outspent", "last_outspent", "next_n", "ranked", "china_rank"]
    return found.astype(dict.fromkeys(floats, float))


def totals(edition: Edition) -> pd.DataFrame:
    """Return the edition's sums, year by region, constant US$ bn; blank where SIPRI gives none, empty without any."""
    found = edition.published.get("regions")
    if found is None:
        return pd.DataFrame()
    rows = found[found["edition"] == edition.name]
    return rows.pivot(index="year", columns="region", values="milex_constant_usd_bn")


def over_rest(edition: Edition, region: str) -> pd.Series:
    """Return China's spending over that of `region` without China by year; empty where the edition has no sums."""
    sums = totals(edition)
    if region not in sums:
        return pd.Series(dtype=float)
    china = of_spending(edition, "constant_usd")["CHN"]
    rest = sums[region] - china.reindex(sums.index) if REGIONS[region] else sums[region]
    found: pd.Series = (china.reindex(sums.index) / rest).dropna()
    return found


def outspent_together(edition: Edition) -> tuple[float, float]:
    """Return how many of the next economies of Asia and Oceania China outspends together, and how many are ranked.

    Both in current US$ of the last observed year; blank where ranks.csv lacks the edition.
    """
    ranked = _ranks(edition, "asia_oceania")
    if "CHN" not in ranked:
        return np.nan, np.nan
    own = ranked.pop("CHN")
    smaller = ranked[ranked <= own]
    return float((smaller.cumsum() < own).sum()), float(len(smaller))


def rank(edition: Edition) -> float:
    """Return China's rank among all economies of the workbook in the last observed year; blank beyond the tenth."""
    ranked = _ranks(edition, "world")
    return float(ranked.index.tolist().index("CHN") + 1) if "CHN" in ranked else np.nan


def _ranks(edition: Edition, scope: str) -> pd.Series:
    """Return spending in current US$ m by code, largest first, of the edition's last observed year."""
    found = edition.published.get("ranks")
    if found is None:
        return pd.Series(dtype=float)
    rows = found[(found["edition"] == edition.name) & (found["scope"] == scope) & (found["year"] == edition.last)]
    return rows.sort_values("rank", kind="stable").set_index("iso3")["milex_current_usd_m"]
