"""One built project for all tests that need one: a clone with small parameters, `dvc repro` run once a session."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

#: No time limit, since a busy machine is no failure; the same examples every time; no search for a smaller one where
#: only whether a test fails is asked for (tests/mutation).
PHASES = set(Phase) - ({Phase.shrink, Phase.explain} if os.environ.get("OVERTAKE_NO_SHRINKING") else set())
settings.register_profile("steady", deadline=None, derandomize=True, phases=sorted(PHASES, key=list(Phase).index))
settings.load_profile("steady")
# As in every command (overtake/cli/main.py).
gc.set_threshold(20_000, 20, 50)
atexit.register(gc.freeze)


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """Put the process's environment back after every test: a stage that runs in it sets its own."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def built_once() -> tuple[Path, str]:
    """Return the root of a built clone, which nobody may change, and what `dvc repro` printed."""
    from tests.lanes import made_once
    from tests.pipeline.test_repro import clone, repro

    return made_once("project", lambda root: repro(clone(root)))


@pytest.fixture(scope="session")
def built_copy(built_once: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return a function that copies the built clone, its cache and history included, to a folder of one's own."""

    def copy() -> Path:
        target = tmp_path_factory.mktemp("copy") / "project"
        shutil.copytree(built_once[0], target, symlinks=True)
        return target

    return copy
