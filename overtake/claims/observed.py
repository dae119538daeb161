"""What claims read of an edition: spending of an economy beside that of a coalition, and growth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.balances import members
from overtake.edition import Edition
from overtake.edition.memo import once
from overtake.rulers.tables import of_spending


def sides(edition: Edition, economy: str, coalition: str) -> pd.DataFrame:
    """Return `economy` and `coalition` (the sum of its members) in constant US$ in the years with every member.

    One table for all who ask: not to be written to.
    """

    def make() -> pd.DataFrame:
        wide = of_spending(edition)
        # Plain arrays: a search for flips asks some thousand times.
        values = np.stack([wide[iso3].to_numpy() for iso3 in (economy, *members(coalition))])
        whole = np.isfinite(values).all(axis=0)
        both = {"economy": values[0, whole], "coalition": values[1:, whole].sum(axis=0)}
        return pd.DataFrame(both, index=wide.index[whole])

    return once(edition, ("sides", economy, coalition), make)


def log_growth(series: pd.Series) -> pd.Series:
    """Return log growth of a series by year, its first year left out."""
    return pd.Series(alike.log(series.to_numpy(dtype=float)), index=series.index).diff().dropna()
