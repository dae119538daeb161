"""Measure the pipeline in one run: cold, no-op and one-parameter `dvc repro`, beside the notebooks run by commands.

`python -m tests.bench.pipeline [--rounds 5]` (or `make bench-pipeline`) works in a clone of HEAD. The peer is what an
analyst would type: the `papermill` command for every notebook with its stage's parameters, `jupyter nbconvert` of the
executed brief, WeasyPrint's command on the brief. The floor of a no-op is DVC itself: a pipeline of as many stages that
do nothing. What is compared runs in turns; printed are medians of wall and CPU seconds, as Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from ruamel.yaml import YAML

from overtake.config.load import load
from overtake.pipeline.run import STEADY, subset
from overtake.pipeline.stages import stages

ROOT = Path(__file__).resolve().parents[2]
#: Wall and CPU seconds of every round, written after each.
#: Makes what no notebook makes of a run, into the folder that is given.
BESIDE = """
import pathlib, sys
from overtake import paths
from overtake.config.load import load
from overtake.explorer.publish import publish
from overtake.publish import exchange, pdf, png
out = pathlib.Path(sys.argv[1])
publish(load(paths.PARAMS), out / "explorer.html")
exchange.write()
pdf.write(paths.REPORTS / "annex" / "annex.html", out)
for name in ("brief", "annex"):
    png.write(paths.REPORTS / name / "figures", out)
"""
RESULTS = ROOT / "tests" / "bench" / "results" / "pipeline.json"
#: The parameter that is changed, and its other value.
CHANGED, OTHER = "crossing.sustain", 3
GOAL_COLD, GOAL_NOOP_SECONDS = 0.5, 0.3
Timing = tuple[float, float]


def main() -> int:
    """Measure `--rounds` rounds and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pipeline")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    found: dict[str, list[Timing]] = {}
    with tempfile.TemporaryDirectory() as folder:
        work, floor = Path(folder) / "clone", Path(folder) / "floor"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(work)], check=True)
        environment = {**os.environ, **STEADY, "PYTHONPATH": str(work), "OVERTAKE_ROOT": str(work)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled once, as after a first run anywhere
        empty_pipeline(floor, len((yaml.safe_load((work / "dvc.yaml").read_text()))["stages"]), environment)
        for turn in range(rounds):
            for name, action in cases(work, floor, environment):
                found.setdefault(name, []).append(timed(action))
                print(f"round {turn + 1}: {name}: {found[name][-1][0]:.1f} s", file=sys.stderr, flush=True)
            RESULTS.parent.mkdir(parents=True, exist_ok=True)
            RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(table(found))
    return 0


def cases(work: Path, floor: Path, environment: dict[str, str]) -> list[tuple[str, Callable[[], None]]]:
    """Return what is timed, in turn; the last puts the parameter back for the next round."""
    repro = ["dvc", "repro", "--quiet"]

    def cold() -> None:
        run(repro, work, environment)

    def change() -> None:
        section, key = CHANGED.split(".")
        file = work / "params.yaml"
        before = file.read_text(encoding="utf-8")
        values = YAML().load(before)  # YAML 1.2, as the pipeline reads it: `off` is a text
        values[section][key] = OTHER
        with file.open("w", encoding="utf-8") as changed:
            YAML().dump(values, changed)
        try:
            run(repro, work, environment)
        finally:
            file.write_text(before, encoding="utf-8")

    clear(work)
    return [
        ("cold `dvc repro`", cold),
        ("`dvc repro`, nothing changed", lambda: run(repro, work, environment)),
        ("DVC alone, as many empty stages", lambda: run(repro, floor, environment)),
        (f"`dvc repro`, `{CHANGED}` changed", change),
        ("papermill, nbconvert and WeasyPrint by command", lambda: by_command(work, environment)),
    ]


def by_command(work: Path, environment: dict[str, str]) -> None:
    """Run every notebook by the papermill command, then nbconvert and WeasyPrint; and what no notebook makes."""
    params = load(work / "params.yaml")
    # Finished chunks of the run before would spare the commands the work that `dvc repro` did cold.
    shutil.rmtree(work / "data" / "processed" / "chunks", ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        run([sys.executable, "-m", "overtake", "validate"], work, environment)
        for stage, name in ((one, name) for one in stages(work).values() for name in one.notebooks):
            file = out / f"{name}.yaml"
            file.write_text(yaml.safe_dump(json.loads(json.dumps(subset(params, stage.params)))), encoding="utf-8")
            notebook = work / "notebooks" / name
            run(["papermill", "-f", str(file), "-k", "python3", "--cwd", str(work), "--no-progress-bar",
                 str(notebook), str(out / notebook.name)], work, environment)  # fmt: skip
        run(
            ["jupyter", "nbconvert", "--to", "html", str(out / "brief.ipynb"), "--output-dir", folder],
            work,
            environment,
        )
        run(["weasyprint", str(work / "reports/brief/brief.html"), str(out / "brief.pdf")], work, environment)
        run([sys.executable, "-c", BESIDE, folder], work, environment)


def empty_pipeline(folder: Path, stages: int, environment: dict[str, str]) -> None:
    """Make a DVC pipeline of as many stages that only write a file each."""
    folder.mkdir()
    chain = {
        f"s{at}": {"cmd": f"echo {at} > f{at}", "deps": [f"f{at - 1}"] if at else [], "outs": [f"f{at}"]}
        for at in range(stages)
    }
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": chain}), encoding="utf-8")
    run(["dvc", "init", "--no-scm", "--quiet"], folder, environment)
    run(["dvc", "repro", "--quiet"], folder, environment)


def clear(work: Path) -> None:
    """Remove what a run leaves, DVC's cache as well."""
    run(["git", "clean", "-fdxq"], work, dict(os.environ))
    run(["git", "checkout", "--quiet", "--", "."], work, dict(os.environ))
    shutil.rmtree(work / ".dvc" / "cache", ignore_errors=True)


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a command; a failure shows its last lines."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{(done.stdout + done.stderr)[-3000:]}")


def timed(action: Callable[[], None]) -> Timing:
    """Return wall and CPU seconds of an action's child processes."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    action()
    after, stop = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return stop - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def table(found: dict[str, list[Timing]]) -> str:
    """Return medians as Markdown, with the two ratios that have goals."""
    rows = [f"medians of {len(next(iter(found.values())))}", "", "| what | wall, s | CPU, s |", "|---|---|---|"]
    for name, timings in found.items():
        wall, cpu = (statistics.median(one) for one in zip(*timings, strict=True))
        rows.append(f"| {name} | {wall:.1f} | {cpu:.1f} |")
    cold, noop, floor, _, peer = found.values()
    walls, ratios = ([mine[at] / theirs[at] for mine, theirs in zip(cold, peer, strict=True)] for at in (0, 1))
    over = [mine[0] - theirs[0] for mine, theirs in zip(noop, floor, strict=True)]
    wall, cpu = statistics.median(walls), statistics.median(ratios)
    rows += ["", f"cold over commands, wall: {wall:.2f}, CPU: {cpu:.2f} (goal {GOAL_COLD})",
             f"no-op over DVC alone: {statistics.median(over):.2f} s (goal {GOAL_NOOP_SECONDS})"]  # fmt: skip
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
