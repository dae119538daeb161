"""China's levels in the page: SIPRI's, each estimate that may stand for it, and all of them in shares of the draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.explorer import encode
from overtake.rulers.china import factor, newest
from overtake.rulers.china import levels as present


def offered(
    estimates: pd.DataFrame, draws: int, seed: int, wanted: str, last: int
) -> tuple[list[dict[str, Any]], encode.Layer | None]:
    """Return the page's JSON of levels, and each draw's log factor under `uncertain`, (draws, 1, 1), where it has any.

    Of each label the newest estimate, and the one `wanted`, those that are SIPRI's own level left out. An estimate
    counts with the middle of its range over SIPRI's China. last: the last observed year.
    """
    known = present(estimates, last)
    levels: list[dict[str, Any]] = [{"key": "sipri", "label": "SIPRI", "factor": 1.0}]
    layer = None
    if len(known):
        levels.append(
            {
                "key": "uncertain",
                "label": "uncertain, across full estimates",
                "factor": float(factor(estimates, "uncertain", 1, seed, last)[0]),
                "layer": "level",
            }
        )
        logs = alike.log(factor(estimates, "uncertain", draws, seed, last))[:, None, None]
        layer = encode.layer(logs, ("CHN",), (0,), np.zeros((1, 1)), "china_estimates.csv")
    shown = set(newest(known).index)
    for name, row in known.sort_values(["year", "label"], ascending=[False, True], kind="stable").iterrows():
        times = float((row["china_lo"] + row["china_hi"]) / 2)
        if name == wanted or (name in shown and abs(times - 1) > 0.0005):
            levels.append({"key": str(name), "label": f"{row['label']}, {row['year']}", "factor": times})
    return levels, layer
