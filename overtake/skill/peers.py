"""Short peers that are hard to beat: forecasters that need no more than the panel up to the origin.

Each gives quantiles for every country and horizon; `paths` joins them to draws without sampling noise in any one of
them: evenly spaced quantiles, in the order of a random walk of the country's own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from overtake import alike
from overtake.draws import FloatArray
from overtake.futures import panel_regression as fitted
from overtake.futures.features import VOLATILITY_TERMS, features
from overtake.futures.series import Series
from overtake.skill.rolling import Forecaster
from overtake.streams import stream

#: Past country-years that count as analogs of a country.
ANALOGS = 200
#: First year whose features are used.
FIRST_YEAR = fitted.FIRST_YEAR
#: Levels of the linear quantile regressions, and how often they are reweighted.
LEVELS, ROUNDS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95), 12


def paths(quantiles: Callable[[FloatArray], FloatArray], economies: tuple[str, ...], shape: tuple[int, int], seed: int,
          name: str) -> FloatArray:  # fmt: skip
    """Return draws (draws, economies, steps) of marginal quantile functions; shape: draws, steps.

    quantiles: levels (draws,) -> values (economies, steps, draws).
    """
    draws, steps = shape
    values = quantiles((np.arange(draws) + 0.5) / draws)
    out = np.empty((draws, len(economies), steps))
    for row, iso3 in enumerate(economies):
        walk = np.cumsum(stream(seed, "peer", name, iso3).standard_normal((draws, steps)), axis=1)
        order = np.argsort(np.argsort(walk, axis=0, kind="stable"), axis=0, kind="stable")
        out[:, row] = np.take_along_axis(values[row].T, order, axis=0)
    return out


def naive(draws: int, seed: int) -> Forecaster:
    """Return the naive peer: no drift, each economy's own volatility, normal, independent, by its exact quantiles."""
    from scipy.special import ndtri

    def forecast(series: Series, steps: int) -> FloatArray:
        volatility = np.sqrt(np.nanmean(np.diff(series.log_milex, axis=1) ** 2, axis=1))
        spread = volatility[:, None] * np.sqrt(np.arange(1, steps + 1))
        last = series.log_milex[:, -1:, None]
        return paths(lambda u: last + spread[:, :, None] * ndtri(u), series.economies, (draws, steps), seed, "naive")

    return forecast


def analogs(whole: Series, draws: int, seed: int) -> Callable[[int], Forecaster]:
    """Return, by origin, the growth of the 200 country-years of the past that are nearest in the model's features."""

    def at(origin: int) -> Forecaster:
        past = _Past(whole, origin)

        def forecast(series: Series, steps: int) -> FloatArray:
            own = past.terms(series)
            near = ((own[:, None] - past.x[None]) ** 2).sum(axis=2)
            found = np.empty((len(own), steps, ANALOGS))
            for step in range(1, steps + 1):
                known = np.flatnonzero(np.isfinite(past.growth(step)))
                nearest = np.argpartition(near[:, known], ANALOGS, axis=1)[:, :ANALOGS]
                found[:, step - 1] = np.sort(past.growth(step)[known[nearest]], axis=1)
            found += series.log_milex[:, -1:, None]
            return paths(lambda u: _between(found, u), series.economies, (draws, steps), seed, "analogs")

        return forecast

    return at


def scaled(whole: Series, draws: int, seed: int) -> Callable[[int], Forecaster]:
    """Return, by origin, the last value with fitted volatility times the pooled quantiles of each horizon."""

    def at(origin: int) -> Forecaster:
        past = _Past(whole, origin)

        def forecast(series: Series, steps: int) -> FloatArray:
            own = past.volatility_terms(series)
            levels = []
            for step in range(1, steps + 1):
                growth = past.growth(step)
                known = np.isfinite(growth)
                c = fitted.log_scale(past.z[known], np.abs(growth[known]))
                pooled = np.sort(growth[known] / alike.exp(past.z[known] @ c))
                levels.append((alike.exp(own @ c), pooled))

            def quantiles(u: FloatArray) -> FloatArray:
                parts = [scale[:, None] * np.quantile(pooled, u) for scale, pooled in levels]
                return series.log_milex[:, -1:, None] + np.stack(parts, axis=1)

            return paths(quantiles, series.economies, (draws, steps), seed, "scaled")

        return forecast

    return at


