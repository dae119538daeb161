"""Every fault once (OVERTAKE_FAULT_ROUNDS: more often): the last good brief intact, the next run mends, same bytes."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.faults import FAULTS, STAGES, CannotError, Project

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("OVERTAKE_FAULT_ROUNDS", "1"))
#: Killing these takes as long as running them; the long mode does.
LONG = {f"SIGKILL of DVC and stage {name}" for name in STAGES if name != "validate"} | {
    "SIGKILL while a brief is put in place",
    "reports/ read-only",
    "a published file read-only",
    "a kept chunk of the sensitivity truncated",
    "the power cut",
}


@pytest.fixture(scope="module")
def project(built_copy: Callable[[], Path]) -> Project:
    return Project(built_copy())


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("name", [name for name in FAULTS if ROUNDS > 1 or name not in LONG])
def test_nothing_is_lost(project: Project, name: str, round_: int) -> None:
    try:
        FAULTS[name](project, random.Random(f"{name} {round_}"))
    except CannotError as reason:
        pytest.skip(str(reason))
    project.brief_is_intact()
    project.recovers()


def test_the_harness_sees_a_brief_that_is_not_intact(project: Project) -> None:
    path = project.root / "reports/brief/metrics.json"
    content = path.read_bytes()
    path.write_bytes(content + b" ")
    with pytest.raises(AssertionError, match=r"metrics\.json"):
        project.brief_is_intact()
    path.write_bytes(content)
    project.brief_is_intact()
