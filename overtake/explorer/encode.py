"""Draws as a few bytes each: log levels as a centre and whole steps off it, differences along the years, base64."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from overtake.draws import FloatArray
from overtake.errors import raise_all

#: Width of a step in logs: 0.2 per cent, a power of two so that steps times width is exact in any language.
STEP = 1 / 512


@dataclass(frozen=True)
class Layer:
    """Log values as (economies, years) centres plus whole steps of `STEP`, (draws, economies, years).

    first: per economy the index of the first year with a value; before it there is nothing, after it no gap.
    """

    centre: FloatArray
    steps: npt.NDArray[np.int64]
    first: tuple[int, ...]

    def logs(self) -> FloatArray:
        """Return the log values that a reader of the layer gets, NaN before an economy's first year."""
        found: FloatArray = self.centre + self.steps * STEP
        for at, first in enumerate(self.first):
            found[:, at, :first] = np.nan
        return found


def layer(
    logs: FloatArray, economies: tuple[str, ...], years: tuple[int, ...], centre: FloatArray, place: str
) -> Layer:
    """Return `logs` (draws, economies, years) as steps off `centre` (economies, years).

    Raise one OvertakeError at `place` that lists every economy with a gap after its first year; an economy without any
    value starts after the last year.
    """
    present = np.isfinite(logs).all(axis=0) & np.isfinite(centre)
    first = tuple(int(np.argmax(row)) if row.any() else len(years) for row in present)
    gaps = [
        f"{iso3}: no value in " + ", ".join(str(years[at]) for at in np.flatnonzero(~row[start:])[:5] + start)
        for iso3, row, start in zip(economies, present, first, strict=True)
        if not row[start:].all()
    ]
    raise_all(place, gaps, next_step="run `dvc repro`: the clean stage fills or refuses gaps")
    middle = np.where(present, centre, 0.0)
    off = np.where(present, np.rint((logs - middle) / STEP), 0)
    return Layer(middle, off.astype(np.int64), first)


def middle(logs: FloatArray) -> FloatArray:
    """Return the median over draws, (economies, years), rounded to six places so that it prints and reads exactly."""
    found: FloatArray = np.round(np.median(logs, axis=0), 6)
    return found


def pack(found: Layer) -> str:
    """Return the steps as base64: economy by economy, draw by draw, differences along the years.

    A difference is folded to a natural number (0, -1, 1, -2, ... to 0, 1, 2, 3, ...) and written in groups of seven
    bits, low ones first, the eighth bit set where more follow; a zero is followed by how many more zeros stand there.
    """
    parts = [found.steps[:, at, start:] for at, start in enumerate(found.first)]
    flat = np.concatenate([np.diff(part, axis=1, prepend=0).ravel() for part in parts])
    folded = np.where(flat >= 0, 2 * flat, -2 * flat - 1)
    return base64.b64encode(_varints(_runs(folded))).decode()


def _runs(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return `numbers` with every run of zeros written as a zero and how many more follow."""
    zero = numbers == 0
    starts = np.flatnonzero(zero & ~np.concatenate([[False], zero[:-1]]))
    ends = np.flatnonzero(zero & ~np.concatenate([zero[1:], [False]]))
    kept = ~zero
    kept[starts] = True
    # Each kept zero is followed by its run's length less one.
    places = np.flatnonzero(kept)
    at = np.searchsorted(places, starts) + 1
    return np.insert(numbers[kept], at, ends - starts)


def _varints(numbers: npt.NDArray[np.int64]) -> bytes:
    """Return natural numbers in groups of seven bits, low ones first."""
    groups = np.maximum(1, np.ceil(np.log2(numbers + 1) / 7)).astype(np.int64)
    ends = np.cumsum(groups)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for group in range(int(groups.max(initial=0))):
        here = groups > group
        more = np.where(groups[here] > group + 1, 0x80, 0)
        out[(ends - groups)[here] + group] = ((numbers[here] >> (7 * group)) & 0x7F) | more
    return out.tobytes()
