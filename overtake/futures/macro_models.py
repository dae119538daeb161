"""Models that see the economy: GDP times a share that reverts, and an error-correction demand equation."""

from __future__ import annotations

import warnings

import numpy as np

from overtake import alike
from overtake.draws import FloatArray, empty
from overtake.futures import gdp
from overtake.futures.series import Series
from overtake.streams import stream

#: Years of history that the share's mean and the equation's coefficients are taken from.
WINDOW = 30


def gdp_share(series: Series, expected: FloatArray, error_pct: float, draws: int, seed: int) -> FloatArray:
    """Return log growth since the origin, (draws, economies, steps), float32: GDP times a mean-reverting share.

    The share's speed of reversion is pooled over the economies; each draw has a share of its own to revert to, any
    between the own mean of the window and the present one; shocks have the own volatility, pooled half with the median.
    """
    share = _filled(series.log_share[:, -WINDOW:])
    speed, volatility = reversion(share)
    away = share[:, -1] - share.mean(axis=1)
    out = empty(draws, *expected.shape)
    for at, grown in enumerate(gdp.paths(series, expected, error_pct, draws, seed)):
        random = stream(seed, "gdp_share", series.economies[at])
        shocks = volatility[at] * random.standard_normal(grown.shape)
        start = away[at] * random.random(draws)
        gap = start
        for step in range(grown.shape[1]):
            gap = (1 - speed) * gap + shocks[:, step]
            out[:, at, step] = grown[:, step] + gap - start
    return out


def reversion(share: FloatArray) -> tuple[float, FloatArray]:
    """Return the pooled yearly speed of reversion of log shares (economies, years) and each one's volatility.

    Least squares of the change on the distance from the own mean, all economies together, between 0 and a half; an own
    mean of n years makes shares seem to revert faster by (2 - speed) / (n - 1) (Nickell 1981), which is taken off.
    """
    gap = share - share.mean(axis=1, keepdims=True)
    change, before = np.diff(gap, axis=1), gap[:, :-1]
    spread = float((before**2).sum())
    # Shares that never moved say nothing of a reversion.
    speed = -float((change * before).sum()) / spread if spread > 0 else 0.0
    years = share.shape[1]
    speed = float(np.clip((speed * (years - 1) - 2) / (years - 2), 0.0, 0.5))
    own = (change + speed * before).std(axis=1)
    pooled: FloatArray = np.sqrt(own * np.median(own))
    return speed, pooled


def error_correction(series: Series, expected: FloatArray, error_pct: float, draws: int, seed: int) -> FloatArray:
    """Return log growth since the origin, (draws, economies, steps), float32, of a pooled demand equation.

    change of log spending = a_i + b change of log GDP - c (log spending - log GDP - k_i), by statsmodels OLS with
    fixed effects over all economies; coefficients b and c are drawn from their estimated distribution.
    """
    import statsmodels.regression.linear_model as linear
    from statsmodels.tools.sm_exceptions import SingularMatrixWarning

    spending = series.log_milex[:, -WINDOW:]
    share = _filled(series.log_share[:, -WINDOW:])
    spending = np.where(np.isfinite(spending), spending, np.nan)
    income = spending - share
    change, growth = np.diff(spending, axis=1), np.diff(income, axis=1)
    before = share[:, :-1]
    x = np.stack([_within(growth), _within(before)], axis=-1).reshape(-1, 2)
    y = _within(change).ravel()
    whole = np.isfinite(x).all(axis=1) & np.isfinite(y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SingularMatrixWarning)  # income that never moves: the least coefficients
        fitted = linear.OLS(y[whole], x[whole]).fit()
    random = stream(seed, "error_correction", "coefficients")
    drawn = random.multivariate_normal(np.asarray(fitted.params), np.asarray(fitted.cov_params()), draws)
    b, c = drawn[:, 0], np.clip(-drawn[:, 1], 0.0, 0.9)
    intercept = (
        np.nanmean(change, axis=1)[:, None]
        - b * np.nanmean(growth, axis=1)[:, None]
        + c * np.nanmean(before, axis=1)[:, None]
    )
    own: FloatArray = np.nanstd(_within(change), axis=1)
    volatility: FloatArray = np.sqrt(own * np.median(own))
    out = empty(draws, *expected.shape)
    for at, grown in enumerate(gdp.paths(series, expected, error_pct, draws, seed)):
        random = stream(seed, "error_correction", series.economies[at])
        shocks = volatility[at] * random.standard_normal(grown.shape)
        total: FloatArray = np.zeros(draws)
        ratio: FloatArray = np.full(draws, share[at, -1])
        previous: FloatArray = np.zeros(draws)
        for step in range(grown.shape[1]):
            income_step = grown[:, step] - previous
            moved = intercept[at] + b * income_step - c * ratio + shocks[:, step]
            total, ratio, previous = total + moved, ratio + moved - income_step, grown[:, step]
            out[:, at, step] = total
    return out


def _within(values: FloatArray) -> FloatArray:
    """Return values less their row's mean."""
    found: FloatArray = values - np.nanmean(values, axis=1, keepdims=True)
    return found


def _filled(share: FloatArray) -> FloatArray:
    """Return log shares with unknown years at the nearest known one; an economy without any share gets two per cent."""
    out = share.copy()
    for row in out:
        known = np.flatnonzero(np.isfinite(row))
        if known.size == 0:
            row[:] = alike.log(2.0)
        else:
            row[:] = np.interp(np.arange(row.size), known, row[known])
    return out
