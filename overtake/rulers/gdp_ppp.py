"""GDP-PPP: current US$ over the GDP price level (IMF), that is, current US$ times exchange rate over PPP factor."""

from __future__ import annotations

from overtake import alike
from overtake.config.rulers import Rulers
from overtake.draws import Draws, FloatArray, empty
from overtake.edition import Edition
from overtake.rulers.base import Ruler, scaled
from overtake.rulers.prices import current_factor, price_level, us_prices
from overtake.streams import stream


def measure(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    """Return the paths in international $ bn at US prices of the last observed year."""
    factor = current_factor(paths, edition, settings.prices) / price_level(paths, edition, settings.prices)
    unit = f"{paths.last_observed} international $ bn"
    central = scaled(paths, factor / us_prices(paths, edition, settings.prices), unit)
    return scaled(central, ppp_error(paths, settings.gdp_ppp.error_pct, seed), unit)


def ppp_error(paths: Draws, error_pct: float, seed: int) -> FloatArray:
    """Return a factor for the error of the PPPs, (draws, economies, 1): one for one draw and the United States."""
    draws = paths.values.shape[0]
    found = empty(draws, len(paths.economies), 1, kind=float)
    found.fill(1.0)
    if draws == 1 or error_pct == 0:
        return found
    for at, iso3 in enumerate(paths.economies):
        if iso3 != "USA":
            found[:, at, 0] = alike.exp(stream(seed, "rulers", "ppp", iso3).normal(0, error_pct / 100, draws))
    return found


RULERS = (Ruler("gdp_ppp", "GDP purchasing-power parity", measure),)
