"""The clinic under one process: what is left when it ends, however it ends, and that the next start just works."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clinic.launch import children

ROOT = Path(__file__).resolve().parents[3]


class LittleClinic:
    """A launcher in a process of its own, and what it has said so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.words = folder / f"words-{time.monotonic_ns()}"
        with self.words.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.clinic.launch.little_clinic", str(folder)],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if name != "PORT"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.words.read_text()

    def open(self) -> LittleClinic:
        wait_for(lambda: "The clinic is open" in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()
        return self

    def ends(self) -> int:
        return self.process.wait(60)

    def others(self) -> list[int]:
        """Every process of this clinic but the launcher: all work somewhere below its folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink().is_relative_to(self.folder):
                    found.append(int(entry.name))
        return found

    def find(self, command: str) -> int | None:
        """The first process whose command line contains these words."""
        for pid in self.others():
            with contextlib.suppress(OSError):
                if command.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        return None


def wait_for(fact: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert fact()


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], LittleClinic]]:
    started: list[LittleClinic] = []

    def begin() -> LittleClinic:
        started.append(LittleClinic(folder))
        return started[-1]

    yield begin
    for clinic in started:
        if clinic.process.poll() is None:
            clinic.process.terminate()
            clinic.ends()
    children.end_leftovers(str(folder / ".data"))


pytestmark = pytest.mark.skipif(
    not children.LINUX, reason="looks into /proc, and kill -9 is covered on Linux only"
)


def test_ctrl_c_ends_everything_quietly(start):
    clinic = start().open()
    assert len(clinic.others()) >= 10  # PostgreSQL has a handful of its own
    clinic.process.send_signal(signal.SIGINT)
    assert clinic.ends() == 0
    assert clinic.others() == []
    assert "Traceback" not in clinic.said()
    assert "Stopped. Everything is kept" in clinic.said()


def test_kill_9_leaves_no_orphan_and_the_next_start_just_works(start):
    clinic = start().open()
    clinic.process.kill()
    clinic.ends()
    again = start().open()  # at once, while the old servers are still ending
    assert "already running" not in again.said()
    again.process.send_signal(signal.SIGTERM)
    assert again.ends() == 0
    assert again.others() == []


def test_kill_9_of_every_process_at_once_needs_no_repair(start):
    clinic = start().open()
    for pid in [clinic.process.pid, *clinic.others()]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    clinic.ends()
    start().open()


def test_a_second_start_says_where_the_first_is_and_a_closed_terminal_ends_that(start):
    first = start().open()
    second = start()
    assert second.ends() == 1
    assert "already running: http://127.0.0.1:" in second.said()
    assert first.process.poll() is None
    first.process.send_signal(signal.SIGHUP)
    assert first.ends() == 0
    assert first.others() == []


def test_a_worker_that_dies_is_started_again(start):
    clinic = start().open()
    os.kill(clinic.find("Popen"), signal.SIGKILL)
    wait_for(lambda: "worker ended (code -9)" in clinic.said())
    wait_for(lambda: clinic.find("Popen") is not None)
    assert clinic.process.poll() is None


@pytest.mark.parametrize(("part", "name"), [("http.server", "web"), ("bin/postgres", "PostgreSQL")])
def test_without_web_or_database_the_clinic_stops_and_says_so(start, part, name):
    clinic = start().open()
    os.kill(clinic.find(part), signal.SIGKILL)
    assert clinic.ends() == 1
    assert f"{name} has ended, so the clinic stops" in clinic.said()
    assert clinic.others() == []
