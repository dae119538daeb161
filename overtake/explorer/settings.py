"""What the page is told besides its tables: sizes, names, where it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from overtake.config.params import Params


@dataclass(frozen=True)
class Settings:
    """Sizes, names and starting point of the explorer.

    names: iso3 -> (name, group), groups as in data/raw/economies.csv. edition: of the figures. breakeven: the economy
    whose break-even share is drawn. departures: from the futures, where the page starts (`departures.of_params`).
    """

    names: Mapping[str, tuple[str, str]]
    edition: str
    seed: int
    sustain: int
    interval_pct: float
    depreciation_pct: float
    start_growth_years: int
    balance: str
    ruler: str
    level: str
    source: str
    departures: Mapping[str, Any]
    breakeven: str = "USA"


def of_params(
    params: Params, names: Mapping[str, tuple[str, str]], edition: str, source: str, departures: Mapping[str, Any]
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
        departures=departures,
    )
