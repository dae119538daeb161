"""Measure what is many: `python -m tests.bench.sensitivity [multiverse] [points] [repro] [balance] [--draws N]`.

multiverse: the whole of tests/bench/multiverse.yaml by one worker, two, four, two after a SIGKILL that are resumed in
another checkout, a Dask cluster of two separate processes, and one of whose two workers is killed; the tables' hashes
must agree. points: a Sobol design and the flips by one worker, two and Dask's two, likewise. repro: the same
specification by `dvc repro`. balance: from a changed balance to a rebuilt brief against the brief stage alone.
Nothing is asserted: each line says what was reached.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AXES = ROOT / "tests/bench/multiverse.yaml"
GOAL_TIMES, GOAL_SCALING, GOAL_BALANCE = 1000.0, 1.8, 1.5
PARTS = ("multiverse", "points", "repro", "balance")
#: Base samples of the Sobol design.
SAMPLES = 256
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "OMP_NUM_THREADS": "1",
    # Of Dask's workers, which load NumPy before our package, as docs/scaling.md has them.
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}


def main() -> int:
    """Run the parts that are named, all by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sensitivity")
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--draws", type=int, default=2000)
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    with tempfile.TemporaryDirectory(prefix="overtake-bench-") as place:
        folder = Path(place)
        each = multiverse(folder, arguments.draws) if "multiverse" in parts else None
        if "points" in parts:
            points(folder)
        if "repro" in parts:
            repro(folder, arguments.draws, each)
        if "balance" in parts:
            balance(folder)
    return 0


def multiverse(folder: Path, draws: int) -> float:
    """Print the runs of the whole multiverse; return core seconds a specification on one worker."""
    import pandas as pd

    print(f"1. The multiverse of {AXES.name}, {draws} draws a specification, {os.cpu_count()} cores")
    hashes, walls = {}, {}
    runs = {"one worker": _plain(1), "two workers": _plain(2), "four workers": _plain(4), "killed and resumed": _killed,
            "Dask, two processes": _dask(False), "Dask, a worker killed": _dask(True)}  # fmt: skip
    for name, run in runs.items():
        out = folder / name.replace(" ", "-").replace(",", "")
        before = _spent()
        walls[name], note = run(out, draws)
        cores = _spent() - before
        table = out / "multiverse.parquet"
        hashes[name] = hashlib.sha256(table.read_bytes()).hexdigest()[:16]
        count, size = len(pd.read_parquet(table, columns=["edition"])), table.stat().st_size
        print(
            f"   {name}: {count:,} specifications, {walls[name]:.1f} s by the clock, {cores:.1f} core seconds, "
            f"{count / cores:,.0f} a core second, {size / 1e6:.1f} MB, sha256 {hashes[name]}{note}",
            flush=True,
        )
        if name == "one worker":
            each = cores / count
    same = "all the same bytes" if len(set(hashes.values())) == 1 else "NOT THE SAME BYTES"
    print(f"   {same}")
    for name in ("two workers", "Dask, two processes"):
        ratio = walls["one worker"] / walls[name]
        print(f"   {name}: {ratio:.2f} times one worker (goal: {GOAL_SCALING}; {_met(ratio >= GOAL_SCALING)})")
    return each


def _command(out: Path, draws: int, *more: str) -> list[str]:
    return [sys.executable, "-m", "overtake", "multiverse", "--axes", str(AXES), "--draws", str(draws), "--out",
            str(out), *more]  # fmt: skip


