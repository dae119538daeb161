"""The full comparison: all countries of a panel, every origin, our models beside statsforecast's on the same tasks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from overtake import alike
from overtake.draws import FloatArray
from overtake.futures.series import Series
from overtake.skill import scores, split
from overtake.skill.rolling import Forecaster
from overtake.streams import stream

FILE = "skill_full.csv"
COLUMNS = ("slice", "model", "horizon", "score", "value", "lo", "hi", "n", "edition", "date", "status", "source")
#: A country is a task at an origin when it has figures in each of this many years up to it, as the peers need.
YEARS_NEEDED = 12
BOOTSTRAP = 1000
POINT_SCORES = ("crps", "pinball", "in50", "in80", "in95")


@dataclass(frozen=True)
class Tasks:
    """Scores of one model: per country task (origin, country, horizon) and per pair task, flat arrays in one order."""

    points: Mapping[str, FloatArray]
    brier: FloatArray
    cpu_seconds: float


@dataclass(frozen=True)
class Index:
    """What each task is: origin, horizon, country code and whether it was held back; for pairs, the first country."""

    origin: FloatArray
    horizon: FloatArray
    country: FloatArray
    held: FloatArray
    pair_horizon: FloatArray
    pair_country: FloatArray
    pair_held: FloatArray


def of_panel(panel: pd.DataFrame) -> Series:
    """Return the whole panel (data/panel) as a series; zeros count as missing."""
    years = tuple(range(int(panel["year"].min()), int(panel["year"].max()) + 1))
    wide = {
        column: panel.pivot(index="iso3", columns="year", values=column).sort_index().reindex(columns=list(years))
        for column in ("milex_constant_usd_m", "gdp_share_pct")
    }
    spending, share = (
        alike.log(np.where(values > 0, values, np.nan))
        for values in (frame.to_numpy(dtype=float) for frame in wide.values())
    )
    economies = tuple(str(iso3) for iso3 in wide["milex_constant_usd_m"].index)
    return Series(spending - alike.log(1000), share, economies, years)


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


def run(
    series: Series, origins: range, horizons: int, models: Mapping[str, Callable[[int], Forecaster]]
) -> tuple[Index, dict[str, Tasks]]:
    """Return what the tasks are and every model's scores on them, in the same order."""
    keys: list[list[FloatArray]] = [[] for _ in range(7)]
    kept: dict[str, dict[str, list[FloatArray]]] = {name: {} for name in models}
    seconds = dict.fromkeys(models, 0.0)
    for origin in origins:
        past, outcome, steps = _tasks(series, origin, horizons)
        chosen = scores.pairs(past.log_milex[:, -1])
        held = np.array([split.held_back(iso3, origin) for iso3 in past.economies])
        codes = np.array([series.economies.index(iso3) for iso3 in past.economies])
        both = held[chosen].all(axis=1)
        for store, value in zip(
            keys,
            (np.full(outcome.size, origin), np.tile(np.arange(1, steps + 1), len(codes)), np.repeat(codes, steps),
             np.repeat(held, steps), np.tile(np.arange(1, steps + 1), len(chosen)),
             np.repeat(codes[chosen[:, 0]], steps), np.repeat(both, steps)),
            strict=True,
        ):  # fmt: skip
            store.append(value)
        for name, make in models.items():
            start = time.process_time()
            drawn = make(origin)(past, steps)
            seconds[name] += time.process_time() - start
            for score, value in _scores(drawn, outcome, chosen).items():
                kept[name].setdefault(score, []).append(value)
    index = Index(*(np.concatenate(store) for store in keys))
    joined = {name: {score: np.concatenate(v) for score, v in parts.items()} for name, parts in kept.items()}
    return index, {name: Tasks({s: parts[s] for s in (*POINT_SCORES, "pit")}, parts["brier"], seconds[name])
                   for name, parts in joined.items()}  # fmt: skip


