"""The reader's own arithmetic: when China passes a coalition if both go on growing as they did since a year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.balances import Crossing, members, us_shares_pct
from overtake.edition import Edition
from overtake.rulers.tables import of_spending

COLUMNS = ("coalition", "us_share_pct", "since", "until", "ratio", "growth_pct", "growth_of_china_pct", "state", "year",
           "edition")  # fmt: skip

#: Coalitions that are looked at, each with every share of US spending with which it is declared.
COALITIONS = ("usa", "five", "eleven")


def trend(edition: Edition, settings: Crossing) -> pd.DataFrame:
    """Return the contract's `trend` table: a row a coalition, share of US spending and first year of growth.

    Constant US$, the sum of the coalition as one. ratio: China's spending over it in the last year; growth: per cent a
    year since `since`; state: leads (already), passes (in `year`, the first whole one) or never; no interval, no
    probability: it is what a reader works out on paper. A window that an edition does not hold is left out.
    """
    spent, last = of_spending(edition), edition.last
    china = spent["CHN"]
    rows: list[tuple[object, ...]] = []
    for name in COALITIONS:
        own = () if name == "usa" else members(name)
        for share in (100,) if name == "usa" else (0, *us_shares_pct(name)):
            side = spent[list(own)].sum(axis=1, min_count=len(own)) + share / 100 * spent["USA"]
            for since in settings.trend_from:
                if since not in spent.index or since >= last or not np.isfinite([side[since], side[last]]).all():
                    continue
                ratio = float(china[last] / side[last])
                growth, of_china = (alike.yearly_pct(line[last] / line[since], last - since) for line in (side, china))
                state, year = passes(ratio, growth, of_china, last)
                rows.append((name, share, since, last, ratio, growth, of_china, state, year, edition.name))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"year": float})


def passes(ratio: float, growth_pct: float, of_china_pct: float, last: int) -> tuple[str, float]:
    """Return what becomes of a ratio of `last` at constant growth of both sides, and the first year above one."""
    if ratio > 1:
        return "leads", float("nan")
    faster = float(alike.log((1 + of_china_pct / 100) / (1 + growth_pct / 100)))
    if faster <= 0:
        return "never", float("nan")
    return "passes", last + float(np.floor(-float(alike.log(ratio)) / faster)) + 1
