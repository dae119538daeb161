"""The pooled random walk: drift and volatility of growth, partly the economy's own and partly the world's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from overtake import alike
from overtake.config.core import Run
from overtake.config.futures import PooledRandomWalk
from overtake.draws import FloatArray, empty
from overtake.futures.series import SHORTEST, Series
from overtake.streams import KEPT, stream

#: Correlations between economies' shocks are kept this far from none and from one.
CORRELATION_RANGE = (0.0, 0.8)
#: Least volatility of a series, a year: one that grew at the same rate every year is not certain to go on.
LEAST_VOLATILITY = 0.005


#: Autocorrelation of growth around its mean is kept within this range; the last shock counts to so many volatilities.
AUTOCORRELATION_RANGE, LARGEST_LAST = (0.0, 0.6), 2.0


@dataclass(frozen=True)
class World:
    """What the world's panel says, a year: median drift, its spread among countries, median log volatility.

    autocorrelation: of growth around a country's mean from one year to the next, the median, corrected for its bias.
    """

    drift: float
    drift_sd: float
    log_volatility: float
    autocorrelation: float


@dataclass(frozen=True)
class Growth:
    """drift, drift_sd, volatility, last: (economies,), a year, in logs; loading: (economies,), on the common shock.

    last: growth of the last year around its mean, of which `autocorrelation` carries over to the next.
    """

    drift: FloatArray
    drift_sd: FloatArray
    volatility: FloatArray
    loading: FloatArray
    last: FloatArray
    autocorrelation: float


def forecast(series: Series, pooled: World, settings: PooledRandomWalk, steps: int, run: Run) -> FloatArray:
    """Return log growth since the origin of `series`, (draws, economies, steps), float32."""
    growth = estimate(series.log_milex, pooled, settings)
    return simulate(growth, series.economies, steps, run.draws, settings.tail_df, run.seed)


def world(log_milex: FloatArray, window: int, cut: float) -> World:
    """Return the hyper-parameters of a panel (countries, years): medians over countries with enough growth rates."""
    mean, volatility, residuals = _own(log_milex, window, cut)
    return World(
        float(np.nanmedian(mean)),
        float(1.4826 * np.nanmedian(np.abs(mean - np.nanmedian(mean)))),
        float(np.nanmedian(alike.log(volatility))),
        float(np.clip(np.nanmedian(autocorrelation(residuals)), *AUTOCORRELATION_RANGE)),
    )


def autocorrelation(residuals: FloatArray) -> FloatArray:
    """Return each row's first autocorrelation (economies,) of residual growth, its small-sample bias added back.

    The bias of an estimate r from n years is -(1 + 3 r) / n (Kendall 1954). NaN where growth never moved.
    """
    both = np.isfinite(residuals[:, 1:]) & np.isfinite(residuals[:, :-1])
    count = np.maximum(both.sum(axis=1), 1)
    product = np.where(both, residuals[:, 1:] * residuals[:, :-1], 0.0).sum(axis=1) / count
    square = np.nanmean(residuals**2, axis=1)
    found = np.where(square > 0, product / np.where(square > 0, square, 1.0), np.nan)
    corrected: FloatArray = found + (1 + 3 * found) / (count + 1)
    return corrected


def estimate(log_milex: FloatArray, pooled: World, settings: PooledRandomWalk) -> Growth:
    """Return the growth of each economy (rows of `log_milex`, log real spending by year) pooled with the world's."""
    mean, volatility, residuals = _own(log_milex, settings.window, settings.cut)
    own = settings.own_drift
    drift = own * mean + (1 - own) * pooled.drift
    # Drift is known up to the spread that pooling leaves: what is shrunk away among countries.
    drift_sd = np.full_like(drift, np.sqrt(own * (1 - own)) * pooled.drift_sd)
    log_volatility = (
        settings.own_volatility * alike.log(volatility) + (1 - settings.own_volatility) * pooled.log_volatility
    )
    volatility = alike.exp(log_volatility)
    last = np.clip(residuals[:, -1], -LARGEST_LAST * volatility, LARGEST_LAST * volatility)
    return Growth(drift, drift_sd, volatility, loadings(residuals), last, pooled.autocorrelation)


def correlation(residuals: FloatArray) -> float:
    """Return the mean pairwise correlation of residual growth (economies, years), within CORRELATION_RANGE."""
    usable, moving = _usable(residuals)
    if moving.sum() < 2 or usable.shape[1] < 3:
        return CORRELATION_RANGE[0]
    return float(np.clip(_with_others(usable[moving]).mean(), *CORRELATION_RANGE))


