"""Chunks on processes of this machine: spawned, nothing shared; a process that dies costs only the chunk it held."""

from __future__ import annotations

import multiprocessing
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError
from overtake.sensitivity.task import Task

#: A chunk that ends so many processes is refused: it will end the next one too.
MOST_LOSSES = 3


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    held: tuple[int, Any] | None = None


def results(
    task: Task, shared: Any, work: Sequence[tuple[int, Any]], workers: int
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield chunk number and table as they finish, from `workers` processes."""
    waiting, losses = deque(work), dict.fromkeys([index for index, _ in work], 0)
    crew = [_start(task, shared) for _ in range(workers)]
    try:
        for worker in crew:
            _give(worker, waiting)
        while any(worker.held is not None for worker in crew):
            busy = {worker.pipe: worker for worker in crew if worker.held is not None}
            for pipe in wait(list(busy)):
                worker = busy[pipe]  # type: ignore[index]
                index, chunk = worker.held  # type: ignore[misc]
                try:
                    table, problem = worker.pipe.recv()
                except (EOFError, OSError):
                    losses[index] += 1
                    if losses[index] >= MOST_LOSSES:
                        raise _lost(index, chunk) from None
                    waiting.appendleft((index, chunk))
                    _end(worker)
                    crew[crew.index(worker)] = worker = _start(task, shared)
                    _give(worker, waiting)
                    continue
                if problem is not None:
                    raise problem
                worker.held = None
                _give(worker, waiting)
                yield index, table
    finally:
        for worker in crew:
            _end(worker)


def _start(task: Task, shared: Any) -> _Worker:
    """Start a worker and send it all that chunks share."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, task, shared), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _give(worker: _Worker, waiting: deque[tuple[int, Any]]) -> None:
    """Hand the next chunk to a worker, or nothing where none is left."""
    worker.held = waiting.popleft() if waiting else None
    if worker.held is not None:
        with suppress(OSError):  # it died between two chunks: the next wait sees the end of its pipe
            worker.pipe.send(worker.held[1])


def _end(worker: _Worker) -> None:
    """End a worker of ours and wait for it."""
    worker.pipe.close()
    worker.process.terminate()
    worker.process.join()


def _serve(pipe: Connection, task: Task, shared: Any) -> None:
    """Evaluate chunks until the pipe closes; an exception goes back in place of a table."""
    bench = None
    answer: tuple[pd.DataFrame | None, OvertakeError | None]
    while True:
        try:
            chunk = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            if bench is None:
                bench = task.prepare(shared)
            answer = (task.run(bench, chunk), None)
        except OvertakeError as error:
            answer = (None, error)
        except Exception as error:
            answer = (None, failed(chunk, error))
        try:
            pipe.send(answer)
        except OSError:
            return


def failed(chunk: Any, error: BaseException) -> OvertakeError:
    """Return the error for a chunk whose evaluation raised something unexpected."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return OvertakeError(
        f"chunk {chunk}", f"{type(error).__name__}: {error}", found=f"raised at {frame.filename}, line {frame.lineno}"
    )


def _lost(index: int, chunk: Any) -> OvertakeError:
    return OvertakeError(
        f"chunk {index} ({chunk})",
        f"ended {MOST_LOSSES} worker processes, one after the other",
        next_step="look for a shortage of memory (fewer --workers or --draws), then rerun: finished chunks are kept",
    )
