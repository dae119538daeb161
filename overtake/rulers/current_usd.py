"""Current US$: prices and market exchange rates of each year, as reported; later years with uncertain rates."""

from __future__ import annotations

from overtake import alike
from overtake.config.rulers import Rulers
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.edition.memo import once
from overtake.rulers.base import Ruler, scaled
from overtake.rulers.prices import current_factor, exchange_shocks


def measure(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    """Return the paths in current US$ bn."""
    central = scaled(paths, current_factor(paths, edition, settings.prices), "current US$ bn")
    ahead = paths.years[-1] - paths.last_observed
    if paths.values.shape[0] > 1 and ahead > 0 and settings.prices.uncertain:
        # The same shocks meet futures with and without plans.
        key = ("exchange rates", settings.prices.model_dump_json(), seed, paths.values.shape[0], paths.economies,
               paths.years, paths.last_observed)  # fmt: skip
        shocks = once(edition, key, lambda: alike.exp(exchange_shocks(paths, edition, settings.prices, seed)))
        central.values[:, :, -ahead:] *= shocks
    return central


RULERS = (Ruler("current_usd", "current US$", measure),)
