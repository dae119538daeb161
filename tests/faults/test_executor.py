"""The executor: same bytes for any number of workers, no chunk lost or repeated, every failure with a next step."""

import errno
import hashlib
import os
import re
import resource
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pandas as pd
import psutil
import pytest

import overtake
from overtake import paths
from overtake.draws import whole, write_parquet
from overtake.errors import OvertakeError
from overtake.sensitivity import cluster, store
from overtake.sensitivity.executor import execute
from overtake.sensitivity.store import Store
from overtake.sensitivity.task import How
from tests.unit.executor_case import BROKEN, TASK, dask

PLAIN = [("plain", number) for number in range(6)]


def marks(folder: Path) -> list[int]:
    """Return the chunks that were evaluated, once for each time."""
    return sorted(int(file.name.split("-")[0]) for file in folder.glob("*-*"))


def run(folder: Path, chunks=PLAIN, how: How | None = None, seed: int = 1, run: str = "run") -> pd.DataFrame:
    seen = folder / "marks"
    seen.mkdir(exist_ok=True)
    shared = {"marks": str(seen), "seed": seed}
    return execute(TASK, shared, chunks, Store(folder / run, len(chunks)), how or How(), lambda done, of: None)


def digest(table: pd.DataFrame, folder: Path) -> str:
    write_parquet(table, folder / "whole.parquet")
    return hashlib.sha256((folder / "whole.parquet").read_bytes()).hexdigest()


def test_same_bytes_for_any_number_of_workers(tmp_path):
    found = set()
    for how in (How(1), How(3), How(2, "local")):
        folder = tmp_path / f"{how.workers}-{how.scheduler}"
        folder.mkdir()
        found.add(digest(run(folder, how=how), folder))
        assert marks(folder / "marks") == list(range(6))
    assert len(found) == 1


def test_a_cluster_of_one_s_own_answers_nobody_else():
    """No port takes a stranger without the run's own keys; what Dask serves by HTTP has no page."""
    with cluster._own(1) as own:
        assert own.scheduler_address.startswith("tls://127.0.0.1:")
        us = psutil.Process()
        here = [each for one in (us, *us.children(recursive=True)) for each in one.net_connections("tcp")]
        addresses = {each.laddr for each in here if each.status == psutil.CONN_LISTEN}
        assert len(addresses) >= 3
        assert {address.ip for address in addresses} == {"127.0.0.1"}
        answers = set()
        for address in addresses:
            for page in ("", "status", "info/main/workers.html", "json/identity.json", "metrics"):
                with pytest.raises(OSError, match=r"404|reset|closed") as refused:
                    urllib.request.urlopen(f"http://127.0.0.1:{address.port}/{page}", timeout=10)
                answers.add(getattr(refused.value, "code", "no answer"))
        assert answers == {404, "no answer"}


def test_order_is_that_of_the_chunks_not_of_their_ends(tmp_path):
    chunks = [("waits", 0), *PLAIN[1:]]
    assert run(tmp_path, chunks, How(2))["chunk"].drop_duplicates().tolist() == list(range(6))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_run_evaluates_nothing(tmp_path, workers):
    first = run(tmp_path)
    assert run(tmp_path, how=How(workers)).equals(first)
    assert marks(tmp_path / "marks") == list(range(6))


def test_only_missing_and_damaged_chunks_are_evaluated_again(tmp_path):
    first = run(tmp_path)
    kept = Store(tmp_path / "run", 6)
    kept.path(2).unlink()
    kept.path(4).write_bytes(kept.path(4).read_bytes()[:-40])
    (tmp_path / "run" / "chunk-00005.parquet.partial").write_bytes(b"half")
    assert run(tmp_path).equals(first)
    assert marks(tmp_path / "marks") == [0, 1, 2, 2, 3, 4, 4, 5]
    assert not list((tmp_path / "run").glob("*.partial"))


def test_a_lost_process_costs_only_its_chunk(tmp_path):
    chunks = [*PLAIN[:3], ("ends once", 3), *PLAIN[4:]]
    (tmp_path / "plain").mkdir()
    assert run(tmp_path, chunks, How(2)).equals(run(tmp_path / "plain"))
    assert marks(tmp_path / "marks") == [0, 1, 2, 3, 3, 4, 5]


def test_a_chunk_that_ends_every_process_is_named(tmp_path):
    with pytest.raises(
        OvertakeError, match=r"(?s)chunk \('ends always', 1\): ended 3 .*memory.*finished chunks are kept"
    ):
        run(tmp_path, [PLAIN[0], ("ends always", 1)], How(2))
    assert marks(tmp_path / "marks").count(1) == 3
    assert list(Store(tmp_path / "run", 2).finished()) == [0]


@pytest.mark.parametrize("how", [How(1), How(2), How(1, "local")], ids=["here", "processes", "dask"])
def test_a_refusal_in_a_chunk_reaches_the_analyst(tmp_path, how):
    with pytest.raises(OvertakeError, match="a chunk: is refused"):
        run(tmp_path, [("refuses", 0)], how)


@pytest.mark.parametrize("how", [How(1), How(2), How(1, "local")], ids=["here", "processes", "dask"])
def test_an_unexpected_error_names_chunk_and_line(tmp_path, how):
    with pytest.raises(
        OvertakeError, match=r"(?s)chunk.*fails.*ValueError: chunk 0 is broken.*executor_case\.py, line"
    ):
        run(tmp_path, [("fails", 0)], how)


