"""One run from an empty clinic to a report, with kills or without."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections
from django.utils import timezone

from clinic.launch.watchdog import Watchdog
from clinic.reminders import actions
from tests.drills.reminders import evidence, people, queue_alone
from tests.drills.reminders.clinic import Broken, DrilledClinic
from tests.drills.reminders.kills import Killer, plan
from tests.drills.reminders.recorder import read
from tests.drills.reminders.report import Evidence
from tests.drills.reminders.watching import Letters, Samples, Settled, told

SHARE_CHANGED = 0.2
# Of visits that stand two letters are wanted, of changed ones the last word alone.
WANTED_OF_A_VISIT = people.DUE_AT_FIRST * (1 - SHARE_CHANGED) + SHARE_CHANGED
STUCK = 120.0  # seconds over the lease in which not one letter arrived: it will not come any more
QUIET = 6.0  # seconds after which the queue alone has nothing more to say


@dataclass
class Wish:
    """What to drill. `outbox`: False leaves it out, for the negative control."""

    reminders: int
    kills: int
    seed: int
    outbox: bool = True

    @property
    def visits(self) -> int:
        each = WANTED_OF_A_VISIT if self.outbox else people.DUE_AT_FIRST
        return -int(-self.reminders // each)

    @property
    def changed(self) -> int:
        return int(self.visits * SHARE_CHANGED) if self.outbox else 0

    def dice(self, whose: str) -> random.Random:
        """Of their own for each part: how far one has come does not change what another rolls."""
        return random.Random(f"{self.seed} {whose}")  # noqa: S311 (repeatable, not secret)


class Run:
    """Fill, start, kill, wait, look."""

    def __init__(self, clinic: DrilledClinic, wish: Wish, say: Callable[[str], None]) -> None:
        self.clinic, self.wish = clinic, wish
        self.began = time.monotonic()
        self.say = lambda text: say(f"{time.monotonic() - self.began:7.1f} s  {text}")

    def go(self) -> Evidence:
        clinic, wish = self.clinic, self.wish
        connections.close_all()
        clinic.begin_empty()
        visits = people.fill(wish.visits, now=timezone.now())
        clinic.start_recorder()
        self.arrived = Letters(clinic.arrivals).look
        self.named = None if wish.outbox else queue_alone.put_all(visits)
        self.desk = self.somebody_at_the_desk(visits)
        self.killer = Killer(
            clinic,
            plan(wish.kills, letters=wish.reminders, dice=wish.dice("kills")),
            wish.dice("victims"),
            self.say,
        )
        self.samples = Samples(clinic.queue)
        self.settled = Settled(since=lambda: self.desk.last_at)
        self.began = time.monotonic()
        self.say(f"{len(visits)} visits; starting {clinic.size.workers} workers, {clinic.size.beats} beats")
        self.start()
        try:
            self.wait()
        finally:
            self.desk.ended.set()
            self.samples.stop()
            self.desk.join()
        self.seconds = time.monotonic() - self.began
        clinic.stop_programs()
        clinic.stop_recorder()
        return self.evidence()

    def somebody_at_the_desk(self, visits: list[int]) -> people.Desk:
        wish = self.wish
        return people.Desk(visits, wish.changed, wish.reminders, self.arrived, wish.dice("desk"))

    def start(self) -> None:
        self.clinic.start_workers()
        if self.wish.outbox:
            self.clinic.start_beats()
        self.desk.start()
        self.samples.start()

    def wait(self) -> None:
        """Until nothing waits any more, or so long without a letter that none will come."""
        count, last_at = 0, time.monotonic()
        patience = STUCK + actions.LEASE.total_seconds()
        watchdog = Watchdog(told, self.start_anew)
        while True:
            self.clinic.look()
            watchdog.look()
            arrived = self.arrived()
            self.killer.look(arrived)
            if self.desk.trouble:
                raise Broken(f"Nobody could change the calendar: {self.desk.trouble}.")
            if arrived != count:
                count, last_at = arrived, time.monotonic()
            silence = time.monotonic() - last_at
            if silence > patience or self.is_over(silence):
                return
            time.sleep(0.1)

    def start_anew(self) -> None:
        """What the launcher does about a worker that is alive and deaf."""
        self.say("nobody takes what is due: starting workers and beats again")
        self.clinic.start_anew()

    def is_over(self, silence: float) -> bool:
        if self.killer.back_at:
            return False
        if not self.wish.outbox:
            return silence > QUIET and not self.samples.messages
        return self.killer.finished and self.desk.done.is_set() and self.settled.look()

    def evidence(self) -> Evidence:
        states = evidence.states()
        arrivals, whole = read(self.clinic.arrivals)
        ended = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        self.say(f"{len(arrivals)} letters; rows: {ended or 'none'}")
        named = evidence.rows_by_message_id() if self.named is None else self.named
        return Evidence(
            visits=evidence.visits(),
            copies=evidence.copies(arrivals, named),
            asked_kills=self.wish.kills,
            kills=self.killer.done,
            senders=self.clinic.size.senders,
            asked_changes=self.wish.changed,
            whole=whole,
            window=actions.WINDOW,
            lease=actions.LEASE.total_seconds(),
            samples=self.samples.taken,
            most_queued=self.samples.most,
            waiting=states["due"] + states["sending"],
            by_hand=evidence.by_hand(),
            seconds=self.seconds,
            settled_after=self.seconds - self.killer.last_after,
        )
