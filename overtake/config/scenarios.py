"""The section `scenarios` of the parameters: what the comparison of scenarios shows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from overtake.config.base import Section
from overtake.config.rulers import RulerName


class Scenarios(Section):
    """What the scenarios are compared on: in the brief where the headline is among it, and by `overtake scenarios`."""

    balances: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "five",
        "eleven",
        "jpn_kor_aus",
        "five_us30",
        "eleven_us10",
        "usa",
    )
    """Names of declared balances."""

    rulers: Annotated[tuple[RulerName, ...], Field(min_length=1)] = ("constant_usd", "current_usd", "gdp_ppp")
    """Names of rulers; the brief's table is on the first."""
