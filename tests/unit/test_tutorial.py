"""The tutorial's changes fit the code as it is: each is applied to a copy of the project and tried there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from overtake import paths

TEXT = (paths.ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
DIFFS = dict(re.findall(r"^## (A \w+)\n.*?```diff\n(.*?)```", TEXT, re.S | re.M))
#: What each change must have brought about, run in the copy.
CHECKS = {
    "A coalition": """
from overtake.config.load import load
from overtake.paths import ROOT
assert set(load(ROOT / "params.yaml").balances["pacific"].side) == {"JPN", "AUS", "NZL"}
""",
    "A claim": """
import subprocess, sys
for command in ("seal", "validate"):
    subprocess.run([sys.executable, "-m", "overtake", command], check=True)
from overtake.claims.evaluate import judge, load
from overtake.config.params import Params
from overtake.edition import read
from overtake.paths import RAW
[claim] = [one for one in load(RAW / "claims.yaml") if one.id == "B1"]
found = judge(claim, read(Params().data), Params())
assert found.verdict in ("supported", "partly", "contradicted")
assert 1 <= found.lo <= found.value
""",
    "A ruler": """
import numpy as np
from overtake import rulers
from overtake.config.params import Params
from overtake.config.rulers import Rulers
from overtake.edition import read
from overtake.rulers.base import observed
edition = read(Params().data)
settings = Rulers.model_validate({"use": ("constant_usd", "five_years")})
spent = observed(edition.spending)
found = rulers.RULERS["five_years"].measure(spent, edition, settings, 1).economy("JPN")[0]
assert np.isnan(found[:4]).all()
np.testing.assert_allclose(found[4:], [spent.economy("JPN")[0][at - 4 : at + 1].mean() for at in range(4, len(found))])
""",
    "A chart": """
import json, pathlib, tempfile
from tests import synthetic
from overtake.brief.brief import Brief
from overtake.brief.gallery import FIGURES
from overtake.paths import NOTEBOOKS
root = pathlib.Path(tempfile.mkdtemp())
figure = Brief.open(synthetic.write_copy(root), root).made(FIGURES["sides"])
assert figure.html().count("<svg") == 2
assert "gallery.sides" in (NOTEBOOKS / "brief.ipynb").read_text()
json.loads((NOTEBOOKS / "brief.ipynb").read_text())
""",
}


def test_the_tutorial_has_the_four_changes() -> None:
    assert list(DIFFS) == list(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_change_is_short_applies_and_does_what_it_says(name: str, tmp_path: Path) -> None:
    written = [line for line in DIFFS[name].splitlines() if re.match(r"[+-](?![+-]{2} ).*\S", line)]
    assert len([line for line in written if line[1:].strip()]) < 20
    for folder in ("overtake", "notebooks", "data/raw", "tests"):
        shutil.copytree(
            paths.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules", "__pycache__")
        )
    for file in ("params.yaml", "params.schema.json", "dvc.yaml", "CITATION.cff", "pyproject.toml"):
        shutil.copy(paths.ROOT / file, tmp_path)
    applied = subprocess.run(
        ["git", "apply", "-"], input=DIFFS[name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert applied.returncode == 0, applied.stderr
    environment = {**os.environ, "OVERTAKE_ROOT": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", CHECKS[name]]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
