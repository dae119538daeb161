"""Global sensitivity: Sobol indices of the continuous parameters together, by SALib, with their convergence."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from overtake.config.params import Params
from overtake.config.sensitivity import Range, Sensitivity
from overtake.draws import FloatArray
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.sensitivity.inputs import with_draws
from overtake.sensitivity.local import Bench, anchored
from overtake.streams import stream

COLUMNS = ("balance", "measure", "parameter", "samples", "first", "first_conf", "total", "total_conf", "spread")
#: Parameters that take whole numbers: they belong to the multiverse and to the tornado.
WHOLE = ("crossing.sustain",)
#: Points of a chunk, and the fewest samples of which indices are told.
CHUNK, FEWEST = 64, 16

#: Parameters and the values that they take; those not named keep theirs.
Point = tuple[tuple[str, float], ...]


def continuous(ranges: Mapping[str, Range]) -> dict[str, Range]:
    """Return the ranges of parameters that move continuously."""
    return {name: bounds for name, bounds in ranges.items() if name not in WHOLE}


def check_samples(samples: int) -> None:
    """Refuse a number of base samples that is no power of two, or too small to tell anything."""
    if samples < FEWEST or samples & (samples - 1):
        raise OvertakeError("--samples", "the sequence is balanced only at powers of two", found=samples,
                            allowed=f"{FEWEST}, {2 * FEWEST}, {4 * FEWEST}, ...")  # fmt: skip


def sample(ranges: Mapping[str, Range], samples: int, seed: int) -> FloatArray:
    """Return Saltelli's design, (samples x (parameters + 2), parameters); a shorter one is its beginning."""
    from SALib.sample import sobol  # type: ignore[import-untyped]

    chosen = int(stream(seed, "sensitivity", "sobol").integers(2**31))
    points: FloatArray = sobol.sample(_problem(ranges), samples, calc_second_order=False, seed=chosen)
    return points


def indices(ranges: Mapping[str, Range], answers: pd.DataFrame, samples: int, seed: int) -> pd.DataFrame:
    """Return first-order and total indices with 95 % intervals, for each power of two up to `samples` (COLUMNS).

    answers: a row per point of `sample`, a column per balance and measure. spread: standard deviation of the
    answers; where it is nought there is nothing to share out, and the indices are blank.
    """
    from SALib.analyze import sobol  # type: ignore[import-untyped]

    rows: list[tuple[object, ...]] = []
    sizes = [size for size in (2**power for power in range(4, 31)) if FEWEST <= size <= samples]
    chosen = int(stream(seed, "sensitivity", "sobol intervals").integers(2**31))
    for column, size in itertools.product(answers.columns, sizes):
        balance, measure = column.split(" ")
        upto = answers[column].to_numpy(dtype=float)[: size * (len(ranges) + 2)]
        spread = float(np.std(upto))
        found: dict[str, Any] = dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), np.full(len(ranges), np.nan))
        if spread > 0:
            found = sobol.analyze(_problem(ranges), upto, calc_second_order=False, seed=chosen)
        for at, parameter in enumerate(ranges):
            numbers = (found[name][at] for name in ("S1", "S1_conf", "ST", "ST_conf"))
            rows.append((balance, measure, parameter, size, *(float(number) for number in numbers), spread))
    return pd.DataFrame(rows, columns=list(COLUMNS)).round(6)


def prepare(shared: tuple[Edition, Params, Sensitivity, int, tuple[int, ...]]) -> tuple[Bench, tuple[int, ...]]:
    """Return a worker's bench and what of `crossing.sustain` it answers for.

    shared: edition, parameters, settings, draws, values of `crossing.sustain`.
    """
    edition, params, settings, draws, sustains = shared
    return Bench(edition, with_draws(params, draws), settings), sustains


def evaluate(own: tuple[Bench, tuple[int, ...]], chunk: Sequence[Point]) -> pd.DataFrame:
    """Return a row per point of `chunk` (parameters and their values), a column per balance, measure and sustain."""
    bench, sustains = own
    rows = [bench.shares(dict(point), sustains) for point in chunk]
    return pd.DataFrame([{" ".join(map(str, key)): share for key, share in row.items()} for row in rows])


def answers(shares: pd.DataFrame, sustain: int, printed: Mapping[str, float]) -> pd.DataFrame:
    """Return the answers at one value of `crossing.sustain`, a column per balance and measure.

    shares: of `evaluate`, the first row where nothing is moved. printed: the answers of the run itself, to which the
    odds of all others are held (see `local.anchored`).
    """
    return pd.DataFrame(
        {
            name: [anchored(share, shares[f"{name} {sustain}"].iloc[0], value) for share in shares[f"{name} {sustain}"]]
            for name, value in printed.items()
        }
    )


def named(design: FloatArray, names: Sequence[str]) -> list[Point]:
    """Return the rows of a design as points."""
    return [tuple(zip(names, (float(value) for value in row), strict=True)) for row in design]


def chunked(points: Sequence[Point]) -> list[tuple[Point, ...]]:
    """Return the points as chunks of CHUNK."""
    return [tuple(points[at : at + CHUNK]) for at in range(0, len(points), CHUNK)]


def _problem(ranges: Mapping[str, Range]) -> dict[str, Any]:
    """Return the ranges as SALib wants them."""
    bounds = [[float(one.low), float(one.high)] for one in ranges.values()]
    return {"num_vars": len(ranges), "names": list(ranges), "bounds": bounds}
