"""Prices that several rulers share: current US$, price levels and incomes relative to the United States."""

from __future__ import annotations

import numpy as np

from overtake import alike
from overtake.config.rulers import Prices
from overtake.draws import Draws, FloatArray, empty
from overtake.edition import Edition
from overtake.rulers.base import panel, united_states
from overtake.streams import stream

INDEX = {"cpi": "cpi_index", "deflator": "gdp_deflator_index"}


def current_factor(paths: Draws, edition: Edition, settings: Prices) -> FloatArray:
    """Return current US$ per constant US$, (economies, years).

    Observed years: as SIPRI reports both. Later years: the last observed factor times local inflation over the change
    of the exchange rate (IMF), then US inflation alone, so that real exchange rates stay put after the IMF's forecast;
    NaN where the IMF's edition lacks the economy.
    """
    both = edition.spending.assign(
        factor=edition.spending["milex_current_usd_bn"] / edition.spending["milex_constant_usd_bn"]
    )
    known = panel(both, "factor", paths)
    prices = price_index_usd(paths, edition, settings)
    last = paths.years.index(paths.last_observed)
    later = prices[:, last:] / prices[:, [last]]
    later[:, 0] = 1.0  # what SIPRI reports needs no figure of the IMF
    known[:, last:] = known[:, [last]] * later * appreciation(paths, settings)[:, last:]
    return known


def price_index_usd(paths: Draws, edition: Edition, settings: Prices) -> FloatArray:
    """Return local prices in US$, (economies, years): price index over exchange rate, US inflation after the IMF's."""
    rate = panel(edition.macro, "gdp_lcu_bn", paths) / panel(edition.macro, "gdp_usd_bn", paths)
    index = panel(edition.macro, INDEX[settings.index], paths) / rate
    return index * _us_inflation(paths, edition, settings)


def us_prices(paths: Draws, edition: Edition, settings: Prices) -> FloatArray:
    """Return the US GDP deflator, (years,), one in the last observed year."""
    deflator = panel(edition.macro, "gdp_deflator_index", paths) * _us_inflation(paths, edition, settings)
    level = united_states(paths, deflator)
    found: FloatArray = level / level[paths.years.index(paths.last_observed)]
    return found


def price_level(paths: Draws, edition: Edition, settings: Prices) -> FloatArray:
    """Return the GDP price level relative to the United States, (economies, years): PPP factor over exchange rate.

    Below one, a US$ buys more than in the United States. Held at the IMF's last year, moved by real appreciation.
    """
    rate = panel(edition.macro, "gdp_lcu_bn", paths) / panel(edition.macro, "gdp_usd_bn", paths)
    ppp = panel(edition.macro, "ppp_lcu_per_intl_usd", paths)
    return ppp / rate * appreciation(paths, settings)


def relative_income(paths: Draws, edition: Edition, settings: Prices, convergence_pct: float) -> FloatArray:
    """Return GDP per head at market exchange rates relative to the United States, (economies, years).

    After the IMF's last year the log gap closes by `convergence_pct` per cent of itself a year.
    """
    per_head = panel(edition.macro, "gdp_usd_bn", paths) / panel(edition.macro, "population_m", paths)
    ratio = per_head / united_states(paths, per_head)
    beyond = np.maximum(np.array(paths.years) - int(edition.macro["year"].max()), 0)
    converged: FloatArray = alike.exp(alike.log(ratio) * alike.power(1 - convergence_pct / 100, beyond))
    return converged * appreciation(paths, settings)


def appreciation(paths: Draws, settings: Prices) -> FloatArray:
    """Return the real appreciation of the parameters as a factor, (economies, years), one to the last observed year."""
    after = np.clip(np.array(paths.years) - paths.last_observed, 0, settings.appreciation_years)
    rates = np.array([settings.real_appreciation_pct.get(iso3, 0.0) for iso3 in paths.economies])
    found: FloatArray = alike.power(1 + rates[:, None] / 100, after)
    return found


def exchange_shocks(paths: Draws, edition: Edition, settings: Prices, seed: int) -> FloatArray:
    """Return log deviations of real exchange rates from their path, (draws, economies, years ahead), float32.

    First-order autoregression with the half-life of the parameters; normal steps with each economy's own volatility
    and the correlations of the yearly log changes of real exchange rates since `volatility_since`. The United States
    has none.
    """
    draws, ahead = paths.values.shape[0], paths.years[-1] - paths.last_observed
    changes = _real_rate_changes(paths, edition, settings)
    moving = np.flatnonzero(np.isfinite(changes).all(axis=1) & (changes.std(axis=1) > 0))
    root = np.linalg.cholesky(np.cov(changes[moving]) + 1e-12 * np.eye(len(moving))).astype(np.float32)
    random = stream(seed, "rulers", "exchange rates")
    keep = np.float32(alike.power(0.5, 1 / settings.half_life_years))
    level = np.zeros((draws, len(moving)), dtype=np.float32)
    shocks = empty(draws, len(paths.economies), ahead)
    shocks.fill(0)
    for year in range(ahead):
        level = keep * level + random.standard_normal(level.shape, dtype=np.float32) @ root.T
        shocks[:, moving, year] = level
    return shocks


def _real_rate_changes(paths: Draws, edition: Edition, settings: Prices) -> FloatArray:
    """Return yearly log changes of real exchange rates against the US$, (economies, years observed)."""
    last = paths.years.index(paths.last_observed)
    first = max(paths.years.index(settings.volatility_since) if settings.volatility_since in paths.years else 0, 0)
    prices = price_index_usd(paths, edition, settings)
    real = alike.log(prices / united_states(paths, prices))
    found: FloatArray = np.diff(real[:, first : last + 1], axis=1)
    return found


def _us_inflation(paths: Draws, edition: Edition, settings: Prices) -> FloatArray:
    """Return the price factor of the years after the IMF's last, (years,), one until then."""
    beyond = np.maximum(np.array(paths.years) - int(edition.macro["year"].max()), 0)
    found: FloatArray = alike.power(1 + settings.us_inflation_pct / 100, beyond)
    return found
