"""One executor for all that is many: chunks go to processes here or to a Dask cluster, results to the store.

A task is two importable functions: `prepare(shared) -> bench`, once a worker, and `run(bench, chunk) -> table`. What a
chunk gives depends on nothing but `shared` and the chunk, so the table is the same for any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError
from overtake.sensitivity.store import Store
from overtake.sensitivity.task import How, Task

Report = Callable[[int, int], None]


def execute(task: Task, shared: Any, chunks: Sequence[Any], store: Store, how: How, report: Report) -> pd.DataFrame:
    """Return the tables of all chunks, one under the other; only those that `store` lacks are evaluated.

    report: called with the number of finished chunks and of all, at the start and after each.
    """
    with store.held():
        missing = store.missing()
        done = len(chunks) - len(missing)
        report(done, len(chunks))
        for index, table in _results(task, shared, [(index, chunks[index]) for index in missing], how):
            store.write(index, table)
            done += 1
            report(done, len(chunks))
        return store.whole()


def _results(task: Task, shared: Any, work: Sequence[tuple[int, Any]], how: How) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield chunk number and table as they finish, in any order."""
    if not work:
        return
    if how.workers < 1:
        raise OvertakeError("--workers", "no worker, no work", found=how.workers, allowed="1 or more")
    if how.scheduler is not None:
        from overtake.sensitivity import cluster

        yield from cluster.results(task, shared, work, how)
    elif how.workers == 1:
        bench = task.prepare(shared)
        for index, chunk in work:
            yield index, _run(task, bench, chunk)
    else:
        from overtake.sensitivity import processes

        yield from processes.results(task, shared, work, min(how.workers, len(work)))


def _run(task: Task, bench: Any, chunk: Any) -> pd.DataFrame:
    """Return the table of a chunk evaluated here; what goes wrong unexpectedly names the chunk."""
    from overtake.sensitivity.processes import failed

    try:
        return task.run(bench, chunk)
    except OvertakeError:
        raise
    except Exception as error:
        raise failed(chunk, error) from error
