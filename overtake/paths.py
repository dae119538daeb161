"""Every path of the project, in one place; all are relative to the project's root."""

from __future__ import annotations

import os
from pathlib import Path

#: The project's root: OVERTAKE_ROOT where set (tests run the pipeline in a copy), else the checkout.
ROOT = Path(os.environ.get("OVERTAKE_ROOT", Path(__file__).resolve().parents[1]))

PARAMS = ROOT / "params.yaml"
RAW = ROOT / "data" / "raw"
PROCESSED = ROOT / "data" / "processed"
DOWNLOADS = ROOT / "data" / "downloads"
PANEL = ROOT / "data" / "panel"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports"
SCENARIOS = ROOT / "scenarios"
