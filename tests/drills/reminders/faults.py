"""What goes wrong while reminders go out, one thing at a time, and that nobody has to start anything by hand.

One worker and one beat live through all of it. Each fault says how long it took, or what did not happen.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections.abc import Callable

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from clinic.launch.watchdog import Watchdog
from clinic.reminders import actions
from tests.drills.reminders import people
from tests.drills.reminders.clinic import Broken, DrilledClinic
from tests.drills.reminders.recorder import read
from tests.drills.reminders.watching import Letters, told

SOON = 60.0  # seconds in which sending must have resumed (R5)
FEW, MANY = 5, 120


class DidNotHappen(Exception):
    """What was waited for, in vain."""


class Faults:
    """A clinic at work, and what is done to it."""

    def __init__(self, clinic: DrilledClinic, away: float) -> None:
        self.clinic, self.away = clinic, away
        clinic.begin_empty()
        call_command("loaddata", "appointment_types", verbosity=0)
        clinic.start_recorder()
        self.arrived = Letters(clinic.arrivals).look
        clinic.start_workers()
        clinic.start_beats()
        self.calls = 0
        self.booked(FEW)
        self.all_arrive(within=90)

    def alive(self) -> dict[str, int]:
        programs = self.clinic.supervisor.programs
        return {
            each.name: each.process.pid for each in programs if each.process and each.process.poll() is None
        }

    def booked(self, how_many: int) -> None:
        """Visits in some days from now, whose confirmations are due at once."""
        self.calls += 1
        now = timezone.now()
        first = now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=10 * self.calls)
        people.book_in_bulk(how_many, f"fault{self.calls}-", first=first, booked_at=now)
        self.wanted = getattr(self, "wanted", 0) + how_many

    def all_arrive(self, *, within: float = SOON, watchdog: Watchdog | None = None) -> float:
        """Seconds it took. What ended is started again as the launcher does it; nobody does anything by hand."""
        began = time.monotonic()
        while self.arrived() < self.wanted:
            if time.monotonic() - began > within:
                raise DidNotHappen(
                    f"{self.wanted - self.arrived()} letters had not arrived after {within:.0f} s"
                )
            self.clinic.look()
            if watchdog:
                watchdog.look()
            time.sleep(0.1)
        return time.monotonic() - began

    def nothing_arrives(self, seconds: float) -> None:
        time.sleep(seconds)
        if self.arrived() == self.wanted:
            raise DidNotHappen("letters arrived although nobody was there to send them")

    # --- The faults -------------------------------------------------------------------------------------------

    def valkey_is_killed_and_comes_back(self) -> float:
        process = self.clinic.valkey.process
        if process is None:
            raise Broken("There is no Valkey to kill.")
        process.kill()
        process.wait()
        self.booked(FEW)
        self.nothing_arrives(self.away)
        self.clinic.valkey.start()
        self.booked(FEW)
        return self.all_arrive()

    def valkey_is_flushed_while_much_waits_in_it(self) -> float:
        before = self.arrived()
        self.booked(MANY)
        deadline = time.monotonic() + SOON
        while self.arrived() < before + 5:
            if time.monotonic() > deadline:
                raise DidNotHappen("not one letter arrived before the flush")
            time.sleep(0.02)
        self.clinic.queue().flushall()
        return self.all_arrive(within=2 * SOON)

    def postgresql_is_restarted(self) -> float:
        connections.close_all()
        self.clinic.postgres.stop()
        time.sleep(2)
        self.clinic.postgres.start()
        self.booked(FEW)
        return self.all_arrive()

    def a_worker_is_deaf_and_the_watchdog_starts_it_again(self) -> float:
        """Stopped, it is alive to everybody who looks at processes. Without the watchdog nothing arrives."""
        before = self.alive()
        for worker in self.clinic.workers:
            if worker.process:
                os.killpg(worker.process.pid, signal.SIGSTOP)
        self.booked(FEW)
        actions.collect(now=timezone.now())  # as the worker did a moment before it went deaf
        self.nothing_arrives(6)
        self.clinic.look()
        if self.alive() != before:
            raise DidNotHappen("the worker did not look alive, so nothing was shown")
        watchdog = Watchdog(told, self.clinic.start_anew, late=3, pause=0)
        watchdog.pause = SOON  # for the one it has started
        return self.all_arrive(watchdog=watchdog)


ALL: list[Callable[[Faults], float]] = [
    Faults.valkey_is_killed_and_comes_back,
    Faults.valkey_is_flushed_while_much_waits_in_it,
    Faults.postgresql_is_restarted,
    Faults.a_worker_is_deaf_and_the_watchdog_starts_it_again,
]


def hold(clinic: DrilledClinic, *, away: float) -> int:
    """All of them; 0 when each was survived and nobody got anything twice. Valkey is gone for `away` seconds."""
    faults = Faults(clinic, away)
    failed = 0
    for fault in ALL:
        name = fault.__name__.replace("_", " ")
        before = faults.alive()
        try:
            took = fault(faults)
            anew = sorted(part for part, pid in before.items() if faults.alive().get(part) != pid)
            print(f"survived  {name}: {took:.1f} s; started again: {', '.join(anew) or 'nobody'}", flush=True)
        except DidNotHappen as why:
            failed += 1
            print(f"FAILED    {name}: {why}", flush=True)
            faults.wanted = faults.arrived()
    clinic.stop_programs()
    clinic.stop_recorder()
    arrivals, whole = read(clinic.arrivals)
    twice = len(arrivals) - len({(one.address, one.subject) for one in arrivals})
    if twice or not whole:
        failed += 1
        print(f"FAILED    {twice} letters twice; the recording is {'whole' if whole else 'cut off'}")
    return int(bool(failed))
