"""The section `scenario` of the parameters: what if growth or shares of GDP departed from the futures."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from overtake.config.base import Section
from overtake.config.economies import Economy


class ShareTarget(Section):
    """An economy reaches at least this share of GDP by a year; it never lowers a path that is above it."""

    share_pct: Annotated[float, Field(gt=0, le=20)]
    """Military expenditure as per cent of GDP."""

    year: Annotated[int, Field(ge=2020, le=2050)]
    """Year by which the share is reached; from then on spending grows as in the futures."""

    definition: Literal["sipri", "government"] = "sipri"
    """Whose definition the share is in: `government` shares are turned into SIPRI's by data/raw/crosswalk.csv."""


class Scenario(Section):
    """Departures from the futures, applied to every draw after the simulation; a scenario carries no probability."""

    growth_shift_pct: dict[Economy, Annotated[float, Field(ge=-20, le=20)]] = Field(default_factory=dict)
    """Percentage points added to an economy's real growth of spending each year from `from_year` to `to_year`."""

    from_year: Annotated[int, Field(ge=2000, le=2050)] = 2026
    """First year with shifted growth (years up to the last observed are never touched)."""

    to_year: Annotated[int, Field(ge=2000, le=2050)] = 2035
    """Last year with shifted growth; the level then keeps the distance gained."""

    share_targets: dict[Economy, ShareTarget] = Field(default_factory=dict)
    """Shares of GDP that economies reach, in the middle of their draws; log-linear on the way there."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Refuse a span that ends before it begins."""
        if self.to_year < self.from_year:
            raise ValueError(f"to_year {self.to_year} is before from_year {self.from_year}; allowed: not before")
        return self

    def changes_nothing(self) -> bool:
        """Tell whether the futures stay as simulated."""
        return not any(self.growth_shift_pct.values()) and not self.share_targets
