"""Commands of the pipeline: `run`, `schema`."""

from __future__ import annotations

import argparse
from typing import Any


def register(commands: Any) -> None:
    """Add `run STAGE` and `schema` to the `argparse` subparsers `commands`."""
    run = commands.add_parser("run", help="run the notebook of one stage (dvc repro calls this)")
    run.add_argument("stage")
    run.set_defaults(func=_run)
    schema = commands.add_parser("schema", help="write params.schema.json for editors, from the models")
    schema.set_defaults(func=_schema)


def _run(arguments: argparse.Namespace) -> int:
    from overtake.pipeline import run_stage

    run_stage(arguments.stage)
    return 0


def _schema(_: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.config.load import json_schema

    target = paths.ROOT / "params.schema.json"
    target.write_text(json_schema(), encoding="utf-8")
    print(f"wrote {target.name}")
    return 0
