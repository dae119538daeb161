"""A task for tests of the executor: importable, as workers need it; its chunks can fail, end their process or wait."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake import paths
from overtake.errors import OvertakeError
from overtake.sensitivity.task import Task
from overtake.streams import stream


def prepare(shared: dict[str, Any]) -> dict[str, Any]:
    """Return the bench; its process leaves a trace."""
    return shared


def run(bench: dict[str, Any], chunk: tuple[str, int]) -> pd.DataFrame:
    """Return random numbers of the chunk's own stream; every evaluation leaves a mark in the folder `marks`."""
    kind, number = chunk
    marks = Path(bench["marks"])
    (marks / f"{number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    evaluations = len(list(marks.glob(f"{number}-*")))
    if kind == "fails":
        raise ValueError(f"chunk {number} is broken")
    if kind == "refuses":
        raise OvertakeError("a chunk", "is refused", found=number)
    if kind == "ends once" and evaluations == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "ends always":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "waits":
        time.sleep(0.2)
    values = stream(bench["seed"], "executor", str(number)).standard_normal(50)
    return pd.DataFrame({"chunk": np.int64(number), "value": values})


def unprepared(shared: dict[str, Any]) -> None:
    """Fail before the first chunk."""
    raise ValueError("no bench")


TASK, BROKEN = Task(prepare, run), Task(unprepared, run)


class dask:  # noqa: N801
    """A scheduler and two workers, each a process of its own; ended however the test ends."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.processes = folder, []

    def _start(self, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
        process = subprocess.Popen(
            command, cwd=paths.ROOT, stdout=subprocess.DEVNULL, stderr=(self.folder / "dask.log").open("a")
        )
        self.processes.append(process)
        return process

    def __enter__(self) -> tuple[str, subprocess.Popen, list[subprocess.Popen]]:
        told = self.folder / "scheduler.json"
        arguments = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
        scheduler = self._start("scheduler", *arguments)
        until = time.monotonic() + 120
        while not (told.exists() and told.stat().st_size) and time.monotonic() < until:  # it is made, then written
            time.sleep(0.05)
        workers = [
            self._start("worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-nanny", "--no-dashboard",
                        "--host", "127.0.0.1", "--local-directory", str(self.folder / f"worker-{number}"))
            for number in range(2)
        ]  # fmt: skip
        return json.loads(told.read_text())["address"], scheduler, workers

    def __exit__(self, *_) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
