"""Sides, weights, crossing states and break-even shares: from the paths of economies to who leads whom, and when."""

from overtake.balances.sides import Sides, breakeven, ratio, sides
from overtake.balances.states import RECENT, States, crossing_curve, leads, settled, states
from overtake.balances.summary import Tables, joined, summarise

__all__ = [
    "RECENT",
    "Sides",
    "States",
    "Tables",
    "breakeven",
    "crossing_curve",
    "joined",
    "leads",
    "ratio",
    "settled",
    "sides",
    "states",
    "summarise",
]
