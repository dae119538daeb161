"""Proper scores of ensembles in logs: CRPS, pinball loss, interval coverage, PIT, and Brier scores of overtaking."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from overtake import alike
from overtake.draws import FloatArray

#: Central intervals whose coverage is reported, in per cent.
INTERVALS = (50, 80, 95)
#: Levels of the pinball loss.
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
#: A pair enters the overtaking score when the larger spends at most this many times the smaller at the origin.
PAIR_FACTOR = 3.0


def crps(draws: FloatArray, outcome: FloatArray) -> FloatArray:
    """Return the CRPS of ensembles (draws, ...) at `outcome` (...), in the unit of the outcome.

    The fair estimator for draws that are exchangeable, in the sorted (probability-weighted moment) form.
    """
    import scoringrules

    found: FloatArray = np.asarray(
        scoringrules.crps_ensemble(outcome, np.moveaxis(draws, 0, -1), estimator="pwm", backend="numpy")
    )
    return found


def of_sorted(ordered: FloatArray, outcome: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the CRPS of draws in rising order (..., draws) at `outcome` (...), and 1 where 80 % of them hold it.

    As `crps`, without sorting again.
    """
    import scoringrules

    found: FloatArray = np.asarray(
        scoringrules.crps_ensemble(outcome, ordered, estimator="pwm", sorted_ensemble=True, backend="numpy")
    )
    low, high = (quantile_of_sorted(ordered, level) for level in tails(80))
    return found, ((low <= outcome) & (outcome <= high)).astype(float)


def quantile_of_sorted(ordered: FloatArray, level: float) -> FloatArray:
    """Return the quantile of draws in rising order (..., draws), straight between draws."""
    at = level * (ordered.shape[-1] - 1)
    low = min(int(at), ordered.shape[-1] - 2)
    found: FloatArray = ordered[..., low] * (1 - (at - low)) + ordered[..., low + 1] * (at - low)
    return found


def pinball(quantiles: FloatArray, outcome: FloatArray, levels: tuple[float, ...] = LEVELS) -> FloatArray:
    """Return the mean pinball loss over `levels` of quantiles (levels, ...) at `outcome` (...)."""
    gap = outcome[None] - quantiles
    tau = np.array(levels).reshape(-1, *(1,) * outcome.ndim)
    found: FloatArray = np.maximum(tau * gap, (tau - 1) * gap).mean(axis=0)
    return found


def tails(percent: int) -> tuple[float, float]:
    """Return the levels of the ends of the central `percent` interval."""
    tail = (100 - percent) / 200
    return tail, 1 - tail


def pit(draws: FloatArray, outcome: FloatArray) -> FloatArray:
    """Return the probability integral transform: the share of draws (draws, ...) below `outcome` (...)."""
    found: FloatArray = (draws < outcome[None]).mean(axis=0)
    return found


def pairs(at_origin: FloatArray, factor: float = PAIR_FACTOR) -> npt.NDArray[np.intp]:
    """Return ordered pairs (pairs, 2) of rows i, j: i spends less than j at the origin, within `factor`.

    at_origin: (countries,), logs.
    """
    gap = at_origin[None, :] - at_origin[:, None]
    return np.argwhere((gap > 0) & (gap <= alike.log(factor) + 1e-12))


