"""What workers do, and where: a task of chunks on processes here or on a cluster."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError


@dataclass(frozen=True)
class Task:
    """What workers do: `prepare` makes a bench of the shared inputs, `run` evaluates one chunk on it."""

    prepare: Callable[[Any], Any]
    run: Callable[[Any, Any], pd.DataFrame]

    def evaluate(self, bench: Any, chunk: Any) -> pd.DataFrame:
        """Return the table of a chunk; what goes wrong unexpectedly names the chunk and the line."""
        try:
            return self.run(bench, chunk)
        except OvertakeError:
            raise
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            found = f"raised at {frame.filename}, line {frame.lineno}"
            raise OvertakeError(f"chunk {chunk}", f"{type(error).__name__}: {error}", found=found) from error


@dataclass(frozen=True)
class How:
    """Where chunks are evaluated: on `workers` processes of this machine, or where `scheduler` (an address) says.

    scheduler `local` starts a Dask cluster of `workers` processes on this machine.
    """

    workers: int = 1
    scheduler: str | None = None


@dataclass(frozen=True)
class Pool:
    """Workers that take chunks.

    submit: chunk -> its table, in time. check: refuses where nothing more will come. refusal: the error to end with
    when the future of a chunk raised something that the task did not; nothing where the chunk is to be tried once more.
    """

    submit: Callable[[Any], Future[pd.DataFrame]]
    refusal: Callable[[Any, BaseException], OvertakeError | None]
    check: Callable[[], None] = lambda: None
