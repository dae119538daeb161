"""The sections `crossing` and `balances` of the parameters: what a crossing is, and who stands on which side."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, TypeAdapter, model_validator

from overtake.config.base import Section
from overtake.config.economies import REGION, Economy, economies, expanded
from overtake.errors import OvertakeError

Share = Annotated[float, Field(ge=0, le=1)]
#: Names of balances: small letters, digits and underscores, since they become cells, keys and addresses.
BalanceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Side = Annotated[dict[Economy, Share], Field(min_length=1)]


class Balance(Section):
    """Two sides, each with the share of every member's military expenditure that counts."""

    label: Annotated[str, Field(min_length=1, max_length=90)] = ""
    """Name in tables and figures; the key itself, spaces for underscores, where none is given."""

    against: Side = Field(default_factory=lambda: {"CHN": 1.0})
    """The side whose lead is a crossing: share of each economy's spending that counts, 0 to 1."""

    side: Side
    """The coalition: share of each economy's spending that counts, 0 to 1."""

    tie_downs: dict[Economy, Share] = Field(default_factory=dict)
    """Share of a member's spending that another adversary ties down (Korea by North Korea, India by Pakistan), 0 to 1:
    the member counts with its share times one minus this."""

    threshold: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Ratio of the two sides at which the balance is crossed: 1 is parity, 0.5 half of the coalition's spending."""

    breakeven: Annotated[tuple[Economy, ...], Field(strict=False)] = ()
    """Economies whose break-even share is reported: the share of their spending at which the sides are level."""

    @property
    def members(self) -> tuple[str, ...]:
        """Return the economies of both sides, the challengers first."""
        return (*self.against, *self.side)

    @model_validator(mode="before")
    @classmethod
    def _regions(cls, given: Any) -> Any:
        """Replace `region:NAME` on a side by the economies that SIPRI counts there and no side names."""
        if not isinstance(given, dict):
            return given
        sides = {name: given[name] for name in ("against", "side") if isinstance(given.get(name), dict)}
        named = [iso3 for shares in sides.values() for iso3 in shares]
        if not any(str(iso3).startswith(REGION) for iso3 in named):
            return given
        return given | {name: expanded(shares, named) for name, shares in sides.items()}

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        """Refuse sides that share an economy, count nothing, or tie down or break even on a stranger."""
        for name, weights in (("against", self.against), ("side", self.side)):
            if not any(weights.values()):
                raise ValueError(f"{name} counts nothing: at least one share must be above 0")
        shared = sorted(set(self.against) & set(self.side))
        if shared:
            raise ValueError(f"{', '.join(shared)} stands on both sides; allowed on one")
        strangers = sorted(set(self.tie_downs) - set(self.side) - set(self.against))
        if strangers:
            raise ValueError(f"tie_downs names {', '.join(strangers)}, on neither side; allowed: members of a side")
        opposed = sorted(set(self.breakeven) & set(self.against))
        if opposed:
            raise ValueError(f"breakeven names {', '.join(opposed)} of the other side; allowed: any other economy")
        return self


#: Years that a new order must last to count.
Sustain = Annotated[int, Field(ge=1, le=10)]


def whole_years(value: float) -> int:
    """Return a value of `crossing.sustain` that was given as a number; ValueError where it is not legal there."""
    legal = TypeAdapter(Sustain).json_schema()
    if not legal["minimum"] <= value <= legal["maximum"] or value != int(value):
        allowed = f"whole numbers from {legal['minimum']} to {legal['maximum']}"
        raise ValueError(f"crossing.sustain: {value:g} is no number of years there; allowed: {allowed}")
    return int(value)


class Crossing(Section):
    """When a balance counts as having changed hands, and how it is reported."""

    sustain: Sustain = 2
    """Years that a new order must last to count; 1 counts a single year's touch."""

    interval_pct: Annotated[float, Field(ge=50, le=99)] = 80
    """Width of the interval of margins and crossing years, in per cent."""

    reversal: Annotated[tuple[BalanceName, ...], Field(min_length=1)] = ("eleven", "five", "jpn_kor_aus")
    """Balances whose chance of regaining the lead is reported with plans absent, cut and at face value; the first
    also gets the waterfall of what each plan adds."""

    reversal_rulers: Annotated[tuple[str, ...], Field(min_length=1)] = ("constant_usd", "current_usd")
    """Rulers of that report."""

    reversal_years: Annotated[tuple[int, ...], Field(min_length=1)] = (2030, 2035)
    """Years of the waterfall."""

    trend_from: Annotated[tuple[Annotated[int, Field(ge=1989, le=2100)], ...], Field(min_length=1)] = (2016, 2020, 2010)
    """First years of the growth for crossings on paper; the first is that of ten years as SIPRI counts them."""


@cache
def _declared() -> dict[str, Balance]:
    from ruamel.yaml import YAML

    found = YAML(typ="safe").load(Path(__file__).with_name("coalitions.yaml"))
    return {name: Balance.model_validate(entry) for name, entry in found.items()}


def default_balances() -> dict[str, Balance]:
    """Return the dossier's balances by name: coalitions, with shares of the United States, each ally alone."""
    return dict(_declared())


def members(coalition: str) -> tuple[str, ...]:
    """Return the members of a declared coalition, all of which count whole, by name, or the economy itself."""
    whole = {
        name: each for name, each in _declared().items() if set(each.side.values()) == {1.0} and not each.tie_downs
    }
    if coalition in whole:
        return tuple(whole[coalition].side)
    if coalition in economies():
        return (coalition,)
    raise OvertakeError("data/raw/claims.yaml", "names an unknown coalition", found=coalition,
                        allowed=", ".join(whole))  # fmt: skip


def us_shares_pct(coalition: str) -> tuple[int, ...]:
    """Return the shares of US spending, in per cent and rising, with which a coalition is declared as well."""
    own = _declared()[coalition]
    shares = (
        each.side["USA"]
        for each in _declared().values()
        if "USA" in each.side and {**own.side, "USA": each.side["USA"]} == each.side and each.against == own.against
    )
    return tuple(sorted(round(100 * share) for share in shares))
