"""A series is told of in one message: what it lists, when it keeps quiet, and what its visits say by themselves."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from icalendar import Calendar

from clinic.booking import actions, links, series, told
from clinic.booking import reminders as calendar
from clinic.booking import series_reminders as together
from clinic.booking.agenda import Slot
from clinic.booking.models import Appointment
from clinic.booking.patterns import When
from clinic.booking.status import Status
from clinic.desk.cards import visit_of, with_their_cards
from clinic.reminders.actions import claim_and_send, collect, resend
from clinic.reminders.models import Reminder, State
from tests.clinic.booking.test_reminders import work
from tests.clinic.booking.test_series import LONDON, TUESDAY

MINUTE, HOUR, DAY, WEEK = (dt.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days", "weeks"))
SETTLED = 3 * MINUTE


@pytest.fixture(autouse=True)
def _only_the_calendar(settings):
    settings.REMINDER_SOURCES = [told.OF_A_VISIT, told.OF_A_SERIES]


def at(week: int, hour: int = 9) -> dt.datetime:
    return When.on(TUESDAY + week * WEEK, dt.time(hour), LONDON).at


def slots(world, *hours):
    """A week apart, the first in a week; at these hours."""
    carl = world.carl.clinician
    return [Slot(carl, at(week, hour), at(week, hour) + 30 * MINUTE) for week, hour in enumerate(hours)]


@pytest.fixture
def visits(world) -> list[Appointment]:
    """Four Tuesdays at nine; the clocks change before the last of them."""
    made = series.book_series(
        patient=world.ana, type=world.follow_up, slots=slots(world, 9, 9, 9, 9), by=world.dee, now=world.now
    )
    return list(made.appointments.order_by("starts_at"))


def moved(world, visits, *hours, now):
    """The rest of them to these hours, in one act."""
    found = []
    for visit, hour in zip(visits, hours, strict=True):
        fresh = Appointment.objects.get(pk=visit.pk)
        start = fresh.starts_at.astimezone(LONDON).replace(hour=hour).astimezone(dt.UTC)
        found.append((fresh, Slot(fresh.clinician, start, start + 30 * MINUTE)))
    return series.move_following(moves=found, by=world.dee, now=now)


def called_off(world, visits, *, now):
    fresh = list(Appointment.objects.filter(pk__in=[visit.pk for visit in visits]).order_by("starts_at"))
    return series.cancel_following(visits=fresh, because="holiday", by=world.dee, now=now)


def undone(world, visit, *, now):
    return actions.take_back(change=visit.changes.latest("pk"), by=world.dee, now=now)


def said() -> str:
    return mail.outbox[-1].body


def listed() -> list[str]:
    """The times of the last message, as it has them."""
    return [line for line in said().splitlines() if line.startswith("Tuesday ")]


def why(kind: str) -> str:
    return Reminder.objects.get(kind=kind).because


def card(visit, *, now) -> str:
    return visit_of(with_their_cards(Appointment.objects.all()).get(pk=visit.pk), now=now).told


class TestBooked:
    def test_is_one_message_with_every_time_one_file_and_one_link(self, world, visits):
        assert work(world.now) == [told.SERIES_BOOKED]
        assert mail.outbox[-1].subject.endswith("from Tuesday 10 March")
        assert listed() == [
            "Tuesday 10 March 2026 at 09:00 (Europe/London, GMT)",
            "Tuesday 17 March 2026 at 09:00 (Europe/London, GMT)",
            "Tuesday 24 March 2026 at 09:00 (Europe/London, GMT)",
            "Tuesday 31 March 2026 at 09:00 (Europe/London, BST)",
        ]
        (token,) = [line for line in said().split() if "/visit/" in line]
        link = links.behind(token.rstrip("/").rpartition("/")[2], now=world.now)
        assert link.appointment == visits[0]
        (file,) = [
            part for part in mail.outbox[-1].message().walk() if part.get_content_type() == "text/calendar"
        ]
        events = Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
        assert [event["dtstart"].dt for event in events] == [visit.starts_at for visit in visits]
        assert work(world.now + MINUTE) == []
        assert work(world.now + DAY) == []

    def test_says_both_times_to_somebody_elsewhere(self, world, visits):
        world.ana.time_zone = "America/New_York"
        world.ana.save()
        work(world.now)
        assert said().count("Where you are, that is Tuesday") == 4
        assert "Where you are, that is Tuesday 31 March 2026 at 04:00 (America/New_York, EDT)." in said()

    def test_reminders_before_stay_each_visits_own(self, world, visits):
        work(world.now)
        for visit in visits:
            assert work(visit.starts_at - 2 * DAY) == [calendar.TWO_DAYS]
            assert work(visit.starts_at - HOUR) == [calendar.TWO_HOURS]  # at seven phones are quiet

    def test_lists_what_stands_when_it_is_sent_and_waits_while_something_can_be_undone(self, world, visits):
        collect(now=world.now)
        actions.cancel(appointment=visits[1], because="ill", by=world.dee, now=world.now)
        actions.move(appointment=visits[2], starts_at=at(2, 11), by=world.dee, now=world.now + MINUTE)
        assert work(world.now + 2 * MINUTE) == []
        assert Reminder.objects.get().because.endswith("That can still be undone.")
        sent = work(world.now + MINUTE + SETTLED)
        body = next(one.body for one in mail.outbox if "from" in one.subject)
        assert "17 March" not in body
        assert "24 March 2026 at 11:00" in body
        assert told.SERIES_BOOKED in sent
        assert told.MOVED not in sent  # the message said that time already
        assert why(told.MOVED) == "The patient knows this time already."

    def test_of_which_nothing_stands_any_more_is_not_sent(self, world, visits):
        collect(now=world.now)
        called_off(world, visits, now=world.now)
        assert work(world.now + MINUTE) == []
        assert work(world.now + SETTLED) == [told.SERIES_CANCELLED]
        assert why(told.SERIES_BOOKED) == "None of the appointments is to come any more."

    def test_does_not_list_what_has_begun(self, world, visits):
        collect(now=world.now)
        work(visits[1].starts_at + MINUTE)
        assert len(listed()) == 2

    def test_sent_again_lists_what_stands_then(self, world, visits):
        work(world.now)
        actions.cancel(appointment=visits[3], because="ill", by=world.dee, now=world.now + HOUR)
        work(world.now + 2 * HOUR)
        row = resend(
            reminder=Reminder.objects.get(kind=told.SERIES_BOOKED), by=world.dee, now=world.now + DAY
        )
        assert claim_and_send(reminder_id=row.pk, now=world.now + DAY) == State.SENT
        assert len(listed()) == 3

    def test_where_each_was_confirmed_by_itself_before_is_not_told_again(self, world, visits):
        for visit in visits:
            Reminder.objects.create(
                patient=world.ana, source=told.OF_A_VISIT, kind=told.CONFIRMATION, subject_id=visit.pk,
                about_at=visit.starts_at, due_at=world.now, try_at=world.now, ring_at=world.now,
                state=State.SENT, sent_at=world.now, sent_to="ana@patients.example",
            )  # fmt: skip
        assert work(world.now + HOUR) == []

    def test_a_visit_added_to_it_later_is_confirmed_by_itself(self, world, visits):
        work(world.now)
        actions.book(
            patient=world.ana, clinician=world.carl.clinician, type=world.follow_up, starts_at=at(5),
            by=world.dee, now=world.now + HOUR, series=visits[0].series,
        )  # fmt: skip
        assert work(world.now + HOUR) == [told.CONFIRMATION]

    def test_a_series_nobody_knows_any_more(self, world):
        answer = together.message(kind=told.SERIES_BOOKED, subject_id=0, about_at=world.now, now=world.now)
        assert answer.because == "The series is no longer there."


class TestMoved:
    def test_together_is_one_message_once_it_cannot_be_undone(self, world, visits):
        work(world.now)
        later = world.now + HOUR
        moved(world, visits[1:], 11, 11, 11, now=later)
        assert work(later + 2 * MINUTE) == []
        assert work(later + SETTLED) == [told.SERIES_MOVED]
        assert [line.partition(" (")[0] for line in listed()] == [
            "Tuesday 17 March 2026 at 11:00",
            "Tuesday 24 March 2026 at 11:00",
            "Tuesday 31 March 2026 at 11:00",
        ]
        assert work(later + DAY) == []

    def test_one_alone_is_told_alone(self, world, visits):
        work(world.now)
        moved(world, visits[3:], 11, now=world.now)
        assert work(world.now + SETTLED) == [told.MOVED]

    def test_one_that_was_taken_back_is_not_in_it(self, world, visits):
        work(world.now)
        moved(world, visits, 11, 11, 11, 11, now=world.now)
        undone(world, visits[1], now=world.now + MINUTE)
        assert work(world.now + SETTLED) == [told.SERIES_MOVED]
        assert len(listed()) == 3

    def test_all_taken_back_in_time_is_not_told_at_all(self, world, visits):
        work(world.now)
        moved(world, visits, 11, 11, 11, 11, now=world.now)
        for visit in visits:
            undone(world, visit, now=world.now + MINUTE)
        assert work(world.now + HOUR) == []
        assert not Reminder.objects.filter(kind=told.SERIES_MOVED).exists()

    def test_moved_back_by_hand_before_it_was_told_is_not_told(self, world, visits):
        work(world.now)
        moved(world, visits, 11, 11, 11, 11, now=world.now)
        moved(world, visits, 9, 9, 9, 9, now=world.now + MINUTE)
        assert work(world.now + MINUTE + SETTLED) == []
        assert why(told.SERIES_MOVED) == "The patient knows these times already."

    def test_and_told_and_moved_back_is_told_again(self, world, visits):
        work(world.now)
        moved(world, visits, 11, 11, 11, 11, now=world.now)
        assert work(world.now + SETTLED) == [told.SERIES_MOVED]
        moved(world, visits, 9, 9, 9, 9, now=world.now + HOUR)
        assert work(world.now + HOUR + SETTLED) == [told.SERIES_MOVED]
        assert len(listed()) == 4

    def test_one_of_them_moved_once_more_is_told_by_itself(self, world, visits):
        work(world.now)
        moved(world, visits, 11, 11, 11, 11, now=world.now)
        again = world.now + 2 * MINUTE
        actions.move(appointment=visits[0], starts_at=at(0, 15), by=world.dee, now=again)
        assert work(world.now + SETTLED) == []  # it could still be put back among the others
        assert sorted(work(again + SETTLED)) == sorted([told.MOVED, told.SERIES_MOVED])
        bodies = [one.body for one in mail.outbox[-2:]]
        assert sorted(body.count("Tuesday") - body.count("until Tuesday") for body in bodies) == [1, 3]

    def test_put_back_among_the_others_while_they_waited_it_is_told_with_them(self, world, visits):
        work(world.now)
        moved(world, visits, 11, 11, 11, 11, now=world.now)
        actions.move(appointment=visits[0], starts_at=at(0, 15), by=world.dee, now=world.now + 2 * MINUTE)
        assert work(world.now + SETTLED) == []
        undone(world, visits[0], now=world.now + 4 * MINUTE)
        assert work(world.now + 5 * MINUTE) == [told.SERIES_MOVED]
        assert len(listed()) == 4

    def test_one_that_is_left_over_of_a_message_is_not_told_twice(self, world, visits):
        work(world.now)
        moved(world, visits[2:], 11, 11, now=world.now)
        assert work(world.now + SETTLED) == [told.SERIES_MOVED]
        actions.move(appointment=visits[3], starts_at=at(3, 15), by=world.dee, now=world.now + HOUR)
        assert work(world.now + 2 * HOUR) == [told.MOVED]
        assert work(world.now + DAY) == []
        assert not Reminder.objects.filter(kind=told.MOVED, subject_id=visits[2].pk).exists()

    def test_a_visit_of_a_told_series_moved_there_and_back_is_not_told(self, world, visits):
        work(world.now)
        actions.move(appointment=visits[0], starts_at=at(0, 15), by=world.dee, now=world.now)
        actions.move(appointment=visits[0], starts_at=at(0), by=world.dee, now=world.now + MINUTE)
        assert work(world.now + HOUR) == []
        assert why(told.MOVED) == "The patient knows this time already."

    def test_a_visit_that_moved_with_the_series_and_then_to_its_first_time_is_told(self, world, visits):
        work(world.now)
        moved(world, visits, 11, 11, 11, 11, now=world.now)
        work(world.now + SETTLED)
        actions.move(appointment=visits[0], starts_at=at(0), by=world.dee, now=world.now + HOUR)
        assert work(world.now + HOUR + SETTLED) == [told.MOVED]


class TestCancelled:
    def test_together_is_one_message_without_the_reason(self, world, visits):
        work(world.now)
        called_off(world, visits[1:], now=world.now + HOUR)
        assert work(world.now + HOUR + 2 * MINUTE) == []
        assert work(world.now + HOUR + SETTLED) == [told.SERIES_CANCELLED]
        assert len(listed()) == 3
        assert "holiday" not in said()
        assert work(visits[0].starts_at - 2 * DAY) == [calendar.TWO_DAYS]
        assert work(visits[1].starts_at - 2 * DAY) == []

    def test_one_alone_is_told_alone(self, world, visits):
        work(world.now)
        called_off(world, visits[3:], now=world.now)
        assert work(world.now + SETTLED) == [told.CANCELLED]

    def test_taken_back_in_time_is_left_out(self, world, visits):
        work(world.now)
        called_off(world, visits, now=world.now)
        undone(world, visits[2], now=world.now + MINUTE)
        assert work(world.now + SETTLED) == [told.SERIES_CANCELLED]
        assert not any(line.startswith("Tuesday 24 March") for line in listed())
        assert work(visits[2].starts_at - 2 * DAY) == [calendar.TWO_DAYS]

    def test_the_begun_ones_are_not_in_it(self, world, visits):
        work(world.now)
        called_off(world, visits, now=world.now)
        collect(now=world.now + SETTLED)
        work(visits[2].starts_at + MINUTE)
        assert len(listed()) == 1


class TestTheCard:
    def test_tells_of_a_visit_what_was_said_of_its_series(self, world, visits):
        first, last = visits[0], visits[3]
        assert card(first, now=world.now) == "Nothing sent yet"
        collect(now=world.now)
        assert card(first, now=world.now) == "Confirmation on its way"
        work(world.now)
        assert {card(visit, now=world.now) for visit in visits} == {"Confirmation sent"}
        moved(world, visits[2:], 11, 11, now=world.now + HOUR)
        quiet = "New time is sent at 10:03; sent before: confirmation"
        assert card(last, now=world.now + HOUR) == quiet
        work(world.now + 2 * HOUR)
        assert card(last, now=world.now) == "New time sent"
        assert card(first, now=world.now) == "Confirmation sent"
        called_off(world, visits[2:], now=world.now + DAY)
        work(world.now + DAY + HOUR)
        assert card(last, now=world.now) == "Cancellation sent"
        work(first.starts_at - 2 * DAY)
        assert card(first, now=world.now) == "Reminder sent"

    def test_of_somebody_who_is_not_reached_says_so(self, world, visits):
        world.ana.channels.all().delete()
        work(world.now)
        assert card(visits[2], now=world.now) == "Confirmation not sent"

    def test_of_a_visit_that_is_in_no_series_says_nothing_of_one(self, world, visits):
        work(world.now)
        other = world.booked(patient=world.ben, starts_at=at(0, 15))
        assert card(other, now=world.now) == "Nothing sent yet"


def test_what_was_sent_of_one_visit_is_never_taken_for_a_series_of_the_same_number(world, visits):
    """Two tables, two counts: the outbox tells them apart by their source."""
    Reminder.objects.create(
        patient=world.ana, source=told.OF_A_VISIT, kind=told.MOVED, subject_id=visits[0].series_id,
        about_at=visits[0].booked_at, due_at=world.now, try_at=world.now, ring_at=world.now,
    )  # fmt: skip
    assert told.SERIES_BOOKED in work(world.now)


def test_asking_what_is_due_costs_the_same_for_many(world, visits, django_assert_num_queries):
    moved(world, visits[2:], 11, 11, now=world.now)
    called_off(world, visits[:2], now=world.now)
    with django_assert_num_queries(6):
        assert len(list(together.due(now=world.now + HOUR))) == 3
    Appointment.objects.update(
        status=Status.ARRIVED, cancelled_at=None, cancelled_by=None, cancelled_because=""
    )
    with django_assert_num_queries(6):
        assert list(together.due(now=world.now + HOUR)) == []


@pytest.mark.parametrize("weeks", [2, 24])
def test_writing_it_costs_the_same_for_many(world, weeks, django_assert_max_num_queries):
    made = series.book_series(
        patient=world.ana, type=world.follow_up, slots=slots(world, *[9] * weeks), by=world.dee, now=world.now
    )
    collect(now=world.now)
    row = Reminder.objects.get(kind=told.SERIES_BOOKED, subject_id=made.pk)
    with django_assert_max_num_queries(18):
        assert claim_and_send(reminder_id=row.pk, now=world.now) == State.SENT
    visits = list(made.appointments.order_by("starts_at"))
    moved(world, visits, *[11] * weeks, now=world.now + HOUR)
    collect(now=world.now + 2 * HOUR)
    row = Reminder.objects.get(kind=told.SERIES_MOVED, subject_id=made.pk)
    with django_assert_max_num_queries(22):
        assert claim_and_send(reminder_id=row.pk, now=world.now + 2 * HOUR) == State.SENT
