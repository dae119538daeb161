"""The pooled random walk: drift and volatility of growth, partly the economy's own and partly the world's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from overtake.config.core import Run
from overtake.config.futures import PooledRandomWalk
from overtake.futures.series import Series
from overtake.streams import stream
from overtake.tables import FloatArray

#: Correlations between economies' shocks are kept this far from none and from one.
CORRELATION_RANGE = (0.0, 0.8)
#: Least volatility of a series, a year: one that grew at the same rate every year is not certain to go on.
LEAST_VOLATILITY = 0.005


@dataclass(frozen=True)
class World:
    """What the world's panel says: median drift, its spread among countries, median log volatility, a year."""

    drift: float
    drift_sd: float
    log_volatility: float


@dataclass(frozen=True)
class Growth:
    """drift, drift_sd, volatility: (economies,), a year, in logs; correlation: of the shocks between economies."""

    drift: FloatArray
    drift_sd: FloatArray
    volatility: FloatArray
    correlation: float


def forecast(series: Series, pooled: World, settings: PooledRandomWalk, steps: int, run: Run) -> FloatArray:
    """Return log growth since the origin of `series`, (draws, economies, steps), float32."""
    growth = estimate(series.log_milex, pooled, settings)
    return simulate(growth, series.economies, steps, run.draws, settings.tail_df, run.seed)


def world(log_milex: FloatArray, window: int) -> World:
    """Return the hyper-parameters of a panel (countries, years): medians over countries with enough growth rates."""
    mean, volatility, _ = _own(log_milex, window)
    return World(
        float(np.nanmedian(mean)),
        float(1.4826 * np.nanmedian(np.abs(mean - np.nanmedian(mean)))),
        float(np.nanmedian(np.log(volatility))),
    )


def estimate(log_milex: FloatArray, pooled: World, settings: PooledRandomWalk) -> Growth:
    """Return the growth of each economy (rows of `log_milex`, log real spending by year) pooled with the world's."""
    mean, volatility, residuals = _own(log_milex, settings.window)
    own = settings.own_drift
    drift = own * mean + (1 - own) * pooled.drift
    # Drift is known up to the spread that pooling leaves: what is shrunk away among countries.
    drift_sd = np.full_like(drift, np.sqrt(own * (1 - own)) * pooled.drift_sd)
    log_volatility = (
        settings.own_volatility * np.log(volatility) + (1 - settings.own_volatility) * pooled.log_volatility
    )
    return Growth(drift, drift_sd, np.exp(log_volatility), correlation(residuals))


def correlation(residuals: FloatArray) -> float:
    """Return the mean pairwise correlation of residual growth (economies, years), within CORRELATION_RANGE.

    Full shrinkage to one common factor with equal loadings: positive definite by construction, and the shocks of an
    economy do not depend on who else is simulated.
    """
    usable = residuals[:, np.isfinite(residuals).all(axis=0)]
    usable = usable[usable.std(axis=1) > 0]
    if usable.shape[0] < 2 or usable.shape[1] < 3:
        return CORRELATION_RANGE[0]
    matrix = np.corrcoef(usable)
    count = len(matrix)
    mean = (matrix.sum() - count) / (count * (count - 1))
    return float(np.clip(mean, *CORRELATION_RANGE))


def simulate(
    growth: Growth, economies: tuple[str, ...], steps: int, draws: int, tail_df: float, seed: int
) -> FloatArray:
    """Return log growth since the last observed year, (draws, economies, steps), float32.

    shock = volatility * (common + own), a common factor for all economies of a draw and year; each draw of an economy
    has its own scale (inverse gamma), so that tails stay heavy at any horizon, and its own drift.
    """
    shared = np.float32(np.sqrt(growth.correlation))
    alone = np.float32(np.sqrt(1 - growth.correlation))
    common = stream(seed, "pooled_random_walk", "world").standard_normal((draws, steps), dtype=np.float32)
    # Years in rows from here on: sums over years then run along whole rows of draws, three times as fast.
    common = np.ascontiguousarray(common.T) * shared
    out = np.empty((draws, len(economies), steps), dtype=np.float32)
    for at, iso3 in enumerate(economies):
        random = stream(seed, "pooled_random_walk", iso3)
        shock = np.ascontiguousarray(random.standard_normal((draws, steps), dtype=np.float32).T)
        shock *= alone
        shock += common
        scale = np.sqrt((tail_df - 2) / random.chisquare(tail_df, draws)).astype(np.float32)
        shock *= np.float32(growth.volatility[at]) * scale
        drift = random.standard_normal(draws, dtype=np.float32) * np.float32(growth.drift_sd[at])
        shock += np.float32(growth.drift[at]) + drift
        for step in range(1, steps):
            shock[step] += shock[step - 1]
        out[:, at] = shock.T
    return out


def _own(log_milex: FloatArray, window: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return each row's mean growth, volatility (standard deviation of growth) and residual growth in the window."""
    growth = np.diff(log_milex[:, -window - 1 :], axis=1)
    mean = np.nanmean(growth, axis=1)
    residuals = growth - mean[:, None]
    return mean, np.maximum(np.nanstd(growth, axis=1), LEAST_VOLATILITY), residuals
