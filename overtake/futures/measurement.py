"""How wrong a published figure may be: revisions between editions by status, as a level error of each draw."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from overtake import alike
from overtake.draws import FloatArray
from overtake.streams import stream

#: Scale of a normal from the median absolute deviation.
NORMAL_MAD = 1.4826
STATUSES = ("reported", "estimate", "highly uncertain")


def revision_sd(milex: pd.DataFrame) -> dict[str, float]:
    """Return the standard deviation of log revisions by status, from all editions in `milex`.

    A revision is the log ratio of one year's figure in local currency between its last and its first print; the status
    is that of the first. Root mean square, winsorised at six robust deviations, so that a change of definition weighs
    but does not rule; a status with few pairs takes the figure of all.
    """
    known = milex[milex["milex_lcu_m"] > 0].sort_values("edition")
    first = known.drop_duplicates(["iso3", "year"])
    last = known.drop_duplicates(["iso3", "year"], keep="last")
    pairs = first.merge(last, on=["iso3", "year"], suffixes=("", "_last"))
    pairs = pairs[pairs["edition"] != pairs["edition_last"]]
    step = alike.log(pairs["milex_lcu_m_last"].to_numpy() / pairs["milex_lcu_m"].to_numpy())
    pooled = _spread(step)
    found = {}
    for status in STATUSES:
        own = step[(pairs["status"] == status).to_numpy()]
        found[status] = _spread(own) if own.size >= 10 else pooled
    # A flag cannot make a figure better: each status is at least as uncertain as the one before it.
    for better, worse in itertools.pairwise(STATUSES):
        found[worse] = max(found[worse], found[better])
    return found


def level_error(
    spending: pd.DataFrame, economies: tuple[str, ...], sd: dict[str, float], draws: int, seed: int
) -> FloatArray:
    """Return log level errors (draws, economies): one per draw and economy, of the spread of its last year's status."""
    last = spending[spending["year"] == spending["year"].max()].set_index("iso3")["status"]
    errors = np.empty((draws, len(economies)), dtype=np.float32)
    for at, iso3 in enumerate(economies):
        scale = sd.get(str(last[iso3]), max(sd.values()))
        errors[:, at] = scale * stream(seed, "measurement", iso3).standard_normal(draws, dtype=np.float32)
    return errors


def _spread(values: np.ndarray) -> float:
    """Return the root mean square of `values`, each cut at six robust deviations of those that are not zero."""
    moved = np.abs(values[values != 0])
    if moved.size == 0:
        return 0.0
    limit = 6 * NORMAL_MAD * np.median(moved)
    return float(np.sqrt(np.mean(np.minimum(np.abs(values), limit) ** 2)))