def passing(
    draws: FloatArray, outcome: FloatArray, chosen: npt.NDArray[np.intp]
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return P(i passes j within h years) and whether it did, each (pairs, horizons).

    draws: (draws, countries, horizons), outcome: (countries, horizons), logs; i passed j within h when it spent more
    in any year up to h. Draws are joint, so correlated shocks count.
    """
    probability = np.empty((len(chosen), outcome.shape[1]))
    happened = np.empty((len(chosen), outcome.shape[1]), dtype=bool)
    for row, (i, j) in enumerate(chosen):
        ahead = np.logical_or.accumulate(draws[:, i] > draws[:, j], axis=1)
        probability[row] = ahead.mean(axis=0)
        happened[row] = np.logical_or.accumulate(outcome[i] > outcome[j])
    return probability, happened


def brier(probability: FloatArray, happened: npt.NDArray[np.bool_]) -> FloatArray:
    """Return the Brier score, the squared distance of probability and event, of the same shape."""
    found: FloatArray = (probability - happened) ** 2
    return found


def log_score(probability: FloatArray, happened: npt.NDArray[np.bool_], least: float) -> FloatArray:
    """Return minus the log of the probability of what came, kept `least` from none and from one; same shape."""
    kept = np.clip(probability, least, 1 - least)
    found: FloatArray = -alike.log(np.where(happened, kept, 1 - kept))
    return found


def reliability(probability: FloatArray, happened: npt.NDArray[np.bool_], bins: int = 10) -> FloatArray:
    """Return rows of mean forecast, observed frequency and count, one per tenth of forecast probability in use."""
    index = np.minimum((probability.ravel() * bins).astype(int), bins - 1)
    rows = [
        (probability.ravel()[index == at].mean(), happened.ravel()[index == at].mean(), (index == at).sum())
        for at in range(bins)
        if (index == at).any()
    ]
    return np.array(rows)


def block_interval(
    values: FloatArray, blocks: npt.NDArray[np.intp], draws: int, generator: np.random.Generator
) -> tuple[float, float, float]:
    """Return mean of `values` (n,), and its 95 % interval by a bootstrap of whole `blocks` (n,) with replacement."""
    _, index = np.unique(blocks, return_inverse=True)
    sums = np.bincount(index, weights=values)
    counts = np.bincount(index).astype(float)
    chosen = generator.integers(0, len(sums), (draws, len(sums)))
    means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
    low, high = np.quantile(means, tails(95))
    return float(values.mean()), float(low), float(high)


def ratio_interval(
    own: FloatArray, other: FloatArray, blocks: npt.NDArray[np.intp], draws: int, generator: np.random.Generator
) -> tuple[float, float, float]:
    """Return the ratio of mean `own` to mean `other` (n,), and its 95 % interval by a bootstrap of whole `blocks`."""
    sums, peers = (np.bincount(blocks, weights=values) for values in (own, other))
    chosen = generator.integers(0, len(sums), (draws, len(sums)))
    low, high = np.quantile(sums[chosen].sum(axis=1) / peers[chosen].sum(axis=1), tails(95))
    return float(sums.sum() / peers.sum()), float(low), float(high)


def two_way_interval(
    own: FloatArray,
    other: FloatArray,
    first: npt.NDArray[np.generic],
    second: npt.NDArray[np.generic],
    draws: int,
    generator: np.random.Generator,
) -> tuple[float, float, float]:
    """Return the ratio of sums of `own` to `other` (n,), and its 95 % interval by a bootstrap of two kinds of blocks.

    A sample draws blocks of `first` and of `second` (n,) with replacement; a value counts as often as both were drawn
    (Owen 2007). With `other` the weights and `own` weighted values this is a mean.
    """
    rows, columns = (_numbered(blocks) for blocks in (first, second))
    shape = int(rows.max()) + 1, int(columns.max()) + 1
    tables = [np.bincount(rows * shape[1] + columns, weights=v, minlength=shape[0] * shape[1]) for v in (own, other)]
    drawn = [generator.multinomial(count, np.full(count, 1 / count), draws) for count in shape]
    sums = [np.einsum("br,rc,bc->b", drawn[0], table.reshape(shape), drawn[1], optimize=True) for table in tables]
    whole = sums[1] > 0
    low, high = np.quantile(sums[0][whole] / sums[1][whole], tails(95))
    return float(own.sum() / other.sum()), float(low), float(high)


def _numbered(blocks: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    """Return whole-number `blocks` (n,) as 0, 1, ... in their order: np.unique without its sorting."""
    found = blocks.astype(int)
    found = found - found.min()
    numbers: npt.NDArray[np.intp] = (np.cumsum(np.bincount(found) > 0) - 1)[found]
    return numbers
