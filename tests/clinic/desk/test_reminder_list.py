"""What the desk reads of a message about a visit that has another time by now."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import actions
from clinic.booking import reminders as calendar
from clinic.desk.reminder_list import Wanted, coming, page
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder

MINUTE, HOUR, DAY = (dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1))


@pytest.fixture(autouse=True)
def _only_the_calendar(settings):
    settings.REMINDER_SOURCES = [calendar.__name__]


def work(now: dt.datetime) -> None:
    collect(now=now)
    for row in Reminder.objects.claimable(now):
        claim_and_send(reminder_id=row.pk, now=now)


def times(visit) -> dict[str, tuple[dt.datetime | None, dt.datetime | None]]:
    return {
        row.kind: (row.visit_at, row.stands_at)
        for row in page(Wanted(visit_id=visit.pk), now=visit.booked_at).rows
    }


def test_a_message_has_the_time_it_told_and_the_visit_the_time_it_has(world):
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    first = visit.starts_at
    work(world.now)
    assert times(visit) == {"Appointment booked": (first, None)}
    actions.move(appointment=visit, starts_at=first + DAY, by=world.dee, now=world.now + HOUR)
    work(world.now + 2 * HOUR)
    assert times(visit) == {
        "Appointment booked": (first, first + DAY),
        "Appointment moved": (first + DAY, None),
    }
    visit.refresh_from_db()
    actions.move(appointment=visit, starts_at=first + 4 * DAY, by=world.dee, now=world.now + 3 * HOUR)
    assert times(visit) == {
        "Appointment booked": (first, first + 4 * DAY),
        "Appointment moved": (first + DAY, first + 4 * DAY),
    }


def test_the_page_says_both(world):
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    work(world.now)
    actions.move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=world.now + HOUR)
    shown = world.signed_in(world.dee).get(f"/desk/reminders/?visit={visit.pk}").content.decode()
    assert "; now <time" in shown


class TestSendAgainIsOfferedWhereItWouldGo:
    def shown(self, world, visit, now):
        work(now)
        return {row.kind: row.outdated for row in page(Wanted(visit_id=visit.pk), now=now).rows}

    def test_of_a_visit_that_stands(self, world):
        visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
        assert self.shown(world, visit, world.now) == {"Appointment booked": ""}

    def test_not_of_one_that_began(self, world):
        visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
        work(world.now)
        (said,) = self.shown(world, visit, visit.starts_at + MINUTE).values()
        assert said == "The appointment had begun before this could be sent."

    def test_not_of_the_time_it_was_moved_from(self, world):
        visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
        work(world.now)
        actions.move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=world.now + HOUR)
        assert self.shown(world, visit, world.now + 2 * HOUR) == {
            "Appointment booked": "The appointment was moved.",
            "Appointment moved": "",
        }

    def test_not_of_one_that_was_cancelled(self, world):
        visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
        work(world.now)
        actions.cancel(appointment=visit, because="Ill.", by=world.dee, now=world.now + HOUR)
        assert self.shown(world, visit, world.now + 2 * HOUR) == {
            "Appointment booked": "The appointment was cancelled.",
            "Appointment cancelled": "",
        }

    def test_the_page_says_so_in_place_of_the_button(self, world, clock):
        visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
        work(world.now)
        client, address = world.signed_in(world.dee), f"/desk/reminders/?visit={visit.pk}"
        assert "Send again" in client.get(address).content.decode()
        actions.move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=world.now)
        body = client.get(address).content.decode()
        assert "Send again" not in body
        assert "The appointment was moved." in body


def test_what_is_still_to_come_is_of_the_kind_and_the_day_too(world):
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    two_days = (visit.starts_at - 2 * DAY).date()

    def told(**other):
        return [each.label for each in coming(Wanted(visit_id=visit.pk, **other), now=world.now + HOUR)]

    assert told() == ["First reminder of a visit", "Last reminder of a visit"]
    assert told(kind="appointment_2h") == ["Last reminder of a visit"]
    assert told(day=two_days) == ["First reminder of a visit"]
    assert told(day=two_days, kind="appointment_2h") == []
