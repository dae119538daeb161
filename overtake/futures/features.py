"""What a country's past says of its growth ahead: recent growth of spending and GDP, the share of GDP, volatility."""

from __future__ import annotations

import warnings

import numpy as np

from overtake.tables import FloatArray

#: Years of history that features look back on.
WINDOW = 20
#: Terms of the median: means of own growth and of GDP growth over so many years, the log share of GDP (per cent), and
#: its distance from the own mean over the window.
MEDIAN_TERMS = ("one", "g1", "g3", "g5", "g10", "g20", "gdp1", "gdp5", "gdp10", "share", "share_gap")
#: Terms of the log scale: robust and plain volatility of growth in the window, mean absolute growth of late.
SCALE_TERMS = ("one", "log_mad", "log_sd", "log_recent")
#: Added to volatilities before the log, so that a flat series has one.
FLOOR = 0.01


def features(log_milex: FloatArray, log_share: FloatArray, at: int) -> tuple[FloatArray, FloatArray]:
    """Return the median and scale terms of every row at year index `at`, (rows, terms) each; NaN where unknown.

    log_milex, log_share: (rows, years); only years up to `at` are read. Log GDP is their difference.
    """
    first = max(0, at - WINDOW)
    spending, share = log_milex[:, first : at + 1], log_share[:, first : at + 1]
    growth, gdp = np.diff(spending, axis=1), np.diff(spending - share, axis=1)
    one = np.ones(len(growth))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # rows without figures give NaN, as the contract says
        spread = growth - np.nanmedian(growth, axis=1, keepdims=True)
        mean = [np.nanmean(growth[:, -years:], axis=1) for years in (1, 3, 5, 10, WINDOW)]
        gdp_mean = [np.nanmean(gdp[:, -years:], axis=1) for years in (1, 5, 10)]
        gap = share[:, -1] - np.nanmean(share, axis=1)
        median = np.stack([one, *mean, *gdp_mean, share[:, -1], gap], axis=1)
        mad = 1.4826 * np.nanmedian(np.abs(spread), axis=1)
        recent = np.nanmean(np.abs(growth[:, -4:]), axis=1)
        scale = np.stack([one, *(np.log(value + FLOOR) for value in (mad, np.nanstd(growth, axis=1), recent))], axis=1)
    return median, scale
