"""What is told of a visit's messages before they are due is what happens then."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import actions
from clinic.booking import reminders as calendar
from clinic.booking.models import AppointmentType
from clinic.booking.to_come import to_come
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder, State
from tests.wished import wish

MINUTE, HOUR, DAY = (dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1))


@pytest.fixture(autouse=True)
def _only_the_calendar(settings):
    settings.REMINDER_SOURCES = [calendar.__name__]


def told(visit, now) -> list[tuple[str, dt.datetime]]:
    visit.refresh_from_db()
    return [(each.label, each.at) for each in to_come([visit], now=now)]


def sent(visit, start: dt.datetime, end: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """What really goes out from one moment to another, looked at every minute."""
    found, now = [], start
    while now < end:
        now += MINUTE
        collect(now=now)
        waiting = Reminder.objects.claimable(now).order_by("pk")
        gone = [row for row in waiting if claim_and_send(reminder_id=row.pk, now=now) == State.SENT]
        found += [(calendar.KINDS[row.kind].label, now) for row in gone]
    return found


@pytest.mark.parametrize("hour", [10, 9], ids=["by day", "waits for the end of the quiet hours"])
@pytest.mark.parametrize("happens", [None, "move", "cancel"])
def test_what_is_told_happens_to_the_minute(world, hour, happens):
    visit = world.booked(starts_at=(world.now + 8 * DAY).replace(hour=hour))
    sent(visit, world.now - MINUTE, world.now)
    if happens == "move":
        actions.move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=world.now)
    if happens == "cancel":
        actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now)
    expected = told(visit, world.now)
    assert len(expected) == {None: 2, "move": 3, "cancel": 1}[happens]
    gaps = [world.now, *(at - 2 * MINUTE for _, at in expected)]
    really = [each for start in gaps for each in sent(visit, start, start + 5 * MINUTE)]
    assert really == expected


def test_what_went_out_or_is_switched_off_is_not_to_come(world):
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    assert [label for label, _ in told(visit, visit.starts_at - DAY)] == ["Last reminder of a visit"]
    assert told(visit, visit.starts_at - HOUR) == told(visit, visit.starts_at) == []
    wish(world, calendar.__name__, calendar.TWO_HOURS, is_on=False)
    assert [label for label, _ in told(visit, world.now + HOUR)] == ["First reminder of a visit"]
    AppointmentType.objects.update(first_reminder_days=0)
    assert told(visit, world.now + HOUR) == []


def test_what_is_due_is_named_until_the_outbox_has_it(world):
    """It is written down every few seconds: a caller who asks in between is not told that nothing comes."""
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    first = told(visit, world.now + MINUTE / 2)[0]
    assert first == ("Appointment booked", world.now)
    collect(now=world.now)
    assert first not in told(visit, world.now + MINUTE / 2)
    actions.move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=world.now + HOUR)
    settled = world.now + HOUR + 3 * MINUTE
    for now in (settled - MINUTE, settled, settled + MINUTE / 2):
        assert told(visit, now)[0] == ("Appointment moved", settled)
    collect(now=settled)
    assert told(visit, settled)[0][0] == "First reminder of a visit"


def test_a_series_is_confirmed_by_its_own_message(world):
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    visit.series_id = 1
    assert "Appointment booked" not in [each.label for each in to_come([visit], now=world.now)]


def test_the_desk_reads_that_it_is_on_its_way_and_that_nothing_is_planned(world, clock):
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    desk, address = world.signed_in(world.dee), f"/desk/reminders/?visit={visit.pk}"
    assert "Appointment booked: on its way" in desk.get(address).content.decode()
    clock.move_to(visit.starts_at - HOUR)
    desk = world.signed_in(world.dee)
    assert "Nothing is planned. What is about their program" in desk.get(address).content.decode()
    assert (
        "Nothing of that kind or day is planned."
        in desk.get(f"{address}&kind=appointment_2h").content.decode()
    )


def test_whom_nothing_reaches_is_not_said_to_be_told(world, clock):
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    desk = world.signed_in(world.dee)
    addresses = [f"/desk/reminders/?visit={visit.pk}", f"/desk/reminders/?patient={visit.patient_id}"]
    for address in addresses:
        assert "Nothing reaches them" not in desk.get(address).content.decode()
    visit.patient.channels.filter(kind="email").update(consent_withdrawn_at=world.now)
    for address in addresses:
        page = desk.get(address).content.decode()
        assert "Nothing reaches them" in page
        assert "None of it, as long as nothing reaches them." in page


def test_the_desk_reads_it_of_one_patient_or_visit_and_not_of_everybody(world, clock):
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    desk = world.signed_in(world.dee)
    for asked in (f"?visit={visit.pk}", f"?patient={visit.patient_id}&state=due"):
        assert "Last reminder of a visit" in desk.get(f"/desk/reminders/{asked}").content.decode()
    for asked in ("", f"?visit={visit.pk}&state=failed", "?patient=0"):
        assert "Still to come" not in desk.get(f"/desk/reminders/{asked}").content.decode()


def test_it_costs_the_page_the_same_for_one_visit_and_for_many(world, clock, django_assert_max_num_queries):
    desk = world.signed_in(world.dee)
    desk.get("/desk/reminders/")
    for hour in range(4):
        visit = world.booked(starts_at=world.now + 9 * DAY + hour * HOUR)
        with django_assert_max_num_queries(15):  # the wishes are three of them
            shown = desk.get(f"/desk/reminders/?patient={visit.patient_id}").content.decode()
        assert shown.count("Last reminder of a visit: ") == hour + 1
