"""What waits, each second, and whether anything still does."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from clinic.booking import status
from clinic.launch.watchdog import Told
from clinic.reminders import health, sources
from clinic.reminders.models import Reminder, State
from tests.drills.reminders.clinic import QUEUE

SENDS = "clinic.reminders.tasks.send"
LOOKS_BETWEEN = 5.0  # seconds; asking every source what is due costs the clinic something


def ids_in(messages: Iterable[bytes]) -> int:
    """How many reminders these messages of the queue name; a message may name several."""
    named = 0
    for raw in messages:
        message = json.loads(raw)
        if message["headers"].get("task") == SENDS:
            (first, *_), *_ = json.loads(base64.b64decode(message["body"]))
            named += len(first) if isinstance(first, list) else 1
    return named


class Letters:
    """How many the recorder has written down so far; reads on where it stopped. Anybody may ask, from any thread."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.read = 0
        self.count = 0
        self.alone = threading.Lock()

    def look(self) -> int:
        with self.alone, self.file.open("rb") as lines:
            lines.seek(self.read)
            new = lines.read()
            self.read += len(new)
            self.count += new.count(b"\n")
            return self.count


@dataclass
class Samples:
    """The queue's length, once a second; a second in which the broker was down counts apart."""

    queue: Callable[[], Redis]
    taken: int = 0
    missed: int = 0
    most: int = 0
    messages: int = 0  # of any kind, when last seen
    ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        broker: Any = self.queue()
        while not self.ended.wait(1.0):
            try:
                waiting = broker.lrange(QUEUE, 0, -1)
                self.most = max(self.most, ids_in(waiting))
                self.messages = len(waiting)
                self.taken += 1
            except RedisError:
                self.missed += 1

    def stop(self) -> None:
        self.ended.set()
        self.thread.join()


class Settled:
    """Whether the outbox has nothing more to do, asked of it and its sources as anybody could ask."""

    def __init__(self, *, since: Callable[[], float]) -> None:
        self.since = since  # when the calendar last changed
        self.asked_at = 0.0

    def look(self) -> bool:
        """Nothing due, nothing being sent, nothing that a source names and nobody has written down."""
        now = timezone.now()
        settles_at = self.since() + status.SETTLES.total_seconds()
        if now.timestamp() < max(settles_at, self.asked_at + LOOKS_BETWEEN):
            return False
        try:
            if Reminder.objects.filter(state__in=[State.DUE, State.SENDING]).exists():
                return False
            self.asked_at = now.timestamp()
            named = (due for name in settings.REMINDER_SOURCES for due in sources.named(name).due(now=now))
            return not any(due.due_at <= now for due in named)
        except Error:
            connection.close()
            return False


def told() -> Told | None:
    """What the web server would tell the launcher's watchdog."""
    now = timezone.now()
    try:
        sign = health.last_sign_age(now)
        oldest = health.oldest_due_age(now).total_seconds()
    except Error:
        connection.close()
        return None
    return Told(oldest, None if sign is None else sign.total_seconds())
