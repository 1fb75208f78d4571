"""A source the tests can turn: what it says is due, and whether it is still wanted."""

from __future__ import annotations

import datetime as dt
import sys
from types import ModuleType

import pytest

from clinic.reminders.sources import Due, Message

NAME = "tests_only_source"


class TestSource(ModuleType):
    """Says whatever a test puts in."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(NAME)
        self.says: list[Due] = []
        self.answers: object = Message(template="emails/appointment_48h.txt", page="home", at=AT)

    def due(self, *, now):
        return iter(self.says)

    def message(self, *, kind, subject_id, about_at, now):
        if isinstance(self.answers, Exception):
            raise self.answers
        return self.answers

    def nags(self, patient, *, now: dt.datetime, many: int = 1, kind: str = "nag") -> None:
        self.says += [
            Due(kind, len(self.says) + n, patient.pk, about_at=now, due_at=now) for n in range(many)
        ]


AT = dt.datetime(2026, 3, 5, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def source(settings, monkeypatch) -> TestSource:
    made = TestSource()
    monkeypatch.setitem(sys.modules, NAME, made)
    settings.REMINDER_SOURCES = [NAME]
    return made


@pytest.fixture(autouse=True)
def senders(settings, tmp_path):
    """A folder of journals for this test alone: a test may leave a sender dead."""
    settings.CLINIC_DATA_DIR = tmp_path
    return tmp_path / "senders"
