"""Command `scenarios`: run them all and write one comparison, or show one as an experiment of the pipeline."""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overtake.config.params import Params
    from overtake.draws import Draws, LazyDraws
    from overtake.edition import Edition


def register(commands: Any) -> None:
    """Add `scenarios` to the `argparse` subparsers `commands`."""
    scenarios = commands.add_parser("scenarios", help="run every scenario of scenarios/ and compare them")
    scenarios.add_argument("--only", nargs="+", metavar="NAME", default=(), help="run these alone")
    scenarios.add_argument("--show", action="store_true", help="print each as a `dvc exp run` command; run nothing")
    scenarios.set_defaults(func=_scenarios)


def _scenarios(arguments: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.config.load import load, read_yaml
    from overtake.scenarios.compare import as_experiment, read_all

    base = load(paths.PARAMS)
    found = read_all(paths.SCENARIOS, base, arguments.only)
    if arguments.show:
        for scenario in found:
            overrides = read_yaml(paths.SCENARIOS / f"{scenario.name}.yaml")["overrides"]
            print(f"{scenario.name}: {scenario.description}\n  {as_experiment(overrides)}")
        return 0
    return _run(found, base)


def _run(found: list[Any], base: Params) -> int:
    """Compare the scenarios, write table and figure to reports/scenarios, say how long each took on standard error."""
    from overtake import paths
    from overtake.draws import write_parquet
    from overtake.edition import of_run
    from overtake.scenarios.compare import compare
    from overtake.scenarios.figure import drawing

    started = time.perf_counter()

    def told(name: str) -> None:
        print(f"  {name}: {time.perf_counter() - started:.1f} s", file=sys.stderr)

    edition = of_run()
    table = compare(found, edition, lambda params: _futures(params, base, edition), told)
    target = paths.REPORTS / "scenarios"
    target.mkdir(parents=True, exist_ok=True)
    write_parquet(table, target / "scenarios.parquet")
    (target / "scenarios.csv").write_text(table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    (target / "scenarios.svg").write_text(drawing(table, base), encoding="utf-8")
    print(f"{len(found)} scenarios in reports/scenarios: scenarios.csv, scenarios.parquet, scenarios.svg")
    return 0


def _futures(params: Params, base: Params, edition: Edition) -> LazyDraws:
    """Return what gives the futures of `params` before any scenario: those in place, else new ones."""
    from overtake import paths
    from overtake.draws import read_draws
    from overtake.futures.simulate import simulate
    from overtake.scenarios.compare import in_place

    def without() -> Draws:
        return _of_this_run(read_draws(paths.PROCESSED / "futures_without_plans.parquet"), base)

    return in_place(params, base, edition, without) or partial(simulate, edition, params.futures, params.run)


def _of_this_run(futures: Draws, base: Params) -> Draws:
    """Return the futures of the last run, refused where params.yaml has moved on since."""
    from overtake.errors import OvertakeError

    found = {"run.draws": futures.values.shape[0], "futures.horizon": futures.years[-1]}
    wanted = {"run.draws": base.run.draws, "futures.horizon": base.futures.horizon}
    if found != wanted:
        raise OvertakeError(
            "data/processed/futures_without_plans.parquet",
            "belongs to other parameters than params.yaml",
            found=found,
            allowed=wanted,
            next_step="dvc repro futures",
        )
    return futures
