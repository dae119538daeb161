"""The multiverse's axes: every defensible choice, declared as data, and the specifications that they span."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from overtake.config.balances import BalanceName, Share, Sustain
from overtake.config.base import Section
from overtake.config.core import EditionId
from overtake.config.futures import TREATMENTS, Model, Treatment
from overtake.config.rulers import RulerName

#: Rulers that set China's level by a pair of their own: another level would count the add-on twice.
OWN_LEVEL = ("symmetric",)
#: China's level as SIPRI has it.
SIPRI = "sipri"


@dataclass(frozen=True)
class Chunk:
    """The choices that cost a simulation; all others are crossed inside."""

    edition: str
    window_years: int
    model: str


class Axes(Section):
    """The choices to be crossed. A ruler with a level of its own (`symmetric`) is crossed with `sipri` alone."""

    editions: Annotated[tuple[EditionId, ...], Field(min_length=1)] = ("2020-04", "2023-04", "2026-04")
    """SIPRI editions: what an analyst of that spring would have had."""

    window_years: Annotated[tuple[Annotated[int, Field(ge=10, le=60)], ...], Field(min_length=1)] = (15, 40)
    """Years of history, up to the last observed, that growth is estimated from; an edition's own length is the most."""

    models: Annotated[tuple[Model | Literal["combined"], ...], Field(min_length=1)] = (
        "combined",
        "panel_regression",
        "pooled_random_walk",
        "gdp_share",
    )
    """Growth models."""

    plans: Annotated[tuple[Treatment, ...], Field(min_length=1)] = TREATMENTS
    """What is made of announced plans."""

    rulers: Annotated[tuple[RulerName, ...], Field(min_length=1)] = (
        "constant_usd",
        "current_usd",
        "gdp_ppp",
        "military_ppp",
        "stock",
    )
    """Rulers; the experimental ones (`symmetric`, `stock_own`) rest on too little to be counted."""

    china_levels: Annotated[tuple[str, ...], Field(min_length=1)] = (
        SIPRI,
        "careful_mer_2024",
        "dod_2024",
    )
    """China's level: `sipri`, or estimates of data/raw/china_estimates.csv that may stand for the present level."""

    coalitions: Annotated[tuple[BalanceName, ...], Field(min_length=1)] = (
        "five",
        "eleven",
        "jpn_kor_aus",
        "quad_ex_us",
        "eleven_tied_down",
    )
    """Declared balances without the United States; `us_shares` adds it."""

    us_shares: Annotated[tuple[Share, ...], Field(min_length=1)] = (0.0, 0.1, 0.2, 0.3, 1.0)
    """Shares of US spending that count on the coalition's side."""

    sustain: Annotated[tuple[Sustain, ...], Field(min_length=1)] = (1, 2)
    """Years that a new order must last to count."""

    years: Annotated[tuple[Annotated[int, Field(ge=2027, le=2075)], ...], Field(min_length=1)] = (2030, 2035, 2040)
    """Years whose probabilities are reported."""

    draws: Annotated[int, Field(ge=100, le=20_000)] = 500
    """Joint futures of every specification, the same random numbers in all."""

    def chunks(self) -> list[Chunk]:
        """Return the chunks, in the order of the table: the expensive choices, each simulated once."""
        return [Chunk(*one) for one in itertools.product(self.editions, self.window_years, self.models)]

    def levels(self, ruler: str) -> tuple[str, ...]:
        """Return China's levels that are crossed with a ruler."""
        return (SIPRI,) if ruler in OWN_LEVEL else self.china_levels

    def cheap(self) -> int:
        """Return the number of specifications in a chunk."""
        levels = sum(len(self.levels(ruler)) for ruler in self.rulers)
        return len(self.plans) * levels * len(self.coalitions) * len(self.us_shares) * len(self.sustain)

    def count(self) -> int:
        """Return the number of specifications."""
        return len(self.chunks()) * self.cheap()
