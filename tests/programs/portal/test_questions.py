"""The history from home as a patient meets it: one question a page, nothing lost, and the clinician's side of it."""

import html
import re

import pytest
import time_machine
from django.urls import reverse

from assessments.screens import actions as screens
from assessments.screens.from_home import at_home
from assessments.screens.models import Answer, Screen
from clinic.people.kept_forms import owner_note
from tests.places import USUAL, offers

BEGIN, THANKS = "/my/questions/", f"/my/questions/{USUAL.screen}/thanks/"


@pytest.fixture(autouse=True)
def _one_screen(monkeypatch):
    """Nobody is asked where the trouble is; test_questions_where.py has clinics that ask."""
    offers(monkeypatch, USUAL)


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def visit(world):
    return world.booked()


@pytest.fixture
def ana(world, visit):
    return world.signed_in(world.ana.account)


def asks(item: str) -> str:
    return reverse("portal:question", args=[USUAL.screen, item])


def said(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_the_way_in_stands_on_the_patients_pages_while_an_assessment_is_ahead(world, ana):
    for page in ("/my/", "/my/appointments/"):
        assert f'href="{BEGIN}"' in said(ana, page)
    ben = world.signed_in(world.ben.account)
    for page in ("/my/", "/my/appointments/"):
        assert f'href="{BEGIN}"' not in said(ben, page)
    assert "No questions for you now" in said(ben, BEGIN)


def test_it_says_first_who_reads_it_and_what_cannot_wait(ana):
    page = said(ana, BEGIN)
    assert "Nobody reads them before then" in page
    assert "Call your emergency number" in page
    assert re.search(r"About \d+ short questions", page)
    assert ">Begin<" in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)


def test_the_whole_history_is_walked_by_answering_or_skipping(world, ana):
    """From the first question to the thanks page by the page's own links, every other one skipped."""
    address = re.search(r'href="(/my/questions/[a-z]+/ask/[^"]+)"', said(ana, BEGIN))[1]
    walked = []
    while address != THANKS:
        walked.append(address)
        page = said(ana, address)
        item = at_home(world.ana, now=world.now).definition.items[address.split("/")[-2]]
        assert f"{len(walked)} of " in page
        if len(walked) % 2 and item.kind == "bool":
            address = ana.post(address, {"answer": "no"})["Location"]
        else:
            address = re.search(r'href="([^"]+)">Skip this question', page)[1]
    asked = [asks(item.id) for item in at_home(world.ana, now=world.now).questions()]
    assert walked == asked
    assert Answer.objects.count() > 10
    page = said(ana, THANKS)
    assert f"{Answer.objects.count()} answers kept" in page
    assert page.count("/ask/") == len(asked) - Answer.objects.count()


def test_back_shows_what_was_said(ana):
    ana.post(asks("onset"), {"answer": "gradual"})
    following = said(ana, asks("onset_mechanism"))
    assert f'href="{asks("onset")}"' in following
    assert re.search(r'value="gradual"[^>]* checked', said(ana, asks("onset")))


def test_a_yes_to_a_red_flag_shows_the_fixed_words_at_once_and_again(world, ana, visit):
    answer = ana.post(asks("rf_saddle_numbness"), {"answer": "yes"})
    assert answer["Location"] == reverse("portal:question_warning", args=[USUAL.screen, "rf_saddle_numbness"])
    safety = at_home(world.ana, now=world.now).definition.safety_text
    for page in (answer["Location"], THANKS):
        assert safety.title in said(ana, page)
    assert "please ring the clinic now" in said(ana, asks("onset"))
    visit.refresh_from_db()
    assert visit.is_urgent
    dee = world.signed_in(world.dee)
    day = said(dee, f"/desk/?day={visit.starts_at:%Y-%m-%d}")
    assert "ask the clinician" in day
    assert "saddle" not in day.lower()
    assert "between your legs" not in day.lower()


