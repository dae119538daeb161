"""Made-up histories in which a claim is true or its opposite is, for the tests of claims."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from overtake.config.economies import economies
from overtake.edition import Edition
from overtake.sources import ledgers

REAL_LEDGERS = ledgers.load_all()
LEVELS = {"CHN": 100.0, "USA": 600.0, "JPN": 50.0, "IND": 40.0, "KOR": 30.0, "AUS": 20.0, "GBR": 45.0, "RUS": 40.0}
Rate = Callable[[str, int], float]


def history(
    rate: Rate,
    *,
    levels: dict[str, float] | None = None,
    last: int = 2025,
    noise_pct: float = 0.4,
    changes: dict[str, pd.DataFrame] | None = None,
) -> Edition:
    """Return figures 1989 to `last` whose real growth is `rate(iso3, year)` per cent, with a little noise."""
    random = np.random.default_rng(4)
    spending, macro = [], []
    start = {**LEVELS, **(levels or {})}
    for iso3 in economies():
        value = start.get(iso3, 8.0)
        for year in range(1989, 2032):
            macro.append((iso3, year, 3.0))
            if year > 1989:
                value *= 1 + (rate(iso3, year) + noise_pct * random.normal()) / 100
            if year <= last:
                spending.append((iso3, year, value, value, value, 2.0, "reported", False, "2026-04", 2024))
    columns = ["iso3", "year", "milex_constant_usd_bn", "milex_current_usd_bn", "milex_lcu_bn", "gdp_share_pct",
               "status", "gap_filled", "edition", "price_base"]  # fmt: skip
    # Of the economy nothing but growth is known: rulers of prices have no values.
    figures = pd.DataFrame(macro, columns=["iso3", "year", "real_growth_pct"]).reindex(
        columns=["iso3", "year", "real_growth_pct", "gdp_usd_bn", "gdp_lcu_bn", "gdp_deflator_index", "cpi_index",
                 "ppp_lcu_per_intl_usd", "population_m"]
    )  # fmt: skip
    return Edition("2026-04", pd.DataFrame(spending, columns=columns), figures, {**REAL_LEDGERS, **(changes or {})})


def steady(**rates: float) -> Rate:
    """Return constant rates, 2 % for who is not named; `other` names all but China and the United States."""
    allies = rates.get("other", 2.0)
    return lambda iso3, year: rates.get(iso3, allies if iso3 not in ("CHN", "USA") else 2.0)


def edited(name: str, key: str, at: object, **cells: object) -> dict[str, pd.DataFrame]:
    """Return a ledger with the cells of the row whose `key` is `at` replaced."""
    table = REAL_LEDGERS[name].copy()
    for column, value in cells.items():
        table.loc[table[key] == at, column] = value
    return {name: table}
