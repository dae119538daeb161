"""Command `validate`, the first stage of the pipeline: apart, so that it reruns for the code behind it alone."""

from __future__ import annotations

import argparse
import json
from typing import Any

from overtake import paths
from overtake.errors import raise_all


def register(commands: Any) -> None:
    """Add `validate` to the `argparse` subparsers `commands`."""
    validate = commands.add_parser("validate", help="check every table of data/raw and the parameters")
    validate.set_defaults(func=_validate)


def _validate(_: argparse.Namespace) -> int:
    from overtake.config.load import load, undeclared
    from overtake.sources import commit, package
    from overtake.sources.checks import check_all

    commit.finish(paths.RAW)
    raise_all(paths.PARAMS.name, undeclared(load(paths.PARAMS)), next_step="edit params.yaml, then rerun")
    hashes = check_all(paths.RAW)
    package.write_text(paths.PROCESSED / "figures.json", json.dumps(hashes, indent=2, sort_keys=True) + "\n")
    print(f"{len(hashes)} files of data/raw are sound")
    return 0
