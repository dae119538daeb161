"""The full comparison: all countries of a panel, every origin, our models beside peers on the same tasks.

Questions: a `single` country's spending, whether one of a `pair` passes the other, and synthetic balances, `global` and
`regional` (`skill.balances`). In real time the same is asked of each earlier edition as it was printed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from overtake import alike
from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.draws import FloatArray
from overtake.edition import Edition
from overtake.edition.memo import once
from overtake.futures import coefficients, hyperparameters
from overtake.futures.series import Series
from overtake.skill import balances, realtime, rolling, scores, split
from overtake.skill.rolling import Forecaster
from overtake.streams import stream
from overtake.work import side_by_side

FILE = "skill_full.csv"
#: The model whose scores are set beside every peer's.
OURS = "combined"
COLUMNS = (
    "slice", "question", "model", "horizon", "score", "value", "lo", "hi", "n", "edition", "date", "status", "source"
)  # fmt: skip
#: A country is a task at an origin when it has figures in each of this many years up to it, as the peers need.
YEARS_NEEDED = 12
BOOTSTRAP = 1000
#: First origin of the comparison, and the eras that stand side by side: first and last origin.
FIRST_ORIGIN = 1985
ERAS = {"1985-99": (1985, 1999), "2000-14": (2000, 2014), "from 2015": (2015, 9999)}
#: Slice of the forecasts from earlier editions as they were printed.
REAL_TIME = "real time"
SCORES = {
    "single": ("crps", "pinball", "in50", "in80", "in95"),
    "pair": ("brier",),
    "global": ("crps", "in80", "brier", "log"),
    "regional": ("crps", "in80", "brier", "log"),
}
#: Scores of our own model that are given by horizon too.
BY_HORIZON = ("crps", "in80", "brier")
#: Forecasts of a ratio's own history: they answer balances alone.
OWN_RATIO = ("own ratio, naive", "own ratio, pooled")


@dataclass(frozen=True)
class Index:
    """What each task of a question is, flat arrays: origin, horizon, block (country, first or big one), held back."""

    origin: FloatArray
    horizon: FloatArray
    block: FloatArray
    held: FloatArray


#: What the tasks of one origin are, by question, in the order of `Index`.
Keys = dict[str, tuple[FloatArray, ...]]


@dataclass(frozen=True)
class Tasks:
    """Scores of one model by question and score, flat arrays in the order of the question's index."""

    scores: Mapping[str, Mapping[str, FloatArray]]
    cpu_seconds: float


def peer(forecasts: pd.DataFrame, draws: int, seed: int) -> Callable[[int], Forecaster]:
    """Return, by origin, a peer's quantiles as a forecaster; countries that it did not forecast come back as NaN.

    forecasts: origin, iso3, horizon, q01.. (evenly spaced central quantiles of log US$ million). Draws follow each
    quantile function, straight between quantiles and beyond them in the normal score; ranks walk at random, so that
    a peer's marginals become paths with the dependence of a random walk, independent between countries.
    """
    from scipy.special import ndtri

    columns = [str(column) for column in forecasts.columns if str(column).startswith("q")]
    count = len(columns)
    inner = np.asarray(ndtri((2 * np.arange(1, count + 1) - 1) / (2 * count)))
    by_origin = {at: forecasts[forecasts["origin"] == at] for at in forecasts["origin"].astype(int).unique().tolist()}

    def at(origin: int) -> Forecaster:
        table = by_origin[origin].set_index(["iso3", "horizon"])[columns].sort_index()

        def forecast(series: Series, steps: int) -> FloatArray:
            out = np.full((draws, len(series.economies), steps), np.nan)
            for row, iso3 in enumerate(series.economies):
                if (iso3, 1) not in table.index:
                    continue
                ranks = np.cumsum(stream(seed, "peer", iso3).standard_normal((draws, steps)), axis=1)
                ranks /= np.sqrt(np.arange(1, steps + 1))
                quantiles = table.loc[iso3].to_numpy(dtype=float)[:steps] - alike.log(1000)
                for step in range(steps):
                    out[:, row, step] = _read(ranks[:, step], inner, quantiles[step])
            return out

        return forecast

    return at


def always(forecaster: Forecaster) -> Callable[[int], Forecaster]:
    """Return the same forecaster for every origin."""
    return lambda _: forecaster


