"""Jobs side by side: the same answers in the same order for any number of workers, failures and losses included."""

import os
import signal
import subprocess
import sys
from functools import partial

import pytest

from overtake.errors import OvertakeError
from overtake.work import aside, cores, side_by_side


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


@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_aside_answers_when_it_is_asked_and_again(workers):
    parent, much = os.getpid(), 10**6  # more than a pipe holds

    def job():
        return os.getpid(), cores(), "x" * much

    found = aside(job, workers)
    pid, at_work, text = found()
    assert (pid == parent) == (workers == 1)
    assert at_work == (cores() if workers == 1 else 1)
    assert len(text) == much
    assert found() == (pid, at_work, text)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_aside_that_fails_raises_its_own_error_when_it_is_asked(workers):
    def fail():
        raise OvertakeError("somewhere", "is wrong", found=3)

    found = aside(fail, workers)
    for _ in range(2):  # a cell is run again
        with pytest.raises(OvertakeError, match="somewhere: is wrong"):
            found()


def test_a_job_aside_whose_fork_is_killed_is_done_here():
    parent = os.getpid()

    def die():
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return 7

    assert aside(die, 2)() == 7


def test_a_job_aside_that_nobody_asks_for_holds_up_no_exit():
    code = "import signal; from overtake.work import aside; aside(signal.pause, 2); aside(lambda: 'x' * 10**6, 2)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


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
