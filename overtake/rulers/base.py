"""What every ruler is: a name, a unit and a function of paths, edition, settings and seed; and what they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from overtake.config.rulers import Rulers
from overtake.draws import Draws, FloatArray, draws_last
from overtake.edition import Edition
from overtake.errors import OvertakeError

Measure = Callable[[Draws, Edition, Rulers, int], Draws]


@dataclass(frozen=True)
class Ruler:
    """A way to measure: `measure` takes paths in constant US$ bn and returns the same paths in a unit of its own.

    proportional: a year's value is that year's spending times a factor that does not depend on spending.
    """

    name: str
    label: str
    measure: Measure
    proportional: bool = True

    @property
    def kind(self) -> str:
        """Return `flow`, or `stock` where earlier years' spending counts too."""
        return "flow" if self.proportional else "stock"


def observed(spending: pd.DataFrame) -> Draws:
    """Return the observed years as paths of one draw, constant US$ bn; years before an economy's first are NaN."""
    wide = spending.pivot(index="iso3", columns="year", values="milex_constant_usd_bn")
    base = int(spending["price_base"].iloc[0])
    years = tuple(int(year) for year in wide.columns)
    values = wide.to_numpy(dtype=float)[None]
    return Draws(values, tuple(str(iso3) for iso3 in wide.index), years, years[-1], f"constant {base} US$ bn")


def panel(table: pd.DataFrame, column: str, paths: Draws, *, hold: bool = True) -> FloatArray:
    """Return `column` of a long table (iso3, year) as (economies, years) of `paths`; NaN where it has no value.

    hold: keep an economy's last value for the years after it, as far as the paths go.
    """
    years = table["year"].to_numpy(dtype=int)
    first, last = min(paths.years[0], int(years.min())), max(paths.years[-1], int(years.max()))
    place = {iso3: row for row, iso3 in enumerate(paths.economies)}
    rows = np.array([place.get(iso3, -1) for iso3 in table["iso3"].to_numpy()], dtype=int)
    chosen = rows >= 0
    wide = np.full((len(paths.economies), last - first + 1), np.nan)
    wide[rows[chosen], years[chosen] - first] = table[column].to_numpy(dtype=float)[chosen]
    if hold:
        at = np.where(np.isnan(wide), 0, np.arange(wide.shape[1]))
        wide = np.take_along_axis(wide, np.maximum.accumulate(at, axis=1), axis=1)
    found: FloatArray = wide[:, np.array(paths.years) - first]
    return found


def scaled(paths: Draws, factor: FloatArray, unit: str) -> Draws:
    """Return `paths` times `factor`, broadcast over (draws, economies, years), keeping their dtype."""
    own = factor.astype(paths.values.dtype)
    return paths.with_values(paths.values * (draws_last(own) if own.ndim == paths.values.ndim else own), unit)


def united_states(paths: Draws, panel_: FloatArray) -> FloatArray:
    """Return the row of the United States, (years,); refuse paths without it, since all prices are relative to it."""
    if "USA" not in paths.economies:
        raise OvertakeError("rulers", "prices are relative to the United States", found="paths without USA")
    row: FloatArray = panel_[paths.economies.index("USA")]
    return row
