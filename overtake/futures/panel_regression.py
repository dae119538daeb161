"""The panel regression: growth over h years, direct for every h, from the features of all countries' past.

Estimated on the full panel of a workbook with figures up to the origin only: the median by least absolute deviations
with a ridge, the scale log-linearly, the shape of what is left by its quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from overtake import alike
from overtake.config.futures import PanelRegression
from overtake.draws import FloatArray
from overtake.futures.features import features
from overtake.futures.series import Series
from overtake.streams import stream

#: Horizons fitted, first year whose features are used, ridge per observation on standardised terms.
HORIZONS, FIRST_YEAR, RIDGE = 15, 1968, 0.05
#: Levels of the standardised residual's distribution that are kept.
LEVELS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975,
          0.99, 0.995)  # fmt: skip
ITERATIONS = 25
#: Least absolute deviations by reweighting: residuals below this weigh alike.
SMALLEST = 0.01


@dataclass(frozen=True)
class Coefficients:
    """median: (horizons, median terms), scale: (horizons, scale terms), on the raw scale of the terms.

    fill_median, fill_scale: (terms,), means that stand in for unknown terms. shape: (levels,), quantiles of the
    standardised residual, whose mean absolute value is one. correlation: of those residuals between countries.
    """

    median: FloatArray
    scale: FloatArray
    fill_median: FloatArray
    fill_scale: FloatArray
    shape: FloatArray
    correlation: float


def fit(log_milex: FloatArray, log_share: FloatArray, years: tuple[int, ...]) -> Coefficients:
    """Return the coefficients from a panel (countries, years) of figures up to the origin, the last of `years`."""
    origin = len(years) - 1
    starts = range(max(years.index(FIRST_YEAR) if FIRST_YEAR in years else 0, 2), origin + 1)
    terms = {at: features(log_milex, log_share, at) for at in starts}
    median, scale, shapes, shared = [], [], [], []
    fill_median = _nanmean(np.concatenate([terms[at][0] for at in starts]))
    fill_scale = _nanmean(np.concatenate([terms[at][1] for at in starts]))
    for horizon in range(1, HORIZONS + 1):
        used = [at for at in starts if at + horizon <= origin]
        x = np.concatenate([terms[at][0] for at in used])
        z = np.concatenate([terms[at][1] for at in used])
        y = np.concatenate([log_milex[:, at + horizon] - log_milex[:, at] for at in used])
        whole = np.isfinite(x).all(axis=1) & np.isfinite(z).all(axis=1) & np.isfinite(y)
        b = _least_absolute(x[whole], y[whole])
        residual = y[whole] - x[whole] @ b
        c = _log_scale(z[whole], np.abs(residual))
        median.append(b)
        scale.append(c)
        left = residual / alike.exp(z[whole] @ c)
        shapes.append(np.quantile(left, LEVELS))
        shared.append(_correlation(left, np.repeat(used, len(log_milex))[whole]))
    return Coefficients(
        np.array(median), np.array(scale), fill_median, fill_scale, np.mean(shapes, axis=0), float(np.mean(shared))
    )


def simulate(
    coefficients: Coefficients, series: Series, settings: PanelRegression, steps: int, draws: int, seed: int
) -> FloatArray:
    """Return log growth since the origin of `series`, (draws, economies, steps), float32.

    Ranks follow a walk with persistent steps, so that a draw that is high in one year tends to be high in the next; a
    common walk of all economies carries the correlation; each rank is then read off the residual's quantiles.
    """
    from scipy.special import ndtri  # the normal quantile, without the half second that scipy.stats takes to import

    median, scale = predict(coefficients, series.log_milex, series.log_share, steps)
    inner: FloatArray = np.round(ndtri(LEVELS), 12)
    quantiles: FloatArray = coefficients.shape * settings.spread
    # Beyond the outermost levels the quantiles go on in a straight line of the normal score.
    first, last = (np.diff(quantiles) / np.diff(inner))[[0, -1]]
    scores = np.concatenate([[-8.0], inner, [8.0]])
    ends = quantiles[0] - first * (8.0 + inner[0]), quantiles[-1] + last * (8.0 - inner[-1])
    values = np.concatenate([[ends[0]], quantiles, [ends[1]]])
    phi = settings.persistence
    shared = np.float32(np.sqrt(coefficients.correlation))
    common = shared * _ranks(seed, "world", draws, steps, phi)
    out = np.empty((draws, len(series.economies), steps), dtype=np.float32)
    alone = np.float32(np.sqrt(1 - coefficients.correlation))
    for at, iso3 in enumerate(series.economies):
        rank = common + alone * _ranks(seed, iso3, draws, steps, phi)
        out[:, at] = median[at] + scale[at] * np.interp(rank, scores, values).astype(np.float32)
    return out


@lru_cache(maxsize=32)
def _ranks(seed: int, name: str, draws: int, steps: int, phi: float) -> FloatArray:
    """Return standard normal scores (draws, steps) of a walk whose steps are AR(1) with coefficient `phi`, float32.

    Kept, since a sensitivity run asks for the same ranks under many settings: not to be written to.
    """
    random = stream(seed, "panel_regression", name)
    shocks = random.standard_normal((draws, steps), dtype=np.float32)
    shocks[:, 0] /= np.float32(np.sqrt(1 - phi**2))
    for step in range(1, steps):
        shocks[:, step] += np.float32(phi) * shocks[:, step - 1]
    lag = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    covariance: FloatArray = np.concatenate([[1.0], np.cumprod(np.full(steps - 1, phi))])[lag] / (1 - phi * phi)
    spread: FloatArray = np.sqrt(np.cumsum(np.cumsum(covariance, axis=0), axis=1).diagonal()).astype(np.float32)
    found: FloatArray = np.cumsum(shocks, axis=1) / spread
    return found


def _correlation(residual: FloatArray, year: FloatArray) -> float:
    """Return the mean pairwise correlation of residuals of the same year, cut at three to keep outliers out of it."""
    cut = np.clip(residual, -3.0, 3.0)
    cut = cut / cut.std()
    sums, squares, counts = (np.bincount(year, weights=w) for w in (cut, cut**2, np.ones_like(cut)))
    pairs = counts * (counts - 1)
    return float(np.clip((sums**2 - squares).sum() / pairs.sum(), 0.0, 0.8))


def predict(
    coefficients: Coefficients, log_milex: FloatArray, log_share: FloatArray, steps: int
) -> tuple[FloatArray, FloatArray]:
    """Return median log growth since the last year and its scale (mean absolute deviation), each (rows, steps).

    Beyond the fitted horizons the median goes on at the mean rate of the last ten fitted years, the scale with the
    square root of time.
    """
    x, z = features(log_milex, log_share, log_milex.shape[1] - 1)
    x = np.where(np.isfinite(x), x, coefficients.fill_median)
    z = np.where(np.isfinite(z), z, coefficients.fill_scale)
    median, scale = x @ coefficients.median.T, alike.exp(z @ coefficients.scale.T)
    if steps > HORIZONS:
        beyond = np.arange(1, steps - HORIZONS + 1)
        rate = (median[:, -1:] - median[:, -11:-10]) / 10
        median = np.concatenate([median, median[:, -1:] + rate * beyond], axis=1)
        scale = np.concatenate([scale, scale[:, -1:] * np.sqrt((HORIZONS + beyond) / HORIZONS)], axis=1)
    return median[:, :steps], scale[:, :steps]


def _least_absolute(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return coefficients on the raw scale that minimise absolute deviations with a ridge on standardised terms."""
    mean, spread = _standard(x)
    standard = (x - mean) / spread
    ridge = RIDGE * len(y) * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    b = np.zeros(x.shape[1])
    b[0] = np.median(y)
    for _ in range(ITERATIONS):
        weight = 1 / np.maximum(np.abs(y - standard @ b), SMALLEST)
        weighted = standard * weight[:, None]
        b = np.linalg.solve(standard.T @ weighted + ridge * weight.mean(), weighted.T @ y)
    return _raw(b, mean, spread)


