"""What growth models know beside the series itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd


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

    def at(self, edition: str, macro: pd.DataFrame | None) -> Knowledge:
        """Return what was known with another SIPRI edition and WEO table."""
        return replace(self, edition=edition, macro=macro)


def read_knowledge() -> Knowledge:
    """Return what is shipped in data/raw, with the clean macro table of the run and its SIPRI edition."""
    from overtake import paths
    from overtake.figures import raw
    from overtake.tables import read_parquet

    spending = read_parquet(paths.PROCESSED / "spending.parquet")
    return Knowledge(
        edition=str(spending["edition"].iloc[0]),
        hyperparameters=raw.load("hyperparameters.csv"),
        panel_regression=raw.load("panel_regression.csv"),
        scores=raw.load("model_scores.csv"),
        editions=raw.load("macro.csv"),
        macro=read_parquet(paths.PROCESSED / "macro.parquet"),
    )
