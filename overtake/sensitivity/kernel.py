"""The multiverse's inner loop: who leads in which year, for many specifications at once, draws side by side in memory.

`overtake.balances` says what a lead is; this says the same in arrays of (years, specifications, draws), where one
pass over a year serves every specification. tests/unit/test_sensitivity_kernel.py holds the two together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from overtake.draws import FloatArray

Bools = npt.NDArray[np.bool_]
#: Eight draws a byte: bits that stand for no draw are 0, which is never a lead.
Bits = npt.NDArray[np.uint8]
ALL = 0xFF


def probabilities(above: Bools, sustain: int, last: int, years: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    """Return P(leads in year) and P(crossed by year), each (years asked for, specifications).

    above: (years, specifications, draws), ratio over its threshold; last: index of the last observed year; years:
    indices asked for, rising, each later than `last` and with `sustain` - 1 years behind it.
    """
    draws = above.shape[2]
    order = np.packbits(above, axis=2)
    takes, loses = _lasting(order, sustain), _lasting(~order, sustain)
    now = np.zeros_like(order[0])
    ever = np.zeros_like(now)
    ahead, crossed = np.empty((2, len(years), above.shape[1]))
    wanted = {year: place for place, year in enumerate(years)}
    for year in range(max(years) + 1):
        # Where no order lasts, the lead stays where it was.
        np.bitwise_and(now, ~loses[year], out=now)
        np.bitwise_or(now, takes[year], out=now)
        if year >= last:
            np.bitwise_or(ever, now, out=ever)
        if year in wanted:
            ahead[wanted[year]] = np.bitwise_count(now).sum(axis=1) / draws
            crossed[wanted[year]] = np.bitwise_count(ever).sum(axis=1) / draws
    return ahead, crossed


def settled(above: Bools, sustain: int, last: int) -> bool:
    """Tell whether these years alone say who leads in year `last` in every specification and draw: one order lasted."""
    order = np.packbits(above[: last + sustain], axis=2)
    lasting = _lasting(order, sustain) | _lasting(~order, sustain)
    return bool((np.bitwise_or.reduce(lasting[: last + 1], axis=0) == ALL).all())


def medians(values: FloatArray) -> FloatArray:
    """Return the median over the last axis, the mean of the middle two where their number is even."""
    middle = values.shape[-1] // 2
    if values.shape[-1] % 2:
        return np.asarray(np.partition(values, middle, axis=-1)[..., middle])
    two = np.partition(values, [middle - 1, middle], axis=-1)[..., middle - 1 : middle + 1]
    return np.asarray(two.astype(float).mean(axis=-1))


def _lasting(order: Bits, sustain: int) -> Bits:
    """Return where `order` holds in this and the next sustain - 1 years; nowhere where fewer years remain."""
    if sustain == 1:
        return order
    held = order.copy()
    for ahead in range(1, sustain):
        held[:-ahead] &= order[ahead:]
        held[-ahead:] = 0
    return held
