"""Commands of the sensitivity: `multiverse`, `sobol`, `sweep`, `flips`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from overtake import paths


def register(commands: Any) -> None:
    """Add the commands to the `argparse` subparsers `commands`."""
    many = commands.add_parser("multiverse", help="evaluate all defensible specifications, here or on a Dask cluster")
    many.add_argument("--axes", type=Path, help="YAML file with the choices to cross; those left out as in params.yaml")
    many.add_argument("--draws", type=int, help="joint futures of every specification")
    _shared(many)
    many.set_defaults(func=_multiverse)
    sobol = commands.add_parser("sobol", help="Sobol indices of the uncertain parameters together, with convergence")
    sobol.add_argument("--samples", type=int, help="base samples of the design, a power of two")
    sweep = commands.add_parser("sweep", help="a grid over parameters: threshold=0.9,1,1.1 china_level=0.9:1.3:41")
    sweep.add_argument("grid", nargs="+", metavar="PARAMETER=VALUES", help="values, or low:high:count")
    flips = commands.add_parser("flips", help="the smallest change that turns each balance and each claim")
    for parser, run in ((sobol, _sobol), (sweep, _sweep), (flips, _flips)):
        parser.add_argument("--draws", type=int, help="joint futures of every evaluation")
        _shared(parser)
        parser.set_defaults(func=run)


def _shared(parser: argparse.ArgumentParser) -> None:
    """Add the options of every run."""
    from overtake.sensitivity.cost import LIMIT

    parser.add_argument("--workers", type=int, help="processes on this machine (default: its cores, OVERTAKE_CORES)")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="Dask scheduler (tcp://host:8786); `local`: a Dask cluster of --workers"
    )
    parser.add_argument("--limit", type=int, default=LIMIT, help=f"most points (default {LIMIT:,})")
    parser.add_argument("--out", type=Path, default=paths.PROCESSED, help="folder of the results")
    parser.add_argument("--count", action="store_true", help="say how many points and at what cost, and stop")


def _options(arguments: argparse.Namespace) -> Any:
    from overtake.pipeline.run import STEADY
    from overtake.sensitivity.runs import Options
    from overtake.sensitivity.task import How
    from overtake.work import cores

    # One BLAS thread here and in every process started from here: same bytes, and no two workers on one core.
    os.environ.update(STEADY)
    how = How(cores() if arguments.workers is None else arguments.workers, arguments.scheduler)
    return Options(how, arguments.limit, arguments.out, arguments.count)


def _multiverse(arguments: argparse.Namespace) -> int:
    options = _options(arguments)
    from overtake.config.load import load
    from overtake.edition import read
    from overtake.sensitivity.axes import read_axes, with_draws
    from overtake.sensitivity.runs import run_multiverse

    params = load(paths.PARAMS)
    axes = params.sensitivity.multiverse
    axes = with_draws(read_axes(arguments.axes, axes) if arguments.axes else axes, arguments.draws)
    return _say(run_multiverse(read(params.data), params, axes, options))


def _sobol(arguments: argparse.Namespace) -> int:
    options, params = _options(arguments), _params(arguments, samples=arguments.samples)
    from overtake.edition import read
    from overtake.sensitivity.runs import run_sobol

    return _say(run_sobol(read(params.data), params, options))


def _sweep(arguments: argparse.Namespace) -> int:
    options, params = _options(arguments), _params(arguments)
    from overtake.edition import read
    from overtake.sensitivity.runs import run_sweep

    return _say(run_sweep(read(params.data), params, arguments.grid, options))


def _flips(arguments: argparse.Namespace) -> int:
    options, params = _options(arguments), _params(arguments)
    from overtake.edition import read
    from overtake.sensitivity.runs import run_flips

    return _say(run_flips(read(params.data), params, options))


def _params(arguments: argparse.Namespace, **changed: Any) -> Any:
    """Return the parameters, those of `sensitivity` that the command line names replaced and checked."""
    from overtake.config.load import override, parse, read_yaml

    draws = "draws" if arguments.command == "flips" else "search_draws"
    given = {draws: arguments.draws, **changed}
    keys = {f"sensitivity.{key}": value for key, value in given.items() if value is not None}
    return parse(override(read_yaml(paths.PARAMS), keys, "command line"), paths.PARAMS.name)


def _say(written: Path | None) -> int:
    """Print where the results are, where there are any."""
    if written is not None:
        print(written)
    return 0
