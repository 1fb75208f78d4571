"""Several screens in one clinic: where the trouble is, and the way to the right draft from the day and the chart."""

import datetime as dt
import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from assessments.charting.beside import last_time
from assessments.screens import actions as screens
from assessments.screens import amending
from assessments.screens.models import Screen
from assessments.triage import actions as triage
from clinic.booking.actions import change_status
from tests.assessments.stories import DESK_WORKER, RACING_SHOES, RELAY, STRIDES, concluded
from tests.places import OTHER, USUAL, offers

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def one(monkeypatch):
    offers(monkeypatch, USUAL)


@pytest.fixture
def two(monkeypatch):
    offers(monkeypatch, USUAL, OTHER)


@pytest.fixture
def carl(world):
    """Signed in and past his first page: the moment he was last seen is written only now and then."""
    client = world.signed_in(world.carl)
    client.get(reverse("charting:today"))
    return client


def start_of(patient):
    return reverse("charting:screen_start", args=[patient.pk])


def page(client, name, *args):
    return unescape(client.get(reverse(f"charting:{name}", args=args)).content.decode())


def places_on(client, patient, **query):
    html = client.get(start_of(patient), query).content.decode()
    return re.findall(r'name="catalogue" value="([^"]+)"', html)


def row(carl):
    """The one visit of the day."""
    [visit] = carl.get(reverse("charting:today")).context["visits"]
    return visit


def begun(world, place, **given):
    given = {"patient": world.ana, "by": world.carl, "now": world.now} | given
    return screens.start(catalogue=place.screen, **given)


# --- One screen: nobody is asked ----------------------------------------------------------------------------


def test_with_one_screen_nobody_is_asked_and_no_place_is_named(world, carl, one):
    visit = world.booked(starts_at=world.now + HOUR)
    assert carl.get(start_of(world.ana))["Location"] == reverse("charting:patient", args=[world.ana.pk])
    today = page(carl, "today")
    assert f'action="{start_of(world.ana)}"' in today
    assert f'href="{start_of(world.ana)}' not in today
    assert f'action="{start_of(world.ana)}"' in page(carl, "patient", world.ana.pk)
    assert "/in/red_flags/" in carl.post(start_of(world.ana), {"appointment": visit.pk})["Location"]
    for shown in (page(carl, "today"), page(carl, "patient", world.ana.pk)):
        assert "Continue" in shown
        assert USUAL.place not in shown
        assert "Start a screen" not in shown


# --- Where is the trouble? ----------------------------------------------------------------------------------


def test_a_start_leads_to_the_places_and_from_there_to_that_screen_at_that_visit(world, carl, two):
    visit = world.booked(starts_at=world.now + HOUR)
    asks = f"{start_of(world.ana)}?appointment={visit.pk}"
    assert f'href="{asks}"' in page(carl, "today")
    html = carl.get(asks).content.decode()
    assert "Where is the trouble?" in html
    assert all(one.place in html for one in (USUAL, OTHER))
    assert not Screen.objects.exists(), "looking starts nothing"
    kept = re.search(r'name="appointment" value="(\d+)"', html)[1]
    answer = carl.post(start_of(world.ana), {"appointment": kept, "catalogue": OTHER.screen})
    assert "/in/red_flags/" in answer["Location"]
    assert (Screen.objects.get().catalogue, Screen.objects.get().appointment) == (OTHER.screen, visit)


def test_a_start_without_a_place_is_asked_for_one_and_keeps_the_visit(world, carl, two):
    answer = carl.post(start_of(world.ana), {"appointment": "12"})
    assert answer["Location"] == f"{start_of(world.ana)}?appointment=12"
    assert not Screen.objects.exists()


def test_the_place_of_the_newest_screen_comes_first_else_the_usual_one(world, carl, two):
    assert places_on(carl, world.ana) == [USUAL.screen, OTHER.screen]
    concluded(world, RELAY)
    assert places_on(carl, world.ana) == [OTHER.screen, USUAL.screen]
    concluded(world, STRIDES, now=world.now + DAY)
    assert places_on(carl, world.ana) == [USUAL.screen, OTHER.screen]
    assert places_on(carl, world.ben) == [USUAL.screen, OTHER.screen], "another runner's say nothing of his"


