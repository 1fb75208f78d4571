"""Starting worker and beat again when reminders wait and nobody takes them: a live process is not a working one.

A worker that lost its broker in the wrong moment can stay deaf for ever, with every sign of health but one: what is
due is not sent. So that is what is looked at, through /healthz. Somebody at work on a long list, or waiting for a
mail server that takes its time, is left in peace.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LATE = 90.0  # seconds; well under what /healthz calls unwell, well over what a sender needs for one reminder
EVERY = 5.0  # seconds between two looks
FIRST_PAUSE = 120.0  # seconds a fresh worker is given; twice as long after each time that did not help
LONGEST_PAUSE = 1800.0
QUESTION = "/healthz?for=watchdog"


@dataclass(frozen=True)
class Told:
    """Seconds the oldest due reminder has waited, and since a sender was last seen at work (None: not lately)."""

    oldest_due: float
    last_sign: float | None


@dataclass
class Watchdog:
    """`ask` what is told, None where nobody answers; `restart` what reminds. Looked at as often as one likes."""

    ask: Callable[[], Told | None]
    restart: Callable[[], None]
    late: float = LATE
    pause: float = FIRST_PAUSE
    clock: Callable[[], float] = time.monotonic
    next_look: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.first_pause = self.pause
        self.not_before = self.clock() + self.pause

    def look(self) -> None:
        """Ask if it is time to, and restart what is deaf."""
        now = self.clock()
        if now < self.next_look:
            return
        self.next_look = now + EVERY
        told = self.ask()
        if told is None:
            return
        if told.oldest_due <= self.late:
            self.pause = self.first_pause
        elif now >= self.not_before and (told.last_sign is None or told.last_sign > self.late):
            self.restart()
            self.not_before = self.clock() + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE)


def ask_the_clinic(port: int, *, host: str = "127.0.0.1", name: str = "") -> Told | None:
    """What the web server at this port tells. `name`: what it answers to, where that is not how it is reached."""
    line = http.client.HTTPConnection(host, port, timeout=5)
    try:
        line.request("GET", QUESTION, headers={"Host": name} if name else {})
        told = json.loads(line.getresponse().read())
        return Told(told["oldest_due_seconds"], told["last_sign_seconds"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        line.close()
