"""Measure the brief beside its figures alone and stock nbconvert: `python -m tests.bench.brief [--rounds 3]`.

Needs a run (`dvc repro`). In turns: all figures drawn in a bare Python process; the brief as its stage makes it (page,
figures, tables), nothing kept; `jupyter nbconvert --to html` of the notebook that the stage executed. Printed are
medians of CPU seconds (user and system), which a busy machine disturbs least, and the largest resident memory. Of the
project the executed notebook is written anew.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from overtake.pipeline.run import STEADY

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "data" / "processed" / "notebooks" / "brief.ipynb"
GOAL = 2.0
#: Draws every figure that the brief has, and nothing else.
FIGURES = """
from overtake.brief.brief import Brief
from overtake.brief.gallery import FIGURES
brief = Brief.open()
for figure in FIGURES.values():
    brief.made(figure)
assert len(brief.figures) > 10
"""
#: Makes the brief as the stage does.
PAGE = """
import pathlib, tempfile
from overtake.pipeline.run import run_stage
from overtake.publish.files import write_all
with tempfile.TemporaryDirectory() as folder:
    write_all(run_stage("brief", only="brief.ipynb"), pathlib.Path(folder))
"""


def main() -> int:
    """Measure `--rounds` rounds and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.brief")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    found: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        cases = {
            "figures alone": [sys.executable, "-c", FIGURES],
            "brief": [sys.executable, "-c", PAGE],
            "stock `jupyter nbconvert`": [
                sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", folder, str(NOTEBOOK),
            ],
        }  # fmt: skip
        for _ in range(rounds):
            for name, command in cases.items():
                found.setdefault(name, []).append(measured(command))
    print(f"medians of {rounds}\n\n| what | CPU, s | memory, MB |\n|---|---|---|")
    for name, runs in found.items():
        cpu, memory = (statistics.median(one) for one in zip(*runs, strict=True))
        print(f"| {name} | {cpu:.1f} | {memory:.0f} |")
    alone, stage, _ = found.values()
    ratio = statistics.median(mine[0] / theirs[0] for mine, theirs in zip(stage, alone, strict=True))
    print(f"\nbrief over figures alone, CPU: {ratio:.2f} (goal {GOAL}; {'met' if ratio <= GOAL else 'missed'})")
    return 0


def measured(command: list[str]) -> tuple[float, float]:
    """Return CPU seconds and the largest resident memory in MB of a command; a failure shows its last lines."""
    environment = {**os.environ, **STEADY, "OVERTAKE_ROOT": str(ROOT), "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise SystemExit(f"{' '.join(command)[:200]}\n{output.read()[-3000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
