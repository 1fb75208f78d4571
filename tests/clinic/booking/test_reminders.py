"""What the calendar says to patients, and when it keeps quiet."""

from __future__ import annotations

import datetime as dt
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from clinic.booking import actions
from clinic.booking import reminders as calendar
from clinic.booking.hours import clinic_zone
from clinic.booking.models import Appointment, AppointmentType
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import KindWish, Reminder, State
from clinic.reminders.wording import moment
from tests.wished import wish

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _only_the_calendar(settings):
    settings.REMINDER_SOURCES = ["clinic.booking.reminders"]


def work(now: dt.datetime) -> list[str]:
    """Collect and send all that is due; the kinds that went out."""
    before = len(mail.outbox)
    collect(now=now)
    rows = list(Reminder.objects.claimable(now).order_by("pk"))
    sent = [row.kind for row in rows if claim_and_send(reminder_id=row.pk, now=now) == State.SENT]
    assert len(mail.outbox) == before + len(sent)
    return sent


@pytest.fixture
def appointment(world) -> Appointment:
    """Booked on Tuesday at nine for Thursday of next week at ten."""
    return world.booked(starts_at=world.now + 9 * DAY + HOUR)


def test_the_whole_life_of_an_appointment(world, appointment):
    start = appointment.starts_at
    assert work(world.now) == [calendar.CONFIRMATION]
    assert work(world.now + MINUTE) == []
    assert work(start - 2 * DAY - MINUTE) == []
    assert work(start - 2 * DAY) == [calendar.TWO_DAYS]
    assert work(start - 2 * HOUR - MINUTE) == []
    assert work(start - 2 * HOUR) == [calendar.TWO_HOURS]
    assert work(start) == []
    assert work(start + DAY) == []


def test_booked_for_tomorrow_earns_no_word_from_two_days_before(world):
    world.booked(starts_at=world.now + DAY + HOUR)
    assert work(world.now) == [calendar.CONFIRMATION]
    assert work(world.now + DAY - HOUR) == [calendar.TWO_HOURS]


def test_what_comes_in_the_quiet_hours_waits_for_their_end_where_that_is_soon_enough(world):
    """A visit at nine: at seven it is quiet, and at eight there is an hour left."""
    world.booked(starts_at=world.now + DAY)
    work(world.now)
    assert work(world.now + DAY - 2 * HOUR) == []
    assert work(world.now + DAY - HOUR) == [calendar.TWO_HOURS]


class TestMoved:
    def test_is_told_once_the_desk_had_time_to_take_it_back(self, world, appointment):
        work(world.now)
        actions.move(
            appointment=appointment, starts_at=appointment.starts_at + DAY, by=world.dee, now=world.now
        )
        assert work(world.now + 2 * MINUTE) == []
        assert work(world.now + 3 * MINUTE) == [calendar.MOVED]
        assert "Friday 13 March 2026 at 10:00 (Europe/London, GMT)" in mail.outbox[-1].body

    def test_and_taken_back_in_time_is_not_told_at_all(self, world, appointment):
        work(world.now)
        start = appointment.starts_at
        actions.move(appointment=appointment, starts_at=start + DAY, by=world.dee, now=world.now)
        actions.move(appointment=appointment, starts_at=start, by=world.dee, now=world.now + MINUTE)
        assert work(world.now + HOUR) == []
        skipped = Reminder.objects.get(kind=calendar.MOVED)
        assert skipped.because == "It was moved back to the time the patient knows."

    def test_there_and_back_after_the_first_was_told_is_told_again(self, world, appointment):
        work(world.now)
        start = appointment.starts_at
        actions.move(appointment=appointment, starts_at=start + DAY, by=world.dee, now=world.now)
        assert work(world.now + 3 * MINUTE) == [calendar.MOVED]
        actions.move(appointment=appointment, starts_at=start, by=world.dee, now=world.now + HOUR)
        assert work(world.now + HOUR + 3 * MINUTE) == [calendar.MOVED]

    def test_earns_its_reminders_for_the_new_time(self, world, appointment):
        start = appointment.starts_at
        work(world.now)
        assert work(start - 2 * DAY) == [calendar.TWO_DAYS]
        moved = start - 2 * DAY + HOUR
        actions.move(appointment=appointment, starts_at=start + 5 * DAY, by=world.dee, now=moved)
        assert work(moved + 3 * MINUTE) == [calendar.MOVED]
        assert work(start - 2 * HOUR) == []
        assert work(start + 3 * DAY) == [calendar.TWO_DAYS]
        assert work(start + 5 * DAY - 2 * HOUR) == [calendar.TWO_HOURS]

    def test_while_the_old_reminder_waits_in_the_outbox_makes_it_stale(self, world, appointment):
        work(world.now)
        due = appointment.starts_at - 2 * DAY
        collect(now=due)
        actions.move(appointment=appointment, starts_at=appointment.starts_at + DAY, by=world.dee, now=due)
        assert work(due) == []  # the move may still be taken back (test_links.py)
        assert work(due + 3 * MINUTE) == [calendar.MOVED]
        assert Reminder.objects.get(kind=calendar.TWO_DAYS).because == "The appointment was moved."


