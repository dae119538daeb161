"""China's level: SIPRI's, that of a named estimate at market exchange rates, or each of them in a share of draws."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from overtake.draws import Draws, FloatArray
from overtake.errors import OvertakeError
from overtake.streams import stream

LEDGER = "data/raw/china_estimates.csv"

#: Basis of the estimates that say how much China spends, not what it buys.
MARKET = "mer"


@dataclass(frozen=True)
class Pair:
    """China and the United States on one estimate's rules, each over SIPRI's figure for the same year.

    low and high are equal where the estimate is a point; `bound` names a figure that is only "at least" or "at most";
    `in_dollars` tells whether the estimate gives China in US$ or only a ratio to the United States.
    """

    name: str
    label: str
    year: int
    basis: str
    scope: str
    bound: str
    in_dollars: bool
    china_low: float
    china_high: float
    us: float

    @property
    def china(self) -> float:
        """Return China's figure over SIPRI's, the middle of the range."""
        return (self.china_low + self.china_high) / 2

    @property
    def relative(self) -> tuple[float, float]:
        """Return how much the estimate lifts China against the United States, low and high."""
        return self.china_low / self.us, self.china_high / self.us


def pairs(estimates: pd.DataFrame) -> dict[str, Pair]:
    """Return the ledger's pairs by name; a row that is no pair is left out.

    A row without figures but with a ratio of China to the United States is a pair whose US is SIPRI's. So is a row at
    market rates and of SIPRI's scope that gives China alone: it is on the same rules as SIPRI's United States.
    """
    found = {}
    for row in estimates.to_dict("records"):
        name, basis, scope = str(row["estimate"]), str(row["basis"]), str(row["scope"])
        china = np.array([row["china_usd_bn_lo"], row["china_usd_bn_hi"]], dtype=float) / row["sipri_china_usd_bn"]
        us = row["us_usd_bn"] / row["sipri_us_usd_bn"]
        if not np.isfinite(us) and basis == MARKET and scope == "full":
            us = 1.0
        in_dollars = bool(np.isfinite([*china, us]).all())
        if not in_dollars:
            sipri_ratio = row["sipri_china_usd_bn"] / row["sipri_us_usd_bn"]
            china = np.array([row["china_us_ratio_lo"], row["china_us_ratio_hi"]], dtype=float) / sipri_ratio
            us = 1.0
        if np.isfinite(china).all():
            bound = str(row["bound"]) if isinstance(row["bound"], str) else ""
            low, high = float(china[0]), float(china[1])
            label, year = str(row["label"]), int(row["year"])
            found[name] = Pair(name, label, year, basis, scope, bound, in_dollars, low, high, float(us))
    return found


def at_level(paths: Draws, estimates: pd.DataFrame, level: str, seed: int) -> Draws:
    """Return `paths` with China at the chosen level against the United States and all others, who stay as SIPRI has it.

    level: `sipri`, `uncertain` or the name of a pair at market exchange rates; one in purchasing power is refused.
    """
    if level == "sipri" or "CHN" not in paths.economies:
        return paths
    known = {name: pair for name, pair in pairs(estimates).items() if pair.basis == MARKET}
    if level == "uncertain":
        factor = _drawn(alternatives(known), paths.values.shape[0], seed)
    elif level in known:
        factor = np.full(paths.values.shape[0], sum(known[level].relative) / 2)
    else:
        raise _refused(level, estimates, sorted(known))
    values = paths.values.copy()
    values[:, paths.economies.index("CHN")] *= factor[:, None].astype(values.dtype)
    return paths.with_values(values, paths.unit)


def alternatives(known: Mapping[str, Pair]) -> list[Pair]:
    """Return what `uncertain` chooses between: the newest pair of each label, in US$, whole, no mere bound."""
    whole = [pair for pair in known.values() if pair.scope == "full" and pair.in_dollars and not pair.bound]
    newest = {pair.label: pair for pair in sorted(whole, key=lambda pair: (pair.year, pair.name))}
    return [newest[label] for label in sorted(newest)]


def _drawn(chosen: list[Pair], draws: int, seed: int) -> FloatArray:
    """Return each pair in an equal share of the draws, even within its range; for a single draw the median pair."""
    if draws == 1:
        return np.array([np.median([sum(pair.relative) / 2 for pair in chosen])])
    random = stream(seed, "rulers", "china level")
    which = random.permutation(np.resize(np.arange(len(chosen)), draws))
    low, high = np.array([pair.relative for pair in chosen]).T
    found: FloatArray = low[which] + random.random(draws) * (high - low)[which]
    return found


def _refused(level: str, estimates: pd.DataFrame, known: list[str]) -> OvertakeError:
    """Return the error for a level that is not to be had."""
    place, allowed = "rulers.china_level", ", ".join(["sipri", "uncertain", *known])
    if level in set(estimates.loc[estimates["basis"] != MARKET, "estimate"]):
        return OvertakeError(
            place,
            "is an estimate in purchasing power: it would adjust China alone",
            found=level,
            allowed=allowed,
            next_step="use the rulers gdp_ppp, military_ppp or symmetric, which treat all alike",
        )
    close = difflib.get_close_matches(level, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else None
    return OvertakeError(place, f"no such pair in {LEDGER}", found=level, allowed=allowed, next_step=hint)
