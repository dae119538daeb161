"""The section `sensitivity` of the parameters: which uncertain choices are moved, how far, and why that far."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from overtake.config.balances import whole_years
from overtake.config.base import Section
from overtake.config.multiverse import Axes


class Range(Section):
    """How far one parameter is moved to either side of its value."""

    low: float
    """Low end."""

    high: float
    """High end."""

    reason: Annotated[str, Field(min_length=10, max_length=160)]
    """Why that far."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Refuse an empty or reversed range."""
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        return self


def default_ranges() -> dict[str, Range]:
    """Return the uncertain parameters by dotted key, with their ranges."""
    return {
        "futures.pooled_random_walk.own_drift": Range(
            low=0.0, high=0.6, reason="from the world's median growth for all to mostly an economy's own"
        ),
        "futures.panel_regression.spread": Range(
            low=0.8, high=1.25, reason="a fifth narrower to a quarter wider than the panel's residuals"
        ),
        "futures.combination.shrink": Range(low=0.0, high=1.0, reason="weights by score alone to equal weights"),
        "growth_shift_pct.CHN": Range(
            low=-2.0, high=2.0, reason="about half of the change in China's own growth between decades"
        ),
        "growth_shift_pct.side": Range(
            low=-2.0, high=2.0, reason="the same departure for every member of the coalition"
        ),
        "china_level": Range(
            low=0.94, high=1.3, reason="careful estimates at market exchange rates against official scope times 1.7"
        ),
        "crossing.sustain": Range(low=1, high=4, reason="a single year's touch against four years in a row"),
        "threshold": Range(low=0.9, high=1.1, reason="parity within a tenth, the size of a common revision"),
    }


class Sensitivity(Section):
    """Parameters moved one at a time, together, and until a verdict flips; all random numbers unchanged."""

    balances: Annotated[tuple[str, ...], Field(min_length=1)] = ("eleven", "five_us30")
    """Balances whose answer is watched."""

    ruler: str = "constant_usd"
    """Ruler on which they are measured."""

    years: Annotated[tuple[int, ...], Field(min_length=1)] = (2030, 2035)
    """Years of P(China's side leads)."""

    draws: Annotated[int, Field(ge=200, le=20_000)] = 2000
    """Joint futures of each evaluation, one parameter moved at a time, also in the search for flips."""

    samples: Annotated[int, Field(ge=16, le=65_536)] = 64
    """Base samples of the Sobol design, a power of two; it has (parameters + 2) times as many points."""

    search_draws: Annotated[int, Field(ge=200, le=20_000)] = 500
    """Joint futures of each evaluation where there are many: the Sobol design and sweeps."""

    ranges: Annotated[dict[str, Range], Field(min_length=1)] = Field(default_factory=default_ranges)
    """Uncertain parameters by key: low, high and the reason for the range."""

    multiverse: Axes = Axes()
    """Every defensible choice, crossed with every other."""

    @field_validator("ranges", mode="after")
    @classmethod
    def _legal(cls, ranges: dict[str, Range]) -> dict[str, Range]:
        """Refuse ends of `crossing.sustain` that it may not have: each value between them is answered for."""
        lasting = ranges.get("crossing.sustain")
        for end in (lasting.low, lasting.high) if lasting else ():
            whole_years(end)
        return ranges
