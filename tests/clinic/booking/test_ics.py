"""A visit as a calendar file: the same moment as the page and the mail say, whatever the clocks do."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from icalendar import Calendar

from clinic.booking import actions, ics
from clinic.booking import reminders as calendar
from clinic.booking.hours import instant
from clinic.booking.models import Appointment
from clinic.people.models import Patient
from clinic.reminders import wording
from clinic.reminders.sources import Message
from programs.portal import visits
from tests.clinic.booking.test_links import DAY, HOUR, send_all

# Forward and back, by an hour and by half of one, north and south, at midnight, and never.
ZONES = {
    "Europe/London": [dt.date(2026, 3, 29), dt.date(2026, 10, 25)],
    "America/New_York": [dt.date(2026, 3, 8), dt.date(2026, 11, 1)],
    "America/St_Johns": [dt.date(2026, 3, 8), dt.date(2026, 11, 1)],
    "America/Santiago": [dt.date(2026, 4, 5), dt.date(2026, 9, 6)],
    "Africa/Cairo": [dt.date(2026, 4, 24), dt.date(2026, 10, 30)],
    "Australia/Lord_Howe": [dt.date(2026, 4, 5), dt.date(2026, 10, 4)],
    "Pacific/Auckland": [dt.date(2026, 4, 5), dt.date(2026, 9, 27)],
    "Asia/Kolkata": [dt.date(2026, 3, 29), dt.date(2026, 10, 25)],
}
SAID = re.compile(r"(\w+ \d+ \w+ \d{4}) at (\d\d:\d\d) \(([\w/]+), ([\w+-]+)\)")


def moments() -> list[tuple[str, dt.date, dt.time, dt.datetime]]:
    """Every half hour of each day on which the clocks change, in each zone, as the calendar reads it."""
    halves = [dt.time(half // 2, half % 2 * 30) for half in range(48)]
    return [
        (name, day, wall, instant(day, wall, ZoneInfo(name)))
        for name, days in ZONES.items()
        for day, wall in product(days, halves)
    ]


def heard(text: str) -> dt.datetime:
    """The one moment that “Sunday 25 October 2026 at 01:30 (Europe/London, BST)” means."""
    (found,) = set(SAID.findall(text))
    day, clock, zone, short = found
    naive = dt.datetime.strptime(f"{day} {clock}", "%A %d %B %Y %H:%M")  # noqa: DTZ007  # the zone follows
    meant = {
        one.astimezone(dt.UTC)
        for fold in (0, 1)
        if (one := naive.replace(tzinfo=ZoneInfo(zone), fold=fold)).tzname() == short
    }
    (only,) = meant
    return only


def shown_on_the_page(patient: Patient, starts_at: dt.datetime) -> dict[str, str]:
    visit = Appointment(patient=patient, starts_at=starts_at, ends_at=starts_at + HOUR)
    there = wording.elsewhere(starts_at, visits.clinic_zone(), patient.zone)
    return {"When": wording.moment(visit.starts_at, visits.clinic_zone()), "Where you are": there}


def read_back(starts_at: dt.datetime) -> dt.datetime:
    entry = ics.Entry(uuid.uuid4(), starts_at, starts_at + HOUR, changed_at=starts_at - DAY)
    (event,) = Calendar.from_ical(ics.written([entry], name="Visits")).walk("VEVENT")
    assert event["dtend"].dt - event["dtstart"].dt == HOUR
    assert event["dtstart"].dt.utcoffset() == dt.timedelta(0)
    return event["dtstart"].dt


class TestClocks:
    """768 half hours: the wall time that was meant, the page, the mail and the file all say one moment."""

    def test_page_and_file_say_the_same_moment_and_the_time_that_was_meant(self, settings):
        seen = skipped = 0
        for name, day, wall, at in moments():
            settings.TIME_ZONE = name
            text = shown_on_the_page(Patient(time_zone="Asia/Tokyo"), at)["When"]
            assert heard(text) == at == read_back(at), (name, day, wall)
            if f"{day.day} {day:%B} {day.year} at {wall:%H:%M} ({name}, " in text:
                seen += 1
            else:  # a time the clocks skip is the moment they jump to
                skipped += 1
                assert instant(day, wall, ZoneInfo(name)).astimezone(ZoneInfo(name)).time() > wall
        assert (seen, skipped) == (768 - 13, 13)

    def test_the_mail_says_it_too_and_where_the_patient_is(self, world, settings):
        for name, day, wall, at in moments()[::7]:
            settings.TIME_ZONE = "Asia/Tokyo"
            world.ana.time_zone = name
            text = wording.letter(
                Message("emails/appointment_moved.txt", "portal:visit", at=at, key="x" * 43), world.ana
            ).text
            here, there = (one[0] for one in re.finditer(SAID, text))
            assert heard(here) == heard(there) == at, (name, day, wall)
            assert name in there
            page = shown_on_the_page(world.ana, at)
            assert (page["When"], page["Where you are"]) == (here, there)

    def test_the_details_of_the_page_are_these_very_words(self, world, settings):
        visit = world.booked(starts_at=dt.datetime(2026, 10, 26, 9, tzinfo=dt.UTC), now=world.now)
        world.ana.time_zone = "America/New_York"
        assert shown_on_the_page(world.ana, visit.starts_at).items() <= dict(visits.details(visit)).items()

    def test_a_series_at_one_hour_of_the_wall_stays_there(self, settings):
        for name, days in ZONES.items():
            zone = ZoneInfo(name)
            for change, week in product(days, range(-2, 3)):
                at = instant(change + week * 7 * DAY, dt.time(9, 30), zone)
                assert read_back(at).astimezone(zone).time() == dt.time(9, 30), (name, change, week)

    def test_an_hour_off_is_seen(self, settings):
        settings.TIME_ZONE = "Europe/London"
        at = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
        first, second = (wording.moment(at + hours * HOUR, ZoneInfo("Europe/London")) for hours in (0, 1))
        assert first != second
        assert heard(second) - heard(first) == HOUR


def file_of(visit: Appointment) -> str:
    return ics.of_visit(Appointment.objects.all(), visit.pk).decode()


def event_of(visit: Appointment):
    (event,) = Calendar.from_ical(file_of(visit)).walk("VEVENT")
    return event


@pytest.fixture
def visit(world) -> Appointment:
    return world.booked(starts_at=world.now + 9 * DAY + HOUR)


class TestOneVisit:
    def test_says_when_and_where_and_nothing_of_what_it_is_for(self, visit):
        event, text = event_of(visit), file_of(visit)
        assert (str(event["summary"]), str(event["location"])) == ("Appointment", "1 Example Street, London")
        assert str(event["status"]) == "CONFIRMED"
        assert "METHOD:PUBLISH" in text
        words = set(re.findall(r"[A-Za-z]{3,}", text.replace("\r\n ", "")))
        assert words & {"Silva", "Ana", "Carl", "Jensen", "Initial", "Therapy", "Physical", "Stride"} == set()

    def test_rings_two_hours_before(self, visit):
        (alarm,) = event_of(visit).walk("VALARM")
        assert (str(alarm["action"]), alarm["trigger"].dt) == ("DISPLAY", -2 * HOUR)

    def test_keeps_its_name_and_counts_its_moves(self, world, visit):
        seen = [event_of(visit)]
        moved = actions.move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=world.now)
        seen.append(event_of(moved))
        actions.change_status(appointment=moved, to="confirmed", by=world.dee, now=world.now + HOUR)
        assert event_of(moved)["sequence"] == 1, "a confirmation moves nothing"
        actions.cancel(appointment=moved, because="ill", by=world.dee, now=world.now + HOUR)
        seen.append(event_of(moved))
        actions.take_back(change=moved.changes.last(), by=world.dee, now=world.now + HOUR)
        seen.append(event_of(moved))
        assert [one["sequence"] for one in seen] == [0, 1, 2, 3]
        assert [str(one["status"]) for one in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"]
        assert len({str(one["uid"]) for one in seen}) == 1
        assert seen == sorted(seen, key=lambda one: one["dtstamp"].dt)

    def test_cancelled_says_so_and_rings_no_more(self, world, visit):
        actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now)
        event = event_of(visit)
        assert (str(event["status"]), str(event["summary"])) == ("CANCELLED", "Cancelled: Appointment")
        assert event.walk("VALARM") == []
        assert "ill" not in file_of(visit)

    def test_two_visits_have_two_names(self, world, visit):
        other = world.booked(starts_at=visit.starts_at + 2 * HOUR)
        assert str(event_of(visit)["uid"]) != str(event_of(other)["uid"])

    @pytest.mark.parametrize(
        "hostile",
        [
            "Here\r\nBEGIN:VALARM\r\nACTION:EMAIL\r\nEND:VALARM",
            "Here\nATTENDEE:mailto:everybody@elsewhere.example",
            "Here\rSTATUS:CANCELLED",
            "a;b,c\\n\\;END:VEVENT",
            "x" * 4000,
            "ü€🏃" * 60,
            "\x00\x1b[31m\u2028DTSTART:19700101T000000Z",
        ],
    )
    def test_a_hostile_address_stays_in_its_line(self, visit, settings, hostile):
        settings.CLINIC_ADDRESS = hostile
        raw = ics.of_visit(Appointment.objects.all(), visit.pk)
        assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
        assert re.search(rb"[^\r]\n|\r[^\n]", raw) is None
        (event,) = Calendar.from_ical(raw).walk("VEVENT")
        assert (event["dtstart"].dt, str(event["status"])) == (visit.starts_at, "CONFIRMED")
        assert "attendee" not in event
        assert len(event.walk("VALARM")) == 1
        assert str(event["location"]) == " ".join(re.sub(ics.CONTROL, " ", hostile).split())

    def test_costs_one_query(self, visit, django_assert_num_queries):
        with django_assert_num_queries(1):
            file_of(visit)


class TestInTheMail:
    @pytest.fixture(autouse=True)
    def _only_the_calendar(self, settings):
        settings.REMINDER_SOURCES = ["clinic.booking.reminders"]

    def attached(self) -> list[bytes]:
        message = mail.outbox[-1].message()
        return [
            part.get_payload(decode=True)
            for part in message.walk()
            if part.get_content_type() == "text/calendar"
        ]

    def test_a_booked_and_a_moved_one_bring_the_file_and_the_others_do_not(self, world, visit):
        send_all(world.now)
        (file,) = self.attached()
        (event,) = Calendar.from_ical(file).walk("VEVENT")
        assert (event["dtstart"].dt, event["sequence"]) == (visit.starts_at, 0)
        moved = visit.starts_at + DAY
        actions.move(appointment=visit, starts_at=moved, by=world.dee, now=world.now + HOUR)
        send_all(world.now + 2 * HOUR)
        (event,) = Calendar.from_ical(self.attached()[0]).walk("VEVENT")
        assert (event["dtstart"].dt, event["sequence"]) == (moved, 1)
        send_all(moved - 2 * DAY)
        assert self.attached() == []

    def test_it_is_still_a_mail_that_is_read_as_text(self, world, visit):
        send_all(world.now)
        message = mail.outbox[-1].message()
        assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/calendar"]
        assert "method=" in str(message.get_payload()[1]["Content-Type"]).lower()

    def test_every_kind_that_tells_a_new_time_has_one(self):
        assert {calendar.CONFIRMATION, calendar.MOVED} == calendar.WITH_A_FILE
