"""Every path of the project, in one place; all are relative to the project's root."""

from __future__ import annotations

import os
from pathlib import Path

#: The checkout whose code this is; the site-packages folder where the package is installed as a wheel.
OWN = Path(__file__).resolve().parents[1]


def checkout(start: Path) -> Path | None:
    """Return the nearest folder from `start` upwards that is a checkout: dvc.yaml, overtake/ and data/raw in it."""
    marks = ("dvc.yaml", "overtake/paths.py", "data/raw")
    return next((at for at in (start, *start.parents) if all((at / mark).exists() for mark in marks)), None)


def _here() -> Path | None:
    try:
        return checkout(Path.cwd())
    except OSError:  # the working directory is removed, or may not be read
        return None


#: The project's root: OVERTAKE_ROOT where set (tests run the pipeline in a copy), else the checkout that the working
#: directory lies in, else that of the code, for whoever imports the package from elsewhere.
ROOT = Path(os.environ["OVERTAKE_ROOT"]) if "OVERTAKE_ROOT" in os.environ else _here() or OWN

#: The time that files carry in place of a clock: midnight of the commentary's day, 15 October 2020, in UTC.
EPOCH = "1602720000"

PARAMS = ROOT / "params.yaml"
RAW = ROOT / "data" / "raw"
PROCESSED = ROOT / "data" / "processed"
DOWNLOADS = ROOT / "data" / "downloads"
PANEL = ROOT / "data" / "panel"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports"
BRIEF = REPORTS / "brief"
SCENARIOS = ROOT / "scenarios"
