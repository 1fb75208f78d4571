"""“Next free”: one list of the earliest times, for booking and for moving; and the list of what was overbooked."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking.actions import book, change_status, move
from clinic.booking.models import Appointment, AppointmentChange, AppointmentType, Resource, ResourceKind
from tests.promises.test_reading_changes_nothing import rows
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def dee(world):
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    assert world.carl
    assert world.follow_up
    return client


def find(client, **asked):
    return client.get(reverse("desk:find_time"), {"type": "follow-up"} | asked)


def times(page):
    return [
        (group.day.isoformat(), slot.shown, [name for name, _ in slot.people])
        for group in page.context["days"]
        for slot in group.slots
    ]


def test_it_opens_with_a_question_and_no_times(dee):
    page = dee.get(reverse("desk:find_time"))
    assert page.status_code == 200
    assert "Choose what it is for" in page.content.decode()


def test_the_earliest_come_first_by_day_with_everybody_who_is_free_then(world, dee):
    assert world.cleo
    world.booked(starts_at=NOW + dt.timedelta(minutes=30))  # Carl, half past nine to half past ten
    found = times(find(dee))
    assert found[:3] == [
        ("2026-03-03", "09:00", ["Carl Jensen", "Cleo Marchetti"]),
        ("2026-03-03", "09:15", ["Cleo Marchetti"]),
        ("2026-03-03", "09:30", ["Cleo Marchetti"]),
    ]


def test_only_those_who_are_asked_for(world, dee):
    cleo = world.cleo.clinician
    assert {tuple(names) for _, _, names in times(find(dee, who=[cleo.pk]))} == {("Cleo Marchetti",)}


def test_only_on_the_days_and_at_the_times_that_would_do(dee):
    found = times(find(dee, weekday=["3", "4"], from_time="16:00", until_time="17:15", day="2026-03-06"))
    assert found[:4] == [
        ("2026-03-06", "16:00", ["Carl Jensen"]),
        ("2026-03-06", "16:15", ["Carl Jensen"]),
        ("2026-03-06", "16:30", ["Carl Jensen"]),
        ("2026-03-06", "16:45", ["Carl Jensen"]),
    ]
    assert found[4][0] == "2026-03-12", "the next Thursday"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({"part": "morning"}, "09:00", "11:30"),
        ({"part": "afternoon"}, "12:00", "17:30"),
        ({"part": ""}, "09:00", "17:30"),
        ({"part": "morning", "from_time": "10"}, "10:00", "11:30"),
        ({"part": "afternoon", "until_time": "2 pm"}, "12:00", "13:30"),
    ],
)
def test_a_part_of_the_day_is_one_choice(dee, asked, first, last):
    page = find(dee, day="2026-03-03", **asked)
    clocks = [clock for day, clock, _ in times(page) if day == "2026-03-03"]
    more = dee.get(reverse("desk:find_time") + page.context["more"])
    clocks += [clock for day, clock, _ in times(more) if day == "2026-03-03"]
    assert (clocks[0], clocks[-1]) == (first, last)


def test_the_choices_are_there_without_a_script_and_stay_chosen(dee):
    page = find(dee, part="morning", weekday=["1"]).content.decode()
    assert re.search(r'type="radio" name="part" value="morning"[^>]* checked', page)
    assert re.search(r'type="checkbox" name="weekday" value="1"[^>]* checked', page)
    assert page.count('type="radio" name="part"') == 3


def test_more_goes_on_where_the_list_ended_and_asks_the_same(dee):
    first = find(dee, weekday=["2"])
    second = dee.get(reverse("desk:find_time") + first.context["more"])
    assert len(times(first)) == 24
    one, two = times(first), times(second)
    assert one[-1] < two[0]
    assert not {time[:2] for time in one} & {time[:2] for time in two}
    assert {dt.date.fromisoformat(day).weekday() for day, *_ in two} == {2}


def test_a_time_leads_to_the_booking_with_the_patient_and_all_that_was_asked(world, dee):
    page = find(dee, patient=world.ana.pk, minutes="45")
    (_, url), *_ = page.context["days"][0].slots[0].people
    assert "Ana Silva" in page.content.decode()
    assert Entry.objects.filter(patient=world.ana, what="next free").exists()
    booking = dee.get(url)
    assert booking.context["patient"] == world.ana
    assert booking.context["picked"] == "2026-03-03T09:00:00+00:00"
    assert 'name="minutes" value="45"' in booking.content.decode()


def test_a_time_leads_to_the_move_of_an_appointment(world, dee):
    visit = world.booked(type=world.follow_up, starts_at=NOW + dt.timedelta(hours=1))
    page = find(dee, moving=visit.pk)
    assert ("2026-03-03", "10:00", ["Carl Jensen"]) in times(page), "it is not in its own way"
    (_, url), *_ = page.context["days"][0].slots[0].people
    moving = dee.get(url)
    assert moving.context["appointment"] == visit
    assert moving.context["picked"] == "2026-03-03T09:00:00+00:00"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"type": ""}, "type"),
        ({"type": "surgery"}, "type"),
        ({"who": "999999"}, "who"),
        ({"weekday": "8"}, "weekday"),
        ({"from_time": "25:00"}, "from_time"),
        ({"from_time": "15:00", "until_time": "14:00"}, "until_time"),
        ({"part": "night"}, "part"),
        ({"part": "morning", "from_time": "13:00"}, "from_time"),
        ({"part": "afternoon", "until_time": "11:00"}, "until_time"),
        ({"day": "2026-02-31"}, "day"),
        ({"day": "2036-02-01"}, "day"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "1200"}, "minutes"),
    ],
)
def test_what_cannot_be_looked_for_is_named(dee, asked, field):
    page = find(dee, **asked)
    assert page.status_code == 422
    assert f'href="#find_{field}' in page.content.decode()
    assert "days" not in page.context


@pytest.mark.parametrize("after", ["soon", "9999-12-31T23:59:59-12:00", "2026-03-05T09:00:00"])
def test_a_mangled_place_to_go_on_from_begins_at_the_beginning(dee, after):
    assert times(find(dee, after=after))[0][:2] == ("2026-03-03", "09:00")


def test_nobody_who_does_it_is_said(world, dee):
    gait = AppointmentType.objects.create(slug="gait", name="Gait retraining", minutes=45)
    gait.clinicians.add(world.carl.clinician)
    page = find(dee, type="gait", who=[world.cleo.clinician.pk])
    assert "Nobody does this" in page.content.decode()


def test_looking_writes_nothing(world, dee):
    ana = world.ana
    before = rows()
    find(dee, patient=ana.pk)
    after = rows()
    assert {table for table in before if before[table] != after[table]} == set()


@pytest.mark.parametrize("clinicians", [1, 12])
def test_looking_costs_eight_queries_however_many_there_are(
    world, dee, clinicians, django_assert_max_num_queries
):
    kind = ResourceKind.objects.create(slug="treadmill", name="Treadmill")
    Resource.objects.create(kind=kind, name="Treadmill 1")
    AppointmentType.objects.create(slug="gait", name="Gait retraining", minutes=45, needs=kind)
    for number in range(clinicians):
        world.clinician(f"c{number}", f"Clinician {number}")
    assert world.ana
    with django_assert_max_num_queries(8):
        page = find(dee, type="gait", patient=world.ana.pk)
    assert times(page)


# --- What was overbooked ----------------------------------------------------------------------------------------------


@pytest.fixture
def mona(world):
    return world.signed_in(world.mona)


def overbooked(world, *, starts_at, because="Twins, one visit", patient=None):
    return book(
        patient=patient or world.ana, clinician=world.carl.clinician, type=world.follow_up, starts_at=starts_at,
        by=world.dee, now=NOW, overbooking=because,
    )  # fmt: skip


def test_the_manager_sees_who_put_whom_onto_whom_when_and_why(world, mona):
    ben = world.booked(patient=world.ben)
    overbooked(world, starts_at=ben.starts_at)
    (row,) = mona.get(reverse("desk:overbooked")).context["rows"]
    assert (row.visit.patient, row.by, row.at) == (world.ana, "Dee Hartley", NOW)
    assert row.visit.overbooked_because == "Twins, one visit"
    assert [below.name for below in row.under] == ["Ben Nowak"]
    for patient in (world.ana, world.ben):
        assert Entry.objects.filter(patient=patient, what="overbooked visits").exists()


def test_a_visit_moved_onto_another_is_listed_with_who_moved_it(world, mona):
    ben = world.booked(patient=world.ben)
    visit = world.booked(type=world.follow_up, starts_at=NOW + dt.timedelta(days=2, hours=5))
    move(appointment=visit, starts_at=ben.starts_at, by=world.mona, now=NOW, overbooking="Same car")
    (row,) = mona.get(reverse("desk:overbooked")).context["rows"]
    assert (row.by, row.visit.overbooked_because) == ("Mona Okafor", "Same car")


def test_what_is_not_overbooked_is_not_listed_and_what_lay_below_may_have_gone(world, mona):
    ben = world.booked(patient=world.ben)
    overbooked(world, starts_at=ben.starts_at)
    change_status(appointment=ben, to="cancelled", because="Flu", by=world.dee, now=NOW)
    page = mona.get(reverse("desk:overbooked"))
    assert len(page.context["rows"]) == 1
    assert "Nobody any more" in page.content.decode()


def test_older_ones_are_a_page_away_and_a_page_costs_the_same(world, mona, django_assert_max_num_queries):
    ben = world.booked(patient=world.ben)
    for number in range(27):
        overbooked(world, starts_at=ben.starts_at, because=f"Reason {number}")
    mona.get(reverse("desk:overbooked"))
    with django_assert_max_num_queries(6):
        first = mona.get(reverse("desk:overbooked"))
    second = mona.get(reverse("desk:overbooked") + first.context["older"])
    said = [[row.visit.overbooked_because for row in page.context["rows"]] for page in (first, second)]
    assert [len(reasons) for reasons in said] == [25, 2]
    assert said[0][0] == "Reason 26"
    assert said[1][-1] == "Reason 0"
    assert AppointmentChange.objects.count() == Appointment.objects.count()


def test_only_managers_read_it(world, dee):
    assert dee.get(reverse("desk:overbooked")).status_code == 403
    assert reverse("desk:overbooked") not in dee.get(reverse("desk:patients")).content.decode()
    assert (
        reverse("desk:overbooked")
        in world.signed_in(world.mona).get(reverse("desk:patients")).content.decode()
    )