def regions(panel: pd.DataFrame) -> dict[str, str]:
    """Return the broad region of each country of a panel."""
    return {str(iso3): str(region) for iso3, region in panel.groupby("iso3")["region"].first().items()}


def learned(
    panel: pd.DataFrame, known: Edition, futures: Futures, draws: int, seed: int
) -> Callable[[int], Forecaster]:
    """Return our model by origin: coefficients from the panel up to it, and a stream of random numbers of its own."""

    countries = panel.groupby("iso3", as_index=False)[["region", "subregion"]].first()

    def at(origin: int) -> Forecaster:
        def estimated() -> dict[str, pd.DataFrame]:
            world = hyperparameters.estimate(panel, known.name, [origin], futures.pooled_random_walk)
            return {"hyperparameters": world, "panel_regression": coefficients.estimate(panel, known.name, [origin])}

        found = once(known, ("estimated", origin), estimated)
        then = replace(
            known,
            learned={**found, "model_scores": known.learned["model_scores"]},
            published={"macro": known.published["macro"], "economies": countries},
        )
        return realtime.forecaster(then, futures, Run(seed=seed + origin, draws=draws))

    return at


def run(
    series: Series,
    origins: range,
    horizons: int,
    models: Mapping[str, Callable[[int], Forecaster]],
    regions: Mapping[str, str] | None = None,
    seed: int = 0,
) -> tuple[dict[str, Index], dict[str, Tasks]]:
    """Return what the tasks of each question are and every model's scores on them, in the same order.

    regions: of each country; without them there are no balances. seed: of the forecasts of ratios' own history.
    Origins run side by side; a model that fails at one fails as a whole.
    """
    return _whole([partial(_at, series, origin, horizons, models, regions, seed) for origin in origins])


def in_real_time(
    newest: Series,
    past: Iterable[tuple[Series, Mapping[str, Callable[[int], Forecaster]]]],
    horizons: int,
    regions: Mapping[str, str] | None = None,
    seed: int = 0,
) -> tuple[dict[str, Index], dict[str, Tasks]]:
    """Return the same (see `run`) of forecasts from the last year of each past edition, as it was printed.

    past: the whole panel of an edition with the models that know no more than it. newest: the edition that scores
    them; a country that it no longer has is no task.
    """
    jobs = []
    for series, models in past:
        whole = realtime.aligned(series.of(newest.economies), newest)
        jobs.append(partial(_at, whole, series.origin, horizons, models, regions, seed))
    return _whole(jobs)


def _whole(jobs: Sequence[Callable[[], tuple[Keys, dict[str, Tasks]]]]) -> tuple[dict[str, Index], dict[str, Tasks]]:
    """Return the index of each question and each model's scores, of origins that are worked at side by side."""
    found = side_by_side(jobs)
    questions = list(dict.fromkeys(question for keys, _ in found for question in keys))
    index = {
        question: Index(*(np.concatenate(part) for part in zip(*_each(found, question), strict=True)))
        for question in questions
    }
    names = dict.fromkeys(name for _, tasks in found for name in tasks)
    return index, {name: _joined(found, name, questions) for name in names}


def _each(found: list[tuple[Keys, dict[str, Tasks]]], question: str) -> list[tuple[FloatArray, ...]]:
    """Return the keys of a question at the origins where it is asked."""
    return [keys[question] for keys, _ in found if question in keys]


def by_edition(key: Index) -> dict[str, FloatArray]:
    """Return the weight of each task in real time: all alike, and those of countries held back from tuning."""
    found = {REAL_TIME: np.ones(len(key.origin)), f"{REAL_TIME}, held back": key.held.astype(float)}
    return {name: weight for name, weight in found.items() if weight.any()}


def by_era(key: Index) -> dict[str, FloatArray]:
    """Return the weight of each task in each era, in `eras` (each weighing alike) and in what was held back."""
    eras = {name: ((key.origin >= low) & (key.origin <= high)).astype(float) for name, (low, high) in ERAS.items()}
    eras = {name: weight for name, weight in eras.items() if weight.any()}
    whole: FloatArray = np.sum([weight / weight.sum() for weight in eras.values()], axis=0)
    found = {**eras, "eras": whole * len(key.origin), "held back": key.held.astype(float)}
    return {name: weight for name, weight in found.items() if weight.any()}


