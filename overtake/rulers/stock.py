"""Cumulative stock by perpetual inventory: what is spent this year adds to what is left of earlier years."""

from __future__ import annotations

import numpy as np

from overtake import alike
from overtake.config.rulers import Rulers
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.rulers.base import Ruler
from overtake.rulers.composition import weights


def equal_share(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    """Return the stocks, constant US$ bn, from the same share of every economy's spending."""
    share = np.full(len(paths.economies), settings.stock.investment_share)
    return _stocks(paths, share, settings)


def own_share(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    """Return the stocks, constant US$ bn, from each economy's own share of equipment, R&D and construction."""
    return _stocks(
        paths, weights(edition.ledgers["composition"], paths.economies, settings.composition)[:, 2], settings
    )


def _stocks(paths: Draws, share: FloatArray, settings: Rulers) -> Draws:
    """Return K_t = (1 - depreciation) K_(t-1) + share x spending, (draws, economies, years).

    The first stock of an economy is share x spending over mean growth plus depreciation; it starts with the economy's
    first value and has all but decayed by the years of interest.
    """
    own = settings.stock
    rate = own.depreciation_pct / 100
    stock = np.full_like(paths.values, np.nan)
    for at in range(len(paths.economies)):
        spent, into = paths.values[:, at].T, stock[:, at].T  # a year's sums run along whole rows of draws
        known = np.flatnonzero(np.isfinite(spent[:, 0]))
        if not known.size:
            continue
        first, last = known[0], min(known[0] + own.start_growth_years, known[-1])
        growth = alike.log(spent[last] / spent[first])
        growth /= growth.dtype.type(max(last - first, 1))
        # A shrinking economy's past outlays exceed what its growth implies: zero growth is the bound.
        level = share[at] * spent[first] / (np.maximum(growth, 0) + rate)
        into[first] = level
        for year in range(first + 1, len(paths.years)):
            level = (1 - rate) * level + share[at] * spent[year]
            into[year] = level
    return paths.with_values(stock, f"stock, {paths.unit}")


RULERS = (
    Ruler("stock", "cumulative stock, equal shares", equal_share, proportional=False),
    Ruler("stock_own", "cumulative stock of equipment, own shares", own_share, proportional=False),
)