@pytest.mark.parametrize("posted", ["elbow", "hamstring.v2", "../calf", "\x00", "x" * 500, "HAMSTRING"])
@pytest.mark.parametrize("offered", [(USUAL,), (USUAL, OTHER)], ids=["one", "two"])
def test_a_place_that_is_not_offered_is_no_page_and_starts_nothing(world, carl, monkeypatch, offered, posted):
    offers(monkeypatch, *offered)
    assert carl.post(start_of(world.ana), {"catalogue": posted}).status_code == 404
    assert not Screen.objects.exists()


def test_what_is_open_at_a_place_is_said_there(world, carl, two):
    begun(world, OTHER)
    html = carl.get(start_of(world.ana)).content.decode()
    assert html.count("Continue the draft of 3 Mar 2026") == 1
    amending.amend(
        screen=concluded(world, STRIDES).screen, because="A wrong side.", by=world.carl, now=world.now
    )
    assert "Continue the amendment opened 3 Mar 2026" in carl.get(start_of(world.ana)).content.decode()


@pytest.mark.parametrize("typed", ['"><script>', "x" * 5000, "\x00"])
def test_a_made_up_visit_in_the_address_does_no_harm(world, carl, two, typed):
    answer = carl.get(start_of(world.ana), {"appointment": typed})
    assert answer.status_code == 200
    assert b'"><script>' not in answer.content
    carl.post(start_of(world.ana), {"appointment": typed, "catalogue": OTHER.screen})
    assert Screen.objects.get().appointment is None


def test_the_page_costs_little_however_much_happened(world, carl, two, django_assert_max_num_queries):
    for number in range(3):
        concluded(world, STRIDES, now=world.now + number * DAY)
    begun(world, OTHER)
    with django_assert_max_num_queries(8):
        carl.get(start_of(world.ana))


# --- The chart ----------------------------------------------------------------------------------------------


def buttons(html):
    """(kind, catalogue) of each way to continue on the chart, in order."""
    forms = re.findall(r"<form.*?</form>", html, re.DOTALL)
    ways = [form for form in forms if 'name="catalogue"' in form]
    return [(re.search(r"btn-(\w+)", w)[1], re.search(r'"catalogue" value="(\w+)"', w)[1]) for w in ways]


def test_the_chart_shows_every_open_draft_and_continues_the_newest_first(world, carl, two):
    begun(world, OTHER)
    html = page(carl, "patient", world.ana.pk)
    assert buttons(html) == [("primary", OTHER.screen)]
    assert f"Continue: {OTHER.place}" in html
    assert "Start a screen" in html, "nothing is open at the other place"
    begun(world, USUAL, now=world.now + HOUR)
    html = page(carl, "patient", world.ana.pk)
    assert buttons(html) == [("primary", USUAL.screen), ("secondary", OTHER.screen)]
    assert html.count("A screen is being taken") == 2
    assert "Start a screen" not in html


def test_an_amendment_and_a_draft_are_both_shown(world, carl, two):
    signed = concluded(world, STRIDES).screen
    begun(world, OTHER, now=world.now + HOUR)
    amending.amend(screen=signed, because="A wrong side.", by=world.carl, now=world.now + 2 * HOUR)
    html = page(carl, "patient", world.ana.pk)
    assert buttons(html) == [("primary", USUAL.screen), ("secondary", OTHER.screen)]
    assert "A signed screen is being amended" in html
    assert "A screen is being taken" in html
    assert f"Continue the amendment: {USUAL.place}" in html


def test_continuing_opens_that_very_draft(world, carl, two):
    drafts = {place.screen: begun(world, place) for place in (USUAL, OTHER)}
    for name, screen in drafts.items():
        assert f"/screens/{screen.pk}/in/" in carl.post(start_of(world.ana), {"catalogue": name})["Location"]
    assert Screen.objects.count() == 2


def test_the_newest_result_of_each_region_is_shown_the_newest_first(world, carl, two):
    concluded(world, DESK_WORKER)
    concluded(world, RACING_SHOES, now=world.now + DAY)
    newest = concluded(world, STRIDES, now=world.now + 2 * DAY)
    latest = carl.get(reverse("charting:patient", args=[world.ana.pk])).context["latest"]
    assert [one.place for one in latest] == [USUAL.place, OTHER.place]
    assert latest[0].result == newest


def test_no_queries_grow_with_more_regions(world, carl, two, django_assert_max_num_queries):
    for story in (DESK_WORKER, RACING_SHOES):
        triage.agree(result=concluded(world, story), by=world.carl, now=world.now)
    for place in (USUAL, OTHER):
        begun(world, place)
    with django_assert_max_num_queries(8):
        carl.get(reverse("charting:patient", args=[world.ana.pk]))


