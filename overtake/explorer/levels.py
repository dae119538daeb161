"""China's levels in the page: SIPRI's, each pair at market exchange rates, and all of them in shares of the draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.draws import Draws
from overtake.explorer import encode
from overtake.rulers.china import MARKET, alternatives, at_level, pairs


def offered(
    estimates: pd.DataFrame, draws: int, seed: int, wanted: str
) -> tuple[list[dict[str, Any]], encode.Layer | None]:
    """Return the page's JSON of levels, and each draw's log factor under `uncertain`, (draws, 1, 1), where it has any.

    Of each estimate the newest pair, and the pair `wanted`, those that are SIPRI's own level left out. A pair counts
    with the middle of its range; factors are relative to SIPRI's China over SIPRI's United States.
    """
    known = {name: pair for name, pair in pairs(estimates).items() if pair.basis == MARKET}
    levels: list[dict[str, Any]] = [{"key": "sipri", "label": "SIPRI", "factor": 1.0}]
    layer = None
    if alternatives(known):
        levels.append(
            {
                "key": "uncertain",
                "label": "uncertain, across full estimates",
                "factor": float(_uncertain(estimates, 1, seed)[0]),
                "layer": "level",
            }
        )
        logs = alike.log(_uncertain(estimates, draws, seed))[:, None, None]
        layer = encode.layer(logs, ("CHN",), (0,), np.zeros((1, 1)), "china_estimates.csv")
    newest = {pair.label: pair.name for pair in sorted(known.values(), key=lambda pair: (pair.year, pair.name))}
    for pair in sorted(known.values(), key=lambda pair: (-pair.year, pair.name)):
        shown = newest[pair.label] == pair.name and abs(np.mean(pair.relative) - 1) > 0.0005
        if pair.name == wanted or shown:
            label = " ".join([f"{pair.label}, {pair.year}", pair.bound]).strip()
            levels.append({"key": pair.name, "label": label, "factor": float(np.mean(pair.relative))})
    return levels, layer


def _uncertain(estimates: pd.DataFrame, draws: int, seed: int) -> np.ndarray:
    """Return the factor on China in each draw, as the ruler has it."""
    one = Draws(np.ones((draws, 1, 1)), ("CHN",), (0,), 0, "")
    return at_level(one, estimates, "uncertain", seed).values[:, 0, 0]
