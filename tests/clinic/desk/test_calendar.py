"""The day, the week and the month: what each shows and costs, and where its links lead."""

import datetime as dt
import re

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking import actions, holding
from clinic.booking.models import Absence, ExtraHours, Hold, Resource, ResourceKind
from clinic.desk.calendar import Place
from tests.clinic.booking.full_days import fill
from tests.world import NOW

THURSDAY = {"day": "2026-03-05"}
VIEWS = ("desk:today", "desk:week", "desk:month")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def dee(world):
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    return client


def shown(client, view="desk:today", **asked):
    answer = client.get(reverse(view), THURSDAY | asked)
    assert answer.status_code == 200
    return answer.content.decode()


def treadmills(world, *names):
    kind = ResourceKind.objects.create(slug="treadmill", name="Treadmill")
    world.follow_up.needs = kind
    world.follow_up.buffer_minutes = 10
    world.follow_up.save()
    for name in names:
        Resource.objects.create(kind=kind, name=name)


# --- What it costs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how_many", [20, 320])
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_costs_the_same_however_full(world, dee, view, how_many, django_assert_max_num_queries):
    fill(world, how_many)
    treadmills(world, "Treadmill 1", "Treadmill 2")
    one = world.booked(starts_at=NOW + dt.timedelta(days=3)).clinician_id
    for asked in ({}, {"clinician": one}):
        with django_assert_max_num_queries(6):
            shown(dee, view, **asked)


def test_names_are_recorded_where_they_are_shown_and_nowhere_else(world, dee):
    visit = world.booked()
    for view, asked, rows in (
        ("desk:week", {}, 0),
        ("desk:month", {}, 0),
        ("desk:week", {"clinician": visit.clinician_id}, 1),
    ):
        assert ("Silva" in shown(dee, view, **asked)) == bool(rows)
        assert Entry.objects.filter(patient=world.ana, action="listed").count() == rows


# --- The day ------------------------------------------------------------------------------------------------


def test_every_free_quarter_is_a_link_to_the_booking_of_it(world, dee):
    who = world.carl.clinician.pk
    page = shown(dee)
    links = re.findall(r'href="(/desk/book/\?[^"]+)" data-book-gap', page)
    assert len(links) == 40, "eight to six, by quarter hours"
    assert f"/desk/book/?clinician={who}&amp;day=2026-03-05&amp;time=09%3A15" in links
    assert page.count('class="leads"') == 10, "without a script Tab goes from hour to hour"


def test_machines_stand_after_the_clinicians_and_say_who_has_them(world, dee):
    world.follow_up  # noqa: B018  # its treadmill comes along
    Resource.objects.all().delete()
    treadmills(world, "Treadmill 1")
    visit = world.booked(type=world.follow_up)
    page = shown(dee)
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]+)", page.split('<table class="paper"')[0])
    assert heads == ["Carl Jensen", "Treadmill 1"]
    assert f'<a class="taken" href="#visit-{visit.pk}">Ana Silva' in page
    assert ">Buffer<" in page


def test_a_clinic_without_machines_has_no_column_for_them(world, dee):
    world.booked()
    Resource.objects.all().delete()
    assert 'class="thing"' not in shown(dee)


def test_an_overbooking_stands_beside_the_other_and_says_why(world, dee):
    visit = world.booked()
    actions.book(
        patient=world.ben, clinician=visit.clinician, type=world.follow_up, starts_at=visit.starts_at,
        by=world.dee, now=NOW, overbooking="Came a long way",
    )  # fmt: skip
    page = shown(dee)
    assert "Overbooked because: </span>Came a long way" in page
    assert 'colspan="2" data-clinician' in page


def paper(page):
    return page.split('<div class="on-paper">')[1]


def test_on_paper_stands_everybody_who_works_that_day(world, dee):
    assert world.cleo
    world.booked()
    said = paper(shown(dee))
    assert "<caption>Carl Jensen</caption>" in said
    assert "<strong>Cleo Marchetti</strong>: no visits</p>" in said


