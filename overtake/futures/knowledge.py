"""What growth models know beside the series itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

import pandas as pd

Found = TypeVar("Found")


@dataclass(frozen=True)
class Knowledge:
    """Tables of data/raw and the macro table of the origin's WEO edition.

    hyperparameters, panel_regression: shipped per edition and origin; scores: of the models at tuning origins;
    editions: all of macro.csv, for the errors of the IMF's forecasts; macro: the edition in use, None where no
    forecast of the origin is known.
    """

    edition: str
    hyperparameters: pd.DataFrame
    panel_regression: pd.DataFrame
    scores: pd.DataFrame
    editions: pd.DataFrame
    macro: pd.DataFrame | None
    kept: dict[tuple[object, ...], object] = field(default_factory=dict, repr=False, compare=False)
    """What `once` has looked up; shared with what `at` returns, so a key names all that its value depends on."""

    def once(self, key: tuple[object, ...], look_up: Callable[[], Found]) -> Found:
        """Return what `look_up` finds in the tables, looked up once for each `key`."""
        if key not in self.kept:
            self.kept[key] = look_up()
        return cast("Found", self.kept[key])

    def at(self, edition: str, macro: pd.DataFrame | None) -> Knowledge:
        """Return what was known with another SIPRI edition and WEO table."""
        return replace(self, edition=edition, macro=macro)


def read_knowledge() -> Knowledge:
    """Return what is shipped in data/raw, with the clean macro table of the run and its SIPRI edition."""
    from overtake import paths
    from overtake.draws import read_parquet
    from overtake.sources import raw

    spending = read_parquet(paths.PROCESSED / "spending.parquet")
    return Knowledge(
        edition=str(spending["edition"].iloc[0]),
        hyperparameters=raw.load("hyperparameters.csv"),
        panel_regression=raw.load("panel_regression.csv"),
        scores=raw.load("model_scores.csv"),
        editions=raw.load("macro.csv"),
        macro=read_parquet(paths.PROCESSED / "macro.parquet"),
    )
