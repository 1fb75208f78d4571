"""Which part is killed when, by a seed. Never asked to end: `kill -9`, as a machine that loses its power.

A kill falls due with so many letters recorded, so that all of them meet a clinic at work, however fast it is; with the
same seed the same parts are killed in the same order. What each was doing in that moment is left to chance.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from clinic.launch import children
from tests.drills.reminders.clinic import DrilledClinic

LONGEST_OUTAGE = 3.0  # seconds a server stays away
LATEST = 0.9  # of the letters
PATIENCE = 60.0  # seconds a kill may wait for a victim that is alive


@dataclass(frozen=True)
class Strike:
    """At the earliest with so many letters recorded."""

    kind: str
    letters: int
    outage: float


def plan(kills: int, *, letters: int, dice: random.Random) -> list[Strike]:
    """As many of each kind as possible, in random order, at random moments."""
    kinds = list(VICTIMS)
    mixed = [kinds[n % len(kinds)] for n in range(kills)]
    dice.shuffle(mixed)
    moments = sorted(dice.randint(letters // 100, int(letters * LATEST)) for _ in range(kills))
    return [
        Strike(kind, at, dice.uniform(0.1, LONGEST_OUTAGE)) for kind, at in zip(mixed, moments, strict=True)
    ]


@dataclass
class Killer:
    """Carries the plan out, one look at a time, and brings servers back after their outage."""

    clinic: DrilledClinic
    plan: list[Strike]
    dice: random.Random
    say: Callable[[str], None]
    done: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    last_after: float = 0.0  # seconds
    back_at: dict[str, float] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        return not self.plan and not self.back_at

    def look(self, letters: int) -> None:
        """Kill what is due to be killed by now; one that is down already is killed once it is back."""
        while self.plan and self.plan[0].letters <= letters:
            strike = self.plan[0]
            if not VICTIMS[strike.kind](self, strike):
                break
            self.plan.pop(0)
            self.done[strike.kind] += 1
            self.last_after = time.monotonic() - self.began
            self.say(f"killed: {strike.kind}, with {letters} letters recorded")
        for name in [name for name, at in self.back_at.items() if time.monotonic() >= at]:
            server = self.clinic.postgres if name == "PostgreSQL" else self.clinic.valkey
            server.start()
            del self.back_at[name]

    # --- One way of killing each; False when there is nothing alive to kill just now --------------------------

    def worker_group(self, strike: Strike) -> bool:
        running = [w.process for w in self.clinic.workers if w.process and w.process.poll() is None]
        if not running:
            return False
        process = self.dice.choice(running)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True

    def worker_child(self, strike: Strike) -> bool:
        running = [w.process.pid for w in self.clinic.workers if w.process and w.process.poll() is None]
        at_work = [child for pid in running for child in children_of(pid)]
        return bool(at_work) and kill(self.dice.choice(at_work))

    def beat(self, strike: Strike) -> bool:
        running = [b.process for b in self.clinic.beats if b.process and b.process.poll() is None]
        if not running:
            return False
        process = self.dice.choice(running)
        process.kill()
        process.wait()
        return True

    def valkey(self, strike: Strike) -> bool:
        return self.server("Valkey", self.clinic.valkey.process, strike)

    def postgres(self, strike: Strike) -> bool:
        return self.server("PostgreSQL", self.clinic.postgres.process, strike)

    def server(self, name: str, process: subprocess.Popen[bytes] | None, strike: Strike) -> bool:
        if name in self.back_at or process is None or process.poll() is not None:
            return False
        process.kill()
        process.wait()
        self.back_at[name] = time.monotonic() + strike.outage
        return True

    def postgres_backend(self, strike: Strike) -> bool:
        """One of those that serve the clinic: PostgreSQL ends all others and starts anew by itself."""
        if "PostgreSQL" in self.back_at:
            return False
        with contextlib.suppress(psycopg.Error), self.clinic.as_owner() as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename = 'clinic'"
            ).fetchall()
            if found:
                return kill(self.dice.choice([pid for (pid,) in found]))
        return False


VICTIMS: dict[str, Callable[[Killer, Strike], bool]] = {
    "a worker with all its senders": Killer.worker_group,
    "one sender": Killer.worker_child,
    "Valkey": Killer.valkey,
    "PostgreSQL": Killer.postgres,
    "one backend of PostgreSQL": Killer.postgres_backend,
    "a beat": Killer.beat,
}


def kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def children_of(parent: int) -> list[int]:
    """Process numbers of a process's own children."""
    if children.LINUX:
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):
                # After the name, which may hold anything, in brackets: the state and the parent.
                if (entry / "stat").read_text().rpartition(")")[2].split()[1] == str(parent):
                    found.append(int(entry.name))
        return found
    listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in listed.stdout.splitlines())
    return [int(pid) for pid, ppid in pairs if ppid == str(parent)]
