"""Two time-series models of statsmodels, one economy at a time: damped-trend smoothing and growth with an AR(1).

Estimated by statsmodels; parameters are drawn from their asymptotic normal distribution, so that 30 years of data do
not pass for certainty; paths are then simulated for all draws at once.
"""

from __future__ import annotations

import warnings

import numpy as np

from overtake import alike
from overtake.draws import FloatArray, empty
from overtake.futures.series import Series
from overtake.streams import stream

#: Years of history used, and bounds that keep drawn parameters admissible.
WINDOW = 40
SMALLEST, LARGEST_PHI, LARGEST_AR = 1e-3, 0.98, 0.95
#: Significant digits of what was estimated. A search ends where the last bits of a processor lead it, a millionth
#: apart; thirty years do not tell even these digits.
TOLD = 4


def damped_trend(series: Series, steps: int, draws: int, seed: int) -> FloatArray:
    """Return log growth since the origin, (draws, economies, steps), float32, of ETS(A,Ad,N) on log spending."""
    out = empty(draws, len(series.economies), steps)
    for at, iso3 in enumerate(series.economies):
        out[:, at] = _damped(_tail(series.log_milex[at]), steps, draws, stream(seed, "damped_trend", iso3))
    return out


def state_space(series: Series, steps: int, draws: int, seed: int) -> FloatArray:
    """Return log growth since the origin, (draws, economies, steps), float32: mean growth with an AR(1) around it."""
    out = empty(draws, len(series.economies), steps)
    for at, iso3 in enumerate(series.economies):
        out[:, at] = _autoregressive(_tail(series.log_milex[at]), steps, draws, stream(seed, "state_space", iso3))
    return out


def _damped(y: FloatArray, steps: int, draws: int, random: np.random.Generator) -> FloatArray:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(y, error="add", trend="add", damped_trend=True, initialization_method="estimated")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a flat likelihood ends the search early; the draws below carry that
        fitted = model.fit(disp=False)
        values = dict(zip(fitted.param_names, alike.significant(fitted.params, TOLD), strict=True))
        errors = _standard_errors(fitted)
    names = ("smoothing_level", "smoothing_trend", "damping_trend")
    alpha, beta, phi = (values[name] + errors.get(name, 0.0) * random.standard_normal(draws) for name in names)
    alpha = np.clip(alpha, SMALLEST, 1.0)
    beta, phi = np.clip(beta, 0.0, alpha), np.clip(phi, 0.5, LARGEST_PHI)
    level = np.full(draws, values["initial_level"])
    trend = np.full(draws, values["initial_trend"])
    squares = np.zeros(draws)
    for observed in y:
        error = observed - level - phi * trend
        level, trend = level + phi * trend + alpha * error, phi * trend + beta * error
        squares += error**2
    sigma = np.sqrt(squares / random.chisquare(len(y) - 4, draws))
    start, path = y[-1], empty(draws, steps, kind=float)
    for step in range(steps):
        error = sigma * random.standard_normal(draws)
        path[:, step] = level + phi * trend + error - start
        level, trend = level + phi * trend + alpha * error, phi * trend + beta * error
    return path


def _autoregressive(y: FloatArray, steps: int, draws: int, random: np.random.Generator) -> FloatArray:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    growth = np.diff(y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = SARIMAX(growth - growth.mean(), order=(1, 0, 0)).fit(disp=False, cov_type="none")
    (ar, variance), count = alike.significant(fitted.params, TOLD), len(growth)
    # The asymptotic variance of an AR(1) coefficient, in place of a numerical Hessian ten times as slow.
    rho = np.clip(ar + np.sqrt((1 - ar**2) / count) * random.standard_normal(draws), -LARGEST_AR, LARGEST_AR)
    sigma = np.sqrt(variance * (count - 2) / random.chisquare(count - 2, draws))
    mean = growth.mean() + sigma / (1 - rho) / np.sqrt(count) * random.standard_normal(draws)
    path, gap = empty(draws, steps, kind=float), growth[-1] - mean
    for step in range(steps):
        gap = rho * gap + sigma * random.standard_normal(draws)
        path[:, step] = mean + gap
    found: FloatArray = np.cumsum(path, axis=1)
    return found


def _standard_errors(fitted: object) -> dict[str, float]:
    """Return standard errors by parameter, without those that the curvature of the likelihood does not give."""
    try:
        covariance: FloatArray = np.asarray(fitted.cov_params())  # type: ignore[attr-defined]
        errors = alike.significant(np.sqrt(covariance.diagonal()), TOLD)
    except (ValueError, np.linalg.LinAlgError, NotImplementedError):
        return {}
    names = list(getattr(fitted, "param_names", ()))
    return {name: float(error) for name, error in zip(names, errors, strict=False) if np.isfinite(error)}


def _tail(row: FloatArray) -> FloatArray:
    """Return the last years of a series without its leading gap."""
    known: FloatArray = row[np.isfinite(row)][-WINDOW:]
    return known
