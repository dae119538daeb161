"""A claim as a test: its words, the function that judges it, thresholds and parameters; and what a judgement is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from overtake.config.balances import members
from overtake.config.base import Section

Verdict = Literal["supported", "partly", "contradicted", "untestable"]
PLACEHOLDER = re.compile(r"\{(\w+(?:\.\w+)?)(?::of (\w+))?\}")
#: Columns of the claims table that a result may show.
SHOWN = ("value", "lo", "hi", "beside")
#: Details that a result may show by name, by test.
NAMED: Mapping[str, tuple[str, ...]] = {
    "composition_trend": ("billions",),
    "growth_gap": ("recent",),
    "plan_and_outturn": ("promised", "delivered"),
    "smallest_coalition": ("needed", "needed_with_us"),
    "who_leads": ("each",),
}


class Claim(Section):
    """One sentence of the commentary and its test; an entry of data/raw/claims.yaml.

    sentence: words of the commentary, exactly; reach: whether its verdict is on those words or on their part about
    spending alone.
    """

    id: str
    sentence: Annotated[str, Field(min_length=3)]
    reach: Literal["whole", "spending"] = "whole"
    test: str
    params: dict[str, Any] = Field(default_factory=dict)
    thresholds: dict[str, float] = Field(default_factory=dict)
    unit: str
    testable: bool = True
    why: Annotated[str, Field(min_length=3)]
    result: Annotated[str, Field(min_length=3)]
    would_change: Annotated[str, Field(min_length=3)]

    def text(self, template: str) -> str:
        """Return `template` with the claim's parameters filled in; placeholders for columns stay.

        `{beside:of coalition}` becomes `{beside:of 11}`: a share of so many economies, to be written as their number.
        """

        def filled(found: re.Match[str]) -> str:
            name, group = found.groups()
            if group:
                return f"{{{name}:of {self._size(group)}}}"
            return str(self.params[name]) if name in self.params else found[0]

        return PLACEHOLDER.sub(filled, template)

    def _size(self, parameter: str) -> int:
        """Return how many economies a parameter names: a list, or a coalition by its name."""
        named = self.params[parameter]
        return len(members(named) if isinstance(named, str) else named)

    def threshold(self) -> str:
        """Return the thresholds in words."""
        return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in self.thresholds.items())

    def named(self) -> set[str]:
        """Return the details that a text may show by name: those of the test, the claim's economies and balances."""
        rows = {*NAMED.get(self.test, ()), *self.params.get("economies", ()), *self.params.get("balances", ())}
        return rows | {f"{row}.{end}" for row in rows for end in ("lo", "hi")}

    def problems(self) -> list[str]:
        """Return what is wrong with the texts: placeholders that name neither parameter nor column nor detail."""
        known = {*SHOWN, *self.params, *self.named()}
        return [
            f"claims.{self.id}.{name}: unknown placeholder {{{found}}}; allowed: {', '.join(sorted(known))}"
            for name in ("result", "would_change")
            for pair in PLACEHOLDER.findall(getattr(self, name))
            for found in filter(None, pair)
            if found not in (known if found == pair[0] else self.params)
        ]


@dataclass(frozen=True)
class Result:
    """What a test found: the verdict, its number with interval, a second number beside it in the same unit.

    years: those that were judged, or that of the last figure where they are not known yet (`2020-2025`, `to 2019`).
    details: rows of the table behind it, each with name, item, ruler, window, value, lo, hi, unit.
    """

    verdict: Verdict
    value: float = float("nan")
    lo: float = float("nan")
    hi: float = float("nan")
    beside: float = float("nan")
    details: Sequence[Mapping[str, object]] = ()
    years: str = ""

    def __post_init__(self) -> None:
        """Keep the details as they are: a result is shared by all who ask for the same verdict."""
        object.__setattr__(self, "details", tuple(MappingProxyType(row) for row in self.details))


UNTESTABLE = Result("untestable")


def not_yet(last: int) -> Result:
    """Return that the years of a claim lie beyond the last figure: never another year in their place."""
    return Result("untestable", years=f"to {last}")


def detail(
    item: str,
    value: float,
    unit: str,
    *,
    ruler: str = "constant_usd",
    window: str = "",
    lo: float = float("nan"),
    hi: float = float("nan"),
    name: str = "",
) -> dict[str, object]:
    """Return one row of a result's table; `name` is its own within the claim, for a text that shows it."""
    return {
        "name": name, "item": item, "ruler": ruler, "window": window, "value": value, "lo": lo, "hi": hi, "unit": unit
    }  # fmt: skip


def graded(value: float, supported: float, partly: float) -> Verdict:
    """Return the verdict for a number that supports a claim the more the larger it is."""
    if isnan(value):
        return "untestable"
    return "supported" if value > supported else "partly" if value > partly else "contradicted"


def all_or_some(found: Iterable[bool]) -> Verdict:
    """Return the verdict of a claim that should hold everywhere."""
    held = [bool(one) for one in found]
    return "supported" if all(held) else "partly" if any(held) else "contradicted"


def both(first: bool, second: bool) -> Verdict:
    """Return the verdict of a claim with two halves."""
    return all_or_some((first, second))
