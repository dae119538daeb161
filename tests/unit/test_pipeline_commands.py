"""`overtake params`, `schema`, `outputs`, and how the command line ends when something goes wrong."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from overtake import paths
from overtake.cli import main as cli
from overtake.config import template
from overtake.config.load import json_schema, load
from overtake.config.params import Params
from overtake.errors import OvertakeError

COMMITTED = paths.ROOT


def test_params_writes_every_key_at_its_default(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "PARAMS", tmp_path / "params.yaml")
    assert cli.main(["params"]) == 0
    assert load(tmp_path / "params.yaml") == Params()
    assert capsys.readouterr().out == "wrote params.yaml; next: dvc repro\n"
    assert template.text() == (COMMITTED / "params.yaml").read_text(encoding="utf-8")


def test_params_never_overwrites_a_persons_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "PARAMS", tmp_path / "params.yaml")
    paths.PARAMS.write_text("crossing: {sustain: 3}\n", encoding="utf-8")
    assert cli.main(["params"]) == 2
    assert "is there already, and is yours" in capsys.readouterr().err
    assert paths.PARAMS.read_text(encoding="utf-8") == "crossing: {sustain: 3}\n"


def test_schema_writes_what_is_committed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert cli.main(["schema"]) == 0
    written = (tmp_path / "params.schema.json").read_text(encoding="utf-8")
    assert written == json_schema() == (COMMITTED / "params.schema.json").read_text(encoding="utf-8")
    assert capsys.readouterr().out == "wrote params.schema.json\n"


def test_outputs_names_only_what_is_there(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "REPORTS", tmp_path)
    (tmp_path / "brief/tables").mkdir(parents=True)
    (tmp_path / "brief/brief.html").touch()
    assert cli.main(["outputs"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines == ["open:", "  reports/brief/brief.html", "  reports/brief/tables"]
    assert last.startswith("no PDF: Pango is missing (Debian: apt-get install libpango-1.0-0")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OvertakeError("here", "is wrong", next_step="mend"), 2, "overtake: here: is wrong\n  next:    mend\n"),
        (PermissionError(13, "Permission denied", "reports/x"), 2,
         "overtake: reports/x: Permission denied\n  next:    allow that it is read or written (owner, chmod, "
         "chattr -i), then run the same command again\n"),
        (OSError("odd"), 2, "overtake: the system: odd\n"),
        (KeyboardInterrupt(), 130,
         "overtake: interrupted; nothing was overwritten, run the same command again\n"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    def fail(_: argparse.Namespace) -> int:
        raise error

    made = argparse.ArgumentParser()
    made.set_defaults(func=fail)
    monkeypatch.setattr(cli, "parser", lambda: made)
    assert cli.main([]) == code
    assert capsys.readouterr().err == said


def test_a_command_that_returns_nothing_went_well(monkeypatch: pytest.MonkeyPatch) -> None:
    made = argparse.ArgumentParser()
    made.set_defaults(func=lambda _: None)
    monkeypatch.setattr(cli, "parser", lambda: made)
    assert cli.main([]) == 0


def test_a_missing_params_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OvertakeError, match=r"params\.yaml"):
        load(tmp_path / "params.yaml")