# --- The day ------------------------------------------------------------------------------------------------


def test_the_row_continues_the_draft_of_its_visit_before_a_newer_one(world, carl, two):
    visit = world.booked(starts_at=world.now + HOUR)
    begun(world, OTHER, appointment=visit)
    begun(world, USUAL, now=world.now + HOUR / 2)
    assert (row(carl).draft.catalogue, row(carl).draft.others) == (OTHER.screen, (USUAL.place,))
    html = page(carl, "today")
    assert f'name="catalogue" value="{OTHER.screen}"' in html
    assert f"{OTHER.place}. Also open: {USUAL.place}" in html


def test_without_one_of_its_own_it_continues_the_newest(world, carl, two):
    world.booked(starts_at=world.now + HOUR)
    begun(world, OTHER)
    begun(world, USUAL, now=world.now + HOUR / 2)
    assert row(carl).draft.catalogue == USUAL.screen


def test_a_draft_of_the_visit_is_continued_beside_the_other_regions_result(world, carl, two):
    visit = world.booked(starts_at=world.now + HOUR)
    result = concluded(world, STRIDES, appointment=visit)
    assert (row(carl).result_id, row(carl).draft) == (result.pk, None)
    begun(world, OTHER, appointment=visit)
    assert (row(carl).result_id, row(carl).draft.catalogue) == (result.pk, OTHER.screen)
    html = page(carl, "today")
    assert reverse("charting:triage", args=[world.ana.pk, result.pk]) in html
    assert "Continue screen" in html


def test_a_draft_of_another_day_does_not_stand_before_this_visits_result(world, carl, two):
    visit = world.booked(starts_at=world.now + HOUR)
    result = concluded(world, STRIDES, appointment=visit)
    begun(world, OTHER, appointment=world.booked(starts_at=world.now + DAY))
    assert (row(carl).result_id, row(carl).draft) == (result.pk, None)


def test_of_two_results_of_a_visit_the_newest_is_led_to(world, carl, two):
    visit = world.booked(starts_at=world.now + HOUR)
    concluded(world, STRIDES, appointment=visit)
    newest = concluded(world, RELAY, appointment=visit, now=world.now + HOUR / 2)
    assert row(carl).result_id == newest.pk


def test_at_a_visit_that_is_over_only_its_own_draft_is_continued(world, carl, two):
    visit = world.booked(starts_at=world.now + HOUR)
    begun(world, USUAL, appointment=world.booked(starts_at=world.now + DAY))
    for status in ("arrived", "in_session", "done"):
        change_status(appointment=visit, to=status, by=world.dee, now=visit.starts_at)
    assert (row(carl).draft, row(carl).words) == (None, "None was taken")
    begun(world, OTHER, appointment=visit)
    assert row(carl).draft.catalogue == OTHER.screen


def test_the_day_costs_the_same_with_two_drafts_and_results_a_row(
    world, carl, two, django_assert_max_num_queries
):
    for hour, patient in enumerate([world.ana, world.ben], start=1):
        visit = world.booked(patient=patient, starts_at=world.now + hour * HOUR)
        for story in (STRIDES, RELAY):
            concluded(world, story, patient=patient, appointment=visit)
        for place in (USUAL, OTHER):
            begun(world, place, patient=patient, appointment=visit)
        with django_assert_max_num_queries(6):
            carl.get(reverse("charting:today"))


# --- What else a region must not borrow ---------------------------------------------------------------------


def test_the_last_value_beside_a_field_is_of_the_same_region(world, two):
    concluded(world, RELAY)
    again = begun(world, USUAL, now=world.now + DAY)
    assert last_time(again) == {}
    of_the_same = begun(world, OTHER, now=world.now + DAY)
    assert last_time(of_the_same)


def test_a_draft_whose_questions_are_gone_is_said_so_beside_another(world, carl, two):
    lost = begun(world, OTHER)
    begun(world, USUAL, now=world.now + HOUR)
    Screen.objects.filter(pk=lost.pk).update(version=98)
    assert "A screen is being taken" in page(carl, "patient", world.ana.pk)
    answer = carl.post(start_of(world.ana), {"catalogue": OTHER.screen})
    assert answer.status_code == 409
    assert f"{OTHER.screen}.v98" in answer.content.decode()
