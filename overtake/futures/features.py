"""What a country's past says of its growth ahead: recent growth of spending and GDP, the share of GDP, volatility."""

from __future__ import annotations

import warnings

import numpy as np

from overtake import alike
from overtake.draws import FloatArray

#: Years of history that features look back on.
WINDOW = 20
#: A year's growth of spending or GDP beyond this, in logs, says no more than this: wars and revaluations are no trend.
SPENDING_CUT, GDP_CUT = 0.15, 0.12
#: Terms of the median: means of own growth and of GDP growth over so many years, each year cut as above; the log share
#: of GDP (per cent); its distance, and that of log spending, from the own mean over the window.
MEDIAN_TERMS = ("one", "g1", "g3", "g5", "g10", "g20", "gdp1", "gdp5", "gdp10", "share", "share_gap", "level_gap")
#: Terms of the log scale: robust and plain volatility of growth in the window, mean absolute growth of 4 and 10 years;
#: size, log spending less the world's median of that year.
VOLATILITY_TERMS = ("one", "log_mad", "log_sd", "log_recent", "log_recent10")
SCALE_TERMS = (*VOLATILITY_TERMS, "size")
#: Added to volatilities before the log, so that a flat series has one.
FLOOR = 0.01


def features(
    log_milex: FloatArray, log_share: FloatArray, at: int, world: float | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return the median and scale terms of every row at year index `at`, (rows, terms) each; NaN where unknown.

    log_milex, log_share: (rows, years); only years up to `at` are read. Log GDP is their difference. world: the world's
    median of log spending in that year; that of the rows unless told.
    """
    first = max(0, at - WINDOW)
    spending, share = log_milex[:, first : at + 1], log_share[:, first : at + 1]
    growth, gdp = np.diff(spending, axis=1), np.diff(spending - share, axis=1)
    one = np.ones(len(growth))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # rows without figures give NaN, as the contract says
        spread = growth - np.nanmedian(growth, axis=1, keepdims=True)
        mean = _means(growth, SPENDING_CUT, (1, 3, 5, 10, WINDOW))
        gdp_mean = _means(gdp, GDP_CUT, (1, 5, 10))
        gaps = [values[:, -1] - np.nanmean(values, axis=1) for values in (share, spending)]
        mad = 1.4826 * np.nanmedian(np.abs(spread), axis=1)
        recent = [np.nanmean(np.abs(growth[:, -years:]), axis=1) for years in (4, 10)]
        median = np.stack([one, *mean, *gdp_mean, share[:, -1], *gaps], axis=1)
        logs = [alike.log(value + FLOOR) for value in (mad, np.nanstd(growth, axis=1), *recent)]
        size = spending[:, -1] - (np.nanmedian(spending[:, -1]) if world is None else world)
    return median, np.stack([one, *logs, size], axis=1)


def _means(growth: FloatArray, cut: float, spans: tuple[int, ...]) -> list[FloatArray]:
    """Return mean growth over the last years of each span, every year cut at plus and minus `cut`."""
    kept: FloatArray = np.clip(growth, -cut, cut)
    return [np.nanmean(kept[:, -years:], axis=1) for years in spans]
