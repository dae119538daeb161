"""Which draws the page holds: few that say what all say, so that it hardly differs from the brief."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from overtake.balances.sides import ratio, weights
from overtake.config.balances import Balance
from overtake.draws import Draws, LazyDraws
from overtake.kept import kept
from overtake.streams import stream

#: Draws times economies that the page holds: its size grows with them.
EMBEDDED = 20_000
#: Every so many years ahead the sample is to have the probabilities of all draws.
YEARS = 2
#: Events of a probability nearer to 0 or 1 than this are left to chance.
RARE = 0.005
#: Draws that may give way.
SWAPS = 1000

Rows = npt.NDArray[np.int64]


def rows(paths: LazyDraws, balances: Iterable[Balance], draws: int, seed: int) -> Rows:
    """Return which `draws` of the paths the page holds, in their order; all where there are no more.

    paths: asked for where no run before has chosen. Fewer draws where with all economies they are more than EMBEDDED.
    Drawn without return by name; then one after the other gives way to the draw that brings the probabilities of
    `events` nearest to those of all draws. Whole numbers alone: the same rows on any machine.
    """
    asked = tuple(balances)
    made_from = (paths, [(one.threshold, *weights(one)) for one in asked], draws, seed)
    return np.frombuffer(kept("sample", made_from, lambda: _chosen(paths(), asked, draws, seed).tobytes()), np.int64)


def _chosen(paths: Draws, balances: Iterable[Balance], draws: int, seed: int) -> Rows:
    total = paths.values.shape[0]
    draws = min(draws, EMBEDDED // len(paths.economies))
    order = stream(seed, "explorer", "draws").permutation(total)
    chosen, rest = order[:draws].copy(), order[draws:].copy()
    happens = events(paths, balances)
    if not len(rest) or not happens.shape[1]:
        return np.sort(chosen)
    size = happens.sum(axis=1)
    # What is missing in the sample, times the number of all draws.
    missing = len(chosen) * happens.sum(axis=0) - total * happens[chosen].sum(axis=0)
    for turn in range(SWAPS):
        at = turn % len(chosen)
        without = missing + total * happens[chosen[at]]
        # The squared distance once a draw is added, less what is the same for all.
        distance = total * size - 2 * (happens @ without)
        into = int(np.argmin(distance[rest]))
        if distance[rest[into]] < distance[chosen[at]]:
            missing = without - total * happens[rest[into]]
            chosen[at], rest[into] = rest[into], chosen[at]
    return np.sort(chosen)


def events(paths: Draws, balances: Iterable[Balance]) -> npt.NDArray[np.float64]:
    """Return whether a balance's ratio exceeds its threshold in a year ahead, 0 or 1, (draws, events), none twice."""
    seen = slice(paths.years.index(paths.last_observed), None, YEARS)
    ahead = replace(paths, values=paths.values[:, :, seen], years=paths.years[seen])
    found = []
    for balance in balances:
        if not set(balance.members) <= set(paths.economies):
            continue
        found.append(ratio(ahead, balance) > balance.threshold)
    if not found:
        return np.zeros((paths.values.shape[0], 0))
    happens = np.concatenate(found, axis=1)
    often = happens.mean(axis=0)
    return np.unique(happens[:, (often > RARE) & (often < 1 - RARE)], axis=1).astype(float)