def _log_scale(z: FloatArray, deviation: FloatArray) -> FloatArray:
    """Return coefficients of log E|residual| on the raw scale: exponential likelihood, Newton steps, ridge."""
    mean, spread = _standard(z)
    standard = (z - mean) / spread
    ridge = RIDGE * len(deviation) * np.eye(z.shape[1])
    ridge[0, 0] = 0.0
    c = np.zeros(z.shape[1])
    c[0] = alike.log(deviation.mean())
    for _ in range(ITERATIONS):
        relative = deviation / alike.exp(standard @ c)
        gradient = standard.T @ (relative - 1) - ridge @ c
        c = c + np.linalg.solve((standard * relative[:, None]).T @ standard + ridge, gradient)
    return _raw(c, mean, spread)


def _standard(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and spread of each term; the constant keeps zero and one."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    mean[0], spread[0] = 0.0, 1.0
    return mean, np.maximum(spread, 1e-9)


def _raw(b: FloatArray, mean: FloatArray, spread: FloatArray) -> FloatArray:
    """Return coefficients of standardised terms as those of the raw ones."""
    raw: FloatArray = b / spread
    raw[0] = b[0] - float((b[1:] * mean[1:] / spread[1:]).sum())
    return raw


def _nanmean(values: FloatArray) -> FloatArray:
    found: FloatArray = np.nanmean(values, axis=0)
    return found
