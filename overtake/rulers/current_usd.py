"""Current US$: prices and market exchange rates of each year, as reported; later years with uncertain rates."""

from __future__ import annotations

import numpy as np

from overtake.config.rulers import Rulers
from overtake.draws import Paths
from overtake.rulers.base import Figures, Ruler, scaled
from overtake.rulers.prices import current_factor, exchange_shocks


def measure(paths: Paths, figures: Figures, settings: Rulers, seed: int) -> Paths:
    """Return the paths in current US$ bn."""
    central = scaled(paths, current_factor(paths, figures, settings.prices), "current US$ bn")
    ahead = paths.years[-1] - paths.last_observed
    if paths.values.shape[0] > 1 and ahead > 0 and settings.prices.uncertain:
        # The same shocks meet futures with and without plans.
        key = ("exchange rates", settings.prices.model_dump_json(), seed, paths.values.shape[0], paths.economies,
               paths.years, paths.last_observed)  # fmt: skip
        if key not in figures.kept:
            figures.kept[key] = np.exp(exchange_shocks(paths, figures, settings.prices, seed))
        central.values[:, :, -ahead:] *= figures.kept[key]
    return central


RULERS = (Ruler("current_usd", "current US$", measure),)
