"""The multiverse's axes: every defensible choice, declared as data, and the specifications that they span."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from overtake.config.balances import BalanceName, Share
from overtake.config.base import Section
from overtake.config.core import EditionId
from overtake.config.futures import Model
from overtake.config.params import Params
from overtake.config.rulers import RulerName
from overtake.errors import OvertakeError, raise_all

#: Columns that name a specification, in their order; each is an axis.
CHOICES = ("edition", "window_years", "model", "plans", "ruler", "coalition", "china_level", "us_share", "sustain")
#: Those that say what is asked; all others say how it is answered.
QUESTION = ("coalition", "us_share")
#: A ruler that sets China's level by its own pair: another level would count the add-on twice.
OWN_LEVEL = ("symmetric",)
#: China's level as SIPRI has it.
SIPRI = "sipri"


class Axes(Section):
    """The choices to be crossed. A ruler with a level of its own (`symmetric`) is crossed with `sipri` alone."""

    editions: Annotated[tuple[EditionId, ...], Field(min_length=1)] = (
        "2020-04", "2021-04", "2023-04", "2025-04", "2026-04",
    )  # fmt: skip
    """SIPRI editions: what an analyst of that spring would have had."""

    window_years: Annotated[tuple[Annotated[int, Field(ge=10, le=60)], ...], Field(min_length=1)] = (15, 25, 40)
    """Years of history, up to the last observed, that growth is estimated from; an edition's own length is the most."""

    models: Annotated[tuple[Model | Literal["combined"], ...], Field(min_length=1)] = (
        "combined", "panel_regression", "pooled_random_walk", "gdp_share", "state_space", "damped_trend",
    )  # fmt: skip
    """Growth models."""

    plans: Annotated[tuple[Literal["off", "cut", "face_value"], ...], Field(min_length=1)] = (
        "off", "cut", "face_value",
    )  # fmt: skip
    """What is made of announced plans."""

    rulers: Annotated[tuple[RulerName, ...], Field(min_length=1)] = (
        "constant_usd", "current_usd", "gdp_ppp", "military_ppp", "symmetric", "stock",
    )  # fmt: skip
    """Rulers."""

    china_levels: Annotated[tuple[str, ...], Field(min_length=1)] = (
        SIPRI, "careful_mer_2024", "dod_2022", "sipri_old_method_2019",
    )  # fmt: skip
    """China's level: `sipri` or pairs of data/raw/china_estimates.csv at market exchange rates."""

    coalitions: Annotated[tuple[BalanceName, ...], Field(min_length=1)] = (
        "five", "eleven", "jpn_kor_aus", "quad_ex_us", "eleven_tied_down",
    )  # fmt: skip
    """Declared balances without the United States; `us_shares` adds it."""

    us_shares: Annotated[tuple[Share, ...], Field(min_length=1)] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0)
    """Shares of US spending that count on the coalition's side."""

    sustain: Annotated[tuple[Annotated[int, Field(ge=1, le=10)], ...], Field(min_length=1)] = (1, 2)
    """Years that a new order must last to count."""

    years: Annotated[tuple[Annotated[int, Field(ge=2027, le=2075)], ...], Field(min_length=1)] = (2030, 2035, 2040)
    """Years whose probabilities are reported."""

    draws: Annotated[int, Field(ge=100, le=20_000)] = 2000
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


@dataclass(frozen=True)
class Chunk:
    """The choices that cost a simulation; all others are crossed inside."""

    edition: str
    window_years: int
    model: str


def read_axes(path: Path) -> Axes:
    """Return the axes in the YAML file at `path`, those left out at their defaults; refuse with every problem."""
    from overtake.config.load import read_yaml

    try:
        return Axes.of(read_yaml(path))
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in e['loc'])}: {str(e['msg']).lower()}" for e in error.errors()]
        raise_all(path.name, problems, next_step=f"known axes: {', '.join(Axes.model_fields)}")
        raise OvertakeError(path.name, "holds no axes", found=error) from error


def check(axes: Axes, params: Params, editions: set[str], levels: set[str]) -> None:
    """Refuse axes that name what is not there, repeat a choice, or a year that the horizon does not settle.

    editions: those in milex.csv; levels: names that China's level may have.
    """
    problems = []
    for name in Axes.model_fields:
        values = getattr(axes, name)
        if isinstance(values, tuple) and len(set(values)) < len(values):
            problems.append(f"{name}: a choice is named twice")
    problems += [f"editions: {one} is not in data/raw/milex.csv" for one in axes.editions if one not in editions]
    problems += [f"china_levels: no such level {one}" for one in axes.china_levels if one not in levels]
    if SIPRI not in axes.china_levels and set(axes.rulers) & set(OWN_LEVEL):
        problems.append(f"china_levels: {', '.join(OWN_LEVEL)} is only measured at `{SIPRI}`, which is left out")
    for name in axes.coalitions:
        balance = params.balances.get(name)
        if balance is None:
            problems.append(f"coalitions: no balance {name} in params.yaml")
        elif "USA" in {**balance.side, **balance.against, **balance.tie_downs}:
            problems.append(f"coalitions: {name} has the United States on a side already; us_shares adds it")
        elif balance.threshold != 1.0:
            problems.append(f"coalitions: {name} has a threshold of its own, {balance.threshold:g}; allowed: 1")
    latest = params.futures.horizon - max(axes.sustain) + 1
    problems += [f"years: {one} lies after {latest}, the last year settled" for one in axes.years if one > latest]
    raise_all("multiverse", problems)
