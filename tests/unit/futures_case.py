"""A small made-up world for tests of growth models: clean tables, shipped figures, and the series of them."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from overtake.config.core import Run
from overtake.edition import Edition
from overtake.futures import coefficients, hyperparameters, panel_regression, pooled
from overtake.futures.series import Series, of_spending
from overtake.streams import stream

ECONOMIES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
FIRST, LAST, EDITION = 1989, 2025, "2026-04"
RUN = Run(seed=11, draws=200)


def growth(economies: int, years: int, seed: int = 3) -> np.ndarray:
    """Return correlated log growth (economies, years): drift 3 %, volatilities from 4 to 12 %."""
    random = stream(seed, "case", "growth")
    volatility = np.linspace(0.04, 0.12, economies)[:, None]
    shock = 0.5 * random.standard_normal(years) + np.sqrt(0.75) * random.standard_normal((economies, years))
    return 0.03 + volatility * shock


def spending() -> pd.DataFrame:
    """Return the clean table of six economies, all figures from 1989 to 2025."""
    years = range(FIRST, LAST + 1)
    level = np.exp(np.cumsum(growth(len(ECONOMIES), len(years)), axis=1)) * 10
    gdp = 500 * np.exp(0.025 * np.arange(len(years)))
    rows = [
        (iso3, year, level[row, at], 100 * level[row, at] / gdp[at], "reported", EDITION, 2024)
        for row, iso3 in enumerate(ECONOMIES)
        for at, year in enumerate(years)
    ]
    columns = ["iso3", "year", "milex_constant_usd_bn", "gdp_share_pct", "status", "edition", "price_base"]
    return pd.DataFrame(rows, columns=columns)


def series() -> Series:
    """Return the series of `spending`."""
    return of_spending(spending())


def milex() -> pd.DataFrame:
    """Return two editions of raw figures in local currency, the second revised by 2 % up or down in turn."""
    rows = [
        (edition, iso3, year, 100.0 * (1 + (0.02 * (-1) ** year if edition == EDITION else 0.0)), "reported")
        for edition in ("2025-04", EDITION)
        for iso3 in ECONOMIES
        for year in range(2000, 2025)
    ]
    return pd.DataFrame(rows, columns=["edition", "iso3", "year", "milex_lcu_m", "status"])


def editions() -> pd.DataFrame:
    """Return two editions of the IMF's growth: forecasts of 3 %, outcomes a point above or below in turn."""
    rows = [
        (edition, iso3, year, 3.0 + (0.0 if edition == "2019-04" or year > 2025 else (-1.0) ** year))
        for edition in ("2019-04", EDITION)
        for iso3 in ECONOMIES
        for year in range(2019, 2031)
    ]
    return pd.DataFrame(rows, columns=["edition", "iso3", "year", "real_growth_pct"])


@functools.cache
def fitted() -> panel_regression.Coefficients:
    """Return coefficients of the panel regression on a made-up panel of thirty countries."""
    years = tuple(range(1960, LAST + 1))
    log_milex = np.cumsum(growth(30, len(years), seed=5), axis=1)
    return panel_regression.fit(log_milex, log_milex - 0.025 * np.arange(len(years)), years)


def known(macro: pd.DataFrame | None = None) -> Edition:
    """Return the edition that ends with the last year of `series`."""
    world = pooled.World(0.03, 0.02, float(np.log(0.08)), 0.2)
    rows = [
        (EDITION, LAST, "pooled_random_walk", name, getattr(world, name), 100, "derived", "made up")
        for name in hyperparameters.PARAMETERS
    ]
    names = ["pooled_random_walk", "panel_regression", "damped_trend", "state_space", "gdp_share", "error_correction"]
    learned = {
        "hyperparameters": pd.DataFrame(rows, columns=list(hyperparameters.COLUMNS)),
        "panel_regression": coefficients.to_rows(fitted(), EDITION, LAST),
        "model_scores": pd.DataFrame({"model": names, "crps": [0.11, 0.10, 0.17, 0.13, 0.10, 0.10]}),
    }
    published = {"milex": milex(), "macro": editions()}
    return Edition(EDITION, spending(), pd.DataFrame() if macro is None else macro, {}, learned, published)
