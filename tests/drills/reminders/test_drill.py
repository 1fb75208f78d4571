"""The kill drill in small, with real processes, and its negative control: the same kills without the outbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.drills.reminders.conftest import Held, drilled

pytestmark = pytest.mark.django_db  # its tables are copied
SMALL = ("--workers", "2", "--slots", "2", "--settles", "2", "--ring-again", "4", "--without-calm-run")

NO_SCHEMA = Path(__file__)  # Python, which is no SQL


def figure(held: Held, name: str) -> int:
    found = re.search(rf"^  {name}\D*(\d+)", held.stdout, re.MULTILINE)
    assert found, held.stdout + held.stderr
    return int(found[1])


@drilled("drill", "--reminders", "500", "--kills", "10", *SMALL)
def test_ten_kills_lose_nothing_and_nobody_hears_what_is_no_longer_true(held):
    assert held.returncode == 0, held.stdout + held.stderr
    assert figure(held, "wanted by the calendar as it is at the end") >= 500
    assert figure(held, "visits moved or cancelled meanwhile") >= 50
    assert (figure(held, "lost"), figure(held, "stale")) == (0, 0)
    assert figure(held, "most copies to one person") <= 2


@drilled("drill", "--without-outbox", "--reminders", "300", "--kills", "10", *SMALL)
def test_control_without_the_outbox_the_same_kills_lose_some_and_the_drill_says_so(held):
    assert held.returncode == 1
    assert figure(held, "lost") > 0, held.stdout
    assert re.search(r"^  Lost: \d+\.$", held.stdout, re.MULTILINE)


@drilled("drill", "--reminders", "10", "--kills", "1", "--schema", str(NO_SCHEMA))
def test_control_a_drill_that_cannot_be_held_has_not_passed(held):
    assert held.returncode == 1
    assert "NOT PASSED" in held.stdout


@drilled("faults", "--workers", "1", "--beats", "1", "--ring-again", "4")
def test_what_goes_wrong_one_at_a_time_needs_nobody_to_start_anything_by_hand(held):
    """Valkey killed, Valkey flushed, PostgreSQL restarted, and a worker that is alive and deaf."""
    assert held.returncode == 0, held.stdout + held.stderr
    assert held.stdout.count("survived") == 4