@pytest.mark.parametrize("how", [How(1), How(2), How(1, "local")], ids=["here", "processes", "dask"])
def test_a_bench_that_cannot_be_made_says_why(tmp_path, how):
    with pytest.raises(
        OvertakeError, match=r"(?s)chunk \('plain', \d\): ValueError: no bench.*executor_case\.py, line"
    ):
        execute(BROKEN, {}, PLAIN, Store(tmp_path / "run", len(PLAIN)), how, lambda done, of: None)


def test_no_worker(tmp_path):
    with pytest.raises(OvertakeError, match="--workers"):
        run(tmp_path, how=How(0))


def test_two_runs_do_not_write_into_one_folder(tmp_path):
    with Store(tmp_path / "run", 6).held(), pytest.raises(OvertakeError, match="another run is writing here"):
        run(tmp_path)
    assert len(run(tmp_path)) == 300


def test_a_full_disk_is_refused_and_what_was_written_stays(tmp_path, monkeypatch):
    written = []

    def full(path):
        written.append(path)
        if len(written) == 3:
            path.with_name(path.name + ".partial").write_bytes(b"half of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        return whole(path)

    monkeypatch.setattr(store, "whole", full)
    with pytest.raises(OvertakeError, match=r"(?s)the disk is full.*finished chunks are kept"):
        run(tmp_path)
    monkeypatch.undo()
    assert not list((tmp_path / "run").glob("*.partial"))
    assert list(Store(tmp_path / "run", 6).finished()) == [0, 1]
    run(tmp_path)
    assert marks(tmp_path / "marks") == [0, 1, 2, 2, 3, 4, 5]


def test_the_command_on_a_disk_that_really_takes_no_more(tmp_path):
    """A limit on the size of files, as the system enforces it: one line, no table, nothing half-written."""
    axes = tmp_path / "axes.yaml"
    axes.write_text("editions: ['2026-04']\nwindow_years: [40]\nmodels: [pooled_random_walk]\ndraws: 100\n")
    done = subprocess.run(
        [sys.executable, "-m", "overtake", "multiverse", "--axes", axes, "--out", tmp_path / "out", "--workers", "1"],
        cwd=paths.ROOT, capture_output=True, text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # else it leaves compiled files cut short
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )  # fmt: skip
    assert done.returncode == 2
    assert re.search(r"the disk is full\s+next: +free some space", done.stderr)
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "out").rglob("*.p*"))


def test_a_scheduler_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with pytest.raises(OvertakeError, match=r"(?s)no Dask scheduler answers.*dask scheduler"):
        run(tmp_path, how=How(1, "tcp://127.0.0.1:9"))
    for wrong in ("nowhere at all", "tcp://", "http://127.0.0.1"):
        with pytest.raises(OvertakeError, match="--scheduler"):
            run(tmp_path, how=How(1, wrong))


def test_a_cluster_without_workers(tmp_path, monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=None) as empty,
        pytest.raises(OvertakeError, match=r"(?s)has no worker.*dask worker"),
    ):
        run(tmp_path, how=How(1, empty.scheduler_address))


@pytest.mark.skipif(not overtake.KERNEL, reason="one kernel for all processors of another architecture")
def test_a_worker_with_kernels_of_its_own_is_refused(tmp_path, monkeypatch):
    """Dask loads NumPy before our package can name the kernel; such a worker's last digits are others."""
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    with dask(tmp_path) as (address, _, _), pytest.raises(OvertakeError, match=r"OPENBLAS_CORETYPE=\w+ dask worker"):
        run(tmp_path, how=How(1, address))


def test_a_scheduler_that_dies_ends_the_run_and_keeps_what_came_back(tmp_path):
    """A scheduler of its own process, killed after the first chunks; the rerun without it does the rest only."""
    chunks = [("waits", number) for number in range(40)]
    with dask(tmp_path) as (address, scheduler, _):
        done = Store(tmp_path / "run", len(chunks))
        killer = threading.Thread(target=_kill_after, args=(done, 2, scheduler))
        killer.start()
        with pytest.raises(OvertakeError, match=r"(?s)scheduler.*finished chunks are kept"):
            run(tmp_path, chunks, How(1, address))
        killer.join()
    missing = sorted(set(range(len(chunks))) - set(done.finished()))
    assert 0 < len(missing) < len(chunks)
    (tmp_path / "marks2").mkdir()
    shared = {"marks": str(tmp_path / "marks2"), "seed": 1}
    execute(TASK, shared, chunks, done, How(2), lambda done, of: None)
    assert marks(tmp_path / "marks2") == missing


def test_a_worker_of_a_cluster_that_is_killed_costs_only_its_chunk(tmp_path):
    chunks = [("waits", number) for number in range(16)]
    with dask(tmp_path) as (address, _, workers):
        done = Store(tmp_path / "run", len(chunks))
        killer = threading.Thread(target=_kill_after, args=(done, 3, workers[0]))
        killer.start()
        found = run(tmp_path, chunks, How(1, address))
        killer.join()
    (tmp_path / "plain").mkdir()
    assert found.equals(run(tmp_path / "plain", [("plain", number) for number in range(16)]))
    # The chunk in its hands again, and those whose result it still held.
    assert 16 <= len(marks(tmp_path / "marks")) <= 20


def _kill_after(done: Store, count: int, process: subprocess.Popen) -> None:
    """Kill a process once `count` chunks are on disk."""
    until = time.monotonic() + 60
    while len(list(done.folder.glob("*.parquet"))) < count and time.monotonic() < until:
        time.sleep(0.02)
    process.kill()
