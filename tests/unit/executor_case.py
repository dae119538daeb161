"""A task for tests of the executor: importable, as workers need it; its chunks can fail, end their process or wait."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake.errors import OvertakeError
from overtake.sensitivity.executor import Task
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


TASK = Task(prepare, run)
