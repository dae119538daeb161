"""From the tables of the stages to reports/explorer/explorer.html."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from overtake import paths as project
from overtake.config.params import Params
from overtake.draws import Paths, read_paths
from overtake.explorer import factors
from overtake.explorer import plans as announced
from overtake.explorer.build import write
from overtake.explorer.encode import chosen
from overtake.explorer.settings import of_params
from overtake.futures.plans import read_promises
from overtake.rulers.base import observed
from overtake.rulers.tables import read_figures
from overtake.scenarios.adjust import adjust


def publish(params: Params, out: Path = project.REPORTS / "explorer" / "explorer.html", draws: int = 1000) -> None:
    """Write the explorer of data/processed and data/raw to `out`.

    Reads data.edition's tables and of `params` run.seed, futures, rulers, scenario, crossing, balances and brief. Draws
    are a sample of the futures; the errors that rulers add (exchange rates, purchasing power) are drawn anew for that
    sample from the same distributions.
    """
    figures, promises = read_figures(), read_promises()

    def under(name: str) -> Paths:
        """Return futures under the parameters' scenario."""
        read = read_paths(project.PROCESSED / name)
        return adjust(read, params.scenario, figures.spending, figures.macro, promises.crosswalk)

    futures = under("futures.parquet")
    rows = pd.read_csv(project.RAW / "economies.csv").to_dict("records")
    names = {str(row["iso3"]): (str(row["name"]), str(row["group"])) for row in rows}
    edition = str(figures.spending["edition"].iloc[0])
    source = f"SIPRI Military Expenditure Database, edition {edition}; Overtake"
    settings = of_params(params, names, edition, source, draws)
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
        plans=announced.of_promises(under("futures_without_plans.parquet"), figures.spending, promises),
        errors=factors.errors(sample, figures, params.rulers, settings.seed, table),
    )
