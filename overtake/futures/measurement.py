"""How wrong a published figure may be: revisions between editions by economy and status, as errors of each draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake import alike
from overtake.draws import FloatArray, empty
from overtake.streams import stream

#: Scale of a normal from the median absolute deviation.
NORMAL_MAD = 1.4826
STATUSES = ("reported", "estimate", "highly uncertain")
#: Rounding of the workbooks as a relative standard deviation: what never moved is known to this, not exactly.
ROUNDING = 0.0005
COLUMNS = ("iso3", "status", "pairs", "events", "raw", "sd")


def revisions(milex: pd.DataFrame) -> pd.DataFrame:
    """Return every figure's log revision from its first to its last print: iso3, year, status, edition, step.

    In local currency, where neither prices nor exchange rates are counted as one; status and edition are the first's.
    """
    known = milex[milex["milex_lcu_m"] > 0].sort_values("edition", kind="stable")
    first = known.drop_duplicates(["iso3", "year"])
    last = known.drop_duplicates(["iso3", "year"], keep="last")
    pairs = first.merge(last, on=["iso3", "year"], suffixes=("", "_last"))
    pairs = pairs[pairs["edition"] != pairs["edition_last"]]
    step = alike.log(pairs["milex_lcu_m_last"].to_numpy(dtype=float) / pairs["milex_lcu_m"].to_numpy(dtype=float))
    return pairs[["iso3", "year", "status", "edition"]].assign(step=step).reset_index(drop=True)


def revision_sd(milex: pd.DataFrame) -> pd.DataFrame:
    """Return the standard deviation of log revisions by economy and status, COLUMNS; a row for every pair of the two.

    raw: root mean square, winsorised at six robust deviations, so that a change of definition weighs but does not rule.
    sd: its log shrunk towards the status's mean log by how much is known. Revisions of one edition come together, so
    the evidence is events, the editions whose figures were revised, not years: a log spread from n events has a
    variance of 1 / 2n. How far economies differ (the variance between them) is what their spreads show beyond that.
    A status of which an economy has no revisions takes the mean of the status; one without any, that of all.
    """
    steps = revisions(milex)
    cells = steps.groupby(["iso3", "status"])
    found = (
        cells["step"]
        .agg(pairs="size", raw=lambda own: _spread(own.to_numpy()))
        .join(cells["edition"].nunique().rename("events"))
    )
    every = pd.MultiIndex.from_product([sorted(milex["iso3"].unique()), STATUSES], names=["iso3", "status"])
    found = found.reindex(every).fillna({"pairs": 0, "events": 0})
    logs = pd.Series(alike.log(np.sqrt(found["raw"] ** 2 + ROUNDING**2)), index=found.index)
    noise = 1 / (2 * found["events"].clip(lower=1))
    overall = float(logs.mean()) if logs.notna().any() else float("nan")
    shrunk = pd.Series(np.nan, index=found.index)
    for status in STATUSES:
        own = found.index.get_level_values("status") == status
        seen = logs[own].dropna()
        middle = float(seen.mean()) if len(seen) else overall
        between = max(float(seen.var()) - float(noise[seen.index].mean()), 0.0) if len(seen) > 1 else 0.0
        weight = between / (between + noise[own]) if between else 0.0 * noise[own]
        shrunk[own] = (weight * logs[own] + (1 - weight) * middle).fillna(middle)
    # No edition but one: nothing has been revised yet, and nothing is known of errors.
    found["sd"] = alike.exp(shrunk.to_numpy()) if len(steps) else 0.0
    found[["pairs", "events"]] = found[["pairs", "events"]].astype(int)
    table: pd.DataFrame = found.reset_index()[list(COLUMNS)]
    return table


def common_sd(milex: pd.DataFrame) -> float:
    """Return the standard deviation of the part of an edition's revisions that all economies share, 0 where none shows.

    The variance of editions' mean log revisions beyond what economies that are revised each on its own would give them.
    """
    own = revisions(milex).groupby(["edition", "iso3"])["step"].mean().unstack("iso3")
    if len(own) < 2:
        return 0.0
    count = own.notna().sum(axis=1)
    by_chance = (own.var(axis=1) / count).mean()
    return float(np.sqrt(max(float(own.mean(axis=1).var()) - float(by_chance), 0.0)))


def year_sd(spending: pd.DataFrame, sd: pd.DataFrame, economies: tuple[str, ...]) -> FloatArray:
    """Return the standard deviation of log error by economy and year, (economies, years), by each year's own status.

    A year filled by rule is wider: the error of its status and that of the economy's worst reported kind together.
    """
    known = {(str(iso3), str(status)): float(value) for iso3, status, value in sd[["iso3", "status", "sd"]].to_numpy()}
    others = {status: float(np.median([v for (_, kind), v in known.items() if kind == status])) for status in STATUSES}
    last = spending.assign(gap_filled=spending.get("gap_filled", False))
    years = sorted(last["year"].unique())
    rows = {(str(row["iso3"]), int(row["year"])): row for row in last.to_dict("records")}
    found = np.empty((len(economies), len(years)))
    for at, iso3 in enumerate(economies):
        own = {status: known.get((iso3, status), others[status]) for status in STATUSES}
        for column, year in enumerate(years):
            row = rows.get((iso3, int(year)))
            scale = max(own.values()) if row is None else own.get(str(row["status"]), max(own.values()))
            filled = row is None or bool(row["gap_filled"])
            found[at, column] = np.sqrt(scale**2 + max(own[name] for name in STATUSES[:2]) ** 2) if filled else scale
    return found


def level_error(
    spending: pd.DataFrame, economies: tuple[str, ...], milex: pd.DataFrame, draws: int, seed: int
) -> FloatArray:
    """Return log level errors (draws, economies, observed years): in a draw an economy is wrong the same way in all
    years, by as much as each year's status says; a part is common to all where the editions show one."""
    scale = year_sd(spending, revision_sd(milex), economies).astype(np.float32)
    common = common_sd(milex)
    together = common * stream(seed, "measurement", "common").standard_normal(draws, dtype=np.float32)
    errors = empty(draws, *scale.shape)
    for at, iso3 in enumerate(economies):
        own = stream(seed, "measurement", iso3).standard_normal(draws, dtype=np.float32)
        errors[:, at] = own[:, None] * scale[at] + together[:, None]
    return errors


def _spread(values: np.ndarray) -> float:
    """Return the root mean square of `values`, each cut at six robust deviations of those that are not zero."""
    moved = np.abs(values[values != 0])
    if moved.size == 0:
        return 0.0
    limit = 6 * NORMAL_MAD * np.median(moved)
    return float(np.sqrt(np.mean(np.minimum(np.abs(values), limit) ** 2)))
