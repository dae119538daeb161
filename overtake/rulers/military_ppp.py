"""Military PPP after Robertson: current US$ over the prices of soldiers, operations and equipment, each relative to
the United States. A poorer economy's advantage shrinks as its relative income, and so its wages, catch up."""

from __future__ import annotations

import numpy as np

from overtake import alike
from overtake.config.rulers import Rulers
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.rulers.base import Ruler, scaled
from overtake.rulers.composition import weights
from overtake.rulers.gdp_ppp import with_error
from overtake.rulers.prices import current_factor, price_level, relative_income, us_prices


def measure(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    """Return the paths in military international $ bn at US prices of the last observed year."""
    prices = settings.prices
    current = current_factor(paths, edition, prices) / us_prices(paths, edition, prices)
    unit = f"{paths.last_observed} military international $ bn"
    return with_error(scaled(paths, current * multiplier(paths, edition, settings), unit), settings, seed)


def multiplier(paths: Draws, edition: Edition, settings: Rulers) -> FloatArray:
    """Return military units per US$ at market exchange rates, (economies, years); one for the United States."""
    own = settings.military_ppp
    level = price_level(paths, edition, settings.prices)
    wages = alike.power(relative_income(paths, edition, settings.prices, own.convergence_pct), own.wage_elasticity)
    price = np.stack([wages, level, level**own.equipment_at_ppp])
    share = weights(edition.ledgers["composition"], paths.economies, settings.composition)
    found: FloatArray = np.einsum("cp,pcy->cy", share, 1 / price)
    return found


RULERS = (Ruler("military_ppp", "military purchasing-power parity", measure),)
