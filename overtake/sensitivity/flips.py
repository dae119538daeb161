"""The smallest change that turns an answer: searched outward from the value in use, to both sides, to given bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Flip:
    """The nearest value at which the verdict differs, on one side of the base; None where none does up to the bound.

    value: the first value found beyond the turn, within `precision` of it; before, after: the verdicts.
    """

    value: float | None
    before: Hashable
    after: Hashable | None
    evaluations: int


def search(verdict: Callable[[float], Hashable], base: float, bound: float, steps: int, precision: float) -> Flip:
    """Return the flip nearest to `base` on the way to `bound` (either side of it; included).

    The way is walked in `steps` even steps until the verdict differs, then halved to `precision` of the way. A turn
    and turn back within one step is not seen: that is what `steps` is for.
    """
    before = verdict(base)
    count, inside = 1, base
    if bound == base:
        return Flip(None, before, None, count)
    for outside in way(base, bound, steps):
        after = verdict(outside)
        count += 1
        if after != before:
            while abs(outside - inside) > precision * abs(bound - base):
                middle = (inside + outside) / 2
                found = verdict(middle)
                count += 1
                if found == before:
                    inside = middle
                else:
                    outside, after = middle, found
            return Flip(outside, before, after, count)
        inside = outside
    return Flip(None, before, None, count)


def way(base: float, bound: float, steps: int) -> list[float]:
    """Return the ends of the even `steps` from `base` to `bound`."""
    return [float(base + step * (bound - base)) for step in np.linspace(0, 1, steps + 1)[1:]]


def most_evaluations(steps: int, precision: float) -> int:
    """Return how many verdicts a search asks for at most: at the base, at every step, and halving the last."""
    return 1 + steps + max(math.ceil(math.log2(1 / (steps * precision))), 0)
