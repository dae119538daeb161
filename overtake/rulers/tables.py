"""Apply rulers: the stage's table of observed years, and one ruler after the other over futures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from overtake import rulers
from overtake.config.rulers import Rulers
from overtake.draws import Paths
from overtake.rulers.base import Figures, observed
from overtake.rulers.china import at_level


def measure(name: str, paths: Paths, figures: Figures, settings: Rulers, seed: int) -> Paths:
    """Return `paths` (constant US$ bn) on the ruler `name`, China's level as the parameters choose."""
    return rulers.RULERS[name].measure(at_level(paths, figures, settings.china_level, seed), figures, settings, seed)


def measured(paths: Paths, figures: Figures, settings: Rulers, seed: int) -> Iterator[tuple[str, Paths]]:
    """Yield name and paths for each ruler in use, one at a time so that only one is in memory."""
    for name in settings.use:
        yield name, measure(name, paths, figures, settings, seed)


def observed_table(figures: Figures, settings: Rulers, seed: int) -> pd.DataFrame:
    """Return the contract's `rulers` table: ruler, iso3, year, value, unit of the observed years that have a value."""
    parts = []
    for name, paths in measured(observed(figures.spending), figures, settings, seed):
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


def read_figures() -> Figures:
    """Return the tables that rulers read, from data/processed and data/raw."""
    from overtake import paths as project
    from overtake.draws import read_parquet
    from overtake.sources import raw

    return Figures(
        read_parquet(project.PROCESSED / "spending.parquet"),
        read_parquet(project.PROCESSED / "macro.parquet"),
        raw.load("composition.csv"),
        raw.load("china_estimates.csv"),
    )
