"""Chunks on processes of this machine: spawned, nothing shared; a process that dies costs only the chunk it held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from pebble import ProcessExpired, ProcessPool

from overtake.errors import OvertakeError
from overtake.sensitivity.task import Bench, Pool, Task, unexpected
from overtake.work import end_with_parent

#: A chunk that ends so many processes is refused: it will end the next one too.
MOST_LOSSES = 3
#: What this process evaluates chunks with, as a worker.
_own: dict[str, Bench] = {}


@contextmanager
def pool(task: Task, shared: Any, workers: int) -> Iterator[Pool]:
    """Yield `workers` processes, which end with the body or with this process."""
    losses: Counter[str] = Counter()

    def refusal(chunk: Any, error: BaseException) -> OvertakeError | None:
        if not isinstance(error, ProcessExpired):
            return unexpected(chunk, error)
        losses[repr(chunk)] += 1
        if losses[repr(chunk)] < MOST_LOSSES:
            return None
        step = "look for a shortage of memory (fewer --workers or --draws), then rerun: finished chunks are kept"
        return OvertakeError(
            f"chunk {chunk}", f"ended {MOST_LOSSES} worker processes, one after the other", next_step=step
        )

    made = ProcessPool(workers, initializer=_ready, initargs=(task, shared), context=get_context("spawn"))
    try:
        yield Pool(lambda chunk: made.schedule(_evaluate, args=(chunk,)), refusal)
    finally:
        made.stop()  # type: ignore[no-untyped-call]
        made.join()


def _ready(task: Task, shared: Any) -> None:
    """Keep a bench in this process, a worker."""
    end_with_parent()
    _own["bench"] = Bench(task, shared)


def _evaluate(chunk: Any) -> bytes:
    """Evaluate a chunk in the worker that this is called in."""
    return _own["bench"].evaluate(chunk)
