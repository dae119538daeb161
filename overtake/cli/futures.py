"""Command of the futures: `hyperparameters`."""

from __future__ import annotations

import argparse
from typing import Any

from overtake import paths
from overtake.errors import OvertakeError


def register(commands: Any) -> None:
    """Add `hyperparameters` to the `argparse` subparsers `commands`."""
    parser = commands.add_parser(
        "hyperparameters", help="estimate what all countries say of growth, from the full panels in data/panel"
    )
    parser.set_defaults(func=_run)


def _run(_: argparse.Namespace) -> int:
    import pandas as pd

    from overtake.config.futures import PooledRandomWalk
    from overtake.draws import read_parquet
    from overtake.futures import coefficients, hyperparameters
    from overtake.sources import excerpt

    files = sorted(paths.PANEL.glob("milex_*.parquet"))
    if not files:
        raise OvertakeError(
            "data/panel", "holds no full panel", next_step="overtake ingest sipri PATH --all-countries, per edition"
        )
    parts, fits = [], []
    for file in files:
        panel = read_parquet(file)
        edition = file.stem.removeprefix("milex_")
        last = int(panel["year"].max())
        origins = range(hyperparameters.FIRST_ORIGIN, last + 1)
        parts.append(hyperparameters.estimate(panel, edition, origins, PooledRandomWalk()))
        fits.append(coefficients.estimate(panel, edition, origins))
        print(f"edition {edition}: {len(origins)} origins")
    excerpt.write(paths.RAW, hyperparameters.FILE, pd.concat(parts, ignore_index=True))
    excerpt.write(paths.RAW, coefficients.FILE, pd.concat(fits, ignore_index=True))
    print(f"wrote data/raw/{hyperparameters.FILE} and {coefficients.FILE}; next: dvc repro")
    return 0
