"""Cumulative stock by perpetual inventory: what is spent this year adds to what is left of earlier years."""

from __future__ import annotations

import numpy as np

from overtake.config.rulers import Rulers
from overtake.rulers.base import Figures, Ruler
from overtake.rulers.composition import weights
from overtake.tables import FloatArray, Paths


def equal_share(paths: Paths, figures: Figures, settings: Rulers, seed: int) -> Paths:
    """Return the stocks, constant US$ bn, from the same share of every economy's spending."""
    share = np.full(len(paths.economies), settings.stock.investment_share)
    return _stocks(paths, share, settings)


def own_share(paths: Paths, figures: Figures, settings: Rulers, seed: int) -> Paths:
    """Return the stocks, constant US$ bn, from each economy's own share of equipment, R&D and construction."""
    return _stocks(paths, weights(figures.composition, paths.economies, settings.composition)[:, 2], settings)


def _stocks(paths: Paths, share: FloatArray, settings: Rulers) -> Paths:
    """Return K_t = (1 - depreciation) K_(t-1) + share x spending, (draws, economies, years).

    The first stock of an economy is share x spending over mean growth plus depreciation; it starts with the economy's
    first value and has all but decayed by the years of interest.
    """
    own = settings.stock
    rate = own.depreciation_pct / 100
    spending = paths.values
    stock = np.full_like(spending, np.nan)
    for at in range(len(paths.economies)):
        present = np.flatnonzero(np.isfinite(spending[0, at]))
        if present.size == 0:
            continue
        first = int(present[0])
        last = min(first + own.start_growth_years, int(present[-1]))
        growth = np.log(spending[:, at, last] / spending[:, at, first]) / max(last - first, 1)
        # A shrinking economy's past outlays exceed what its growth implies: zero growth is the bound.
        level = share[at] * spending[:, at, first] / (np.maximum(growth, 0) + rate)
        stock[:, at, first] = level
        for year in range(first + 1, len(paths.years)):
            level = (1 - rate) * level + share[at] * spending[:, at, year]
            stock[:, at, year] = level
    return paths.with_values(stock, f"stock, {paths.unit}")


RULERS = (
    Ruler("stock", "cumulative stock, equal shares", equal_share, proportional=False),
    Ruler("stock_own", "cumulative stock of equipment, own shares", own_share, proportional=False),
)
