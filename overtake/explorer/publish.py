"""From the tables of the stages to reports/explorer.html."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from overtake import paths as project
from overtake.config.params import Params
from overtake.explorer import factors
from overtake.explorer.build import write
from overtake.explorer.encode import chosen
from overtake.explorer.settings import of_params
from overtake.rulers.base import observed
from overtake.rulers.tables import read_figures
from overtake.tables import read_paths


def publish(params: Params, out: Path = project.REPORTS / "explorer.html", draws: int = 1000) -> None:
    """Write the explorer of data/processed and data/raw to `out`.

    Draws are a sample of the futures; the errors that rulers add (exchange rates, purchasing power) are drawn anew for
    that sample from the same distributions.
    """
    futures, figures = read_paths(project.PROCESSED / "futures.parquet"), read_figures()
    rows = pd.read_csv(project.RAW / "economies.csv").to_dict("records")
    names = {str(row["iso3"]): (str(row["name"]), str(row["group"])) for row in rows}
    edition = params.data.edition
    settings = of_params(params, names, f"SIPRI Military Expenditure Database, edition {edition}; Overtake", draws)
    sample = chosen(futures, settings.draws, settings.seed)
    table = factors.table(sample, figures, params.rulers, settings.seed)
    write(
        futures,
        table,
        params.balances,
        figures.estimates,
        out,
        settings,
        observed=observed(figures.spending),
        errors=factors.errors(sample, figures, params.rulers, settings.seed, table),
    )
