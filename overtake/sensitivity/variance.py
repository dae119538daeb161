"""What the multiverse says: which choice moves the answer most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from overtake.draws import FloatArray
from overtake.work import side_by_side

Codes = npt.NDArray[np.int64]

SHARES = ("scope", "measure", "choice", "options", "alone", "with_others",
          "lowest_mean", "highest_mean", "lowest", "highest")  # fmt: skip


def shares(
    table: pd.DataFrame,
    choices: Sequence[str],
    measures: Sequence[str],
    question: Sequence[str] = (),
    workers: int = 1,
) -> pd.DataFrame:
    """Return the variance shares of every choice that has options, one row a scope, measure and choice (SHARES).

    table: one row per specification, all of one weight. alone: variance of the mean over all else, over the whole
    variance; with_others: what is left, on average, when all but this choice are fixed (its part in any interaction
    included). In a full factorial the first sum to at most one, the second to at least one. lowest, highest: the
    options with the lowest and highest mean of the measure. question: choices that say what is asked, not how it is
    answered; a second scope, `same question`, counts only what moves the answer around the mean of its question.
    workers: processes, which take a measure each.
    """
    coded = {choice: pd.factorize(table[choice]) for choice in choices}
    moving = {choice: (code, options) for choice, (code, options) in coded.items() if len(options) > 1}
    # One code for each combination of all other choices; a choice without options tells none apart.
    rests = {
        choice: _group([code for other, (code, _) in moving.items() if other != choice], len(table))
        for choice in moving
    }
    asked = _group([code for choice, (code, _) in moving.items() if choice in question], len(table))

    def of_measure(measure: str) -> list[tuple[object, ...]]:
        value = table[measure].to_numpy(dtype=float)
        rows = _rows("everything", measure, value, moving, rests)
        if question:
            around = value - _means(value, asked)[1][asked]
            rows += _rows("same question", measure, around, moving, rests, question)
        return rows

    each = side_by_side([partial(of_measure, measure) for measure in measures], workers)
    found = pd.DataFrame([row for rows in each for row in rows], columns=list(SHARES))
    found = found.sort_values("scope", ignore_index=True, kind="stable")
    return found.assign(**{name: found[name].round(6) + 0.0 for name in SHARES[4:8]})  # no minus before a nought


def _rows(
    scope: str,
    measure: str,
    value: FloatArray,
    moving: Mapping[str, tuple[Codes, pd.Index]],
    rests: Mapping[str, Codes],
    fixed: Sequence[str] = (),
) -> list[tuple[object, ...]]:
    """Return the rows of one scope and measure, choices by falling share; those that are `fixed` get no row."""
    whole = float(value.var())
    rows = []
    for choice, (code, options) in moving.items():
        if choice not in fixed:
            count, mean = _means(value, code)
            alone = _between(value, count, mean) / whole if whole else 0.0
            left = 1 - _between(value, *_means(value, rests[choice])) / whole if whole else 0.0
            low, high = int(mean.argmin()), int(mean.argmax())
            ends = (mean[low], mean[high], str(options[low]), str(options[high]))
            rows.append((-alone, (scope, measure, choice, len(options), alone, left, *ends)))
    return [row for _, row in sorted(rows)]


def _means(value: FloatArray, code: Codes) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Return how many rows have each code, and the mean of their `value`."""
    count = np.bincount(code)
    return count, np.bincount(code, weights=value) / np.maximum(count, 1)


def _between(value: FloatArray, count: npt.NDArray[np.int64], mean: FloatArray) -> float:
    """Return the variance of the means of `value`, every row of one weight."""
    return float(np.average((mean - value.mean()) ** 2, weights=count))


def _group(codes: Sequence[Codes], rows: int) -> Codes:
    """Return one code for each combination that occurs in the `rows`."""
    combined = np.zeros(rows, dtype=np.int64)
    for code in codes:
        combined = combined * (int(code.max()) + 1) + code
    return pd.factorize(combined)[0]