class TestCancelled:
    def test_is_told_and_nothing_else_is(self, world, appointment):
        work(world.now)
        actions.cancel(appointment=appointment, because="holiday", by=world.dee, now=world.now + HOUR)
        assert work(world.now + HOUR + 2 * MINUTE) == []  # the desk may still take it back
        assert work(world.now + HOUR + 3 * MINUTE) == [calendar.CANCELLED]
        assert "holiday" not in mail.outbox[-1].body
        assert work(appointment.starts_at - 2 * DAY) == []
        assert work(appointment.starts_at - 2 * HOUR) == []

    @pytest.mark.parametrize("kind", [calendar.CONFIRMATION, calendar.TWO_DAYS, calendar.TWO_HOURS])
    def test_while_a_reminder_waits_in_the_outbox_makes_it_stale(self, world, appointment, kind):
        at = {
            calendar.CONFIRMATION: world.now,
            calendar.TWO_DAYS: appointment.starts_at - 2 * DAY,
            calendar.TWO_HOURS: appointment.starts_at - 2 * HOUR,
        }[kind]
        collect(now=at)
        actions.cancel(appointment=appointment, because="ill", by=world.dee, now=at)
        assert work(at) == []  # the desk may still take it back (test_links.py)
        assert work(at + 3 * MINUTE) == [calendar.CANCELLED]
        assert Reminder.objects.get(kind=kind).because == "The appointment was cancelled."

    def test_after_the_fact_tells_nobody(self, world, appointment):
        work(world.now)
        late = appointment.starts_at + HOUR
        actions.cancel(appointment=appointment, because="entered twice", by=world.dee, now=late)
        assert work(late) == []

    def test_before_its_move_was_told_names_the_time_the_patient_knew(self, world, appointment):
        work(world.now)
        before, after = appointment.starts_at, appointment.starts_at + DAY
        actions.move(appointment=appointment, starts_at=after, by=world.dee, now=world.now + MINUTE)
        actions.cancel(appointment=appointment, because="ill", by=world.dee, now=world.now + 2 * MINUTE)
        assert work(world.now + HOUR) == [calendar.CANCELLED]
        assert f"The time you knew of was {moment(before, clinic_zone())}." in mail.outbox[-1].body
        assert moment(after, clinic_zone()) in mail.outbox[-1].body

    def test_of_the_time_they_know_names_no_other(self, world, appointment):
        work(world.now)
        actions.cancel(appointment=appointment, because="ill", by=world.dee, now=world.now + MINUTE)
        work(world.now + HOUR)
        assert "The time you knew of" not in mail.outbox[-1].body


class TestAfterAnOutage:
    def test_nothing_is_said_once_it_has_begun(self, world, appointment):
        collect(now=world.now)
        assert work(appointment.starts_at + MINUTE) == []
        assert Reminder.objects.get().because == "The appointment had begun before this could be sent."

    def test_the_later_reminder_stands_for_both(self, world, appointment):
        work(world.now)
        assert work(appointment.starts_at - HOUR) == [calendar.TWO_HOURS]
        assert Reminder.objects.get(kind=calendar.TWO_DAYS).because.startswith("Too late for it")

    def test_somebody_who_is_here_is_not_reminded(self, world, appointment):
        work(world.now)
        due = appointment.starts_at - 2 * HOUR
        collect(now=due)
        actions.change_status(appointment=appointment, to="arrived", by=world.dee, now=due)
        assert work(due) == []
        assert "arrived" in Reminder.objects.get(kind=calendar.TWO_HOURS).because

    def test_an_appointment_nobody_knows_any_more(self, world):
        answer = calendar.message(kind=calendar.TWO_DAYS, subject_id=0, about_at=world.now, now=world.now)
        assert answer.because == "The appointment is no longer there."


