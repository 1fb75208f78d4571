"""A clinician's calendar at a secret address: busy times and absences, no name of a patient, no clinical word."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from clinic.audit.models import Entry
from clinic.booking import actions
from clinic.booking.models import Absence, ClinicianFeed, Resource, ResourceKind

PAGE = "/chart/calendar/"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(clock):
    return clock


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


def make(client) -> str:
    page = client.post(PAGE, {"do": "make"}).content.decode()
    return re.search(r'value="http://[^/"]+(/chart/calendar/[^"]+\.ics)"', page)[1]


def events(address):
    answer = Client().get(address)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


def away(world, *, who="carl", kind="sick", note="a fever", imported_as="") -> Absence:
    clinician = getattr(world, who).clinician if who else None
    return Absence.objects.create(
        clinician=clinician,
        kind=kind,
        starts_at=world.now + 3 * DAY,
        ends_at=world.now + 3 * DAY + 2 * HOUR,
        note=note,
        imported_as=imported_as,
        imported_from="Old system" if imported_as else "",
        made_at=world.now,
    )


def test_it_is_made_and_shown_once(carl):
    assert "Make my calendar address" in carl.get(PAGE).content.decode()
    address = make(carl)
    page = carl.get(PAGE).content.decode()
    assert "Your address works" in page
    assert address not in page
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert len(token) == 43
    assert token not in str(list(ClinicianFeed.objects.values())) + str(list(Entry.objects.values()))


def test_it_shows_visits_and_absences_and_not_whose_nor_what_for(world, carl):
    visit = world.booked()
    away(world)
    address = make(carl)
    found = {str(one["summary"]): one for one in events(address)}
    assert set(found) == {"Visit", "Away"}
    assert found["Visit"]["dtstart"].dt == visit.starts_at
    said = Client().get(address).content.decode().replace("\r\n ", "")
    words = {word.casefold() for word in re.findall(r"[A-Za-z-]{3,}", re.sub(r"UID:\S+", "", said))}
    allowed = set(
        "begin end vcalendar vevent version prodid method publish name x-wr-calname refresh-interval value duration "
        "x-published-ttl summary visit visits away class private uid dtstamp dtstart dtend sequence status confirmed "
        "transp opaque".split()
    )
    assert words <= allowed, words - allowed


def test_a_room_is_named_and_cannot_break_out(world, carl):
    kind = ResourceKind.objects.create(slug="room", name="Room")
    Resource.objects.create(kind=kind, name="Room 2\r\nATTENDEE:mailto:x@elsewhere.example")
    world.follow_up.needs = kind
    world.follow_up.save()
    world.booked(type=world.follow_up)
    (event,) = events(make(carl))
    assert str(event["location"]) == "Room 2 ATTENDEE:mailto:x@elsewhere.example"
    assert "attendee" not in event


def test_it_follows_what_is_moved_cancelled_and_missed(world, carl):
    first, second = world.booked(), world.booked(patient=world.ben, starts_at=world.now + 2 * DAY + 3 * HOUR)
    address = make(carl)
    before = {str(one["uid"]): one for one in events(address)}
    actions.move(appointment=first, starts_at=first.starts_at + DAY, by=world.dee, now=world.now)
    actions.cancel(appointment=second, because="ill", by=world.dee, now=world.now)
    (event,) = events(address)
    was = before[str(event["uid"])]
    assert event["dtstart"].dt - was["dtstart"].dt == DAY
    assert event["sequence"] == was["sequence"] + 1


def test_a_colleagues_visits_and_absences_are_not_in_it_but_the_clinics_are(world, carl):
    world.booked(clinician=world.cleo)
    away(world, who="cleo")
    away(world, who="", kind="holiday", note="Good Friday")
    away(world, imported_as="x@elsewhere")
    assert [str(one["summary"]) for one in events(make(carl))] == ["Closed"]


def test_renewed_or_taken_away_the_old_one_is_dead_and_answers_as_a_wrong_one(world, carl, settings):
    settings.DEBUG = False
    old = make(carl)
    new = make(carl)
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    carl.post(PAGE, {"do": "end"})
    never = reverse("charting:calendar_feed", args=["x" * 43])
    answers = [Client().get(one) for one in (old, new, never)]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1


@pytest.mark.parametrize("how", ["closed", "left"])
def test_who_has_left_has_no_calendar(world, carl, how):
    address = make(carl)
    if how == "closed":
        world.carl.is_active = False
        world.carl.save()
    else:
        world.carl.clinician.left_on = world.now.date() - DAY
        world.carl.clinician.save()
    assert Client().get(address).status_code == 404


def test_reading_is_written_down_once_a_day_and_address_and_costs_little(
    world, carl, clock, django_assert_max_num_queries
):
    for hour in range(4):
        world.booked(starts_at=world.now + 2 * DAY + hour * HOUR)
    address = make(carl)
    with django_assert_max_num_queries(5):
        Client().get(address)
    for _ in range(3):
        Client().get(address)
    noted = Entry.objects.filter(page="charting:calendar_feed", action=Entry.Action.READ)
    assert noted.count() == 1
    Client(REMOTE_ADDR="203.0.113.9").get(address)
    assert noted.count() == 2
    clock.shift(DAY)
    Client().get(address)
    assert noted.count() == 3


def test_making_renewing_and_taking_away_are_written_down(carl):
    make(carl)
    make(carl)
    carl.post(PAGE, {"do": "end"})
    said = Entry.objects.filter(what__startswith="calendar address of clinician").order_by("pk")
    assert [one.what.rsplit(" ", 1)[1] for one in said] == ["made", "renewed", "away"]


def test_what_is_no_act_changes_nothing_and_it_is_for_clinicians(world, carl):
    assert carl.post(PAGE, {"do": "nonsense"}).status_code == 200
    assert not ClinicianFeed.objects.exists()
    for account in (world.dee, world.mona, world.ana.account):
        assert world.signed_in(account).get(PAGE).status_code == 403
    assert Client().post(make(carl)).status_code == 405
