"""Measure speed and memory against floors and peers in one run: `python -m tests.bench.bench` (or `make bench`).

Times are CPU seconds of this process, so that a busy machine disturbs little; what is compared runs in turns, and the
ratio is the median over the turns. Exit code 0 whether goals are met or not: each line says which.
"""

from __future__ import annotations

import argparse
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

import numpy as np
import pandas as pd

from overtake.config.core import Run
from overtake.config.params import Params
from overtake.edition import Edition, shipped
from overtake.futures import hyperparameters, models, pooled
from overtake.futures.series import Series, of_panel, of_spending
from overtake.sources import raw

ROOT = Path(__file__).resolve().parents[2]
DRAWS, ECONOMIES, STEPS = 10_000, 16, 25
GOAL_PASSES, GOAL_PEER, GOAL_MEMORY_GB = 10.0, 20.0, 1.0
PEERS = ROOT / ".peers/forecasts.parquet"
PEER = "AutoETS"
#: Draws of a backtest's forecast, and horizons: those of `overtake skill` and of the peers.
BACKTEST_DRAWS, HORIZONS = 500, 15


def main() -> int:
    """Run the three benchmarks; `--skip-memory` leaves out the cold pipeline, which takes minutes."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench")
    parser.add_argument("--skip-memory", action="store_true")
    arguments = parser.parse_args()
    edition, series = _observed()
    known = shipped(edition)
    simulation(series, known)
    backtest(series, known)
    if not arguments.skip_memory:
        memory()
    return 0


def simulation(series: Series, known: Edition) -> None:
    """Print the CPU time of 10,000 draws x 16 economies x 25 years against one numpy pass over such an array."""
    print(f"1. Simulation of {DRAWS:,} draws x {len(series.economies)} economies x {STEPS} years, float32")
    array = np.ones((DRAWS, ECONOMIES, STEPS), dtype=np.float32)
    target, factor = np.empty_like(array), np.float32(1.0001)
    settings = Params().futures.model_copy(update={"horizon": series.origin + STEPS})
    run = Run(draws=DRAWS)
    world = hyperparameters.world(known.learned["hyperparameters"], known.name, series.origin)
    growth = pooled.estimate(series.log_milex, world, settings.pooled_random_walk)
    tail = settings.pooled_random_walk.tail_df
    draw = f"draws alone (pooled.simulate, {len(series.economies)} economies)"
    runs: dict[str, Callable[[], object]] = {
        draw: lambda: pooled.simulate(growth, series.economies, STEPS, DRAWS, tail, run.seed)
    }
    for name in settings.combination.members:
        runs[name] = lambda name=name: models.MODELS[name](series, known, settings, STEPS, run)  # type: ignore[misc]
    runs["combined"] = lambda: models.growth(series, known, settings, STEPS, run)
    turns = dict.fromkeys(runs, 3) | {draw: 15, "pooled_random_walk": 15, "panel_regression": 9}
    spent: dict[str, float] = {}
    for name, call in runs.items():
        call()  # imports and first allocations
        rows = [
            (_cpu(call), _cpu(lambda: np.exp(array, out=target)), _cpu(lambda: np.multiply(array, factor, out=array)))
            for _ in range(turns[name])
        ]
        spent[name] = statistics.median(row[0] for row in rows)
        over_exp, over_multiply = (statistics.median(row[0] / row[at] for row in rows) for at in (1, 2))
        print(
            f"   {name}: {spent[name] * 1e3:.0f} ms; {over_exp:.1f} passes of np.exp, "
            f"{over_multiply:.0f} of multiplication in place"
            + (f" (goal: within {GOAL_PASSES:.0f} passes; {_met(over_exp <= GOAL_PASSES)} by np.exp, "
               f"{_met(over_multiply <= GOAL_PASSES)} by multiplication)" if name == draw else "")
        )  # fmt: skip
    cheapest = min(settings.combination.members, key=lambda name: spent[name])
    print(f"   cheapest part of the combination: {cheapest}")
    shape = (DRAWS, STEPS)
    random = np.random.default_rng(0)
    floor = statistics.median(
        _cpu(lambda: [random.standard_normal(shape, dtype=np.float32) for _ in range(ECONOMIES)]) for _ in range(5)
    )
    print(f"   of which random numbers: {floor * 1e3:.0f} ms for one normal a cell, the floor of any such simulation")


def backtest(series: Series, known: Edition) -> None:
    """Print the CPU time of our rolling-origin forecasts against the peer's on the same tasks."""
    print(f"2. Rolling-origin forecasts, {BACKTEST_DRAWS} draws, {HORIZONS} years ahead, against {PEER}")
    tasks, where = _panel_tasks(known.name)
    if not tasks:
        tasks = {origin: series.upto(origin) for origin in range(2000, series.origin)}
        where = f"the {len(series.economies)} economies in use (no full panel here)"
    count = sum(len(past.economies) for past in tasks.values())
    print(f"   tasks: {count:,} series at {len(tasks)} origins of {where}")
    peer = _peer_seconds_a_task()
    if peer is None:
        print(f"   {PEER}: not measured here; make bench-peers writes {PEERS.relative_to(ROOT)}.cpu.csv")
    else:
        print(f"   {PEER}: {peer * count:.1f} s ({peer * 1e3:.2f} ms a series, from make bench-peers on this machine)")
    settings, run = Params().futures, Run(draws=BACKTEST_DRAWS)
    for name in (*settings.combination.members, "combined"):
        # Models that fit every series by itself are timed at every twelfth origin and scaled by the number of series.
        slow = name in ("combined", "damped_trend", "state_space")
        used = {origin: past for origin, past in tasks.items() if not slow or origin % 12 == 0}
        chosen = settings.model_copy(update={"model": name})
        seconds = sum(
            _cpu(lambda past=past, chosen=chosen: models.growth(past, known, chosen, HORIZONS, run))  # type: ignore[misc]
            for past in used.values()
        )
        part = sum(len(past.economies) for past in used.values())
        scaled = seconds * count / part
        note = f", scaled up from {part:,} series" if slow else ""
        beside = "" if peer is None else (
            f"; {peer * count / scaled:.1f} times less than {PEER} (goal: {GOAL_PEER:.0f}; "
            f"{_met(peer * count / scaled >= GOAL_PEER)})"
        )  # fmt: skip
        print(f"   {name}: {scaled:.1f} s{note}{beside}", flush=True)


