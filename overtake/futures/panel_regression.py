"""The panel regression: growth over h years, direct for every h, from the features of all countries' past.

Estimated on the full panel of a workbook with figures up to the origin only: the median by least absolute deviations
with a ridge, the scale log-linearly, the shape of what is left by its quantiles, its dependence by region.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from overtake import alike
from overtake.config.futures import PanelRegression
from overtake.draws import FloatArray, draws_last, empty
from overtake.futures.features import features
from overtake.futures.series import Series
from overtake.streams import KEPT, stream

#: Region and subregion of a country, as SIPRI heads them.
Heading = tuple[str, str]
#: Horizons fitted, first year whose features are used, ridge per observation on standardised terms.
HORIZONS, FIRST_YEAR, RIDGE = 15, 1968, 0.05
#: Levels of the standardised residual's distribution that are kept.
LEVELS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975,
          0.99, 0.995)  # fmt: skip
ITERATIONS = 25
#: Shares of the common factors (world, region, subregion): how much larger ahead than within the sample, and their
#: largest sum.
WIDER, LARGEST_SHARE = 1.5, 0.8
#: Least absolute deviations by reweighting: residuals below this weigh alike.
SMALLEST = 0.01


@dataclass(frozen=True)
class Coefficients:
    """median: (horizons, median terms), scale: (horizons, scale terms), on the raw scale of the terms.

    fill_median, fill_scale: (terms,), means that stand in for unknown terms. shape: (levels,), quantiles of the
    standardised residual, whose mean absolute value is one. shares: (horizons, 3), of its variance that the factors of
    the world, a region and a subregion hold. world: the world's median of log spending (US$ bn) at the origin.
    """

    median: FloatArray
    scale: FloatArray
    fill_median: FloatArray
    fill_scale: FloatArray
    shape: FloatArray
    shares: FloatArray
    world: float


def fit(
    log_milex: FloatArray, log_share: FloatArray, years: tuple[int, ...], headings: Sequence[Heading] | None = None
) -> Coefficients:
    """Return the coefficients from a panel (countries, years) of figures up to the origin, the last of `years`.

    headings: region and subregion of each country; without them all correlation runs through the world.
    """
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
        b = least_absolute(x[whole], y[whole])
        residual = y[whole] - x[whole] @ b
        c = log_scale(z[whole], np.abs(residual))
        median.append(b)
        scale.append(c)
        left = residual / alike.exp(z[whole] @ c)
        shapes.append(np.quantile(left, LEVELS))
        shared.append(_shares(left, np.repeat(used, len(log_milex))[whole], [
            np.tile(_codes(headings, level, len(log_milex)), len(used))[whole] for level in (0, 1)]))  # fmt: skip
    world = float(np.nanmedian(log_milex[:, -1]))
    shape = np.mean(shapes, axis=0)
    return Coefficients(np.array(median), np.array(scale), fill_median, fill_scale, shape, np.array(shared), world)


def simulate(
    coefficients: Coefficients,
    series: Series,
    settings: PanelRegression,
    steps: int,
    draws: int,
    seed: int,
    headings: Mapping[str, Heading] | None = None,
) -> FloatArray:
    """Return log growth since the origin of `series`, (draws, economies, steps), float32.

    Ranks follow a walk with persistent steps, so that a draw that is high in one year tends to be high in the next;
    walks of the world, of each region and subregion carry the correlation; each rank is then read off the residual's
    quantiles. headings: region and subregion by economy; one without has a region of its own.
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
    shares = coefficients.shares[np.minimum(np.arange(steps), HORIZONS - 1)]
    loads = np.sqrt(np.column_stack([shares, 1 - shares.sum(axis=1)])).astype(np.float32)
    out, ranks = empty(draws, len(series.economies), steps), _ranks if draws <= KEPT else _ranks.__wrapped__
    for at, iso3 in enumerate(series.economies):
        above = (headings or {}).get(iso3, (f"region of {iso3}", f"subregion of {iso3}"))
        rank = np.zeros((steps, draws), dtype=np.float32).T
        for level, name in enumerate(("world", f"region {above[0]}", f"subregion {above[1]}", iso3)):
            if loads[:, level].any():
                rank += loads[:, level] * ranks(seed, name, draws, steps, phi)
        out[:, at] = median[at] + scale[at] * np.interp(rank, scores, values).astype(np.float32)
    return out


