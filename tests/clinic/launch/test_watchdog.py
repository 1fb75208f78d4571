"""A worker that runs and does not work is started again; one that works, however slowly, is not."""

from __future__ import annotations

import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from clinic.launch import run
from clinic.launch.supervisor import Program, Stop, Supervisor
from clinic.launch.watchdog import EVERY, FIRST_PAUSE, LATE, LONGEST_PAUSE, Told, Watchdog, ask_the_clinic

# Python 3.12 warns of starting programs beside threads; pytest-xdist has one, the launcher has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

DEAF = Told(oldest_due=LATE + 1, last_sign=LATE + 1)


class Watched:
    """A watchdog with a clock of its own; `barked` is when it started things again."""

    def __init__(self, told: Told | None) -> None:
        self.told, self.now, self.barked = told, 1000.0, []
        self.dog = Watchdog(lambda: self.told, lambda: self.barked.append(self.now), clock=lambda: self.now)

    def after(self, seconds: float) -> list[float]:
        """How long after the start it barked, this long after it."""
        while self.now < 1000 + seconds:
            self.dog.look()
            self.now += 0.5
        return [at - 1000 for at in self.barked]


def test_a_deaf_one_is_started_again_once_and_then_given_time():
    watched = Watched(None)
    assert watched.after(600) == []
    watched.told = DEAF
    assert watched.after(600 + EVERY) == [600]
    assert watched.after(600 + FIRST_PAUSE - EVERY) == [600]


@pytest.mark.parametrize(
    "told",
    [
        None,  # the web server does not answer: nobody knows
        Told(oldest_due=LATE, last_sign=None),
        Told(oldest_due=4000, last_sign=0),  # a long list is being worked off
        Told(oldest_due=4000, last_sign=LATE),  # a mail server takes its time
    ],
)
def test_nobody_else_is_disturbed(told):
    assert Watched(told).after(2000) == []


@pytest.mark.parametrize("told", [DEAF, Told(oldest_due=LATE + 1, last_sign=None)])
def test_a_clinic_that_has_just_been_started_is_given_time_to_catch_up(told):
    """After a night’s break everything is late, and nobody has sent anything for hours."""
    watched = Watched(told)
    assert watched.after(FIRST_PAUSE - 1) == []
    assert len(watched.after(FIRST_PAUSE + EVERY)) == 1


def test_what_does_not_help_is_tried_less_and_less_often():
    barked = Watched(DEAF).after(20_000)
    pauses = [round(later - earlier) for earlier, later in pairwise(barked)]
    assert pauses[:4] == [120, 240, 480, 960]
    assert set(pauses[4:]) == {LONGEST_PAUSE}


def test_once_all_is_well_the_patience_is_what_it_was():
    watched = Watched(DEAF)
    watched.after(1000)
    watched.told = Told(oldest_due=0, last_sign=3)
    watched.after(3000)
    so_far, watched.told = len(watched.barked), DEAF
    times = watched.after(3300)[so_far:]
    assert times[1] - times[0] == FIRST_PAUSE


def test_a_web_server_that_is_not_there_tells_nothing():
    assert ask_the_clinic(1) is None


@pytest.fixture
def supervisor(tmp_path: Path):
    made = Supervisor(tmp_path, tmp_path, dict(os.environ))
    yield made
    made.stop()


def test_a_stopped_process_is_ended_and_started_again(supervisor):
    """It hears no request to end: a stopped process keeps that for later."""
    program = Program("worker", [sys.executable, "-c", "import time; time.sleep(600)"], essential=False)
    supervisor.start(program)
    first = program.process.pid
    os.kill(first, signal.SIGSTOP)
    supervisor.look()
    assert program.process.pid == first  # the control: to a look it is alive
    supervisor.start_anew([program], "Deaf")
    deadline = time.monotonic() + 10
    while not (program.process and program.process.poll() is None) and time.monotonic() < deadline:
        supervisor.look()
        time.sleep(0.05)
    assert program.process.pid != first


def test_the_launcher_has_worker_and_beat_watched(supervisor, monkeypatch):
    started = []
    monkeypatch.setattr(supervisor, "start", started.append)
    run.start_reminding(supervisor, 1)
    dog = supervisor.also_look.__self__
    assert isinstance(dog, Watchdog)
    assert dog.restart.args[0] == started
    assert [program.name for program in started] == ["worker", "beat"]


def test_who_watches_looks_at_that_as_well(supervisor):
    def bark() -> None:
        raise Stop

    supervisor.also_look = bark
    with pytest.raises(Stop):
        supervisor.watch()
