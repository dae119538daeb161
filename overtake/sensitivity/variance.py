"""What the multiverse says: which choice moves the answer most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

SHARES = ("scope", "measure", "choice", "options", "alone", "with_others",
          "lowest_mean", "highest_mean", "lowest", "highest")  # fmt: skip


def shares(
    table: pd.DataFrame, choices: Sequence[str], measures: Sequence[str], question: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the variance shares of every choice that has options, one row a scope, measure and choice (SHARES).

    table: one row per specification, all of one weight. alone: variance of the mean over all else, over the whole
    variance; with_others: what is left, on average, when all but this choice are fixed (its part in any interaction
    included). In a full factorial the first sum to at most one, the second to at least one. lowest, highest: the
    options with the lowest and highest mean of the measure. question: choices that say what is asked, not how it is
    answered; a second scope, `same question`, counts only what moves the answer around the mean of its question.
    """
    parts = [_scope("everything", table, choices, measures)]
    if question:
        means = table.groupby(list(question), sort=False, observed=True)[list(measures)].transform("mean")
        around = table.assign(**{measure: table[measure] - means[measure] for measure in measures})
        parts.append(_scope("same question", around, choices, measures, question))
    return pd.concat(parts, ignore_index=True)


def _scope(
    scope: str, table: pd.DataFrame, choices: Sequence[str], measures: Sequence[str], fixed: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the rows of one scope, choices by falling share; those that are `fixed` get no row."""
    codes = {choice: pd.factorize(table[choice])[0] for choice in choices}
    moving = [choice for choice in choices if codes[choice].max() > 0 and choice not in fixed]
    rests = {choice: _group([codes[other] for other in choices if other != choice]) for choice in moving}
    rows = []
    for place, measure in enumerate(measures):
        value = table[measure].to_numpy(dtype=float)
        whole = float(value.var())
        for choice in moving:
            means = table.groupby(choice, sort=False, observed=True)[measure].mean()
            alone = _between(value, codes[choice]) / whole if whole else 0.0
            left = 1 - _between(value, rests[choice]) / whole if whole else 0.0
            rows.append((place, scope, measure, choice, len(means), alone, left, means.min(), means.max(),
                         str(means.idxmin()), str(means.idxmax())))  # fmt: skip
    found = pd.DataFrame(rows, columns=["place", *SHARES])
    found = found.sort_values(
        ["place", "alone", "choice"], ascending=[True, False, True], ignore_index=True, kind="stable"
    )
    return found.drop(columns="place").round(6)


def _between(value: np.ndarray, code: np.ndarray) -> float:
    """Return the variance of the means of `value` by `code`, every row of one weight."""
    count = np.bincount(code)
    mean = np.bincount(code, weights=value) / np.maximum(count, 1)
    return float(np.average((mean - value.mean()) ** 2, weights=count))


def _group(codes: Sequence[np.ndarray]) -> np.ndarray:
    """Return one code for each combination that occurs."""
    combined = np.zeros(len(codes[0]), dtype=np.int64)
    for code in codes:
        combined = combined * (int(code.max()) + 1) + code
    return np.unique(combined, return_inverse=True)[1]
