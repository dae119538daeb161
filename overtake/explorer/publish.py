"""From the tables of the stages to reports/explorer/explorer.html."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from overtake import paths as project
from overtake.config.params import Params
from overtake.draws import Stored, read_draws, read_parquet
from overtake.edition import Edition, of_run
from overtake.explorer import departures, factors
from overtake.explorer import plans as announced
from overtake.explorer.build import write
from overtake.explorer.content import Tables
from overtake.explorer.said import said
from overtake.explorer.sample import rows
from overtake.explorer.settings import of_params
from overtake.rulers.base import observed
from overtake.scenarios.compare import read_all
from overtake.sources.panel import with_own


def _own(params: Params, edition: Edition, names: Mapping[str, tuple[str, str]]) -> str:
    """Return what stands in place of SIPRI's figures, for the source line; empty where nothing does."""
    if not params.data.series:
        return ""
    series = edition.published["series"]
    known = series[series["series"].isin(params.data.series)].drop_duplicates("iso3")
    by_source = known.groupby("source", sort=False)["iso3"].agg(lambda own: ", ".join(names[iso3][0] for iso3 in own))
    return ", with " + " and ".join(f"figures for {whose} from {source}" for source, whose in by_source.items())


def publish(params: Params, out: Path = project.REPORTS / "explorer" / "explorer.html", draws: int = 1000) -> None:
    """Write the explorer of data/processed and data/raw to `out`.

    Reads data.edition's tables, scenarios/ and of `params` run.seed, futures, rulers, scenario, crossing, balances,
    scenarios and brief. Draws are a sample of the futures; the errors that rulers add (exchange rates, purchasing
    power) are drawn anew for that sample from the same distributions.
    """
    edition = of_run()
    crossings, curves, breakeven = (
        read_parquet(project.PROCESSED / f"{name}.parquet") for name in ("crossings", "curves", "breakeven")
    )
    planned = Stored(project.PROCESSED / "futures.parquet")
    kept = rows(planned, params.balances.values(), draws, params.run.seed)
    futures = read_draws(project.PROCESSED / "futures_without_plans.parquet")
    found = announced.of_edition(futures, edition, params.futures, params.run.seed)
    economies = with_own("economies.csv").to_dict("records")
    names = {str(row["iso3"]): (str(row["name"]), str(row["group"])) for row in economies}
    source = f"SIPRI Military Expenditure Database, edition {edition.name}{_own(params, edition, names)}; Overtake"
    start = departures.of_params(params, found)
    settings = of_params(params, names, edition.name, source, start)
    sample = futures.with_values(futures.values[kept], futures.unit)
    table = factors.table(sample, edition, params.rulers, settings.seed)
    tables = Tables(
        futures,
        kept,
        table,
        params.balances,
        edition.ledgers["china_estimates"],
        observed=observed(edition.spending),
        plans=found,
        errors=factors.errors(sample, edition, params.rulers, settings.seed, table),
        shares=departures.shares(futures, edition),
        yuan=departures.yuan(sample, edition, params.rulers, settings.seed, table),
        said=said(crossings, curves, breakeven, params.balances, settings.breakeven),
        scenarios=departures.presets(read_all(project.SCENARIOS, params), params, found),
    )
    write(tables, out, settings)
