"""What workers do, and where: a task of chunks on processes here or on a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Task:
    """What workers do: `prepare` makes a bench of the shared inputs, `run` evaluates one chunk on it."""

    prepare: Callable[[Any], Any]
    run: Callable[[Any, Any], pd.DataFrame]


@dataclass(frozen=True)
class How:
    """Where chunks are evaluated: on `workers` processes of this machine, or where `scheduler` (an address) says.

    scheduler `local` starts a Dask cluster of `workers` processes on this machine.
    """

    workers: int = 1
    scheduler: str | None = None
