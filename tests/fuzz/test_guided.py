"""The mode that atheris guides: it reaches code that the seeds did not, and finds a crash that is there to be found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import guided
import pytest

from overtake import paths
from tests.fuzz import fuzz

needs_atheris = pytest.mark.skipif(not guided.available(), reason=guided.MISSING)


@needs_atheris
@pytest.mark.parametrize("name", ["csv", "workbook"])
def test_a_short_guided_run_reaches_new_code_and_crashes_nothing(tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-m", "tests.fuzz.guided", "--only", name, "--seconds", "8", "--keep", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=paths.ROOT)
    assert done.returncode == 0, done.stderr[-1500:]
    found = json.loads(done.stdout)
    assert found["crashes"] == 0, found["what"]
    assert found["read"] + found["refused"] == found["inputs"] > 20
    assert found["kept"] > found["seeds"]


@needs_atheris
def test_guidance_finds_a_crash_step_by_step(tmp_path: Path) -> None:
    """Two bytes in order: one input in 65,536 by chance; guided, the first is kept and leads to the second."""
    code = """
import sys
from tests.fuzz import guided
sys.path.append(str(guided.ROOT / ".fuzz"))
import atheris
import tests.fuzz.targets as targets

@atheris.instrument_func
def read(path):
    data = path.read_bytes()
    if len(data) > 1 and data[0] == 0xD1:
        if data[1] == 0x07:
            raise KeyError("found")

targets.TARGETS = {"made": targets.Target("made", read, lambda: [b"xxxxxxxx"], ".txt")}
sys.argv[1:] = ["--only", "made", "--seconds", "25", "--keep", KEEP]
sys.exit(guided.main())
"""
    code = code.replace("KEEP", repr(str(tmp_path)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=paths.ROOT)
    assert json.loads(done.stdout)["what"] == ["KeyError at ?"], done.stdout
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes().startswith(b"\xd1\x07")


def test_without_atheris_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.fuzz import guided as named

    monkeypatch.setattr(named, "available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["fuzz", "--guided", "--only", "csv"])
    assert fuzz.main() == 2
    assert "pip install --no-deps --target .fuzz atheris" in capsys.readouterr().err
