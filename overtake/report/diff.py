"""What changed between two published runs, and because of what."""

from __future__ import annotations

from markupsafe import Markup

from overtake.report.context import Context


def section_of(ctx: Context) -> Markup:
    """Return the table of key numbers that moved against the last published run."""
    return Markup("")
