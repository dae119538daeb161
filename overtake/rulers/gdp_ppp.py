"""GDP-PPP: current US$ over the GDP price level (IMF), that is, current US$ times exchange rate over PPP factor."""

from __future__ import annotations

import numpy as np

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
    return with_error(scaled(paths, factor / us_prices(paths, edition, settings.prices), unit), settings, seed)


def with_error(central: Draws, settings: Rulers, seed: int) -> Draws:
    """Return `central` times `ppp_error`, in its own memory: it is changed."""
    error = ppp_error(central, settings.gdp_ppp.error_pct, seed)
    np.multiply(central.values, error.astype(central.values.dtype), out=central.values)
    return central


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
