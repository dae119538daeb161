"""From the tables of the stages to reports/explorer/explorer.html."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from overtake import paths as project
from overtake.config.params import Params
from overtake.draws import Draws, read_draws
from overtake.edition import of_run
from overtake.explorer import factors
from overtake.explorer import plans as announced
from overtake.explorer.build import write
from overtake.explorer.encode import chosen
from overtake.explorer.settings import of_params
from overtake.rulers.base import observed
from overtake.scenarios.adjust import adjust


def publish(params: Params, out: Path = project.REPORTS / "explorer" / "explorer.html", draws: int = 1000) -> None:
    """Write the explorer of data/processed and data/raw to `out`.

    Reads data.edition's tables and of `params` run.seed, futures, rulers, scenario, crossing, balances and brief. Draws
    are a sample of the futures; the errors that rulers add (exchange rates, purchasing power) are drawn anew for that
    sample from the same distributions.
    """
    edition = of_run()

    def under(name: str) -> Draws:
        """Return futures under the parameters' scenario."""
        read = read_draws(project.PROCESSED / name)
        return adjust(read, params.scenario, edition)

    futures = under("futures.parquet")
    rows = pd.read_csv(project.RAW / "economies.csv").to_dict("records")
    names = {str(row["iso3"]): (str(row["name"]), str(row["group"])) for row in rows}
    source = f"SIPRI Military Expenditure Database, edition {edition.name}; Overtake"
    settings = of_params(params, names, edition.name, source, draws)
    sample = chosen(futures, settings.draws, settings.seed)
    table = factors.table(sample, edition, params.rulers, settings.seed)
    write(
        futures,
        table,
        params.balances,
        edition.ledgers["china_estimates"],
        out,
        settings,
        observed=observed(edition.spending),
        plans=announced.of_edition(under("futures_without_plans.parquet"), edition, params.futures.plan_tiers),
        errors=factors.errors(sample, edition, params.rulers, settings.seed, table),
    )
