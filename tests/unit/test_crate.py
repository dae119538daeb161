"""The crate before RO-Crate's validator, which lives in an environment of its own (`make audit` makes it in .audit)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from overtake import paths
from overtake.config.load import read_yaml
from overtake.publish import crate

PYTHON = paths.ROOT / ".audit" / "bin" / "python"
MISSING = "roc-validator is not here: `make audit` puts it into .audit"


def validated(folder: Path) -> list[dict[str, str]]:
    """Return what the validator finds, required and recommended."""
    if not PYTHON.is_file():
        pytest.skip(MISSING)
    command = [str(PYTHON), str(paths.ROOT / "tests" / "audit" / "crate.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def written(folder: Path, **changes: Any) -> Path:
    """Return `folder` with a small brief and the crate that the project's own citation gives it, changed."""
    (folder / "tables").mkdir()
    for name in ("brief.html", "tables/a.csv", "tables/a.parquet", "manifest.json"):
        (folder / name).write_text(name, encoding="utf-8")
    citation = read_yaml(paths.ROOT / "CITATION.cff") | changes
    run = {"figures": {"milex.csv": "0" * 64}, "code": {"overtake/a.py": "1" * 64}}
    (folder / crate.NAME).write_text(crate.metadata(folder, citation, run, "What it says."), encoding="utf-8")
    return folder


#: What only an organization with a register's number and an office can give; none is required.
IDENTITY = ("ROR identifier", "contactPoint")


def lacking(found: list[dict[str, str]]) -> list[str]:
    """Return what is missing beside `IDENTITY`; nothing of that is required."""
    asked = [each for each in found if any(name in each["message"] for name in IDENTITY)]
    assert {each["severity"] for each in asked} <= {"RECOMMENDED"}
    return [each["message"] for each in found if each not in asked]


@pytest.mark.parametrize("code", [{}, {"repository-code": "https://example.org/overtake"}])
def test_the_crate_of_a_project_with_an_address_lacks_nothing(tmp_path: Path, code: dict[str, str]) -> None:
    authors = [{"name": "The Overtake developers", "website": "https://example.org/overtake"}]
    assert lacking(validated(written(tmp_path, authors=authors, **code))) == []


def test_the_crate_of_this_project_lacks_its_address_alone(tmp_path: Path) -> None:
    """CITATION.cff names no website as long as there is none."""
    found = validated(written(tmp_path))
    website = [each for each in read_yaml(paths.ROOT / "CITATION.cff")["authors"] if "website" in each]
    assert lacking(found) == ([] if website else ["The organization SHOULD have a URL."])


def test_the_published_crate_has_all_that_is_required() -> None:
    if not (paths.REPORTS / crate.NAME).is_file():
        pytest.skip("no brief is built here: `make brief`")
    assert [each for each in validated(paths.REPORTS) if each["severity"] == "REQUIRED"] == []


def test_the_validator_sees_what_is_missing(tmp_path: Path) -> None:
    path = written(tmp_path) / crate.NAME
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"datePublished"', '"dateOfNothing"'), encoding="utf-8")
    (tmp_path / "brief.html").unlink()
    required = [each for each in validated(tmp_path) if each["severity"] == "REQUIRED"]
    assert any("datePublished" in each["message"] for each in required)
    assert any("brief.html" in each["message"] + each["entity"] for each in required)
