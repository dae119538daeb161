"""The section `skill` of the parameters: which forecasts are scored."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from overtake.config.base import Section


class Skill(Section):
    """Backtests of the futures, on what was known at each origin."""

    first_origin: Annotated[int, Field(ge=2000, le=2020)] = 2000
    """First origin of the rolling-origin backtest."""

    horizons: Annotated[int, Field(ge=1, le=15)] = 10
    """Longest horizon scored, years."""

    draws: Annotated[int, Field(ge=200, le=20_000)] = 1000
    """Draws of each forecast."""

    bootstrap: Annotated[int, Field(ge=100, le=10_000)] = 1000
    """Bootstrap samples behind the intervals of scores."""
