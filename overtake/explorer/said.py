"""What the brief says of the balances that the page offers, shown where a setting is the brief's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from overtake.balances.states import STATES

RATIOS = (5, 10, 25, 50, 75, 90, 95)
SHARES = (10, 25, 50, 75, 90)


def said(
    crossings: pd.DataFrame, curves: pd.DataFrame, breakeven: pd.DataFrame, names: Iterable[str], member: str
) -> dict[str, Any]:
    """Return by `balance ruler` what the tables of the balances stage say from the last observed year on.

    p: of each state; ahead: P(leads in year); years: median, low and high of the crossing (None where there is none);
    margin: its interval; ratio: quantiles by year; share: quantiles of the break-even share of `member`, where known.
    """
    wanted, found = set(names), {}
    later = curves[curves["year"] >= crossings["last_observed"].max()].groupby(["balance", "ruler"])
    own = breakeven[breakeven["member"] == member].groupby(["balance", "ruler"])
    for row in crossings[(crossings["refused"] == "") & crossings["balance"].isin(wanted)].to_dict("records"):
        key = (row["balance"], row["ruler"])
        curve = later.get_group(key).sort_values("year", kind="stable")
        one = {
            "p": [row[f"p_{state}"] for state in STATES],
            "ahead": _rows(curve, ["p_ahead"])[0],
            "years": [None if pd.isna(row[name]) else int(row[name]) for name in ("median_year", "lo_year", "hi_year")],
            "margin": [row["margin_lo"], row["margin_hi"]],
            "ratio": _rows(curve, [f"ratio_q{percent:02d}" for percent in RATIOS]),
        }
        if key in own.groups:
            shares = own.get_group(key).sort_values("year", kind="stable")
            later_shares = shares[shares["year"] >= row["last_observed"]]
            one["share"] = _rows(later_shares, [f"share_q{percent}" for percent in SHARES])
        found[" ".join(map(str, key))] = one
    return found


def _rows(table: pd.DataFrame, columns: list[str]) -> list[list[float | None]]:
    """Return columns as lists of six significant digits."""
    return [
        [float(f"{value:.6g}") if np.isfinite(value) else None for value in table[name].astype(float)]
        for name in columns
    ]