def linear(whole: Series, draws: int, seed: int) -> Callable[[int], Forecaster]:
    """Return, by origin, pooled linear quantile regressions on the terms of median and scale, by horizon."""

    def at(origin: int) -> Forecaster:
        past = _Past(whole, origin)

        def forecast(series: Series, steps: int) -> FloatArray:
            from scipy.special import ndtri

            own, inner = past.terms(series), ndtri(LEVELS)
            found = np.empty((len(own), steps, len(LEVELS)))
            for step in range(1, steps + 1):
                growth = past.growth(step)
                known = np.isfinite(growth)
                x, y = past.x[known], growth[known]
                ones, given = np.ones((len(x), 1)), np.concatenate([np.ones((len(own), 1)), own], axis=1)
                for number, level in enumerate(LEVELS):
                    b = fitted.least_absolute(np.concatenate([ones, x], axis=1), y, level, ROUNDS)
                    found[:, step - 1, number] = given @ b
            found = np.sort(found, axis=2) + series.log_milex[:, -1:, None]

            def quantiles(u: FloatArray) -> FloatArray:
                return _straight(found, inner, ndtri(u))

            return paths(quantiles, series.economies, (draws, steps), seed, "linear")

        return forecast

    return at


class _Past:
    """Features and outcomes of all country-years up to an origin: standardised terms x, volatility terms z."""

    def __init__(self, whole: Series, origin: int) -> None:
        self.seen = whole.upto(origin)
        first = max(self.seen.years.index(FIRST_YEAR) if FIRST_YEAR in self.seen.years else 0, 2)
        self.starts = range(first, len(self.seen.years))
        both = [_terms(self.seen, at) for at in self.starts]
        x, self.z = (np.concatenate(part) for part in zip(*both, strict=True))
        self.fill, self.spread = np.nanmean(x, axis=0), np.maximum(np.nanstd(x, axis=0), 1e-9)
        self.whole_rows = np.isfinite(x).all(axis=1)
        self.x = np.where(np.isfinite(x), (x - self.fill) / self.spread, 0.0)

    def growth(self, step: int) -> FloatArray:
        """Return growth over so many years of every country-year (rows of x), NaN where it is not known or x is not."""
        logs = self.seen.log_milex
        later = np.full((len(self.starts), len(logs)), np.nan)
        for row, at in enumerate(self.starts):
            if at + step < logs.shape[1]:
                later[row] = logs[:, at + step] - logs[:, at]
        return np.where(self.whole_rows, later.ravel(), np.nan)

    def terms(self, series: Series) -> FloatArray:
        """Return the standardised terms of a series at its last year, unknown ones at their mean."""
        own, _ = _terms(series, len(series.years) - 1)
        return np.where(np.isfinite(own), (own - self.fill) / self.spread, 0.0)

    def volatility_terms(self, series: Series) -> FloatArray:
        """Return the terms of volatility of a series at its last year."""
        return _terms(series, len(series.years) - 1)[1]


def _terms(series: Series, at: int) -> tuple[FloatArray, FloatArray]:
    """Return the terms of the median with those of volatility, constants left out, and volatility's alone."""
    x, z = features(series.log_milex, series.log_share, at)
    z = z[:, : len(VOLATILITY_TERMS)]
    return np.concatenate([x[:, 1:], z[:, 1:]], axis=1), z


def _between(ordered: FloatArray, levels: FloatArray) -> FloatArray:
    """Return values between ordered outcomes (..., n) at levels (draws,): straight between (k + 1/2) / n."""
    count = ordered.shape[-1]
    at = np.clip(levels * count - 0.5, 0, count - 1)
    low = np.minimum(at.astype(int), count - 2)
    part = at - low
    found: FloatArray = ordered[..., low] * (1 - part) + ordered[..., low + 1] * part
    return found


def _straight(values: FloatArray, inner: FloatArray, scores: FloatArray) -> FloatArray:
    """Return quantile functions (..., levels) at normal scores (draws,): straight between and beyond the levels."""
    at = np.clip(np.searchsorted(inner, scores) - 1, 0, len(inner) - 2)
    part = (scores - inner[at]) / (inner[at + 1] - inner[at])
    found: FloatArray = values[..., at] * (1 - part) + values[..., at + 1] * part
    return found
