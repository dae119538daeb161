"""Figures from the ledgers: estimates of China's spending, and what announced plans add."""

from __future__ import annotations

from overtake.report.context import Context
from overtake.report.figure import Figure


def estimates(ctx: Context) -> Figure | None:
    """Return the dumbbell of China estimates."""
    return None


def plans(ctx: Context) -> Figure | None:
    """Return the waterfall of announced plans."""
    return None