def test_on_paper_somebody_on_leave_has_no_visits_for_that_reason(world, dee):
    Absence.objects.create(
        clinician=world.carl.clinician, kind="leave", starts_at=NOW + dt.timedelta(days=1),
        ends_at=NOW + dt.timedelta(days=4), made_at=NOW,
    )  # fmt: skip
    assert "<strong>Carl Jensen</strong>: no visits (Leave)</p>" in paper(shown(dee))


def test_on_paper_the_cancelled_stand_apart_and_struck(world, dee):
    visit = world.booked()
    world.booked(patient=world.ben, starts_at=visit.starts_at + dt.timedelta(hours=2))
    actions.change_status(appointment=visit, to="cancelled", because="Ill", by=world.dee, now=NOW)
    said = paper(shown(dee))
    assert "Cancelled: <s>10:00 Ana Silva</s></p>" in said
    assert "Ana Silva" not in said.split("<table")[1].split("</table>")[0]
    assert "Ben Nowak" in said.split("<table")[1].split("</table>")[0]


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        (Hold.Purpose.ONLINE, "Being booked online until 09:05"),
        (Hold.Purpose.OFFER, "Offered to the wait list until 09:05"),
    ],
)
def test_a_time_that_is_kept_says_for_what_and_until_when(world, dee, purpose, words):
    holding.hold(
        clinician=world.carl.clinician, type=world.follow_up, starts_at=NOW + dt.timedelta(days=2),
        purpose=purpose, lasts_until=NOW + dt.timedelta(minutes=5), now=NOW,
    )  # fmt: skip
    page = shown(dee)
    assert words in page
    assert "time=09%3A00" not in page, "and cannot be booked"


def test_an_absence_says_its_kind_and_not_what_it_is_about(world, dee):
    at = NOW + dt.timedelta(days=2)
    Absence.objects.create(
        clinician=world.carl.clinician, kind="sick", note="Back pain", starts_at=at,
        ends_at=at + dt.timedelta(hours=2), made_at=NOW,
    )  # fmt: skip
    page = shown(dee)
    assert '<span class="why">Sick</span>' in page
    assert "Back pain" not in page
    assert page.count("data-book-gap") == 32


def test_a_holiday_of_the_whole_clinic_is_named(world, dee):
    assert world.carl
    Absence.objects.create(
        clinician=None, kind="holiday", note="Founders’ day", starts_at=NOW + dt.timedelta(days=1),
        ends_at=NOW + dt.timedelta(days=3), made_at=NOW,
    )  # fmt: skip
    for view in VIEWS:
        assert "Holiday: Founders’ day" in shown(dee, view)


def away(world, *, who, hours, kind="leave"):
    """From nine on Thursday for that many hours; the visit is at ten, for an hour."""
    at = NOW + dt.timedelta(days=2)
    clinician = who and getattr(world, who).clinician
    world.booked(starts_at=at + dt.timedelta(hours=1))
    Absence.objects.create(
        clinician=clinician, kind=kind, starts_at=at, ends_at=at + dt.timedelta(hours=hours), made_at=NOW
    )


def test_a_visit_under_leave_says_so_and_is_moved_to_anybody(world, dee):
    assert world.cleo
    away(world, who="carl", hours=1.5)
    page = shown(dee)
    assert "Carl Jensen is away: to be moved" in page
    to = re.search(r'href="([^"]*/move/[^"]*)"', page)[1].replace("&amp;", "&")
    assert to.endswith("/move/?clinician=any&day=2026-03-05&time=10%3A00")
    form = dee.get(to).content.decode()
    assert '<option value="any" selected>' in form
    assert re.search(r'value="2026-03-05T10:00:00\+00:00" checked', form), "Cleo is free then"


@pytest.mark.parametrize(("who", "hours"), [("cleo", 8), ("carl", 1)])
def test_a_visit_beside_a_leave_is_like_any_other(world, dee, who, hours):
    away(world, who=who, hours=hours)
    page = shown(dee)
    assert "to be moved" not in page
    assert re.search(r'href="[^"]*/move/"', page)