@lru_cache(maxsize=64)
def _ranks(seed: int, name: str, draws: int, steps: int, phi: float) -> FloatArray:
    """Return standard normal scores (draws, steps) of a walk whose steps are AR(1) with coefficient `phi`, float32.

    Kept, since a sensitivity run asks for the same ranks under many settings: not to be written to.
    """
    random = stream(seed, "panel_regression", name)
    shocks = draws_last(random.standard_normal((draws, steps), dtype=np.float32))
    shocks[:, 0] /= np.float32(np.sqrt(1 - phi**2))
    for step in range(1, steps):
        shocks[:, step] += np.float32(phi) * shocks[:, step - 1]
    lag = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    covariance: FloatArray = np.concatenate([[1.0], np.cumprod(np.full(steps - 1, phi))])[lag] / (1 - phi * phi)
    spread: FloatArray = np.sqrt(np.cumsum(np.cumsum(covariance, axis=0), axis=1).diagonal()).astype(np.float32)
    found: FloatArray = np.cumsum(shocks, axis=1) / spread
    return found


def _codes(headings: Sequence[Heading] | None, level: int, count: int) -> npt.NDArray[np.intp]:
    """Return a number for each country's region (level 0) or subregion (1); each its own where none are known."""
    if headings is None:
        return np.arange(count)
    return np.unique([heading[level] for heading in headings], return_inverse=True)[1]


def _shares(
    residual: FloatArray, year: npt.NDArray[np.intp], groups: Sequence[npt.NDArray[np.intp]]
) -> tuple[float, float, float]:
    """Return the shares of variance that factors of the world, a region and a subregion hold.

    By mean products of pairs of the same year in different regions, in one region but not one subregion, and in one
    subregion; residuals cut at three keep outliers out of them. groups: numbers of region and of subregion.
    """
    cut = np.clip(residual, -3.0, 3.0)
    cut = cut / cut.std()
    products, pairs = [], []
    for group in (np.zeros_like(year), *groups):
        block = np.unique(np.stack([year, group]), axis=1, return_inverse=True)[1].ravel()
        sums, squares, counts = (np.bincount(block, weights=w) for w in (cut, cut**2, np.ones_like(cut)))
        products.append(float((sums**2 - squares).sum()))
        pairs.append(float((counts * (counts - 1)).sum()))
    apart = products[0] - products[1], products[1] - products[2], products[2]
    number = pairs[0] - pairs[1], pairs[1] - pairs[2], pairs[2]
    found, below = [], 0.0
    for product, count in zip(apart, number, strict=True):
        within = max(product / count if count > 0 else below, below)
        found.append(WIDER * (within - below))
        below = within
    total = max(sum(found) / LARGEST_SHARE, 1.0)
    return found[0] / total, found[1] / total, found[2] / total


def predict(
    coefficients: Coefficients, log_milex: FloatArray, log_share: FloatArray, steps: int
) -> tuple[FloatArray, FloatArray]:
    """Return median log growth since the last year and its scale (mean absolute deviation), each (rows, steps).

    Beyond the fitted horizons the median goes on at the mean rate of the last ten fitted years, the scale with the
    square root of time.
    """
    x, z = features(log_milex, log_share, log_milex.shape[1] - 1, coefficients.world)
    x = np.where(np.isfinite(x), x, coefficients.fill_median)
    z = np.where(np.isfinite(z), z, coefficients.fill_scale)
    median, scale = x @ coefficients.median.T, alike.exp(z @ coefficients.scale.T)
    if steps > HORIZONS:
        beyond = np.arange(1, steps - HORIZONS + 1)
        rate = (median[:, -1:] - median[:, -11:-10]) / 10
        median = np.concatenate([median, median[:, -1:] + rate * beyond], axis=1)
        scale = np.concatenate([scale, scale[:, -1:] * np.sqrt((HORIZONS + beyond) / HORIZONS)], axis=1)
    return median[:, :steps], scale[:, :steps]


def least_absolute(x: FloatArray, y: FloatArray, level: float = 0.5, rounds: int | None = None) -> FloatArray:
    """Return coefficients on the raw scale that minimise absolute deviations with a ridge on standardised terms.

    level: of the quantile; one half is the median. rounds: of reweighting, ITERATIONS unless told.
    """
    mean, spread = _standard(x)
    standard = (x - mean) / spread
    ridge = RIDGE * len(y) * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    b = np.zeros(x.shape[1])
    b[0] = np.quantile(y, level)
    for _ in range(rounds or ITERATIONS):
        left = y - standard @ b
        weight = 2 * np.where(left > 0, level, 1 - level) / np.maximum(np.abs(left), SMALLEST)
        weighted = standard * weight[:, None]
        b = np.linalg.solve(standard.T @ weighted + ridge * weight.mean(), weighted.T @ y)
    return _raw(b, mean, spread)


def log_scale(z: FloatArray, deviation: FloatArray) -> FloatArray:
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
