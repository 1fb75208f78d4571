"""The patient's pages about how it goes: asked when due, stored once, refused in words, without blame."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.people.kept_forms import owner_note
from programs.outcomes.models import Activity, Answer
from programs.plans import actions as plans
from programs.portal.measures import what_got_better

HUB, LIST, PAIN, CHANGE = (
    "/my/measures/",
    "/my/measures/activities/",
    "/my/measures/ask/nprs/",
    "/my/measures/ask/groc/",
)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(world):
    with time_machine.travel(world.now, tick=False) as clock:
        yield clock


@pytest.fixture
def ana(ana_story):
    """Ana on the day her program was released."""
    assert ana_story.released
    return ana_story.world.signed_in(ana_story.patient.account)


@pytest.fixture
def at(ana_story, clock):
    """Ana some days later: signed in anew, as a session does not live that long."""

    def later(days):
        clock.move_to(ana_story.now + days * DAY, tick=False)
        return ana_story.world.signed_in(ana_story.patient.account)

    return later


def keyed(**given):
    return {"client_key": str(uuid.uuid4())} | given


def name(client, words="Tie my shoes", value="3"):
    return client.post(LIST, keyed(words=words, value=value))


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_on_the_first_day_pain_and_an_activity_are_asked_one_after_the_other(ana):
    page = ana.get(HUB)
    assert "To answer now" in text(page)
    assert f'href="{PAIN}"' in page.content.decode(), "the first of them"
    answer = ana.post(PAIN, keyed(value="6"))
    assert answer["Location"] == LIST, "then the activity"
    assert name(ana)["Location"] == LIST
    assert "Nothing to answer now" in text(ana.get(HUB))
    assert [(one.measure, one.value, one.where) for one in Answer.objects.order_by("pk")] == [
        ("nprs", 6, "home"),
        ("psfs", 3, "home"),
    ]


def test_today_says_that_questions_wait_and_stops_saying_it(ana):
    assert "2 short questions for you" in text(ana.get("/my/"))
    ana.post(PAIN, keyed(value="6"))
    assert "1 short question for you" in text(ana.get("/my/"))
    name(ana)
    assert "short question" not in text(ana.get("/my/"))


def test_who_was_told_to_stop_is_not_asked_questions(ana, ana_story):
    ana_story.logs(pain_during=7)
    assert "short question" not in text(ana.get("/my/"))


def test_after_two_weeks_all_three_are_asked_and_the_change_counts(ana, at):
    name(ana)
    activity = Activity.objects.get()
    ana = at(14)
    assert "3 short questions" in text(ana.get(HUB))
    assert ana.post(PAIN, keyed(value="2"))["Location"] == reverse("portal:activity", args=[activity.pk])
    rated = ana.post(reverse("portal:activity", args=[activity.pk]), keyed(value="7"))
    assert rated["Location"] == CHANGE
    assert ana.post(CHANGE, keyed(way="worse", value="2"))["Location"] == HUB
    assert Answer.objects.get(measure="groc").value == -2
    page = text(ana.get(HUB))
    assert "What got better “Tie my shoes” Easier than at the start." in page
    assert "We ask you again on Tuesday 31 March" in page


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ({"way": "better", "value": "7"}, 7),
        ({"way": "same", "value": ""}, 0),
        ({"way": "same", "value": "5"}, 0),
    ],
)
def test_the_change_is_a_way_and_how_much(ana, at, said, stored):
    at(14).post(CHANGE, keyed(**said))
    assert Answer.objects.get().value == stored


def test_a_question_waits_a_week_and_then_no_word_of_it_remains(ana, at):
    assert "Pain" in text(at(6).get(HUB))
    page = text(at(7).get(HUB))
    assert "Nothing to answer now" in page
    for word in ("missed", "late", "forgot", "overdue"):
        assert word not in page.lower()
    assert at(7).get(PAIN)["Location"] == HUB


@pytest.mark.parametrize(
    ("address", "given", "words"),
    [
        (PAIN, {"value": "11"}, "Choose a whole number from 0 to 10. “11” was given."),
        (PAIN, {"value": ""}, "Choose a number from 0 (no pain) to 10 (worst pain)."),
        (PAIN, {"value": "४"}, "was given"),
        (PAIN, {"value": "3", "client_key": "7"}, "Enter a valid UUID"),
        (LIST, {"words": "", "value": "3"}, "Write what you would like to do again."),
        (LIST, {"words": "x" * 81, "value": "3"}, "Say it in a few words"),
        (LIST, {"words": "Run", "value": ""}, "cannot do it at all"),
    ],
)
def test_a_bad_answer_is_refused_and_nothing_is_stored(ana, address, given, words):
    answer = ana.post(address, keyed(**given))
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"way": "", "value": "3"}, "Choose “Better”"),
        ({"way": "better", "value": ""}, "Choose how much"),
        ({"way": "worse", "value": "8"}, "from 1 to 7"),
        ({"way": "sideways", "value": "3"}, "Choose one of the options"),
    ],
)
def test_half_a_change_is_refused(ana, at, said, words):
    answer = at(14).post(CHANGE, keyed(**said))
    assert (answer.status_code, Answer.objects.count()) == (422, 0)
    assert words in text(answer)


def test_a_change_on_the_first_day_is_too_early(ana):
    assert ana.get(CHANGE)["Location"] == HUB
    answer = ana.post(CHANGE, keyed(way="better", value="3"))
    assert answer.status_code == 422
    assert "too early" in text(answer)
    assert not Answer.objects.exists()


def test_the_same_form_sent_twice_is_one_answer_and_one_activity(ana):
    pain, activity = keyed(value="6"), keyed(words="Run", value="2")
    for _ in range(2):
        assert ana.post(PAIN, pain).status_code == 302
        assert ana.post(LIST, activity).status_code == 302
    assert (Answer.objects.count(), Activity.objects.count()) == (2, 1)


def test_a_fourth_activity_is_refused_with_what_was_typed(ana):
    for words in ("Run", "Sit", "Climb"):
        name(ana, words)
    assert "take one off the list first" in text(ana.get(LIST))
    answer = name(ana, "Dance all night")
    assert answer.status_code == 422
    assert "Dance all night" in answer.content.decode()
    assert Activity.objects.count() == 3


def test_an_activity_leaves_the_list_and_another_has_its_place(ana):
    for words in ("Run", "Sit", "Climb"):
        name(ana, words)
    first = Activity.objects.get(words="Run")
    ana.post(reverse("portal:activity_off", args=[first.pk]))
    assert "Run" not in text(ana.get(LIST))
    assert name(ana, "Dance").status_code == 302
    assert first.answers.count() == 1
    assert ana.get(reverse("portal:activity", args=[first.pk]))["Location"] == HUB
    answer = ana.post(reverse("portal:activity", args=[first.pk]), keyed(value="4"))
    assert answer.status_code == 422
    assert "off the list" in text(answer)


@pytest.mark.parametrize("measure", ["lefs", "fash", "visa_h", "psfs", "adherence", "sleep"])
def test_a_questionnaire_under_licence_is_no_page_of_the_patients(ana, measure):
    address = f"/my/measures/ask/{measure}/"
    assert ana.get(address).status_code == 404
    assert ana.post(address, keyed(value="5")).status_code == 404


def test_no_page_of_the_patients_names_a_questionnaire(ana, at):
    for client in (ana, at(14), at(28)):
        for address in ("/my/", HUB, LIST):
            page = text(client.get(address))
            for word in ("LEFS", "FASH", "VISA", "Lower Extremity", "MDC", "MCID", "psfs", "nprs", "groc"):
                assert word not in page, (address, word)


def test_another_patients_activity_does_not_exist(ana, ben_story):
    assert ben_story.released
    name(ben_story.world.signed_in(ben_story.patient.account))
    theirs = Activity.objects.get()
    for address in ("portal:activity", "portal:activity_off"):
        assert ana.post(reverse(address, args=[theirs.pk]), keyed(value="5")).status_code == 404
    assert "Tie my shoes" not in text(ana.get(LIST)) + text(ana.get(HUB))
    assert Answer.objects.count() == 1


def test_without_a_program_nothing_is_asked_and_nothing_is_stored(world, ana_story):
    ana = world.signed_in(ana_story.patient.account)
    for address in (HUB, PAIN, LIST):
        assert "We ask you how it goes while you have a program" in text(ana.get(address))
    answer = ana.post(PAIN, keyed(value="4"))
    assert answer.status_code == 409
    assert "this was not stored" in text(answer)
    assert not Answer.objects.exists()


def test_an_ended_program_asks_no_more_and_keeps_the_picture(ana, ana_story, at):
    name(ana)
    ana_story.world.now += 14 * DAY
    ana = at(14)
    ana.post(reverse("portal:activity", args=[Activity.objects.get().pk]), keyed(value="8"))
    plans.end(version=ana_story.released, because="Done.", by=ana_story.by, now=ana_story.now)
    page = text(ana.get(HUB))
    assert "Nothing to answer now" in page
    assert "Easier than at the start" in page
    assert len(what_got_better(ana_story.patient).better) == 1


def test_what_is_harder_is_told_without_blame_and_with_a_way_to_us(ana, at):
    name(ana, value="6")
    ana = at(14)
    ana.post(reverse("portal:activity", args=[Activity.objects.get().pk]), keyed(value="3"))
    page = text(ana.get(HUB))
    assert "What got better" not in page
    assert "Harder than at the start. That can happen." in page
    assert "ring us" in page


def test_what_is_typed_is_only_text(ana):
    name(ana, '<img src=x onerror="alert(1)">')
    for address in (HUB, LIST):
        assert "<img" not in ana.get(address).content.decode()


@pytest.mark.parametrize(
    ("address", "typed", "kept"),
    [(PAIN, {"value": "7"}, r'name="value" value="7"[^>]*checked'), (LIST, {"words": "Run far"}, "Run far")],
)
def test_an_expired_session_in_mid_form_loses_nothing(ana, ana_story, address, typed, kept):
    account = ana_story.patient.account
    ana.logout()
    ana.post(address, keyed(form_owner=owner_note(account.pk), **typed))
    assert not Answer.objects.exists()
    form = ana.session["kept_form"]
    ana.force_login(account, backend="clinic.people.backends.ClinicBackend")
    session = ana.session
    session["kept_form"] = form
    session.save()
    page = ana.get(address).content.decode()
    assert "This was not saved yet" in page
    assert re.search(kept, page)
    assert not Answer.objects.exists()


def test_reading_and_answering_leave_audit_rows(ana, ana_story):
    ana.get(HUB)
    ana.post(PAIN, keyed(value="4"))
    mine = Entry.objects.filter(patient=ana_story.patient, account=ana_story.patient.account)
    assert mine.filter(action="read", page="portal:measures").exists()
    assert mine.filter(action="created", what__startswith="answer ").exists()


@pytest.mark.parametrize("times", [1, 12])
@pytest.mark.parametrize("address", [HUB, LIST, PAIN])
def test_pages_cost_the_same_with_many_answers(
    ana, ana_story, at, address, times, django_assert_max_num_queries
):
    for words in ("Run", "Sit", "Climb")[: 1 + times // 6]:
        name(ana, words)
    for week in range(0, 2 * times, 2):
        client = at(7 * week)
        client.post(PAIN, keyed(value="4"))
        for activity in Activity.objects.all():
            client.post(reverse("portal:activity", args=[activity.pk]), keyed(value="5"))
    client.get(address)
    with django_assert_max_num_queries(7):
        client.get(address)
