"""Commands of the skill room: `weights`."""

from __future__ import annotations

import argparse
from typing import Any

from overtake import paths


def register(commands: Any) -> None:
    """Add the commands to the `argparse` subparsers `commands`."""
    weights = commands.add_parser("weights", help="score the growth models at tuning origins, for their weights")
    weights.set_defaults(func=_weights)


def _weights(_: argparse.Namespace) -> int:
    from overtake.config.params import Params
    from overtake.figures import excerpt, raw
    from overtake.futures import weights
    from overtake.futures.knowledge import Knowledge
    from overtake.skill.evaluate import tuning_scores
    from overtake.tables import read_parquet

    spending = read_parquet(paths.PROCESSED / "spending.parquet")
    import pandas as pd

    known = Knowledge(
        str(spending["edition"].iloc[0]),
        raw.load("hyperparameters.csv"),
        raw.load("panel_regression.csv"),
        pd.DataFrame(),
        raw.load("macro.csv"),
        None,
    )
    params = Params()
    table = tuning_scores(spending, known, params.futures, params.skill, params.run.seed)
    excerpt.write(paths.RAW, weights.FILE, table)
    print(f"wrote data/raw/{weights.FILE}; next: dvc repro")
    return 0