def test_when_the_clinic_is_shut_nobody_is_there(world, dee):
    away(world, who=None, hours=8, kind="holiday")
    assert "The clinic is shut: to be moved" in shown(dee)


@pytest.mark.parametrize(("hours", "said"), [(1.5, True), (2, False)])
def test_what_was_under_leave_and_is_over_need_not_be_moved(world, clock, hours, said):
    away(world, who="carl", hours=8)
    clock.move_to(NOW + dt.timedelta(days=2, hours=hours))
    assert ("to be moved" in shown(world.signed_in(world.dee))) == said


def offers(page):
    return set(re.findall(r'name="to" value="(\w+)"', page))


@pytest.mark.parametrize(
    ("days", "hours", "steps"),
    [
        (0, 0, {"confirmed", "cancelled"}),
        (2, 0, {"arrived", "confirmed", "cancelled"}),
        (2, 1, {"arrived", "confirmed", "cancelled", "no_show"}),
    ],
)
def test_only_what_can_be_true_by_now_is_offered(world, clock, days, hours, steps):
    world.booked(starts_at=NOW + dt.timedelta(days=2, hours=1))
    clock.move_to(NOW + dt.timedelta(days=days, hours=hours))
    assert offers(shown(world.signed_in(world.dee))) == steps


@pytest.mark.parametrize("agreed", [True, False])
def test_a_card_says_who_hears_of_a_move_as_it_is(world, dee, agreed):
    world.booked()
    if not agreed:
        world.ana.channels.update(consent_given_at=None, consent_recorded_by=None)
    page = shown(dee)
    assert ("Nobody is told for three minutes." in page) == agreed
    assert ("is mailed after three minutes" in page) == agreed
    assert ("They agreed to no e-mail, so nobody tells them" in page) != agreed


def test_extra_hours_make_a_column_on_a_day_off(world, dee):
    saturday = {"day": "2026-03-07"}
    assert world.carl
    assert "Nobody works on this day" in shown(dee, **saturday)
    ExtraHours.objects.create(
        clinician=world.carl.clinician, on_day=dt.date(2026, 3, 7), starts=dt.time(10), ends=dt.time(11)
    )
    assert shown(dee, **saturday).count("data-book-gap") == 4


def test_one_clinician_can_be_looked_at_alone_and_stays_chosen(world, dee):
    visit = world.booked()
    world.booked(patient=world.ben, clinician=world.cleo)
    page = shown(dee, clinician=visit.clinician_id)
    assert "Ana Silva" in page
    assert "Ben Nowak" not in page
    assert f"day=2026-03-06&amp;clinician={visit.clinician_id}" in page
    assert Entry.objects.filter(patient=world.ben, what="day").count() == 0


# --- The week and the month ---------------------------------------------------------------------------------


def test_the_week_says_how_full_and_where_there_is_time(world, dee):
    visit = world.booked(starts_at=NOW + dt.timedelta(days=2, hours=-1))
    page = shown(dee, "desk:week")
    assert "Week of 2 March 2026" in page
    cell = page.split("Thu 5 Mar</span>")[1].split("</td>")[0]
    assert "1 visit" in cell
    assert "9 h free" in cell
    assert "from 09:00" in cell
    assert f"clinician={visit.clinician_id}&amp;day=2026-03-05&amp;time=09%3A00" in cell


def test_what_has_passed_is_not_free(world, clock):
    assert world.carl
    clock.shift(dt.timedelta(hours=1, minutes=10))
    cell = shown(world.signed_in(world.dee), "desk:week").split("Tue 3 Mar</span>")[1].split("</td>")[0]
    assert "7 h 45 min free" in cell
    assert "from 10:15" in cell


def test_the_week_of_one_lists_visits_and_free_times_in_order(world, dee):
    visit = world.booked(starts_at=NOW + dt.timedelta(days=2, hours=-1))
    page = shown(dee, "desk:week", clinician=visit.clinician_id)
    cell = page.split("Thu 5 Mar</span>")[1].split("</td>")[0]
    assert cell.index("Ana Silva") < cell.index("Free 09:00–18:00")
    assert f"/desk/?day=2026-03-05#visit-{visit.pk}" in cell


