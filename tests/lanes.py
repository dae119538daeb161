"""What takes long to make and nobody changes is made once, also between lanes of tests that run side by side."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path


@cache
def _own() -> Path:
    """Return a folder of this process, where no lane shares one."""
    place = Path(tempfile.mkdtemp(prefix="overtake-built-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


def made_once(name: str, make: Callable[[Path], str]) -> tuple[Path, str]:
    """Return the folder that `make` has filled, which nobody may change, and what it said.

    Lanes that run side by side (see the Makefile) share one: the first makes it, the others wait for it.
    """
    place = Path(os.environ.get("OVERTAKE_BUILT") or _own())
    root, said = place / name, place / f"{name}.said"
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            said.write_text(make(root), encoding="utf-8")
    return root, said.read_text(encoding="utf-8")
