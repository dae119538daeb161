"""Commands on a built project: what they print, write and refuse."""

from __future__ import annotations

import json
import shutil
import sys
from functools import partial
from pathlib import Path

import pytest

from overtake import edition as editions
from overtake import paths
from overtake.cli.main import main
from overtake.publish import diff
from overtake.skill import frozen
from tests.unit.test_report_quarto import STANDIN

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(built_copy):
    return built_copy()


@pytest.fixture
def told(project, monkeypatch, capsys):
    """Return a function that runs a command in the built project and returns its end and what it printed."""
    root = paths.ROOT
    for name, value in vars(paths).items():
        if isinstance(value, Path) and value.is_relative_to(root):
            monkeypatch.setattr(paths, name, project / value.relative_to(root))
    # Its defaults are the folders of this checkout.
    monkeypatch.setattr(editions, "of_run", partial(editions.of_run, paths.PROCESSED, paths.RAW))

    def run(*command: str) -> tuple[int, str, str]:
        code = main(command)
        return code, *capsys.readouterr()

    return run


def test_what_is_published_is_compared_with_the_next_run(project, told, tmp_path):
    shutil.rmtree(project / diff.PUBLISHED)
    assert told("diff")[0] == 2
    assert told("publish") == (
        0, "kept data/published/metrics.json and manifest.json: commit them with the brief\n", ""
    )  # fmt: skip
    for name in ("metrics.json", "manifest.json"):
        assert (project / diff.PUBLISHED / name).read_bytes() == (paths.BRIEF / name).read_bytes()
    assert told("diff") == (0, "no difference\n", "")
    moved = shutil.copytree(paths.BRIEF, tmp_path / "later")
    metrics = json.loads((moved / "metrics.json").read_text(encoding="utf-8"))
    metrics["constant_usd"]["eleven"]["margin"] += 1
    (moved / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    code, out, _ = told("diff", str(paths.BRIEF), str(moved), "--json")
    assert (code, len(json.loads(out)["moved"])) == (0, 1)
    for printed in (out, told("diff", str(paths.BRIEF), str(moved))[1]):
        assert "eleven" in printed
        assert "margin" in printed


def test_what_an_edition_changed_is_reported_page_and_tables(project, told):
    code, out, _ = told("edition-report")
    assert code == 0
    named = [project / line.removeprefix("wrote ") for line in out.splitlines()]
    assert named[0].name == "report.html"
    assert {path.parent.name for path in named} == {"edition-2026-04"}
    assert "What SIPRI’s edition of April 2026 changed" in named[0].read_text(encoding="utf-8")
    assert all(path.read_text(encoding="utf-8").count("\n") > 1 for path in named)
    code, _, err = told("edition-report", "2020-04")
    assert code == 2
    assert "allowed: 2021-04, " in err


def test_a_forecast_is_frozen_once_and_waits_for_a_later_edition(project, told):
    shutil.rmtree(project / frozen.FOLDER, ignore_errors=True)
    assert told("score")[0] == 2
    code, out, _ = told("freeze")
    assert code == 0
    (one,) = frozen.read(project)
    assert out.startswith(f"froze {len(one.rows)} rows of edition 2026-04: {frozen.FOLDER.as_posix()}/{one.name}.csv\n")
    code, _, err = told("freeze")
    assert code == 2
    assert "is frozen already and stays as it is" in err
    assert told("score") == (
        0, f"edition 2026-04 reports no year after those of {one.name}: nothing to score yet\n", ""
    )  # fmt: skip


def test_a_number_is_traced_to_its_cell(told):
    number = next(iter(json.loads((paths.BRIEF / "numbers.json").read_text(encoding="utf-8"))["numbers"]))
    code, out, _ = told("trace", number, "--json")
    assert code == 0
    assert number in json.loads(out)
    assert number in told("trace", number)[1]
    code, _, err = told("trace", "no-such-number")
    assert code == 2
    assert "no-such-number" in err


def test_the_executed_brief_goes_through_quarto(project, told, tmp_path, monkeypatch):
    script = tmp_path / "quarto"
    script.write_text(STANDIN.format(python=sys.executable, version="1.5.57", record=tmp_path / "call.json", fail=""))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    code, out, _ = told("quarto")
    assert (code, out) == (0, "wrote reports/quarto/brief.html\nwrote reports/quarto/brief.docx\n")
    for to in ("html", "docx"):
        assert (project / "reports" / "quarto" / f"brief.{to}").read_bytes() == b"made by the stand-in"