def table(
    index: Mapping[str, Index],
    tasks: Mapping[str, Tasks],
    ours: str,
    seed: int,
    alone: tuple[str, ...] = (),
    slices: Callable[[Index], dict[str, FloatArray]] = by_era,
) -> pd.DataFrame:
    """Return slice, question, model, horizon, score, value, lo, hi, n.

    slices: `by_era` or `by_edition`. Horizon 0 is the mean over horizons. `<score>_over_<peer>` is the ratio of the
    mean of `ours` to a peer's on the tasks of both; models `alone` are our own parts and no peers. 95 % intervals:
    bootstrap over countries (first or big ones) and origins.
    """
    rows: list[tuple[object, ...]] = []
    for question, key in index.items():
        for name, weight in slices(key).items():
            for model, found in tasks.items():
                if question not in found.scores:
                    continue
                given = found.scores[question]
                for score in SCORES[question]:
                    for horizon in range(int(key.horizon.max()) + 1):
                        if horizon and (score not in BY_HORIZON or model != ours):
                            continue
                        at = weight * (key.horizon == horizon) if horizon else weight
                        label = (name, question, model, horizon, score)
                        rows += _row(label, given[score], None, at, key, seed)
                    if model not in (ours, *alone) and ours in tasks and not score.startswith("in"):
                        label = (name, question, ours, 0, f"{score}_over_{model}")
                        rows += _row(label, tasks[ours].scores[question][score], given[score], weight, key, seed)
                rows += _levels(name, question, model, given, weight)
    return pd.DataFrame(rows, columns=list(COLUMNS[:9]))


def _levels(
    name: str, question: str, model: str, given: Mapping[str, FloatArray], weight: FloatArray
) -> list[tuple[object, ...]]:
    """Return the rows of calibration: tenths of the probability transform; of probabilities, what came in each."""
    if "pit" in given and name == "eras":
        known = np.isfinite(given["pit"])
        shares = np.histogram(given["pit"][known], 10, (0, 1), weights=weight[known])[0] / weight[known].sum()
        return [(name, question, model, 0, f"pit_{tenth}", float(share), np.nan, np.nan, int(known.sum()))
                for tenth, share in enumerate(shares, 1)]  # fmt: skip
    if "probability" in given and name == "eras":
        rows: list[tuple[object, ...]] = []
        box = np.minimum((given["probability"] * 10).astype(int), 9)
        for tenth in range(10):
            here = (box == tenth) & (weight > 0)
            if here.any():
                for score, values in (("said", given["probability"]), ("came", given["happened"])):
                    mean = float(np.average(values[here], weights=weight[here]))
                    label = (name, question, model, 0, f"{score}_{tenth + 1}")
                    rows.append((*label, mean, np.nan, np.nan, int(here.sum())))
        return rows
    return []


def _at(
    series: Series,
    origin: int,
    horizons: int,
    models: Mapping[str, Callable[[int], Forecaster]],
    regions: Mapping[str, str] | None,
    seed: int,
) -> tuple[Keys, dict[str, Tasks]]:
    """Return the tasks and scores of one origin; balances only where there are any."""
    past, outcome, steps = rolling.tasks(series, origin, horizons, YEARS_NEEDED)
    chosen = scores.pairs(past.log_milex[:, -1])
    held = np.array([split.held_back(iso3, origin) for iso3 in past.economies])
    codes = np.array([series.economies.index(iso3) for iso3 in past.economies])

    def keys(block: npt.NDArray[np.intp], kept: npt.NDArray[np.generic]) -> tuple[FloatArray, ...]:
        count = len(block)
        return (np.full(count * steps, origin), np.tile(np.arange(1, steps + 1), count), np.repeat(block, steps),
                np.repeat(kept, steps))  # fmt: skip

    index = {"single": keys(codes, held), "pair": keys(codes[chosen[:, 0]], np.asarray(held[chosen].all(axis=1)))}
    asked: dict[str, balances.Balances] = {}
    if regions is not None:
        named = tuple(regions.get(iso3, iso3) for iso3 in past.economies)
        for kind in balances.KINDS:
            one = balances.draw(past.log_milex[:, -1], named, kind, origin)
            if len(one.big):
                asked[kind] = one
                index[kind] = keys(codes[one.big], held[one.big])
    truth = {kind: balances.log_ratio(outcome, one) for kind, one in asked.items()}
    now = {kind: balances.log_ratio(past.log_milex[:, -1], one) for kind, one in asked.items()}
    tasks: dict[str, Tasks] = {}
    for name, make in models.items():
        start = time.process_time()
        drawn = make(origin)(past, steps)
        seconds = time.process_time() - start
        given = _scores(drawn, outcome, chosen)
        by_draw = np.ascontiguousarray(np.moveaxis(drawn, 0, -1), dtype=np.float32)
        for kind, one in asked.items():
            if np.isnan(drawn[0]).any():
                continue
            given[kind] = balances.question(balances.log_ratio(by_draw, one), truth[kind], now[kind])
        tasks[name] = Tasks(_flat(given), seconds)
    for name in OWN_RATIO if asked else ():
        start, given = time.process_time(), {}
        for kind, one in asked.items():
            history = balances.history(past.log_milex, one)
            draws = drawn.shape[0]
            ratio = (
                balances.own_naive(history, steps, draws, seed)
                if name == OWN_RATIO[0]
                else balances.own_pooled(history, steps, draws)
            )
            given[kind] = balances.question(ratio, truth[kind], now[kind])
        tasks[name] = Tasks(_flat(given), time.process_time() - start)
    return index, tasks


