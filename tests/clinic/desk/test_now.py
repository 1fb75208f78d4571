"""In which order the desk looks at people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from clinic.desk import now as desk_now

NOW = dt.datetime(2026, 3, 3, 10, 50, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Seen:
    name: str
    in_minutes: int
    status: str = "booked"
    urgent_because: str = ""
    arrived_at: dt.datetime | None = None

    @property
    def starts_at(self) -> dt.datetime:
        return NOW + dt.timedelta(minutes=self.in_minutes)


def told(*visits):
    return [
        (line.kind, line.visit.name, line.words)
        for line in desk_now.lines(visits, now=NOW + dt.timedelta(seconds=20))
    ]


def test_urgent_then_late_then_waiting_then_the_next_three():
    came = NOW - dt.timedelta(minutes=8)
    assert told(
        Seen("fourth", 300),
        Seen("next", 25, "confirmed"),
        Seen("third", 200),
        Seen("second", 60),
        Seen("waits", -5, "arrived", arrived_at=came),
        Seen("late", -12),
        Seen("urgent", 100, urgent_because="Same-day review"),
    ) == [
        ("urgent", "urgent", "in 2 h"),
        ("late", "late", "12 min late"),
        ("waiting", "waits", "waiting 8 min"),
        ("next", "next", "in 24 min"),
        ("next", "second", "in 59 min"),
        ("next", "third", "in 3 h"),
    ]


@pytest.mark.parametrize("status", ["in_session", "done", "no_show", "cancelled"])
def test_who_needs_nothing_from_the_desk_is_not_named(status):
    assert told(Seen("x", -20, status, urgent_because="Same-day review")) == []


def test_who_waits_longest_comes_first_whenever_they_were_booked_for():
    early, later = NOW - dt.timedelta(minutes=30), NOW - dt.timedelta(minutes=3)
    found = told(
        Seen("later", -20, "arrived", arrived_at=later), Seen("early", 15, "arrived", arrived_at=early)
    )
    assert [name for _, name, _ in found] == ["early", "later"]


@pytest.mark.parametrize(("minutes", "words"), [(0, "now"), (-2, "2 min late"), (-200, "3 h late")])
def test_words(minutes, words):
    assert told(Seen("x", minutes))[0][2] == words
