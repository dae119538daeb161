"""Independent pieces of a stage side by side on this machine's cores; what they give does not depend on how many."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

Found = TypeVar("Found")

#: Bytes of a job's number in the pipe from which jobs are taken.
WIDTH = 2


def cores() -> int:
    """Return the number of cores that this process may use; OVERTAKE_CORES sets a lower one."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = os.environ.get("OVERTAKE_CORES", "")
    return max(1, min(own, int(asked))) if asked.isdigit() else own


def side_by_side(jobs: Sequence[Callable[[], Found]], workers: int | None = None) -> list[Found]:
    """Return what the jobs return, in their order.

    workers: processes in all, this one among them; as many as there are cores unless told. The others are forks of
    this process, which start at once and see all that is in memory; where the system has no safe fork (macOS, Windows)
    the jobs run one after another. Give the longest jobs first. A job that fails in a fork, or whose fork the system
    ends, is done again here: what it raises is raised here.
    """
    count = min(cores() if workers is None else workers, len(jobs))
    if count < 2 or not sys.platform.startswith("linux"):
        return [job() for job in jobs]
    context = multiprocessing.get_context("fork")
    # The numbers of all jobs lie in a pipe; to take a job is to read one, which the system gives to one reader alone.
    bag, fill = os.pipe()
    os.write(fill, b"".join(at.to_bytes(WIDTH, "big") for at in range(len(jobs))))
    os.close(fill)
    crew = []
    found: dict[int, Any] = {}
    try:
        for _ in range(count - 1):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_help, args=(theirs, jobs, bag), daemon=True)
            process.start()
            theirs.close()
            crew.append((process, ours))
        _take(jobs, bag, found)
        for _, ours in crew:
            with suppress(EOFError, OSError):
                found.update(ours.recv())
    finally:
        os.close(bag)
        for process, ours in crew:
            ours.close()
            process.terminate()
            process.join()
    return [cast("Found", found[at]) if at in found else job() for at, job in enumerate(jobs)]


def _take(jobs: Sequence[Callable[[], Any]], bag: int, found: dict[int, Any]) -> None:
    """Do the next job in the bag until it is empty; put what each gave into `found`, by its place."""
    while number := os.read(bag, WIDTH):
        at = int.from_bytes(number, "big")
        found[at] = jobs[at]()


def _help(pipe: Connection, jobs: Sequence[Callable[[], Any]], bag: int) -> None:
    """Do jobs in a fork and send what they gave; after a failure only what was done before it."""
    found: dict[int, Any] = {}
    with suppress(Exception):
        _take(jobs, bag, found)
    with suppress(OSError):  # the parent has gone: nobody waits for an answer
        pipe.send(found)