def loadings(residuals: FloatArray) -> FloatArray:
    """Return each economy's loading on the one common shock, (economies,): correlations are their products.

    An economy's own (its mean correlation with the others over the root of the mean of all) is shrunk towards the root
    of the mean by what of the spread among economies is sampling error, told by leaving out a year at a time. Positive
    definite by construction; an economy's draws depend on the others through its loading alone.
    """
    mean = correlation(residuals)
    found = np.full(len(residuals), np.sqrt(mean))
    usable, moving = _usable(residuals)
    years = usable.shape[1]
    if mean == 0 or moving.sum() < 3 or years < SHORTEST:
        return found
    own = _with_others(usable[moving])
    without = np.stack([_with_others(np.delete(usable[moving], year, axis=1)) for year in range(years)])
    sampling = (years - 1) / years * ((without - without.mean(axis=0)) ** 2).sum(axis=0).mean()
    kept = max(0.0, 1 - float(sampling) / float(own.var())) if own.var() > 0 else 0.0
    found[moving] += kept * (own - own.mean()) / np.sqrt(mean)
    clipped: FloatArray = np.clip(found, 0.0, np.sqrt(CORRELATION_RANGE[1]))
    return clipped


def simulate(
    growth: Growth, economies: tuple[str, ...], steps: int, draws: int, tail_df: float, seed: int
) -> FloatArray:
    """Return log growth since the last observed year, (draws, economies, steps), float32.

    growth = drift + shock, shock = autocorrelation * shock of the year before + volatility * (common + own), a common
    factor for all economies of a draw and year; each draw of an economy has its own scale (inverse gamma), so that
    tails stay heavy at any horizon, and its own drift.
    """
    rho = growth.autocorrelation
    carried, shocks = np.cumprod(np.full(steps, rho)), _shocks if draws <= KEPT else _shocks.__wrapped__
    out = empty(draws, len(economies), steps)
    for at, iso3 in enumerate(economies):
        loading, volatility = float(growth.loading[at]), float(growth.volatility[at])
        kept, normal = shocks(seed, iso3, draws, steps, tail_df, loading, volatility, rho)
        shock = kept.copy()
        drift = normal * np.float32(growth.drift_sd[at])
        drift += np.float32(growth.drift[at])
        expected = (carried * growth.last[at]).astype(np.float32)
        shock[0] += drift + expected[0]
        for step in range(1, steps):
            shock[step] += shock[step - 1] + (drift + expected[step])
        out[:, at] = shock.T
    return out


@lru_cache(maxsize=32)
def _shocks(
    seed: int, iso3: str, draws: int, steps: int, tail_df: float, loading: float, volatility: float, rho: float
) -> tuple[FloatArray, FloatArray]:
    """Return an economy's shocks (steps, draws) and the standard normal of its drift (draws,), not to be written to.

    Kept, since a sensitivity run asks for the same shocks under many drifts.
    """
    random = stream(seed, "pooled_random_walk", iso3)
    # Years in rows: sums over years then run along whole rows of draws, three times as fast.
    shock = np.ascontiguousarray(random.standard_normal((draws, steps), dtype=np.float32).T)
    shock *= np.float32(np.sqrt(1 - loading**2))
    shock += np.float32(loading) * _common(seed, draws, steps)
    scale = np.sqrt((tail_df - 2) / random.chisquare(tail_df, draws)).astype(np.float32)
    shock *= np.float32(volatility * np.sqrt(1 - rho**2)) * scale
    normal = random.standard_normal(draws, dtype=np.float32)
    for step in range(1, steps):
        shock[step] += np.float32(rho) * shock[step - 1]
    return shock, normal


@lru_cache(maxsize=2)
def _common(seed: int, draws: int, steps: int) -> FloatArray:
    """Return the shocks that all economies share, (steps, draws), not to be written to."""
    random = stream(seed, "pooled_random_walk", "world")
    return np.ascontiguousarray(random.standard_normal((draws, steps), dtype=np.float32).T)


def _usable(residuals: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return residual growth in the years that every economy has, and which economies move there."""
    usable = residuals[:, np.isfinite(residuals).all(axis=0)]
    return usable, usable.std(axis=1) > 0 if usable.shape[1] else np.zeros(len(usable), dtype=bool)


def _with_others(residuals: FloatArray) -> FloatArray:
    """Return each row's mean correlation with the other rows."""
    matrix: FloatArray = np.atleast_2d(np.corrcoef(residuals))
    found: FloatArray = (matrix.sum(axis=1) - 1) / (len(matrix) - 1)
    return found


def _own(log_milex: FloatArray, window: int, cut: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return each row's mean growth, volatility (standard deviation of growth) and residual growth in the window.

    A year's growth beyond plus or minus `cut` counts as that much: a war or a revaluation is no trend.
    """
    growth = np.clip(np.diff(log_milex[:, -window - 1 :], axis=1), -cut, cut)
    mean = np.nanmean(growth, axis=1)
    residuals = growth - mean[:, None]
    return mean, np.maximum(np.nanstd(growth, axis=1), LEAST_VOLATILITY), residuals
