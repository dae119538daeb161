"""The real command, small: killed by SIGKILL and resumed, on a Dask cluster with a worker killed; the same bytes."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from overtake import paths
from tests.unit.executor_case import dask

pytestmark = pytest.mark.slow

AXES = """
editions: ["2025-04", "2026-04"]
window_years: [12, 20, 40]
models: [panel_regression, pooled_random_walk, gdp_share]
us_shares: [0.0, 0.3]
draws: 300
"""
CHUNKS = 18


@pytest.fixture(scope="module")
def axes(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("axes") / "axes.yaml"
    path.write_text(AXES)
    return path


def command(axes: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "overtake", "multiverse", "--axes", str(axes), "--out", str(out), *more]


def start(axes: Path, out: Path, *more: str) -> subprocess.Popen:
    return subprocess.Popen(command(axes, out, *more), cwd=paths.ROOT, stderr=subprocess.PIPE, text=True)


def chunks(out: Path) -> dict[str, int]:
    """Return the finished chunks and when each was written."""
    return {file.name: file.stat().st_mtime_ns for file in sorted(out.rglob("chunk-*.parquet"))}


def bytes_of(out: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(out.glob("*.parquet"))}


def wait_for(out: Path, count: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 120
    while len(chunks(out)) < count and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


@pytest.fixture(scope="module")
def plain(axes, tmp_path_factory) -> dict[str, str]:
    """Return the hashes of the tables of one worker, never disturbed."""
    out = tmp_path_factory.mktemp("plain")
    subprocess.run(command(axes, out, "--workers", "1"), cwd=paths.ROOT, check=True, capture_output=True)
    assert len(chunks(out)) == CHUNKS
    return bytes_of(out)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_a_run_killed_by_sigkill_goes_on_where_it_stopped(axes, plain, tmp_path):
    process = start(axes, tmp_path, "--workers", "2")
    wait_for(tmp_path, 5, process)
    assert not left_of(process)
    before = chunks(tmp_path)
    assert 5 <= len(before) < CHUNKS
    assert not bytes_of(tmp_path)
    again = subprocess.run(command(axes, tmp_path, "--workers", "2"), cwd=paths.ROOT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    after = chunks(tmp_path)
    assert len(after) == CHUNKS
    assert {name: after[name] for name in before} == before
    assert bytes_of(tmp_path) == plain


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_the_workers_of_a_killed_run_end_too(axes, tmp_path):
    """No process of ours stays behind: each ends when the pipe to its parent closes."""
    process = start(axes, tmp_path, "--workers", "2")
    wait_for(tmp_path, 1, process)
    assert not left_of(process)


def left_of(process: subprocess.Popen) -> list[int]:
    """Kill a run of two workers and return those of its processes that live on after a minute."""
    children = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(children) >= 2
    until = time.monotonic() + 60
    while any(alive(pid) for pid in children) and time.monotonic() < until:
        time.sleep(0.05)
    return [pid for pid in children if alive(pid)]


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not yet reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_dask_cluster_of_processes_with_a_worker_killed_gives_the_same_bytes(axes, plain, tmp_path):
    out = tmp_path / "out"
    with dask(tmp_path) as (address, _, workers):
        process = start(axes, out, "--scheduler", address)

        def kill() -> None:
            wait_for(out, 4, process)
            workers[0].kill()

        killer = threading.Thread(target=kill)
        killer.start()
        _, said = process.communicate(timeout=300)
        killer.join()
        assert process.returncode == 0, said
        assert workers[0].wait() == -signal.SIGKILL
    assert bytes_of(out) == plain


def test_the_command_names_a_scheduler_that_is_not_there(axes, tmp_path):
    soon = "import sys; from overtake.sensitivity import cluster; cluster.CONNECT_SECONDS = 2.0; "
    soon += "from overtake.cli.main import main; sys.exit(main())"
    _, _, _, *asked = command(axes, tmp_path, "--scheduler", "tcp://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-c", soon, *asked], cwd=paths.ROOT, capture_output=True, text=True,
        env={**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "no Dask scheduler answers there" in done.stderr
    assert "Traceback" not in done.stderr
