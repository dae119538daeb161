"""Jobs side by side: the same answers in the same order for any number of workers, failures and losses included."""

import os
import signal
from functools import partial

import pytest

from overtake.errors import OvertakeError
from overtake.work import cores, side_by_side


@pytest.mark.parametrize("workers", [1, 2, 3, 9])
def test_answers_come_in_the_order_of_the_jobs(workers):
    assert side_by_side([partial(pow, at, 2) for at in range(7)], workers) == [0, 1, 4, 9, 16, 25, 36]
    assert side_by_side([], workers) == []


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_failing_job_raises_its_own_error_here(workers):
    def fail():
        raise OvertakeError("somewhere", "is wrong", found=3)

    with pytest.raises(OvertakeError, match="somewhere: is wrong"):
        side_by_side([fail, *[partial(pow, at, 2) for at in range(5)]], workers)


def test_what_a_killed_helper_held_is_done_again():
    parent = os.getpid()

    def die(at):
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return at

    assert side_by_side([partial(die, at) for at in range(6)], 3) == list(range(6))


def test_fewer_cores_can_be_asked_for(monkeypatch):
    monkeypatch.setenv("OVERTAKE_CORES", "1")
    assert cores() == 1
    monkeypatch.setenv("OVERTAKE_CORES", "100000")
    assert cores() == len(os.sched_getaffinity(0))


@pytest.mark.parametrize("asked", ["many", "0", "-1", "1.5", " ", "²"])
def test_a_number_of_cores_that_is_none_is_refused(monkeypatch, asked):
    monkeypatch.setenv("OVERTAKE_CORES", asked)
    with pytest.raises(OvertakeError, match="OVERTAKE_CORES: is no number of cores"):
        cores()
