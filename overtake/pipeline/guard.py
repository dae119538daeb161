"""What keeps a stage honest while it runs: alone in its root, gone with its parent, its inputs as they were."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from overtake.config.load import load
from overtake.errors import OvertakeError
from overtake.pipeline.run import subset
from overtake.pipeline.stages import SETTINGS, Stage, settings

#: Seconds between two lines of progress on a terminal.
EVERY = 10.0


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the root's one lock, for a stage or for `doctor --mend`; refuse where another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows: DVC's own lock is all there is
        yield
        return
    path = root / ".dvc" / "tmp" / "overtake.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held.seek(0)
            raise OvertakeError(
                str(root), "another stage is at work here", found=held.read().strip() or None,
                next_step="wait until it ends, or end it, then rerun",
            ) from error  # fmt: skip
        held.truncate(0)
        held.write(f"process {os.getpid()}")
        held.flush()
        yield


def inputs(stage: Stage, root: Path) -> dict[str, Any]:
    """Return what a stage reads: size and time of change (ns) of every file, and the parameters that it may see.

    Folders count with all they hold; byte code is no input. A section of the parameters that is no longer as
    `validate` found it is refused.
    """
    found: dict[str, Any] = {}
    for path in (root / dep for dep in stage.deps):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if "__pycache__" not in file.parts and file.is_file():
                at = file.stat()
                found[file.relative_to(root).as_posix()] = (at.st_size, at.st_mtime_ns)
    params = load(root / "params.yaml")
    given = {key: subset(params, (key,)) for key in stage.params}
    for section in (key for key in given if settings(key) in stage.deps or SETTINGS in stage.deps):
        file = root / settings(section)
        if not file.is_file() or json.loads(file.read_text(encoding="utf-8")) != given[section][section]:
            raise OvertakeError(
                f"params.yaml: {section}", "is not as `validate` found it last", next_step=f"dvc repro {stage.name}"
            )
    return found | {f"params.yaml: {key}": value for key, value in given.items()}


def unchanged(before: dict[str, Any], after: dict[str, Any], stage: str) -> None:
    """Refuse what a stage made where something it reads changed meanwhile: DVC would record the new one as used."""
    moved = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    if moved:
        shown = ", ".join(moved[:4])
        raise OvertakeError(f"stage {stage}", "what it reads changed while it ran", found=shown, next_step="dvc repro")


@contextmanager
def told(stage: str) -> Iterator[None]:
    """Say when the stage starts and how long it took; on a terminal also every ten seconds that it is at work."""
    began, done = time.monotonic(), threading.Event()

    def tell() -> None:
        while not done.wait(EVERY):
            print(f"{stage}: at work for {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    print(f"{stage}: started", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        threading.Thread(target=tell, daemon=True).start()
    try:
        yield
        print(f"{stage}: done in {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    finally:
        done.set()
