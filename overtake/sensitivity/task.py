"""What workers do, and where: a task of chunks on processes here or on a cluster."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from overtake.draws import as_parquet
from overtake.errors import OvertakeError


@dataclass(frozen=True)
class Task:
    """What workers do: `prepare` makes a bench of the shared inputs, `run` evaluates one chunk on it."""

    prepare: Callable[[Any], Any]
    run: Callable[[Any, Any], pd.DataFrame]


class Bench:
    """A worker's bench: a task with its shared inputs, made ready at the first chunk."""

    def __init__(self, task: Task, shared: Any) -> None:
        self.task, self.shared = task, shared

    @cached_property
    def ready(self) -> Any:
        """Return what `prepare` made of the shared inputs."""
        return self.task.prepare(self.shared)

    def evaluate(self, chunk: Any) -> bytes:
        """Return the table of a chunk as a parquet file; what goes wrong unexpectedly names the chunk and the line."""
        try:
            return as_parquet(self.task.run(self.ready, chunk))
        except OvertakeError:
            raise
        except Exception as error:
            raise unexpected(chunk, error) from error


def unexpected(chunk: Any, error: BaseException) -> OvertakeError:
    """Return the error for a chunk whose evaluation raised something that nobody foresaw."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    found = f"raised at {frame.filename}, line {frame.lineno}"
    return OvertakeError(f"chunk {chunk}", f"{type(error).__name__}: {error}", found=found)


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

    submit: chunk -> its table as a parquet file, in time. check: refuses where nothing more will come. refusal: the
    error to end with when the future of a chunk raised something that the task did not; nothing where the chunk is to
    be tried once more.
    """

    submit: Callable[[Any], Future[bytes]]
    refusal: Callable[[Any, BaseException], OvertakeError | None]
    check: Callable[[], None] = lambda: None
