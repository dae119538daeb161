"""Synthetic balances: random coalitions against one big country, the kind of question that the brief answers.

At every origin so many `global` ones of any members and so many `regional` ones of one region. A big country of the
upper part by spending faces several smaller ones whose sum lies within a factor of it. Seeds are fixed by origin and
kind, so that every model and every run is asked the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from overtake import alike
from overtake.draws import FloatArray
from overtake.skill import scores
from overtake.streams import stream

KINDS = ("global", "regional")
#: Balances of a kind at an origin, at most; members of a side, at least and at most.
COUNT, MEMBERS = 300, (3, 11)
#: The big country is of this upper part by spending; the side's sum lies within this factor of it.
UPPER, FACTOR = 0.6, 2.0
#: Fixed whatever the run's seed is; candidates looked at before fewer than COUNT are taken.
SEED, TRIES = 16, 12_000
#: Probabilities are kept this far from none and from one in the log score.
LEAST = 0.002


@dataclass(frozen=True)
class Balances:
    """big: (balances,), row of the big country; sides: rows of the members, one array a balance."""

    big: npt.NDArray[np.intp]
    sides: tuple[npt.NDArray[np.intp], ...]


def draw(at_origin: FloatArray, regions: tuple[str, ...], kind: str, origin: int) -> Balances:
    """Return the balances of a kind at an origin; at_origin: (countries,), log spending, regions: of each country."""
    random = stream(SEED, "balances", kind, str(origin))
    level, names = alike.exp(at_origin), np.array(regions, dtype=object)
    upper = np.flatnonzero(at_origin >= np.quantile(at_origin, 1 - UPPER))
    smaller = {
        int(row): np.flatnonzero((at_origin < at_origin[row]) & ((names == names[row]) | (kind == "global")))
        for row in upper
    }
    big: list[int] = []
    sides: list[npt.NDArray[np.intp]] = []
    for _ in range(TRIES):
        if len(big) == COUNT:
            break
        one, size = int(random.choice(upper)), int(random.integers(MEMBERS[0], MEMBERS[1] + 1))
        if len(smaller[one]) < size:
            continue
        side = np.sort(random.choice(smaller[one], size, replace=False))
        if 1 / FACTOR <= float(level[side].sum() / level[one]) <= FACTOR:
            big.append(one)
            sides.append(side)
    return Balances(np.array(big, dtype=np.intp), tuple(sides))


def log_ratio(logs: FloatArray, chosen: Balances) -> FloatArray:
    """Return log(side / big), (balances, ...), of log spending (countries, ...)."""
    level = alike.exp(logs)
    sums = np.stack([level[side].sum(axis=0) for side in chosen.sides])
    found: FloatArray = alike.log(sums) - logs[chosen.big]
    return found


def question(ratio: FloatArray, outcome: FloatArray, now: FloatArray) -> dict[str, FloatArray]:
    """Return the scores of each balance and horizon, (balances, horizons), and the probability with what happened.

    ratio: (balances, horizons, draws), log; outcome: (balances, horizons); now: (balances,), at the origin. The
    event: the side that is smaller at the origin passes the larger within h years, in any year.
    """
    sign = np.where(now < 0, 1.0, -1.0).astype(ratio.dtype)
    ahead = np.logical_or.accumulate(ratio * sign[:, None, None] > 0, axis=1)
    probability = ahead.mean(axis=2)
    happened = np.logical_or.accumulate(outcome * sign[:, None] > 0, axis=1)
    crps, inside = scores.of_sorted(np.sort(ratio, axis=2), outcome)
    return {
        "crps": crps,
        "in80": inside,
        "brier": scores.brier(probability, happened),
        "log": scores.log_score(probability, happened, LEAST),
        "probability": probability,
        "happened": happened.astype(float),
    }


def history(log_milex: FloatArray, chosen: Balances) -> list[FloatArray]:
    """Return each balance's log ratio in the years up to the last in which all its countries have figures."""
    found = []
    for at, side in enumerate(chosen.sides):
        rows: FloatArray = log_milex[[*side.tolist(), int(chosen.big[at])]]
        gaps = np.flatnonzero(~np.isfinite(rows).all(axis=0))
        known = rows[:, int(gaps[-1]) + 1 if gaps.size else 0 :]
        one = Balances(np.array([len(side)]), (np.arange(len(side)),))
        found.append(log_ratio(known, one)[0])
    return found


def own_naive(past: list[FloatArray], steps: int, draws: int, seed: int) -> FloatArray:
    """Return log ratios (balances, steps, draws) of a random walk with the ratio's own volatility and no drift."""
    half = np.cumsum(stream(seed, "balances", "naive").standard_normal((steps, draws // 2)), axis=0)
    return _from(past, np.concatenate([half, -half], axis=1))


def own_pooled(past: list[FloatArray], steps: int, draws: int) -> FloatArray:
    """Return log ratios (balances, steps, draws): changes that all balances' ratios had, each in its own volatility."""
    pool = np.concatenate(
        [
            (one[first + 1 : first + steps + 1] - one[first])[None] / _volatility(one)
            for one in past
            for first in range(len(one) - steps)
        ]
    )
    even = np.linspace(0, len(pool) - 1, draws).round().astype(int)
    return _from(past, pool[even].T)


def _volatility(ratio: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.diff(ratio) ** 2)))


def _from(past: list[FloatArray], paths: FloatArray) -> FloatArray:
    """Return the last ratios with `paths` (steps, draws) in each one's own volatility."""
    found: FloatArray = np.stack([one[-1] + _volatility(one) * paths for one in past]).astype(np.float32)
    return found
