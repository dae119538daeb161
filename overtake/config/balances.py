"""The sections `crossing` and `balances` of the parameters: what a crossing is, and who stands on which side."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from overtake.config.base import Section
from overtake.config.economies import REGION, Economy, economies, expanded
from overtake.errors import OvertakeError

Share = Annotated[float, Field(ge=0, le=1)]
#: Names of balances: small letters, digits and underscores, since they become cells, keys and addresses.
BalanceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Side = Annotated[dict[Economy, Share], Field(min_length=1)]


class Balance(Section):
    """Two sides, each with the share of every member's military expenditure that counts."""

    label: Annotated[str, Field(min_length=1, max_length=90)]
    """Name in tables and figures."""

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


class Crossing(Section):
    """When a balance counts as having changed hands, and how it is reported."""

    sustain: Annotated[int, Field(ge=1, le=10)] = 2
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


ALLIES: dict[Economy, str] = {
    "JPN": "Japan",
    "KOR": "South Korea",
    "AUS": "Australia",
    "PHL": "Philippines",
    "THA": "Thailand",
    "IND": "India",
    "VNM": "Viet Nam",
    "IDN": "Indonesia",
    "SGP": "Singapore",
    "MYS": "Malaysia",
    "TWN": "Taiwan",
}
FIVE: tuple[Economy, ...] = ("JPN", "KOR", "AUS", "PHL", "THA")
#: Coalitions that claims name.
COALITIONS: dict[str, tuple[Economy, ...]] = {"five": FIVE, "eleven": tuple(ALLIES)}
US_SHARES_PCT = (10, 20, 30, 40, 60, 100)


def _whole(*members: Economy) -> dict[Economy, float]:
    return dict.fromkeys(members, 1.0)


def default_balances() -> dict[str, Balance]:
    """Return the dossier's balances by name: coalitions, with shares of the United States, each ally alone."""
    five, eleven = _whole(*FIVE), _whole(*ALLIES)
    found = {
        "five": Balance(label="Five treaty allies", side=five, breakeven=("USA",)),
        "eleven": Balance(label="Eleven allies and partners", side=eleven, breakeven=("USA", "JPN", "IND")),
        "quad": Balance(label="Quad", side=_whole("USA", "JPN", "IND", "AUS"), breakeven=("USA",)),
        "quad_ex_us": Balance(label="Quad without the United States", side=_whole("JPN", "IND", "AUS")),
        "aukus": Balance(label="AUKUS", side=_whole("USA", "GBR", "AUS"), breakeven=("USA",)),
        "aukus_ex_us": Balance(label="AUKUS without the United States", side=_whole("GBR", "AUS")),
        "jpn_kor_aus": Balance(
            label="Japan, South Korea and Australia", side=_whole("JPN", "KOR", "AUS"), breakeven=("USA",)
        ),
    }
    for name, label, side in (
        ("five", "Five treaty allies", five),
        ("eleven", "Eleven allies and partners", eleven),
    ):
        for percent in US_SHARES_PCT:
            found[f"{name}_us{percent}"] = Balance(
                label=f"{label} and {percent}% of US spending", side={**side, "USA": percent / 100}
            )
    found["eleven_ex_vnm"] = Balance(
        label="Eleven without Viet Nam", side={iso3: 1.0 for iso3 in ALLIES if iso3 != "VNM"}
    )
    found["eleven_tied_down"] = Balance(
        label="Eleven, half of South Korea and a quarter of India tied down",
        side=eleven,
        tie_downs={"KOR": 0.5, "IND": 0.25},
    )
    found["eleven_vs_chn_rus"] = Balance(
        label="Eleven against China with Russia", side=eleven, against={"CHN": 1.0, "RUS": 1.0}, breakeven=("USA",)
    )
    for iso3, label in ALLIES.items():
        found[iso3.lower()] = Balance(label=f"{label} alone", side=_whole(iso3))
    found["usa"] = Balance(label="United States alone", side=_whole("USA"))
    return found


def members(coalition: str) -> tuple[str, ...]:
    """Return the members of a coalition by name, or the economy itself."""
    if coalition in COALITIONS:
        return COALITIONS[coalition]
    if coalition in economies():
        return (coalition,)
    raise OvertakeError("data/raw/claims.yaml", "names an unknown coalition", found=coalition,
                        allowed=", ".join(COALITIONS))  # fmt: skip
