"""Independent pieces of a stage side by side on this machine's cores; what they give does not depend on how many."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from overtake.errors import OvertakeError

Found = TypeVar("Found")

#: Draws that are at work side by side: with more in each of two processes a stage takes more memory than it need.
DRAWS_AT_WORK = 100_000

#: The jobs that a fork of this process was made for.
_jobs: Sequence[Callable[[], Any]] = ()


def cores() -> int:
    """Return the number of cores that this process may use; OVERTAKE_CORES sets a lower one, nonsense is refused."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = os.environ.get("OVERTAKE_CORES", "")
    if asked and not (asked.isdecimal() and int(asked)):
        raise OvertakeError("OVERTAKE_CORES", "is no number of cores", found=asked, allowed="1 or more, or unset")
    return min(own, int(asked)) if asked else own


def at_once(draws: int) -> int:
    """Return how many jobs that each hold futures of so many draws run side by side: a process a core, or fewer."""
    return max(1, min(cores(), DRAWS_AT_WORK // draws))


def side_by_side(jobs: Sequence[Callable[[], Found]], workers: int | None = None) -> list[Found]:
    """Return what the jobs return, in their order; what a job raises is raised here.

    workers: processes; as many as there are cores unless told. They are forks of this process, which start at once and
    see all that is in memory; where the system has no safe fork (macOS, Windows), or ends one, the jobs run here one
    after another. Give the longest jobs first.
    """
    count = min(_forks(workers), len(jobs))
    if count < 2:
        return [job() for job in jobs]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(count, get_context("fork"), initializer=_hold, initargs=(jobs,))
    try:
        return list(pool.map(_do, range(len(jobs))))
    except BrokenProcessPool:
        return [job() for job in jobs]
    finally:
        pool.shutdown(cancel_futures=True)


def aside(job: Callable[[], Found], workers: int | None = None) -> Callable[[], Found]:
    """Begin a job in a fork of this process; what is returned waits for its answer, or raises what it raised.

    For a piece that is needed later, while this process goes on. With fewer than two workers (as many as there are
    cores unless told), or where the system has no safe fork, it is done here at once, before what comes next takes
    memory; where the system ended the fork, when it is asked for. The job itself works on one core.
    """
    if _forks(workers) < 2:
        done = _tried(job)
        return lambda: _given(*done)
    from multiprocessing import get_context

    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(job, there), daemon=True)  # nobody waits for it at the end
    process.start()
    there.close()

    @cache
    def outcome() -> tuple[Any, Exception | None]:
        try:
            answer: tuple[Any, Exception | None] = here.recv()
            return answer
        except (EOFError, OSError):
            return job(), None
        finally:
            here.close()
            with suppress(AssertionError):  # asked for in another fork, which is no parent of it
                process.join()

    return lambda: _given(*outcome())


def _tried(job: Callable[[], Found]) -> tuple[Found | None, Exception | None]:
    """Return a job's answer, or what it raised."""
    try:
        return job(), None
    except Exception as error:
        return None, error


def _given(answer: Any, error: Exception | None) -> Any:
    """Return an answer, or raise what was raised in its place."""
    if error is not None:
        raise error
    return answer


def _forks(workers: int | None) -> int:
    """Return how many may work: as many as there are cores unless told, one where the system has no safe fork."""
    if not sys.platform.startswith("linux"):
        return 1
    return cores() if workers is None else workers


def _answer(job: Callable[[], Any], there: Any) -> None:
    """Send a job's answer, or what it raised."""
    end_with_parent()
    os.environ["OVERTAKE_CORES"] = "1"
    answer, error = _tried(job)
    try:
        there.send((answer, error))
    except Exception as unsent:
        there.send((None, unsent))


def _hold(jobs: Sequence[Callable[[], Any]]) -> None:
    """Keep the jobs, which a fork inherits as they are: they need not be sent."""
    global _jobs
    _jobs = jobs
    end_with_parent()


def _do(at: int) -> Any:
    return _jobs[at]()


def end_with_parent() -> None:
    """Let the system end this process when its parent ends: no stage outlives `dvc repro`, no worker its stage."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes
    import signal

    before = os.getppid()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != before:  # it ended in between
        os._exit(1)