SOURCE = "clinic.booking.reminders"


class TestHowEarly:
    """The clinic says it of every visit, a type of its own."""

    def test_as_the_clinic_wants(self, world, appointment):
        wish(world, SOURCE, calendar.TWO_DAYS, lead=4 * DAY)
        wish(world, SOURCE, calendar.TWO_HOURS, lead=HOUR)
        start = appointment.starts_at
        work(world.now)
        assert work(start - 4 * DAY - MINUTE) == []
        assert work(start - 4 * DAY) == [calendar.TWO_DAYS]
        assert work(start - HOUR - MINUTE) == []
        assert work(start - HOUR) == [calendar.TWO_HOURS]

    def test_a_type_has_its_own_and_the_others_keep_the_clinics(self, world, appointment):
        other = world.booked(patient=world.ben, type=world.follow_up, starts_at=appointment.starts_at + HOUR)
        AppointmentType.objects.filter(pk=world.assessment.pk).update(
            first_reminder_days=7, last_reminder_hours=24
        )
        start = appointment.starts_at
        work(world.now)
        assert work(start - 7 * DAY) == [calendar.TWO_DAYS]
        assert work(start - DAY - HOUR) == [calendar.TWO_DAYS]
        assert work(start - DAY) == [calendar.TWO_HOURS]
        assert work(other.starts_at - 2 * HOUR) == [calendar.TWO_HOURS]
        assert Reminder.objects.filter(kind=calendar.TWO_HOURS).count() == 2

    @pytest.mark.parametrize("said", [{"first_reminder_days": 0, "last_reminder_hours": 0}, {}])
    def test_none_of_a_type_and_none_of_the_clinic(self, world, appointment, said):
        AppointmentType.objects.filter(pk=world.assessment.pk).update(**said)
        if not said:
            wish(world, SOURCE, calendar.TWO_DAYS, is_on=False)
            wish(world, SOURCE, calendar.TWO_HOURS, is_on=False)
        work(world.now)
        assert work(appointment.starts_at - 2 * DAY) == []
        assert work(appointment.starts_at - 2 * HOUR) == []
        assert set(Reminder.objects.values_list("kind", flat=True)) == {calendar.CONFIRMATION}

    def test_without_a_last_one_the_first_is_never_too_late(self, world, appointment):
        AppointmentType.objects.filter(pk=world.assessment.pk).update(last_reminder_hours=0)
        work(world.now)
        assert work(appointment.starts_at - HOUR) == [calendar.TWO_DAYS]

    def test_two_at_the_same_moment_are_one(self, world, appointment):
        AppointmentType.objects.filter(pk=world.assessment.pk).update(
            first_reminder_days=1, last_reminder_hours=24
        )
        work(world.now)
        assert work(appointment.starts_at - DAY) == [calendar.TWO_HOURS]

    def test_the_words_fit_however_early(self, world, appointment):
        wish(world, SOURCE, calendar.TWO_DAYS, lead=9 * DAY)
        wish(world, SOURCE, calendar.TWO_HOURS, lead=24 * HOUR)
        work(world.now)
        assert work(appointment.starts_at - DAY) == [calendar.TWO_HOURS]
        words = mail.outbox[-1].subject + mail.outbox[-1].body
        assert "Thursday 12 March" in mail.outbox[-1].subject
        assert not {"today", "tomorrow", "days"} & set(words.lower().replace(":", " ").split())


def test_what_was_booked_while_confirmations_were_off_is_not_confirmed_weeks_later(world, appointment):
    wish(world, SOURCE, calendar.CONFIRMATION, is_on=False)
    assert work(world.now) == []
    KindWish.objects.all().delete()
    assert work(world.now + 7 * DAY + HOUR) == [calendar.TWO_DAYS]
    assert not Reminder.objects.filter(kind=calendar.CONFIRMATION).exists()


