"""Constant US$ at the market exchange rates of the price base: SIPRI's own measure of real change."""

from __future__ import annotations

from overtake.config.rulers import Rulers
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.rulers.base import Ruler


def measure(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    """Return the paths as they are."""
    return paths


RULERS = (Ruler("constant_usd", "constant US$ at market exchange rates", measure),)
