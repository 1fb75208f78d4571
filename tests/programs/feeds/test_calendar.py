"""A calendar at a secret address: made, renewed and taken away by the patient alone, and it tells times only."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from assessments.triage.models import Symptom
from clinic.audit.models import Entry
from clinic.audit.secret_addresses import CALENDAR
from clinic.booking import actions as booking
from programs.exercises.reading import load_library
from programs.feeds.models import Feed
from programs.plans import actions as plans

PAGE = "/my/calendar/"


@pytest.fixture
def clock(world):
    with time_machine.travel(world.now, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _now(clock):
    return clock


@pytest.fixture
def ana(ana_story):
    return ana_story.world.signed_in(ana_story.patient.account)


def make(client, at="18:00"):
    """The address that the page shows."""
    page = client.post(PAGE, {"do": "make", "time_of_day": at}).content.decode()
    return re.search(r'value="http://[^/"]+(/my/calendar/[^"]+\.ics)"', page)[1]


def read(address):
    """As a calendar reads it: without any sign-in."""
    return Client().get(address)


def events(address):
    answer = read(address)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_it_is_made_read_and_shown_once(ana, ana_story):
    assert ana_story.released
    assert "Make my calendar address" in ana.get(PAGE).content.decode()
    address = make(ana)
    found = events(address)
    assert len(found) >= 12
    assert {one["dtstart"].dt.time() for one in found} == {dt.time(18), dt.time(17)}, (
        "UTC, over the spring change"
    )
    page = ana.get(PAGE).content.decode()
    assert "Your address works" in page
    assert address not in page
    assert "webcal:" not in page


def test_only_the_hash_is_kept(ana, ana_story):
    token = make(ana).rsplit("/", 1)[1].removesuffix(".ics")
    assert len(token) == 43
    row = Feed.objects.values().get()
    assert token not in str(row)
    assert token not in str(list(Entry.objects.values()))


def test_it_says_nothing_but_times(ana, ana_story, settings):
    """No word of health, no name and no number: whoever looks over a shoulder reads “Session”."""
    assert ana_story.released
    answer = read(make(ana))
    said = answer.content.decode().replace("\r\n ", "")
    home = f"{settings.CLINIC_BASE_URL}/my/"
    assert {str(one["summary"]) for one in Calendar.from_ical(said).walk("VEVENT")} == {"Session"}
    assert {str(one["description"]) for one in Calendar.from_ical(said).walk("VEVENT")} == {home}
    said = said.replace(home, "").casefold()
    allowed = set(
        "begin end vcalendar vevent version prodid method publish name x-wr-calname refresh-interval value duration "
        "x-published-ttl summary session sessions description url class private uid dtstamp dtstart dtend".split()
    )
    names = {one.name.casefold() for one in ana_story.released.listed_now()}
    names |= {one.name.casefold() for one in load_library().exercises.values()}
    forbidden = names | {
        "silva",
        "ana",
        ana_story.patient.record_number.casefold(),
        "pain",
        "rehab",
        "injury",
    }
    lines = [line for line in said.splitlines() if not line.startswith("uid")]
    words = {word for line in lines for word in re.findall(r"[a-z-]{3,}", line)}
    assert words <= allowed, words - allowed
    assert not [word for word in forbidden if re.search(rf"\b{re.escape(word)}\b", said)]


def test_it_is_written_as_calendars_want_it(ana, ana_story):
    assert ana_story.released
    answer = read(make(ana))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/calendar; charset=utf-8", "no-store")
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    assert (lines[0], lines[-2]) == (b"BEGIN:VCALENDAR", b"END:VCALENDAR")


def test_reading_again_gives_the_same(ana, ana_story, clock):
    assert ana_story.released
    address = make(ana)
    first = read(address).content
    clock.shift(dt.timedelta(hours=3))
    assert read(address).content == first


def test_renewed_the_old_one_is_dead_at_once(ana, ana_story):
    assert ana_story.released
    old = make(ana, "07:15")
    new = make(ana, "07:15")
    assert old != new
    assert read(old).status_code == 404
    assert read(new).status_code == 200
    assert Feed.objects.count() == 1


def test_taken_away_it_is_dead_at_once(ana, ana_story):
    address = make(ana)
    answer = ana.post(PAGE, {"do": "end"}, follow=True)
    assert "no longer works for anyone" in answer.content.decode()
    assert read(address).status_code == 404
    assert not Feed.objects.exists()
    assert ana.post(PAGE, {"do": "end"}).status_code == 302


def test_a_wrong_address_says_no_more_than_a_dead_one(ana, settings):
    settings.DEBUG = False
    dead = make(ana)
    ana.post(PAGE, {"do": "end"})
    never = reverse("portal:calendar_feed", args=["x" * 43])
    strange = reverse("portal:calendar_feed", args=["é" * 400])
    answers = [read(address) for address in (dead, never, strange)]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert b"BEGIN" not in answers[0].content


def test_a_closed_account_has_no_calendar(ana, ana_story):
    address = make(ana)
    account = ana_story.patient.account
    account.is_active = False
    account.save()
    assert read(address).status_code == 404


def test_another_time_moves_every_session(ana, ana_story):
    assert ana_story.released
    address = make(ana)
    before = {str(one["uid"]): one["dtstart"].dt for one in events(address)}
    ana.post(PAGE, {"do": "time", "time_of_day": "06:30"})
    after = {str(one["uid"]): one["dtstart"].dt for one in events(address)}
    assert before.keys() == after.keys()
    assert all(before[name] - after[name] == dt.timedelta(hours=11, minutes=30) for name in before)
    assert 'value="06:30"' in ana.get(PAGE).content.decode()


@pytest.mark.parametrize("typed", ["", "25:00", "soon", "18:00:00+01", "9" * 5000])
def test_what_is_no_time_changes_nothing(ana, typed):
    make(ana, "07:15")
    kept = Feed.objects.values().get()
    for what in ("time", "make"):
        answer = ana.post(PAGE, {"do": what, "time_of_day": typed})
        assert answer.status_code == 422
    assert Feed.objects.values().get() == kept
    assert ana.post(PAGE, {"do": "nonsense", "time_of_day": "18:00"}).status_code == 200
    assert Feed.objects.values().get() == kept


def test_a_time_for_a_calendar_that_is_gone_is_told(ana):
    answer = ana.post(PAGE, {"do": "time", "time_of_day": "18:00"}, follow=True)
    assert "no calendar address any more" in answer.content.decode()


def test_it_follows_the_version_the_patient_has(ana, ana_story):
    assert ana_story.proposed
    address = make(ana)
    assert events(address) == [], "a draft is nobody's plan"
    assert ana_story.released
    assert events(address)
    draft = plans.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    draft.exercises.exclude(category="core").delete()
    newer = plans.release(version=draft, by=ana_story.by, now=ana_story.now)
    assert events(address)
    plans.end(version=newer, because="Moved away.", by=ana_story.by, now=ana_story.now)
    assert events(address) == []


def test_an_overtaken_decision_empties_it(ana, ana_story):
    assert ana_story.released
    address = make(ana)
    ana_story.decide("tightness")
    assert events(address) == []


def test_it_is_the_patients_alone(ana, ana_story, ben_story):
    assert ana_story.released
    ben = ben_story.world.signed_in(ben_story.patient.account)
    hers, his = make(ana), make(ben)
    assert len(events(hers)) > len(events(his)) == 0
    ben.post(PAGE, {"do": "end"})
    assert events(hers)


def test_reading_is_written_down_once_a_day_and_address(ana, ana_story, clock, django_assert_max_num_queries):
    assert ana_story.released
    address = make(ana)
    mine = Entry.objects.filter(patient=ana_story.patient, job=CALENDAR.name, action=Entry.Action.READ)
    with django_assert_max_num_queries(8):
        read(address)
    for _ in range(5):
        read(address)
    assert mine.get().page == "portal:calendar_feed"
    Client(REMOTE_ADDR="203.0.113.9").get(address)
    assert mine.count() == 2, "somebody else's network is seen"
    clock.shift(dt.timedelta(days=1))
    read(address)
    assert mine.count() == 3


def test_making_renewing_and_taking_away_are_written_down(ana, ana_story):
    make(ana)
    make(ana)
    ana.post(PAGE, {"do": "time", "time_of_day": "06:30"})
    ana.post(PAGE, {"do": "end"})
    said = list(
        Entry.objects.filter(what__startswith="calendar address")
        .order_by("pk")
        .values_list("what", flat=True)
    )
    assert [re.sub(r"\d+", "N", one) for one in said] == [
        "calendar address N made",
        "calendar address N renewed",
        "calendar address N at another time",
        "calendar address N taken away",
    ]


def test_the_settings_page_asks_little_of_the_database(ana, ana_story, django_assert_max_num_queries):
    make(ana)
    with django_assert_max_num_queries(6):
        assert ana.get(PAGE).status_code == 200


def test_nothing_can_be_posted_to_it(ana):
    assert Client().post(make(ana)).status_code == 405


class TestVisits:
    """What the patient goes to stands beside what they do at home."""

    @pytest.fixture
    def visit(self, ana_story):
        world = ana_story.world
        return world.booked(patient=ana_story.patient, starts_at=world.now + dt.timedelta(days=9, hours=1))

    def visits(self, address):
        return [one for one in events(address) if "Appointment" in str(one["summary"])]

    def test_stand_in_it_without_a_program_and_say_nothing_but_when(self, ana, visit):
        address = make(ana)
        (event,) = events(address)
        assert (event["dtstart"].dt, str(event["summary"])) == (visit.starts_at, "Appointment")
        said = read(address).content.decode()
        assert not [word for word in ("Silva", "Jensen", "ssessment", "Example Street") if word in said]
        assert "location" not in event
        assert event.walk("VALARM") == []

    def test_follow_a_move_and_a_cancellation(self, ana, ana_story, visit):
        address, world = make(ana), ana_story.world
        (before,) = self.visits(address)
        booking.move(
            appointment=visit, starts_at=visit.starts_at + dt.timedelta(days=1), by=world.dee, now=world.now
        )
        (moved,) = self.visits(address)
        assert moved["uid"] == before["uid"]
        assert moved["dtstart"].dt - before["dtstart"].dt == dt.timedelta(days=1)
        assert moved["sequence"] > before["sequence"]
        booking.cancel(appointment=visit, because="a cold", by=world.dee, now=world.now)
        (off,) = self.visits(address)
        assert (str(off["status"]), str(off["summary"])) == ("CANCELLED", "Cancelled: Appointment")
        assert "cold" not in read(address).content.decode()

    def test_stay_when_a_warning_sign_takes_the_sessions_away(self, ana, ana_story, visit):
        assert ana_story.released
        address = make(ana)
        assert len(events(address)) > 1
        ana_story.logs(symptoms=[Symptom.POP.value])
        assert [one["dtstart"].dt for one in events(address)] == [visit.starts_at]

    def test_anothers_and_past_ones_are_not_in_it(self, ana, ana_story, visit, clock):
        world = ana_story.world
        world.booked(patient=world.ben, starts_at=visit.starts_at + dt.timedelta(hours=2))
        address = make(ana)
        assert len(self.visits(address)) == 1
        clock.shift(dt.timedelta(days=10))
        assert self.visits(address) == []

    def test_have_the_name_they_have_in_their_own_file(self, ana, visit):
        (event,) = self.visits(make(ana))
        file = ana.get(reverse("portal:appointment_file", args=[visit.pk])).content
        (own,) = Calendar.from_ical(file).walk("VEVENT")
        assert own["uid"] == event["uid"]