def _run(command: list[str], root: Path = ROOT) -> str:
    """Run a command to its end; return what it said on standard error, fail with it where it fails."""
    environment = ENVIRONMENT | {"OVERTAKE_ROOT": str(root), "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stderr


def _plain(workers: int):  # type: ignore[no-untyped-def]
    def run(out: Path, draws: int) -> tuple[float, str]:
        start = time.monotonic()
        _run(_command(out, draws, "--workers", str(workers)))
        return time.monotonic() - start, ""

    return run


def _killed(out: Path, draws: int) -> tuple[float, str]:
    """Run on two workers, SIGKILL the command half-way, run it again from another checkout of the same commit."""
    clone, start = _clone(out.parent), time.monotonic()
    process = subprocess.Popen(
        _command(out, draws, "--workers", "2"), cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.DEVNULL
    )
    done = 0
    while process.poll() is None and done < 40:
        time.sleep(0.05)
        done = len(list(out.rglob("chunk-*.parquet")))
    process.send_signal(signal.SIGKILL)
    process.wait()
    said = _run(_command(out, draws, "--workers", "2"), clone)
    found = next(line for line in said.splitlines() if line.endswith("chunks") and " of " in line)
    return time.monotonic() - start, f"; SIGKILL with {done} chunks on disk, the second run began at {found}"


def _dask(kill: bool):  # type: ignore[no-untyped-def]
    def run(out: Path, draws: int) -> tuple[float, str]:
        with cluster(out.parent) as (address, workers):
            start = time.monotonic()
            process = subprocess.Popen(
                _command(out, draws, "--scheduler", address), cwd=ROOT, env=ENVIRONMENT,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
            done = 0
            while kill and process.poll() is None and done < 30:
                time.sleep(0.05)
                done = len(list(out.rglob("chunk-*.parquet")))
            if kill:
                workers[0].kill()
            _, said = process.communicate()
            took = time.monotonic() - start
            if process.returncode:
                raise SystemExit(said.decode()[-2000:])
        return took, f"; a worker killed with {done} chunks on disk" if kill else ""

    return run


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Yield address and workers of a scheduler and two workers, each a process of its own."""
    from distributed import Client

    told = folder / "scheduler.json"
    told.unlink(missing_ok=True)
    here = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(told))
    silent = {"cwd": ROOT, "env": ENVIRONMENT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    module = [sys.executable, "-m"]
    made = [subprocess.Popen([*module, "distributed.cli.dask_scheduler", "--port", "0", *here], **silent)]  # type: ignore[call-overload]
    while not told.exists():
        time.sleep(0.05)
    for number in range(2):
        local = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder / f"worker-{number}"))
        made.append(subprocess.Popen([*module, "distributed.cli.dask_worker", *here, *local], **silent))  # type: ignore[call-overload]
    try:
        address = json.loads(told.read_text())["address"]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2)
        yield address, made[1:]
    finally:
        for process in made:
            process.kill()
            process.wait()


def points(folder: Path) -> None:
    """Print the runs of a Sobol design of SAMPLES base samples and of the flips, with the hashes of their tables."""
    print(f"2. Points: `overtake sobol --samples {SAMPLES}` and `overtake flips`")
    where = {"one worker": ["--workers", "1"], "two": ["--workers", "2"],
             "Dask's two": ["--scheduler", "local", "--workers", "2"]}  # fmt: skip
    for name, command in {"sobol": ["sobol", "--samples", str(SAMPLES)], "flips": ["flips"]}.items():
        hashes, walls = set(), {}
        for how, options in where.items():
            out = folder / name / how
            before, start = _spent(), time.monotonic()
            _run([sys.executable, "-m", "overtake", *command, "--out", str(out), *options])
            walls[how], cores = time.monotonic() - start, _spent() - before
            digest = hashlib.sha256((out / f"{name}.parquet").read_bytes()).hexdigest()[:16]
            hashes.add(digest)
            print(f"   {name}, {how}: {walls[how]:.1f} s by the clock, {cores:.1f} core seconds, sha256 {digest}, "
                  f"{walls['one worker'] / walls[how]:.2f} times one worker", flush=True)  # fmt: skip
        print(f"   {name}: {'the same bytes' if len(hashes) == 1 else 'NOT THE SAME BYTES'}")


def repro(folder: Path, draws: int, each: float | None) -> None:
    """Print the core seconds of one specification by `dvc repro balances`, and how many times faster a chunk is."""
    print("3. One specification by `dvc repro balances` in a clone of HEAD")
    clone = _clone(folder)
    _change(clone, run={"draws": draws})
    _dvc(clone, "repro", "balances")
    _change(clone, futures={"model": "pooled_random_walk", "plans": "face_value"}, rulers={"china_level": "dod_2022"})
    spent = _dvc(clone, "repro", "balances")[1]
    beside = "" if each is None else (
        f"; {spent / each:,.0f} times the {1e3 * each:.3f} ms of the multiverse "
        f"(goal: {GOAL_TIMES:,.0f}; {_met(spent / each >= GOAL_TIMES)})"
    )  # fmt: skip
    print(f"   model, plans and China's level changed: {spent:.1f} core seconds{beside}", flush=True)


def balance(folder: Path) -> None:
    """Print the time from a changed balance to a rebuilt brief against the brief stage alone, one after the other."""
    print("4. From a changed balance to a rebuilt brief, in a clone of HEAD")
    clone = _clone(folder)
    _dvc(clone, "repro")
    for name, side in (("five_us20", {"THA": 0.5}), ("quad_ex_us", {"IND": 0.9})):
        _change(clone, balances={name: {"side": side}})
        wall, spent = _dvc(clone, "repro", "brief")
        alone, alone_spent = _dvc(clone, "repro", "--single-item", "--force", "brief")
        ratio = wall / alone
        print(
            f"   {name}: {wall:.1f} s by the clock ({spent:.1f} core seconds); the brief stage alone {alone:.1f} s "
            f"({alone_spent:.1f}): {ratio:.2f} times (goal: {GOAL_BALANCE}; {_met(ratio <= GOAL_BALANCE)})",
            flush=True,
        )


def _clone(folder: Path) -> Path:
    """Return a clone of HEAD in `folder`, made once."""
    clone = folder / "clone"
    if not clone.exists():
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    return clone


def _change(clone: Path, **sections: dict[str, object]) -> None:
    """Change keys of params.yaml, nested as given."""
    from ruamel.yaml import YAML

    yaml = YAML()
    path = clone / "params.yaml"
    content = yaml.load(path.read_text(encoding="utf-8"))

    def merge(node: dict[str, object], changes: dict[str, object]) -> None:
        for key, value in changes.items():
            if isinstance(value, dict) and isinstance(node.get(key), dict):
                merge(node[key], value)  # type: ignore[arg-type]
            else:
                node[key] = value

    merge(content, dict(sections))
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def _dvc(clone: Path, *arguments: str) -> tuple[float, float]:
    """Run DVC in the clone; return seconds by the clock and core seconds, fail with its last words."""
    environment = {**ENVIRONMENT, "PYTHONPATH": str(clone)}
    dvc = shutil.which("dvc", path=environment["PATH"])
    before, start = _spent(), time.monotonic()
    done = subprocess.run([str(dvc), *arguments], cwd=clone, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout[-1000:] + done.stderr[-1500:])
    return time.monotonic() - start, _spent() - before


def _spent() -> float:
    """Return the core seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _met(met: bool) -> str:
    return "met" if met else "missed"


if __name__ == "__main__":
    sys.exit(main())
