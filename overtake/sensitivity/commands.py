"""Commands of the sensitivity: `multiverse`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from overtake import paths


def register(commands: Any) -> None:
    """Add the commands to the `argparse` subparsers `commands`."""
    many = commands.add_parser("multiverse", help="evaluate all defensible specifications, here or on a Dask cluster")
    many.add_argument("--axes", type=Path, help="YAML file with the choices to cross; those left out at their defaults")
    many.add_argument("--draws", type=int, help="joint futures of every specification")
    _shared(many)
    many.set_defaults(func=_multiverse)


def _shared(parser: argparse.ArgumentParser) -> None:
    """Add the options of every run."""
    from overtake.sensitivity.cost import LIMIT

    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes on this machine")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="Dask scheduler (tcp://host:8786); `local`: a Dask cluster of --workers"
    )
    parser.add_argument("--limit", type=int, default=LIMIT, help=f"most points (default {LIMIT:,})")
    parser.add_argument("--out", type=Path, default=paths.PROCESSED, help="folder of the results")
    parser.add_argument("--count", action="store_true", help="say how many points and at what cost, and stop")


def _options(arguments: argparse.Namespace) -> Any:
    from overtake.pipeline import STEADY
    from overtake.sensitivity.executor import How
    from overtake.sensitivity.runs import Options

    # One BLAS thread here and in every process started from here: same bytes, and no two workers on one core.
    os.environ.update(STEADY)
    how = How(arguments.workers, arguments.scheduler)
    return Options(how, arguments.limit, arguments.out, arguments.count)


def _multiverse(arguments: argparse.Namespace) -> int:
    options = _options(arguments)
    from overtake.config.load import load
    from overtake.sensitivity.axes import Axes, read_axes
    from overtake.sensitivity.runs import run_multiverse

    axes = read_axes(arguments.axes) if arguments.axes else Axes()
    if arguments.draws is not None:
        axes = Axes.of({**axes.model_dump(mode="json"), "draws": arguments.draws})
    written = run_multiverse(load(paths.PARAMS), axes, options)
    if written is not None:
        print(written)
    return 0
