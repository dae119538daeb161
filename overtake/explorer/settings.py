"""What the page is told besides its tables: sizes, names, where it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from overtake.config.params import Params

#: The part of a setting that leaves the futures as they are, plans as in `futures.plans: cut`.
AS_SIMULATED = {"plans": "cut", "tiers": "none", "growth": {}, "from": 2026, "to": 2035, "reach": {}, "yuan": 0.0}


@dataclass(frozen=True)
class Settings:
    """Sizes, names and starting point of the explorer.

    names: iso3 -> (name, group), groups as in data/raw/economies.csv. edition: of the figures. breakeven: the economy
    whose break-even share is drawn. departures: from the futures, where the page starts (`departures.of_params`).
    """

    names: Mapping[str, tuple[str, str]]
    edition: str
    seed: int = 0
    sustain: int = 2
    interval_pct: float = 80
    depreciation_pct: float = 7.5
    start_growth_years: int = 10
    balance: str = ""
    ruler: str = "constant_usd"
    level: str = "sipri"
    source: str = ""
    breakeven: str = "USA"
    departures: Mapping[str, Any] = field(default_factory=lambda: dict(AS_SIMULATED))


def of_params(
    params: Params,
    names: Mapping[str, tuple[str, str]],
    edition: str,
    source: str,
    departures: Mapping[str, Any] | None = None,
) -> Settings:
    """Return the settings that `params` imply."""
    return Settings(
        names=names,
        edition=edition,
        seed=params.run.seed,
        sustain=params.crossing.sustain,
        interval_pct=params.crossing.interval_pct,
        depreciation_pct=params.rulers.stock.depreciation_pct,
        start_growth_years=params.rulers.stock.start_growth_years,
        balance=params.brief.headline_balance,
        ruler=params.brief.headline_ruler,
        level=params.rulers.china_level,
        source=source,
        departures=dict(departures or AS_SIMULATED),
    )
