"""China's level: SIPRI's, that of a named estimate at market exchange rates, or each of them in a share of draws."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from overtake.errors import OvertakeError
from overtake.rulers.base import Figures
from overtake.streams import stream
from overtake.tables import FloatArray, Paths

LEDGER = "data/raw/china_estimates.csv"

#: Basis of the estimates that say how much China spends, not what it buys.
MARKET = "mer"


@dataclass(frozen=True)
class Pair:
    """China and the United States on one estimate's rules, over SIPRI's figures for the same year."""

    name: str
    year: int
    basis: str
    china_over_sipri: float
    us_over_sipri: float

    @property
    def relative(self) -> float:
        """Return how much the estimate lifts China against the United States."""
        return self.china_over_sipri / self.us_over_sipri


def pairs(estimates: pd.DataFrame) -> dict[str, Pair]:
    """Return the ledger's pairs by name; rows without a figure of the United States are no pair and left out.

    estimates: estimate, year, basis, china_usd_bn_lo, china_usd_bn_hi, us_usd_bn, sipri_china_usd_bn, sipri_us_usd_bn.
    """
    found = {}
    for row in estimates.to_dict("records"):
        china = (row["china_usd_bn_lo"] + row["china_usd_bn_hi"]) / 2
        over = china / row["sipri_china_usd_bn"], row["us_usd_bn"] / row["sipri_us_usd_bn"]
        if np.isfinite(over).all():
            name = str(row["estimate"])
            found[name] = Pair(name, int(row["year"]), str(row["basis"]), float(over[0]), float(over[1]))
    return found


def at_level(paths: Paths, figures: Figures, level: str, seed: int) -> Paths:
    """Return `paths` with China at the chosen level against the United States and all others, who stay as SIPRI has it.

    level: `sipri`, `uncertain` or the name of a pair at market exchange rates; one in purchasing power is refused.
    """
    if level == "sipri" or "CHN" not in paths.economies:
        return paths
    known = {name: pair for name, pair in pairs(figures.estimates).items() if pair.basis == MARKET}
    if level == "uncertain":
        factor = _drawn(np.array([known[name].relative for name in sorted(known)]), paths.values.shape[0], seed)
    elif level in known:
        factor = np.full(paths.values.shape[0], known[level].relative)
    else:
        raise _refused(level, figures, sorted(known))
    values = paths.values.copy()
    values[:, paths.economies.index("CHN")] *= factor[:, None].astype(values.dtype)
    return paths.with_values(values, paths.unit)


def _drawn(factors: FloatArray, draws: int, seed: int) -> FloatArray:
    """Return each of `factors` in an equal share of the draws, in random order; their median for a single draw."""
    if draws == 1:
        return np.array([np.median(factors)])
    found: FloatArray = stream(seed, "rulers", "china level").permutation(np.resize(factors, draws))
    return found


def _refused(level: str, figures: Figures, known: list[str]) -> OvertakeError:
    """Return the error for a level that is not to be had."""
    place, allowed = "rulers.china_level", ", ".join(["sipri", "uncertain", *known])
    if level in pairs(figures.estimates):
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
