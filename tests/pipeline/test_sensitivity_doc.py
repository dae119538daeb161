"""The walk-through of docs/sensitivity.md, reproduced from its own text: every command in order, every output compared.

`python -m tests.pipeline.test_sensitivity_doc` runs the commands and writes what they print into the document.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from overtake import paths
from tests.pipeline.test_repro import clone

#: At the draws of the brief, several whole runs: `make test-long`, and the workflow once a week.
pytestmark = [pytest.mark.slow, pytest.mark.skipif("OVERTAKE_LONG" not in os.environ, reason="see `make test-long`")]

DOCUMENT = paths.ROOT / "docs" / "sensitivity.md"
#: Blocks that are run; other blocks of the document are only shown.
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
#: Where the document says that a checkout lies.
PLACE = "/path/to/overtake"


def blocks(text: str) -> list[list[tuple[str, str]]]:
    """Return the document's console blocks, each its commands with what they print."""
    found = []
    for block in BLOCK.findall(text):
        parts = re.split(r"^\$ ", block, flags=re.M)[1:]
        found.append([(part.partition("\n")[0], part.partition("\n")[2]) for part in parts])
    return found


def fresh(root: Path) -> Path:
    """Return a checkout with its parameters as committed, the commit on a branch called main."""
    clone(root)
    shutil.copyfile(paths.PARAMS, root / "params.yaml")
    for command in ("git config user.email a@example.org", "git config user.name Analyst", "git add -A",
                    "git commit -q -m Start", "git branch -M main"):  # fmt: skip
        subprocess.run(command.split(), cwd=root, check=True)
    return root


def run(command: str, root: Path) -> str:
    """Run a command of the document as an analyst would; return what it prints, without place and random names."""
    environment = {key: value for key, value in os.environ.items() if key not in ("OVERTAKE_ROOT", "PYTHONPATH")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(root),
        "COLUMNS": "200",
    }  # fmt: skip
    done = subprocess.run(["bash", "-c", command], cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout[-1500:]}{done.stderr[-3000:]}"
    printed = done.stdout.replace(str(root), PLACE)
    printed = re.sub(r"\b[0-9a-f]{7}\b(?= \[)", "0123abc", printed)
    return "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())


def test_the_walk_through_prints_what_the_document_says(tmp_path):
    root = fresh(tmp_path / "overtake")
    steps = [step for block in blocks(DOCUMENT.read_text(encoding="utf-8")) for step in block]
    assert any("plots diff" in command for command, _ in steps)
    for command, expected in steps:
        assert run(command, root) == expected, command
    page = (root / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert "China leads, probability by year" in page
    assert '"rev": "workspace"' in page
    assert '"rev": "HEAD"' in page


def rewrite() -> None:
    """Run the document's commands and write what they print into it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        root = fresh(Path(place) / "overtake")

        def again(match: re.Match[str]) -> str:
            steps = blocks(match.group())[0]
            return "```console\n" + "".join(f"$ {command}\n{run(command, root)}" for command, _ in steps) + "```"

        DOCUMENT.write_text(BLOCK.sub(again, text), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
