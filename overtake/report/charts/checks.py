"""Figures that test the others: sensitivities and revisions."""

from __future__ import annotations

from overtake.report.context import Context
from overtake.report.figure import Figure


def tornado(ctx: Context) -> Figure | None:
    """Return the tornado of sensitivities."""
    return None


def revisions(ctx: Context) -> Figure | None:
    """Return the ratio as successive editions had it."""
    return None