def table(index: Index, tasks: Mapping[str, Tasks], ours: str, peers: tuple[str, ...], seed: int) -> pd.DataFrame:
    """Return slice, model, horizon, score, value, lo, hi, n: all tasks and those held back from tuning.

    Horizon 0 is the mean over horizons. `crps_over_<peer>` and `brier_over_<peer>` are ratios of `ours` to each peer on
    the tasks of both: peers with conformal intervals forecast only the longer series. 95 % intervals: bootstrap over
    countries.
    """
    rows: list[tuple[object, ...]] = []
    everything = np.ones(len(index.held), dtype=bool), np.ones(len(index.pair_held), dtype=bool)
    for name, points, pairs in (("all", *everything), ("held back", index.held, index.pair_held)):
        for model, found in tasks.items():
            for horizon in range(int(index.horizon.max()) + 1):
                here = points & ((index.horizon == horizon) | (horizon == 0))
                there = pairs & ((index.pair_horizon == horizon) | (horizon == 0))
                for score in POINT_SCORES:
                    rows += _row(name, model, horizon, score, found.points[score], here, index.country, seed)
                rows += _row(name, model, horizon, "brier", found.brier, there, index.pair_country, seed)
            levels = found.points["pit"][points]
            levels = levels[np.isfinite(levels)]
            for tenth, count in enumerate(np.histogram(levels, 10, (0, 1))[0]):
                share = float(count / max(levels.size, 1))
                rows.append((name, model, 0, f"pit_{tenth + 1}", share, np.nan, np.nan, levels.size))
        for score, where, country in (("crps", points, index.country), ("brier", pairs, index.pair_country)):
            rows += [_against(name, score, where, country, tasks, ours, peer, seed) for peer in peers]
    return pd.DataFrame(rows, columns=list(COLUMNS[:8]))


def _tasks(series: Series, origin: int, horizons: int) -> tuple[Series, FloatArray, int]:
    """Return what was observed up to `origin` by the countries that are tasks, what followed, and the years ahead."""
    past = series.upto(origin)
    steps = min(horizons, series.origin - origin)
    after = series.log_milex[:, len(past.years) : len(past.years) + steps]
    keep = np.asarray(np.isfinite(past.log_milex[:, -YEARS_NEEDED:]).all(axis=1) & np.isfinite(after).all(axis=1))
    names = tuple(np.array(past.economies, dtype=object)[keep])
    return Series(past.log_milex[keep], past.log_share[keep], names, past.years), after[keep], steps


def _scores(drawn: FloatArray, outcome: FloatArray, chosen: npt.NDArray[np.intp]) -> dict[str, FloatArray]:
    quantiles = np.quantile(drawn, scores.LEVELS, axis=0)
    missing = np.isnan(drawn[0])
    found: dict[str, FloatArray] = {
        "crps": scores.crps(drawn, outcome),
        "pinball": scores.pinball(quantiles, outcome),
        "pit": np.where(missing, np.nan, scores.pit(drawn, outcome)),
    }
    for percent in scores.INTERVALS:
        found[f"in{percent}"] = np.where(missing, np.nan, scores.covered(drawn, outcome, percent))
    probability, happened = scores.passing(drawn, outcome, chosen)
    unknown = missing[chosen[:, 0]] | missing[chosen[:, 1]]
    found["brier"] = np.where(unknown, np.nan, scores.brier(probability, happened))
    return {name: value.ravel() for name, value in found.items()}


def _row(
    name: str,
    model: str,
    horizon: int,
    score: str,
    values: FloatArray,
    where: FloatArray,
    country: FloatArray,
    seed: int,
) -> list[tuple[object, ...]]:
    use = where & np.isfinite(values)
    if not use.any():
        return []
    generator = stream(seed, "full", name, model, score, str(horizon))
    mean, low, high = scores.block_interval(values[use], country[use], BOOTSTRAP, generator)
    return [(name, model, horizon, score, mean, low, high, int(use.sum()))]


def _against(
    name: str,
    score: str,
    where: FloatArray,
    country: FloatArray,
    tasks: Mapping[str, Tasks],
    ours: str,
    peer: str,
    seed: int,
) -> tuple[object, ...]:
    """Return the ratio of our mean score to a peer's on the tasks `where` both forecast."""
    own, other = (
        tasks[model].brier if score == "brier" else tasks[model].points[score] for model in (ours, peer)
    )  # fmt: skip
    both = where & np.isfinite(own) & np.isfinite(other)
    _, block = np.unique(country[both], return_inverse=True)
    ratio, low, high = scores.ratio_interval(
        own[both], other[both], block, BOOTSTRAP, stream(seed, "full", name, score, "ratio")
    )
    return (name, ours, 0, f"{score}_over_{peer}", ratio, low, high, int(both.sum()))


def _read(ranks: FloatArray, inner: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Return the quantile function at normal scores `ranks`, straight between and beyond the given quantiles."""
    first, last = ((quantiles[at + 1] - quantiles[at]) / (inner[at + 1] - inner[at]) for at in (0, -2))
    found = np.interp(ranks, inner, quantiles)
    below, above = ranks < inner[0], ranks > inner[-1]
    found[below] = quantiles[0] + first * (ranks[below] - inner[0])
    found[above] = quantiles[-1] + last * (ranks[above] - inner[-1])
    return np.asarray(found)
