"""What was known at a date: the figures of an edition, measured on the rulers, and the ledgers up to then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from overtake.config.balances import ALLIES, FIVE, Balance
from overtake.errors import OvertakeError
from overtake.rulers.base import Figures

if TYPE_CHECKING:
    from overtake.claims.model import Result

#: Coalitions that claims name.
COALITIONS: dict[str, tuple[str, ...]] = {"five": tuple(FIVE), "eleven": tuple(ALLIES)}
#: Rulers that claims are judged on.
RULERS = ("constant_usd", "current_usd", "gdp_ppp", "military_ppp", "stock")
_OF_SPENDING = {"constant_usd": "milex_constant_usd_bn", "current_usd": "milex_current_usd_bn"}


@dataclass(frozen=True)
class Known:
    """The tables that a claim is judged by.

    spending, macro: of the clean stage; rulers: the contract's table, may be empty; ledgers: by name; crossings: the
    contract's table, or None: then the odds of a crossing come from past growth alone.
    """

    edition: str
    spending: pd.DataFrame
    macro: pd.DataFrame
    ledgers: Mapping[str, pd.DataFrame]
    rulers: pd.DataFrame | None = None
    crossings: pd.DataFrame | None = None
    balances: Mapping[str, Balance] = field(default_factory=dict)
    judged: dict[tuple[str, int], Result] = field(default_factory=dict, init=False, repr=False, compare=False)
    _kept: dict[str, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def last(self) -> int:
        """Return the last observed year."""
        return int(self.spending["year"].max())

    @property
    def figures(self) -> Figures:
        """Return the tables that rulers read."""
        return Figures(self.spending, self.macro, self.ledgers["composition"], self.ledgers["china_estimates"])

    def wide(self, ruler: str = "constant_usd") -> pd.DataFrame:
        """Return observed military expenditure on a ruler, years by economies; empty where the ruler is unknown.

        One table for all who ask: not to be written to.
        """
        if ruler not in self._kept:
            table, column = self.spending, _OF_SPENDING.get(ruler, "value")
            if ruler not in _OF_SPENDING:
                table = pd.DataFrame() if self.rulers is None else self.rulers[self.rulers["ruler"] == ruler]
            self._kept[ruler] = (
                table if table.empty else table.pivot(index="year", columns="iso3", values=column).astype(float)
            )
        return self._kept[ruler]

    def sides(self, economy: str, coalition: str, ruler: str = "constant_usd") -> pd.DataFrame:
        """Return `economy` and `coalition` (the sum of its members) in the years with every member.

        One table for all who ask: not to be written to.
        """
        key = f"{economy} over {coalition} {ruler}"
        if key not in self._kept:
            wide, own = self.wide(ruler), members(coalition)
            # Plain arrays: a search for flips asks some thousand times.
            values = np.stack([wide[iso3].to_numpy() for iso3 in (economy, *own)])
            whole = np.isfinite(values).all(axis=0)
            both = {"economy": values[0, whole], "coalition": values[1:, whole].sum(axis=0)}
            self._kept[key] = pd.DataFrame(both, index=wide.index[whole])
        return self._kept[key]


def members(coalition: str) -> tuple[str, ...]:
    """Return the members of a coalition by name, or the economy itself."""
    if coalition in COALITIONS:
        return COALITIONS[coalition]
    if len(coalition) == 3 and coalition.isupper():
        return (coalition,)
    raise OvertakeError("data/raw/claims.yaml", "names an unknown coalition", found=coalition,
                        allowed=", ".join(COALITIONS))  # fmt: skip


def log_growth(series: pd.Series) -> pd.Series:
    """Return log growth of a series by year, its first year left out."""
    return pd.Series(np.log(series.to_numpy(dtype=float)), index=series.index).diff().dropna()


def up_to(ledgers: Mapping[str, pd.DataFrame], month: str) -> dict[str, pd.DataFrame]:
    """Return the ledgers as they could have been written by `month` (year-month): later rows are left out."""
    year = int(month[:4])
    found = dict(ledgers)
    for name in ("china_official_budget", "china_estimates", "composition"):
        found[name] = found[name][found[name]["year"] <= year]
    plans = found["plans"]
    found["plans"] = plans[(plans["announced"] != "") & (plans["announced"] <= month)]
    return found


def as_of(
    edition: str,
    weo_edition: str,
    milex: pd.DataFrame,
    macro: pd.DataFrame,
    editions: pd.DataFrame,
    ledgers: Mapping[str, pd.DataFrame],
    balances: Mapping[str, Balance],
    seed: int,
    crossings: pd.DataFrame | None = None,
) -> Known:
    """Return what the SIPRI edition `edition`, the IMF's `weo_edition` and the ledgers up to its month told.

    milex, macro, editions: tables of data/raw. The rulers keep their default parameters.
    """
    from overtake.config.core import Data
    from overtake.config.rulers import Rulers
    from overtake.edition import clean
    from overtake.rulers.tables import observed_table

    settings = Data(edition=edition, weo_edition=weo_edition)
    economy = clean.clean_macro(macro, weo_edition)
    spending = clean.clean_spending(milex, economy, editions, settings)
    then = up_to(ledgers, weo_edition)
    figures = Figures(spending, economy, then["composition"], then["china_estimates"])
    rulers = observed_table(figures, Rulers.of({"use": list(RULERS)}), seed)
    return Known(edition, spending, economy, then, rulers, crossings, balances)
