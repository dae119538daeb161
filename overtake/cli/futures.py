"""Command of the futures: `hyperparameters`; `ingest sipri` estimates those of its own edition."""

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
    from overtake.draws import read_parquet
    from overtake.futures import coefficients
    from overtake.sources import commit, excerpt, raw

    files = sorted(paths.PANEL.glob("milex_*.parquet"))
    if not files:
        raise OvertakeError(
            "data/panel", "holds no full panel", next_step="overtake ingest sipri PATH --all-countries, per edition"
        )
    found = [coefficients.learned(read_parquet(file), file.stem.removeprefix("milex_")) for file in files]
    tables = {name: raw.load(name) for name in found[0]}
    for rows in found:
        tables = {name: excerpt.merged(tables[name], rows[name], excerpt.OF_ORIGIN) for name in tables}
    commit.write(paths.RAW, {name: excerpt.to_csv(table) for name, table in tables.items()})
    editions = ", ".join(file.stem.removeprefix("milex_") for file in files)
    print(f"wrote {' and '.join(f'data/raw/{name}' for name in tables)}: {editions}; others are kept; next: dvc repro")
    return 0
