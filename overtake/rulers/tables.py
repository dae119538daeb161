"""Apply rulers: the stage's table of observed years, and one ruler after the other over futures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from overtake import rulers
from overtake.config.rulers import Rulers
from overtake.draws import Draws, LazyDraws
from overtake.edition import Edition
from overtake.edition.memo import once
from overtake.rulers.base import observed
from overtake.rulers.china import at_level

#: Rulers that SIPRI publishes itself.
AS_PUBLISHED = ("constant_usd", "current_usd")


def measure(name: str, paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    """Return `paths` (constant US$ bn) on the ruler `name`, China's level as the parameters choose."""
    level = settings.china_level
    if level != "sipri":
        paths = at_level(paths, edition.ledgers["china_estimates"], level, seed, edition.last)
    return rulers.RULERS[name].measure(paths, edition, settings, seed)


def on_ruler(name: str, drawn: LazyDraws, edition: Edition, settings: Rulers, seed: int) -> LazyDraws:
    """Return what measures the futures `drawn` as `measure` does, once they are asked for, and tells by what."""
    return partial(_measured, name, drawn, edition, settings.model_copy(update={"use": ()}), seed)


def _measured(name: str, drawn: LazyDraws, edition: Edition, settings: Rulers, seed: int) -> Draws:
    return measure(name, drawn(), edition, settings, seed)


def measured(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> Iterator[tuple[str, Draws]]:
    """Yield name and paths for each ruler in use, one at a time so that only one is in memory."""
    for name in settings.use:
        yield name, measure(name, paths, edition, settings, seed)


def observed_table(edition: Edition, settings: Rulers, seed: int) -> pd.DataFrame:
    """Return the contract's `rulers` table: ruler, iso3, year, value, unit of the observed years that have a value."""
    parts = []
    for name, paths in measured(observed(edition.spending), edition, settings, seed):
        economies, years = len(paths.economies), len(paths.years)
        parts.append(
            pd.DataFrame(
                {
                    "ruler": name,
                    "iso3": np.repeat(np.array(paths.economies, dtype=object), years),
                    "year": np.tile(np.array(paths.years), economies),
                    "value": paths.values[0].ravel(),
                    "unit": paths.unit,
                }
            )
        )
    return pd.concat(parts, ignore_index=True).dropna(subset=["value"], ignore_index=True)


def of_spending(edition: Edition, ruler: str = "constant_usd") -> pd.DataFrame:
    """Return military expenditure as published, constant or current US$ bn, years by economies: read only."""
    column = f"milex_{ruler}_bn"
    return once(
        edition,
        column,
        lambda: edition.spending.pivot(index="year", columns="iso3", values=column).astype(float),
    )


def wide(edition: Edition, ruler: str, settings: Rulers, seed: int) -> pd.DataFrame:
    """Return observed military expenditure on a ruler, years by economies; empty where it has no value.

    As published in constant and current US$, whatever China's level. One table for all who ask: not to be written to.
    """
    if ruler in AS_PUBLISHED:
        return of_spending(edition, ruler)

    def make() -> pd.DataFrame:
        paths = measure(ruler, observed(edition.spending), edition, settings, seed)
        index, columns = pd.Index(paths.years, name="year"), pd.Index(paths.economies, name="iso3")
        table = pd.DataFrame(paths.values[0].T, index=index, columns=columns)
        return table.dropna(how="all").dropna(how="all", axis="columns")

    return once(edition, ("observed", ruler, settings.model_dump_json(), seed), make)
