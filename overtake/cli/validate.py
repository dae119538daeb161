"""Command `validate`, the first stage of the pipeline: apart, so that it reruns for the code behind it alone."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overtake import paths
from overtake.errors import raise_all

if TYPE_CHECKING:
    from overtake.config.params import Params


def register(commands: Any) -> None:
    """Add `validate` to the `argparse` subparsers `commands`."""
    validate = commands.add_parser("validate", help="check every table of data/raw and the parameters")
    validate.set_defaults(func=_validate)


def _validate(_: argparse.Namespace) -> int:
    from overtake.config.load import foreign, load, undeclared
    from overtake.sources import commit, own, package, panel, raw
    from overtake.sources.economies import unfigured, unlevelled

    commit.finish(paths.RAW)
    params, step = load(paths.PARAMS), "edit params.yaml, then rerun"
    raise_all(paths.PARAMS.name, undeclared(params), next_step=step)
    hashes = _sound(paths.RAW)
    problems = own.misused(params.data.series, raw.load("series.csv"), raw.load("editions.csv"), params.data.edition)
    panel.write(foreign(params), paths.PROCESSED / panel.OWN)
    problems += unlevelled(params, raw.load("china_estimates.csv")) + unfigured(params, panel.with_own("milex.csv"))
    raise_all(paths.PARAMS.name, problems, next_step=step)
    write_settings(params, paths.PROCESSED)
    package.write_text(paths.PROCESSED / "figures.json", json.dumps(hashes, indent=2, sort_keys=True) + "\n")
    print(f"{len(hashes)} files of data/raw are sound")
    return 0


def _sound(folder: Path) -> dict[str, str]:
    """Return what `check_all` does; what this code found sound before, file for file, is not read again."""
    from overtake.kept import AT_WORK, kept
    from overtake.sources import package
    from overtake.sources.checks import check_all

    os.environ.setdefault(AT_WORK, "validate")
    files = {path.name: package.sha256(path) for path in sorted(folder.iterdir()) if path.is_file()}
    return dict(json.loads(kept("sound", files, lambda: json.dumps(check_all(folder)).encode())))


def write_settings(params: Params, folder: Path) -> None:
    """Write each section of `params` to a file under `folder`: what DVC compares in place of the section itself."""
    from overtake.sources import package

    for section, values in params.sections().items():
        package.write_text(folder / "settings" / f"{section}.json", json.dumps(values, indent=1) + "\n")