def _flat(given: Mapping[str, Mapping[str, FloatArray]]) -> dict[str, dict[str, FloatArray]]:
    return {question: {name: value.ravel() for name, value in by.items()} for question, by in given.items()}


def _joined(found: list[tuple[Keys, dict[str, Tasks]]], name: str, questions: list[str]) -> Tasks:
    """Return one model's scores at all origins; a question that it left out at one it leaves out everywhere."""
    joined = {}
    for question in questions:
        asked = [
            tasks[name].scores.get(question) if name in tasks else None for keys, tasks in found if question in keys
        ]
        given = [by_score for by_score in asked if by_score is not None]
        if len(given) == len(asked):
            joined[question] = {score: np.concatenate([one[score] for one in given]) for score in given[0]}
    return Tasks(joined, sum(tasks[name].cpu_seconds for _, tasks in found if name in tasks))


def _scores(drawn: FloatArray, outcome: FloatArray, chosen: npt.NDArray[np.intp]) -> dict[str, dict[str, FloatArray]]:
    """Return the scores of single countries (countries, horizons) and of pairs (pairs, horizons)."""
    ordered = np.sort(np.moveaxis(drawn, 0, -1), axis=-1)
    missing = np.isnan(drawn[0])
    crps, _ = scores.of_sorted(ordered, outcome)
    quantiles = np.stack([scores.quantile_of_sorted(ordered, level) for level in scores.LEVELS])
    found: dict[str, FloatArray] = {
        "crps": crps,
        "pinball": scores.pinball(quantiles, outcome),
        "pit": np.where(missing, np.nan, scores.pit(drawn, outcome)),
    }
    for percent in scores.INTERVALS:
        low, high = (scores.quantile_of_sorted(ordered, level) for level in scores.tails(percent))
        found[f"in{percent}"] = np.where(missing, np.nan, (low <= outcome) & (outcome <= high))
    probability, happened = scores.passing(drawn, outcome, chosen)
    unknown = missing[chosen[:, 0]] | missing[chosen[:, 1]]
    return {"single": found, "pair": {"brier": np.where(unknown, np.nan, scores.brier(probability, happened))}}


def _row(
    label: tuple[str, str, str, int, str],
    own: FloatArray,
    other: FloatArray | None,
    weight: FloatArray,
    key: Index,
    seed: int,
) -> list[tuple[object, ...]]:
    """Return a mean of `own`, or its ratio to the mean of `other` on the tasks of both, with its interval."""
    use = (weight > 0) & np.isfinite(own) & (np.isfinite(other) if other is not None else True)
    if not use.any():
        return []
    base = weight[use] if other is None else weight[use] * other[use]
    generator = stream(seed, "full", *(str(part) for part in label))
    found = scores.two_way_interval(weight[use] * own[use], base, key.block[use], key.origin[use], BOOTSTRAP, generator)
    return [(*label, *found, int(use.sum()))]


def _read(ranks: FloatArray, inner: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Return the quantile function at normal scores `ranks`, straight between and beyond the given quantiles."""
    first, last = ((quantiles[at + 1] - quantiles[at]) / (inner[at + 1] - inner[at]) for at in (0, -2))
    found = np.interp(ranks, inner, quantiles)
    below, above = ranks < inner[0], ranks > inner[-1]
    found[below] = quantiles[0] + first * (ranks[below] - inner[0])
    found[above] = quantiles[-1] + last * (ranks[above] - inner[-1])
    return np.asarray(found)
