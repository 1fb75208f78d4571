"""The history from home in a clinic of several screens: the patient says where, may change it, and loses nothing."""

import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from assessments.screens.models import Answer, Screen
from assessments.screens.reading import load_screen
from clinic.people.kept_forms import owner_note
from tests.places import OTHER, USUAL, offers

BEGIN, WHERE = "/my/questions/", "/my/questions/where/"
BOTH = [USUAL, OTHER]


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture(autouse=True)
def _two_screens(monkeypatch):
    offers(monkeypatch, *BOTH)


@pytest.fixture
def visit(world):
    return world.booked()


@pytest.fixture
def ana(world, visit):
    return world.signed_in(world.ana.account)


def asks(place, item="onset"):
    return reverse("portal:question", args=[place.screen, item])


def thanks(place):
    return reverse("portal:questions_done", args=[place.screen])


def said(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return unescape(answer.content.decode())


def chosen_on(page):
    return re.findall(r'value="(\w+)"[^>]* checked', page)


def first_question(place):
    return asks(place, load_screen(place.screen).asked_at_home[0].id)


def test_the_first_question_is_where_and_nothing_is_chosen_for_anybody(ana):
    begin = said(ana, BEGIN)
    assert f'href="{WHERE}"' in begin
    assert "Nobody reads them before then" in begin
    page = said(ana, WHERE)
    assert all(one.say_patient in page for one in BOTH)
    assert all(one.place not in page for one in BOTH), "clinicians' words stay with them"
    assert chosen_on(page) == []


@pytest.mark.parametrize("place", BOTH, ids=lambda one: one.screen)
def test_a_place_leads_to_its_first_question_and_back_shows_it_chosen(ana, place):
    there = ana.post(WHERE, {"answer": place.screen})["Location"]
    assert there == first_question(place)
    assert not Screen.objects.exists(), "choosing stores nothing"
    back = re.search(r'href="(/my/questions/where/[^"]*)">.*?Back</a>', said(ana, there))[1]
    assert chosen_on(said(ana, back)) == [place.screen]


@pytest.mark.parametrize("typed", ["", "elbow", "\x00", "x" * 500])
def test_without_a_place_nobody_is_led_on(ana, typed):
    answer = ana.post(WHERE, {"answer": typed})
    assert answer.status_code == 422
    assert "Choose a place" in answer.content.decode()


@pytest.mark.parametrize("name", ["elbow", "where", "hamstringx", "x" * 200])
def test_an_address_with_a_place_nobody_is_asked_about_is_no_page(ana, name):
    ways = [("question", "onset"), ("question_warning", "onset"), ("questions_done",)]
    for way, *item in ways:
        address = reverse(f"portal:{way}", args=[name, *item])
        assert ana.get(address).status_code == 404
        if way == "question":
            assert ana.post(address, {"answer": "gradual"}).status_code == 404
    assert not Screen.objects.exists()


def test_what_one_place_asks_the_other_may_not(ana, world):
    """An item is looked for on the screen its address names, and nowhere else."""
    theirs = {one: {item.id for item in load_screen(one.screen).asked_at_home} for one in BOTH}
    only = {one: sorted(theirs[one] - theirs[other])[0] for one, other in (BOTH, BOTH[::-1])}
    assert ana.get(asks(USUAL, only[OTHER])).status_code == 404
    assert ana.get(asks(OTHER, only[USUAL])).status_code == 404


def test_another_place_may_be_chosen_and_what_was_said_stays(ana, world):
    ana.post(asks(USUAL), {"answer": "gradual"})
    begin = said(ana, BEGIN)
    assert f"“{USUAL.say_patient}”" in begin
    change = re.search(r'href="([^"]+)">Choose another place', begin)[1]
    page = said(ana, change)
    assert chosen_on(page) == [USUAL.screen]
    assert "is kept, whichever place you choose" in page
    there = ana.post(WHERE, {"answer": OTHER.screen})["Location"]
    assert there == first_question(OTHER)
    with time_machine.travel(world.now.replace(minute=5), tick=False):
        ana.post(asks(OTHER), {"answer": "sudden"})
        assert f"“{OTHER.say_patient}”" in said(ana, BEGIN), "the one answered last is in progress"
        assert f"“{OTHER.say_patient}”" in said(ana, asks(OTHER, "pop_felt"))
    assert chosen_on(said(ana, asks(USUAL))) == ["gradual"]
    assert chosen_on(said(ana, asks(OTHER))) == ["sudden"]
    back = ana.post(WHERE, {"answer": USUAL.screen})["Location"]
    assert back == asks(USUAL, "onset_mechanism"), "the first place goes on behind its last answer"
    assert "1 answer kept" in said(ana, thanks(USUAL))


def test_a_red_flag_is_repeated_on_every_page_whatever_place_is_chosen_then(ana, visit):
    answer = ana.post(asks(OTHER, "rf_saddle_numbness"), {"answer": "yes"})
    assert answer["Location"] == reverse("portal:question_warning", args=[OTHER.screen, "rf_saddle_numbness"])
    assert "Do not massage" in said(ana, answer["Location"])
    for page in (WHERE, asks(USUAL), asks(OTHER)):
        assert "please ring the clinic now" in said(ana, page)
    for place in BOTH:
        assert "Do not massage" in said(ana, thanks(place)), "in the words of the place it was said of"
    visit.refresh_from_db()
    assert visit.is_urgent


def test_once_a_clinician_began_either_screen_the_questions_are_closed(world, ana):
    ana.post(asks(USUAL), {"answer": "gradual"})
    start = reverse("charting:screen_start", args=[world.ana.pk])
    world.signed_in(world.carl).post(start, {"catalogue": OTHER.screen})
    for page in (BEGIN, WHERE, asks(USUAL), asks(OTHER), thanks(OTHER)):
        assert "No questions for you now" in said(ana, page)
    assert ana.post(asks(USUAL), {"answer": "sudden"}).status_code == 409
    assert Answer.objects.get(item="onset").value == "gradual"


def test_with_one_screen_the_page_that_asks_where_leads_back(ana, monkeypatch):
    offers(monkeypatch, USUAL)
    assert ana.get(WHERE)["Location"] == BEGIN
    assert "Choose another place" not in said(ana, asks(USUAL))
    assert WHERE not in said(ana, first_question(USUAL))


def test_a_place_chosen_when_the_session_ran_out_is_shown_again(world, ana):
    account = world.ana.account
    ana.logout()
    ana.post(WHERE, {"answer": OTHER.screen, "form_owner": owner_note(account.pk)})
    kept = ana.session["kept_form"]
    ana.force_login(account, backend="clinic.people.backends.ClinicBackend")
    session = ana.session
    session["kept_form"] = kept
    session.save()
    assert chosen_on(said(ana, WHERE)) == [OTHER.screen]


def test_nobody_but_a_patient_opens_it(world, visit):
    for account in (world.dee, world.carl, world.mona):
        client = world.signed_in(account)
        assert (client.get(WHERE).status_code, client.post(WHERE).status_code) == (403, 403)


def test_the_pages_ask_the_database_little_with_two_drafts(ana, django_assert_max_num_queries):
    for place in BOTH:
        for item in ("onset", "pop_felt", "side"):
            ana.post(asks(place, item), {"answer": "unsure"})
    for address in (BEGIN, WHERE, asks(USUAL), asks(OTHER), thanks(USUAL), "/my/", "/my/appointments/"):
        with django_assert_max_num_queries(12):
            ana.get(address)