def test_a_clinicians_leave_is_in_their_week(world, dee):
    Absence.objects.create(
        clinician=world.carl.clinician, kind="leave", starts_at=NOW + dt.timedelta(days=1, hours=-9),
        ends_at=NOW + dt.timedelta(days=2, hours=-9), made_at=NOW,
    )  # fmt: skip
    cell = shown(dee, "desk:week").split("Wed 4 Mar</span>")[1].split("</td>")[0]
    assert "Leave" in cell
    assert "No time free" in cell


def test_the_month_counts_visits_and_hours_of_all(world, dee):
    world.booked()
    world.booked(patient=world.ben, clinician=world.cleo)
    day = shown(dee, "desk:month").split("<table")[1].split('day=2026-03-05"')[1].split("</td>")[0]
    assert "2 visits" in day
    assert "18 h free" in day


# --- Going about --------------------------------------------------------------------------------------------


def place(view, day, **asked):
    given = QueryDict(mutable=True)
    given.update({"day": day} | asked)
    return Place.asked(view, given, NOW.date())


@pytest.mark.parametrize(
    ("view", "day", "before", "after"),
    [
        ("day", "2026-03-01", "2026-02-28", "2026-03-02"),
        ("week", "2026-03-05", "2026-02-26", "2026-03-12"),
        ("month", "2026-03-31", "2026-02-28", "2026-04-30"),
        ("month", "2026-12-15", "2026-11-15", "2027-01-15"),
        ("month", "2027-01-31", "2026-12-31", "2027-02-28"),
    ],
)
def test_one_back_and_one_on(view, day, before, after):
    here = place(view, day)
    assert here.before.endswith(f"day={before}")
    assert here.after.endswith(f"day={after}")


@pytest.mark.parametrize("view", ["day", "week", "month"])
@pytest.mark.parametrize("day", ["", "x", "9999-12-31", "0001-01-01", "2100-01-01", "1999-12-31"])
def test_a_day_that_is_none_or_far_off_is_today(view, day):
    assert place(view, day).day == NOW.date()


@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31"])
@pytest.mark.parametrize("view", VIEWS)
def test_the_first_and_the_last_day_can_be_opened(world, dee, view, day):
    assert shown(dee, view, day=day)


@pytest.mark.parametrize("who", ["", "x", "-1", "٣", "9" * 30, "999999"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_clinician_that_is_none_breaks_nothing(world, dee, view, who):
    world.booked()
    assert shown(dee, view, clinician=who)


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_leads_to_the_others_on_the_same_day(world, dee, view):
    page = shown(dee, view)
    for other in VIEWS:
        assert f'href="{reverse(other)}?day=2026-03-05"' in page
    assert f'<a class="btn btn-secondary" href="{reverse(view)}" data-key="t"' in page


@pytest.mark.parametrize("view", VIEWS)
def test_booking_opens_on_the_day_and_with_the_clinician_they_look_at(world, dee, view):
    who, cleo = world.carl.clinician.pk, world.cleo.clinician.pk
    page = shown(dee, view, clinician=cleo)
    opened = f"{reverse('desk:book')}?clinician={cleo}&day=2026-03-05"
    assert f'href="{opened.replace("&", "&amp;")}" data-key="b"' in page
    form = dee.get(opened).content.decode()
    assert f'<option value="{cleo}" selected>' in form
    assert f'<option value="{who}" selected>' not in form
    assert 'value="2026-03-05"' in form


@pytest.mark.parametrize(
    ("day", "only", "address"),
    [
        ("2026-03-05", None, "?day=2026-03-05"),
        ("2026-03-03", 7, "?clinician=7&day=2026-03-03"),
        ("2026-03-02", 7, "?clinician=7"),
        ("2026-03-02", None, ""),
    ],
)
def test_a_day_that_is_over_is_not_booked(day, only, address):
    place = Place("week", dt.date.fromisoformat(day), dt.date(2026, 3, 3), only)
    assert place.book == reverse("desk:book") + address
