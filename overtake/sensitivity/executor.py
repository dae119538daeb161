"""One executor for all that is many: chunks go to processes here or to a Dask cluster, results to the store.

A task is two importable functions: `prepare(shared) -> bench`, once a worker, and `run(bench, chunk) -> table`. What a
chunk gives depends on nothing but `shared` and the chunk, so the table is the same for any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError
from overtake.sensitivity.store import Store
from overtake.sensitivity.task import Bench, How, Task

#: Chunks that are out at once, and seconds without a result before a look at the workers' health.
AHEAD, HEALTH_SECONDS = 1000, 2.0

Report = Callable[[int, int], None]


def execute(task: Task, shared: Any, chunks: Sequence[Any], store: Store, how: How, report: Report) -> pd.DataFrame:
    """Return the tables of all chunks, one under the other; only those that `store` lacks are evaluated.

    report: called with the number of finished chunks and of all, at the start and after each.
    """
    with store.held():
        known = store.finished()
        done = len(known)
        report(done, len(chunks))
        missing = [(index, chunk) for index, chunk in enumerate(chunks) if index not in known]
        for index, table in _results(task, shared, missing, how):
            store.write(index, table)
            done += 1
            report(done, len(chunks))
        return store.whole(known)


def _results(task: Task, shared: Any, work: Sequence[tuple[int, Any]], how: How) -> Iterator[tuple[int, bytes]]:
    """Yield chunk number and table, as a parquet file, as they finish, in any order."""
    if not work:
        return
    if how.workers < 1:
        raise OvertakeError("--workers", "no worker, no work", found=how.workers, allowed="1 or more")
    if how.scheduler is None and how.workers == 1:
        bench = Bench(task, shared)
        for index, chunk in work:
            yield index, bench.evaluate(chunk)
        return
    if how.scheduler is None:
        from overtake.sensitivity import processes

        workers = processes.pool(task, shared, min(how.workers, len(work)))
    else:
        from overtake.sensitivity import cluster

        workers = cluster.pool(task, shared, how)
    with workers as pool:
        left = iter(work)
        out: dict[Future[bytes], tuple[int, Any]] = {}
        while True:
            out |= {pool.submit(chunk): (index, chunk) for index, chunk in islice(left, AHEAD - len(out))}
            if not out:
                return
            done = wait(out, HEALTH_SECONDS, FIRST_COMPLETED).done
            if not done:
                pool.check()
            for future in done:
                index, chunk = out.pop(future)
                try:
                    table = future.result()
                except OvertakeError:
                    raise
                except Exception as error:
                    problem = pool.refusal(chunk, error)
                    if problem is not None:
                        raise problem from error
                    out[pool.submit(chunk)] = (index, chunk)
                    continue
                yield index, table
