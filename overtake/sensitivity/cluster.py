"""Chunks on a Dask cluster: the inputs go to every worker once, chunks out, tables back to the client's disk."""

# Dask's functions carry no types: calling them is no error of ours.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import dask
from distributed import Client, KilledWorker, LocalCluster, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from overtake import KERNEL, TOO_LATE
from overtake.errors import OvertakeError
from overtake.kept import code
from overtake.sensitivity.task import Bench, How, Pool, Task, unexpected

#: Seconds to find the scheduler, and seconds without any worker before the run gives up.
CONNECT_SECONDS, IDLE_SECONDS = 15.0, 120.0
#: How a worker is started that gives the same bytes as any other: Dask loads NumPy before this package can say so.
WORKER = f"OPENBLAS_CORETYPE={KERNEL} dask worker" if KERNEL else "dask worker"
#: The scheduler address that asks for a cluster on this machine.
LOCAL = "local"
#: What may be an address; Dask waits long for a name that is none.
ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx|inproc)://[^\s/]+(/[^\s]*)?")


class BenchPlugin(WorkerPlugin):
    """What every worker of the cluster holds, those that join later too: the inputs, and one bench made of them."""

    def __init__(self, task: Task, shared: Any) -> None:
        self.bench, self.code = Bench(task, shared), code()

    def setup(self, worker: Any) -> None:
        """Make the worker ready; the bench itself waits for the first chunk."""
        self.lock = threading.Lock()

    def evaluate(self, chunk: Any) -> bytes:
        """Return what `Bench` does; refuse on a worker whose code or kernels could give other numbers."""
        if TOO_LATE:
            raise OvertakeError("cluster", "a worker's NumPy took kernels of its own: other last digits",
                                next_step=f"start workers with `{WORKER} ADDRESS`, then rerun")  # fmt: skip
        if code() != self.code:
            raise OvertakeError("cluster", "a worker runs another release of Overtake", found=code(), allowed=self.code,
                                next_step="install the same release on every worker, then rerun")  # fmt: skip
        with self.lock:
            return self.bench.evaluate(chunk)


@contextmanager
def pool(task: Task, shared: Any, how: How) -> Iterator[Pool]:
    """Yield the workers of the cluster at `how.scheduler`.

    The chunks of a lost worker are evaluated elsewhere by Dask itself; a lost scheduler ends the run with an error,
    and what had come back is kept.
    """
    with _client(how) as client:
        address = str(how.scheduler)
        _await_worker(client, address)
        name = f"overtake-{client.id}"
        client.register_plugin(BenchPlugin(task, shared), name=name)
        workers, absent_since = client.get_executor(pure=False), None

        def check() -> None:
            nonlocal absent_since
            if client.status not in ("running", "connecting"):
                raise _gone(address)
            absent_since = None if _workers(client) else absent_since or time.monotonic()
            if absent_since and time.monotonic() - absent_since > IDLE_SECONDS:
                raise _idle(address)

        def refusal(chunk: Any, error: BaseException) -> OvertakeError:
            if isinstance(error, KilledWorker):
                return _killed(chunk)
            lost = isinstance(error, CancelledError | OSError | TimeoutError)
            return _gone(address) if lost else unexpected(chunk, error)

        try:
            yield Pool(lambda chunk: workers.submit(_evaluate, name, chunk), refusal, check)
        finally:
            with suppress(Exception):  # the cluster may be gone already
                workers.shutdown(wait=False)
                client.unregister_worker_plugin(name)


def _evaluate(name: str, chunk: Any) -> bytes:
    """Evaluate a chunk on the worker that this is called on."""
    plugin: BenchPlugin = get_worker().plugins[name]  # type: ignore[assignment]
    return plugin.evaluate(chunk)


@contextmanager
def _client(how: How) -> Iterator[Client]:
    """Yield a client of the cluster at an address, or of one made here; refuse an address where nobody answers."""
    with ExitStack() as stack:
        address: Any = how.scheduler
        if address != LOCAL and not ADDRESS.fullmatch(str(address)):
            raise _silent(how, "no address")
        if how.scheduler == LOCAL:
            address = stack.enter_context(_own(how.workers))
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise _silent(how, " ".join(str(error).split())[:160]) from error
        stack.callback(_close, client)
        yield client


@contextmanager
def _own(workers: int) -> Iterator[LocalCluster]:
    """Yield a cluster on this machine that nobody else may use: keys made for this run, no dashboard, no pages.

    Dask opens an HTTP port for each process whatever it is asked; without routes it answers nothing.
    """
    bare: dict[str, list[str]] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    with dask.config.set(bare), LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, silence_logs=40, security=True,
        dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
    ) as cluster:  # fmt: skip
        yield cluster


def _close(client: Client) -> None:
    with suppress(Exception):  # nothing is owed to a cluster that is gone
        client.close(timeout=5)


def _await_worker(client: Client, address: str) -> None:
    """Return once the cluster has a worker; refuse after CONNECT_SECONDS without one."""
    until = time.monotonic() + CONNECT_SECONDS
    while not _workers(client):
        if time.monotonic() > until:
            raise _idle(address)
        time.sleep(0.2)


def _workers(client: Client) -> int:
    """Return the number of workers, as the scheduler last said."""
    try:
        return len(client.scheduler_info(n_workers=-1)["workers"])
    except (OSError, ValueError, KeyError, TimeoutError):
        return 0


def _silent(how: How, found: str) -> OvertakeError:
    return OvertakeError(
        f"--scheduler {how.scheduler}",
        "no Dask scheduler answers there",
        found=found,
        allowed="an address such as tcp://10.0.0.5:8786, or `local`",
        next_step="start one with `dask scheduler`, or leave --scheduler out to use this machine",
    )


def _gone(address: str) -> OvertakeError:
    return OvertakeError(
        f"--scheduler {address}",
        "the scheduler is gone",
        next_step="start it again, or leave --scheduler out, and rerun: finished chunks are kept",
    )


def _killed(chunk: Any) -> OvertakeError:
    return OvertakeError(
        f"chunk {chunk}",
        "ended one worker of the cluster after the other",
        next_step="look for a shortage of memory on the workers, then rerun: finished chunks are kept",
    )


def _idle(address: str) -> OvertakeError:
    return OvertakeError(
        f"--scheduler {address}",
        "the cluster has no worker",
        next_step=f"start some with `{WORKER} {address}`, then rerun: finished chunks are kept",
    )