@pytest.mark.parametrize(
    ("item", "typed", "says"),
    [
        ("onset", "", "Choose or write an answer"),
        ("onset", "perhaps", "perhaps"),
        ("pop_felt", "maybe", "maybe"),
        ("pain_now_nprs", "11", "11"),
        ("days_since_onset", "-3", "-3"),
        ("days_since_onset", "soon", "soon"),
        ("weekly_km", "30", "Enter 4 to 8 numbers"),
        ("goal", "x" * 2001, "2000"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_and_stays(ana, item, typed, says):
    answer = ana.post(asks(item), {"answer": typed})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Answer.objects.exists()


def test_what_is_never_asked_at_home_does_not_exist(ana):
    for item in ("slr_deg", "age_years", "no_such_thing"):
        assert ana.get(asks(item)).status_code == 404
        assert ana.post(asks(item), {"answer": "1"}).status_code == 404


def test_an_answer_after_the_clinician_began_is_told_so(world, ana, visit):
    ana.post(asks("onset"), {"answer": "gradual"})
    world.signed_in(world.carl).post(reverse("charting:screen_start", args=[world.ana.pk]))
    assert "No questions for you now" in said(ana, asks("onset"))
    answer = ana.post(asks("onset"), {"answer": "sudden"})
    assert answer.status_code == 409
    assert "Your last answer was not kept" in answer.content.decode()
    assert Answer.objects.get(item="onset").value == "gradual"


def test_what_was_typed_when_the_session_ran_out_is_shown_again(world, ana):
    account = world.ana.account
    ana.logout()
    ana.post(asks("goal"), {"answer": "A marathon", "form_owner": owner_note(account.pk)})
    kept = ana.session["kept_form"]
    ana.force_login(account, backend="clinic.people.backends.ClinicBackend")
    session = ana.session
    session["kept_form"] = kept
    session.save()
    page = said(ana, asks("goal"))
    assert "A marathon" in page
    assert "This was not saved yet" in page


# --- The clinician's side -----------------------------------------------------------------------------------


@pytest.fixture
def answered(world, ana) -> Screen:
    for item, given in (("onset", "gradual"), ("pop_felt", "no"), ("bruising", "none")):
        assert ana.post(asks(item), {"answer": given}).status_code == 302
    return Screen.objects.get()


def section_of(screen: Screen, item: str = "onset") -> str:
    section = screen.definition.items[item].section
    return reverse("charting:screen", args=[screen.patient_id, screen.pk, section])


def test_the_clinician_sees_whose_answer_it_is_and_confirms_one_or_all(world, answered):
    carl = world.signed_in(world.carl)
    page = said(carl, section_of(answered))
    assert page.count("From the patient, 3 Mar 2026") == 3
    assert "Confirm all 3 on this page" in page
    seen = screens_seen(page)
    answer = carl.post(section_of(answered), {"seen": seen, "confirm": "onset", **as_shown()})
    assert answer["Location"] == f"{section_of(answered)}#item-onset"
    assert "From the patient, 3 Mar 2026; confirmed by" in said(carl, section_of(answered))
    assert Answer.objects.filter(confirmed_by=world.carl).count() == 1
    carl.post(section_of(answered), {"seen": seen, "confirm": "all", **as_shown()})
    assert Answer.objects.filter(confirmed_by=world.carl).count() == 3
    assert "Confirm all" not in said(carl, section_of(answered))


def as_shown() -> dict[str, str]:
    return {"onset": "gradual", "pop_felt": "no", "bruising": "none"}


def screens_seen(page: str) -> str:
    return html.unescape(re.search(r'name="seen" value="([^"]*)"', page)[1])


def test_today_says_that_something_was_answered_from_home(world, answered):
    with time_machine.travel(answered.appointment.starts_at, tick=False):
        page = said(world.signed_in(world.carl), reverse("charting:today"))
    assert "Answered from home" in page
    assert "Continue screen" in page


def test_signing_is_refused_with_the_way_to_each(world, answered):
    carl = world.signed_in(world.carl)
    address = reverse("charting:sign", args=[answered.patient_id, answered.pk])
    page = carl.post(address).content.decode()
    assert "Not signed: 3 answers of the patient are not confirmed yet" in page
    assert f'{section_of(answered)}#item-onset"' in page
    assert not Screen.objects.get().is_signed
    assert "(from the patient, not confirmed)" in page


def test_changing_an_answer_makes_it_the_clinicians(world, answered):
    carl = world.signed_in(world.carl)
    seen = screens_seen(said(carl, section_of(answered)))
    carl.post(section_of(answered), {"seen": seen, **as_shown(), "onset": "sudden"})
    assert Answer.objects.get(item="onset").said_by == "clinician"
    assert screens.Answer.objects.filter(said_by="patient").count() == 2


def test_the_pages_ask_the_database_little(ana, django_assert_max_num_queries):
    for item in ("onset", "pop_felt", "bruising", "side"):
        ana.post(asks(item), {"answer": "unsure"})
    for address in (BEGIN, asks("onset"), THANKS):
        with django_assert_max_num_queries(12):
            ana.get(address)