class TestClocks:
    @pytest.mark.parametrize(
        ("starts_at", "reminded_at"),
        [
            # Britain's clocks go forward on 29 March 2026 and back on 25 October: nine o'clock stays nine o'clock.
            (dt.datetime(2026, 3, 30, 8, tzinfo=dt.UTC), dt.datetime(2026, 3, 28, 9, tzinfo=dt.UTC)),
            (dt.datetime(2026, 10, 26, 9, tzinfo=dt.UTC), dt.datetime(2026, 10, 24, 8, tzinfo=dt.UTC)),
            (dt.datetime(2026, 6, 10, 8, tzinfo=dt.UTC), dt.datetime(2026, 6, 8, 8, tzinfo=dt.UTC)),
        ],
    )
    def test_two_days_before_at_the_same_wall_time(self, starts_at, reminded_at):
        assert calendar.goes_out(starts_at, 2 * DAY) == reminded_at

    @pytest.mark.parametrize(
        ("zone", "changes"),
        [
            ("Europe/London", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)]),
            ("America/New_York", [dt.date(2026, 3, 8), dt.date(2026, 11, 1)]),
            ("Australia/Lord_Howe", [dt.date(2026, 4, 5), dt.date(2026, 10, 4)]),
            ("Asia/Kolkata", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)]),
            ("America/Santiago", [dt.date(2026, 4, 4), dt.date(2026, 9, 6)]),
            ("America/St_Johns", [dt.date(2026, 3, 8), dt.date(2026, 11, 1)]),
            ("Africa/Cairo", [dt.date(2026, 4, 24), dt.date(2026, 10, 30)]),
            ("Pacific/Auckland", [dt.date(2026, 4, 5), dt.date(2026, 9, 27)]),
        ],
    )
    @pytest.mark.parametrize("days", [1, 2, 7])
    def test_at_every_half_hour_around_every_change(self, settings, zone, changes, days):
        settings.TIME_ZONE = zone
        here = ZoneInfo(zone)
        for change, offset, half in product(changes, range(4), range(48)):
            day = change + offset * DAY
            starts_at = dt.datetime.combine(day, dt.time(half // 2, half % 2 * 30), here).astimezone(dt.UTC)
            wall = starts_at.astimezone(here)
            before = calendar.goes_out(starts_at, days * DAY).astimezone(here)
            shift = before.replace(tzinfo=None) - (wall.replace(tzinfo=None) - days * DAY)
            skipped = dt.timedelta() < shift <= HOUR and _never_shown(
                wall.replace(tzinfo=None) - days * DAY, here
            )
            assert shift == dt.timedelta() or skipped
            assert days * DAY - 1.5 * HOUR <= starts_at - before <= days * DAY + 1.5 * HOUR
            assert calendar.goes_out(starts_at, 5 * HOUR) == starts_at - 5 * HOUR

    def test_a_patient_elsewhere_reads_both_times(self, world, appointment):
        world.ana.time_zone = "America/New_York"
        world.ana.save()
        work(world.now)
        body = mail.outbox[0].body
        assert "Thursday 12 March 2026 at 10:00 (Europe/London, GMT)" in body
        assert "Where you are, that is Thursday 12 March 2026 at 06:00 (America/New_York, EDT)." in body

    def test_a_patient_under_the_same_clock_reads_one(self, world, appointment):
        world.ana.time_zone = "Europe/Lisbon"
        world.ana.save()
        work(world.now)
        assert "Where you are" not in mail.outbox[0].body


def test_asking_what_is_due_costs_the_same_for_many(world, django_assert_num_queries):
    for hour in range(4):
        world.booked(starts_at=world.now + 2 * DAY + hour * HOUR)
        with django_assert_num_queries(9):
            list(calendar.due(now=world.now))


def test_every_kind_has_a_name_for_the_desk():
    named = {
        value for name, value in vars(calendar).items() if isinstance(value, str) and "appointment_" in value
    }
    assert named == set(calendar.KINDS)


def _never_shown(wall: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks jump over that time."""
    there_and_back = wall.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) != wall