def memory() -> None:
    """Print the largest resident memory of any process of a cold `dvc repro` in a clone of HEAD, and its time."""
    print("3. Cold `dvc repro` in a clone of HEAD")
    with tempfile.TemporaryDirectory(prefix="overtake-bench-") as place:
        clone = Path(place) / "clone"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
        head = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=clone, check=True, capture_output=True, text=True
        )
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(clone),
        }
        dvc = shutil.which("dvc", path=environment["PATH"])
        if dvc is None:
            print("   not measured: dvc is not in the environment")
            return
        start = time.monotonic()
        done = subprocess.run([dvc, "repro"], cwd=clone, env=environment, capture_output=True, text=True)
        wall = time.monotonic() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1024**3 if sys.platform == "darwin" else 1024**2
    peak = used.ru_maxrss / unit
    if done.returncode:
        print(f"   commit {head.stdout.strip()}: dvc repro failed, nothing measured\n{done.stderr[-1500:]}")
        return
    print(
        f"   commit {head.stdout.strip()}: {peak:.2f} GB in the largest process (goal: under {GOAL_MEMORY_GB:.0f} GB; "
        f"{_met(peak < GOAL_MEMORY_GB)}); {wall:.0f} s by the clock, {used.ru_utime + used.ru_stime:.0f} s of CPU"
    )


def _observed() -> tuple[str, Series]:
    """Return edition and series of the clean table, or of a table made from data/raw where the pipeline never ran."""
    from overtake.config.core import Data
    from overtake.edition.clean import clean_macro, clean_spending, known_forecast

    data = Data()
    macro, milex = raw.load("macro.csv"), raw.load("milex.csv")
    path = known_forecast(macro, data.edition)
    table = clean_macro(macro, path) if path else macro.iloc[:0]
    return data.edition, of_spending(clean_spending(milex, table, raw.load("editions.csv"), data))


def _panel_tasks(edition: str) -> tuple[dict[int, Series], str]:
    """Return the series known at each origin of the full panel, none where it was not ingested."""
    file = ROOT / f"data/panel/milex_{edition}.parquet"
    if not file.exists():
        return {}, ""
    from overtake.skill import full

    whole = of_panel(pd.read_parquet(file))
    found = {}
    for origin in range(2000, whole.origin):
        past = whole.upto(origin)
        known = np.isfinite(past.log_milex[:, -full.YEARS_NEEDED :]).all(axis=1)
        names = tuple(np.array(past.economies, dtype=object)[known])
        found[origin] = Series(past.log_milex[known], past.log_share[known], names, past.years)
    return found, f"the full panel of edition {edition}"


def _peer_seconds_a_task() -> float | None:
    """Return the peer's CPU seconds a series, None where `make bench-peers` has not run."""
    file = PEERS.with_name(PEERS.name + ".cpu.csv")
    if not file.exists() or not PEERS.exists():
        return None
    spent = pd.read_csv(file).set_index("model")["cpu_seconds"]
    rows = pd.read_parquet(PEERS, columns=["model", "origin", "iso3"], filters=[("model", "==", PEER)])
    return float(spent[PEER]) / len(rows.drop_duplicates())


def _cpu(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def _met(met: bool) -> str:
    return "met" if met else "missed"


if __name__ == "__main__":
    sys.exit(main())
