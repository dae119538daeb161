"""Symmetric accounting after Fravel, Gilboy and Heginbotham: every economy on one definition, equipment at market
exchange rates, personnel and operations at PPP; the pair China and United States reproduces their figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from overtake.config.rulers import Rulers
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.rulers.base import Ruler, scaled
from overtake.rulers.china import LEDGER
from overtake.rulers.composition import weights
from overtake.rulers.gdp_ppp import with_error
from overtake.rulers.prices import current_factor, price_level, us_prices
from overtake.sources.ledgers import pairs

#: Name of the pair in the ledger of estimates.
PAIR = "fravel_2024"


def measure(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    """Return the paths in comparable US$ bn at US prices of the last observed year."""
    current = current_factor(paths, edition, settings.prices) / us_prices(paths, edition, settings.prices)
    unit = f"{paths.last_observed} comparable US$ bn"
    adjusted = hybrid(paths, edition, settings) * add_ons(paths, edition, settings)[:, None]
    return with_error(scaled(paths, current * adjusted, unit), settings, seed)


def hybrid(paths: Draws, edition: Edition, settings: Rulers) -> FloatArray:
    """Return comparable units per US$, (economies, years): equipment at market rates, the rest at GDP-PPP."""
    share = weights(edition.ledgers["composition"], paths.economies, settings.composition)
    level = price_level(paths, edition, settings.prices)
    found: FloatArray = share[:, [2]] + (1 - share[:, [2]]) / level
    return found


def add_ons(paths: Draws, edition: Edition, settings: Rulers) -> FloatArray:
    """Return the definition's add-on over SIPRI by economy, (economies,).

    China and the United States: the pair's figure over SIPRI's of that year, less what the hybrid conversion explains
    of it. The others, for want of figures: as the parameter says.
    """
    pair = _pair(edition)
    year = int(pair["year"])
    # The pair's year may lie beyond the observed ones (an older edition), so its conversion is taken by itself.
    then = Draws(np.ones((1, 2, 1)), ("CHN", "USA"), (year,), year, paths.unit)
    china, us = hybrid(then, edition, settings)[:, 0]
    known = {"CHN": (pair["china_lo"] + pair["china_hi"]) / 2 / china, "USA": pair["us"] / us}
    other = {
        "mean": float(np.sqrt(known["CHN"] * known["USA"])),
        "us": known["USA"],
        "china": known["CHN"],
        "none": 1.0,
    }[settings.symmetric.others]
    return np.array([known.get(iso3, other) for iso3 in paths.economies])


def _pair(edition: Edition) -> dict[str, Any]:
    """Return the pair of the ledger that the ruler follows."""
    known = pairs(edition.ledgers["china_estimates"]).set_index("estimate")
    if PAIR not in known.index:
        raise OvertakeError(LEDGER, "lacks the pair that the ruler `symmetric` follows", allowed=PAIR)
    return {str(column): value for column, value in known.loc[[PAIR]].to_dict("records")[0].items()}


RULERS = (Ruler("symmetric", "symmetric accounting", measure),)
