"""The patient's pages: only what was released, one form a session, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from clinic.people.kept_forms import owner_note
from programs.builder import sessions
from programs.plans import actions
from programs.plans.models import SessionLog

TODAY, LOG, PROGRAM = "/my/", "/my/log/", "/my/program/"


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def ana(ana_story):
    return ana_story.world.signed_in(ana_story.patient.account)


def a_form(story, **given):
    """What the browser sends on a Tuesday: that day's exercises done."""
    version = story.released
    today = version.week(list(version.exercises.all()))[1]
    fields = {f"exercise_{e.pk}": "done" for e in today.exercises}
    facts = {
        "version": version.pk,
        "day": "Tue",
        "client_key": str(uuid.uuid4()),
        "on_day": "2026-03-03",
        "pain_during": "2",
        "note": "Felt fine.",
    }
    return fields | facts | given


def test_today_shows_the_days_session(ana, ana_story):
    assert ana_story.released
    page = ana.get(TODAY).content.decode()
    assert "Dead bug" in page
    assert "Hip hinge" not in page, "that is Monday's"
    assert "Up to 3 out of 10" in page
    assert "Makes the back of your thigh stronger" in page


def test_another_days_session_can_be_chosen(ana, ana_story):
    assert ana_story.released
    assert "Hip hinge" in ana.get(TODAY + "?day=Mon").content.decode()
    assert "Dead bug" in ana.get(TODAY + "?day=Nonsense").content.decode()


def test_a_rest_day_says_so_and_asks_for_nothing(ana, ana_story):
    assert ana_story.released
    page = ana.get(TODAY + "?day=Wed").content.decode()
    assert "Wednesday is a rest day. You need not do anything." in page
    assert "To finish" not in page


def test_a_rest_day_without_exercises_has_nothing_to_do(ana, ana_story):
    ana_story.proposed.exercises.filter(category="mobility").delete()
    assert ana_story.released
    page = ana.get(TODAY + "?day=Wed").content.decode()
    assert "Nothing to do: rest is part of the program." in page
    assert "data-session-form" not in page


def test_an_easy_ride_is_no_rest_day(ana, ana_story):
    assert ana_story.released
    page = ana.get(TODAY + "?day=Fri").content.decode()
    assert "Bike, swim or pool" in page
    assert "rest day" not in page


@pytest.mark.parametrize("address", [TODAY, PROGRAM])
def test_a_proposal_is_nowhere_on_the_patients_pages(ana, ana_story, address):
    assert ana_story.proposed
    page = ana.get(address)
    assert page.status_code == 200
    assert "not ready yet" in page.content.decode()
    for exercise in ana_story.proposed.exercises.all():
        assert exercise.name not in page.content.decode()


def test_a_released_program_shows_on_the_same_pages(ana, ana_story):
    """Negative control of the test above."""
    assert ana_story.released
    assert "Dead bug" in ana.get(TODAY).content.decode()
    assert "Hip hinge" in ana.get(PROGRAM).content.decode()


def test_an_open_revision_is_invisible(ana, ana_story):
    draft = actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    draft.exercises.filter(category="core").update(name="Secret new one")
    assert "Secret new one" not in ana.get(TODAY).content.decode() + ana.get(PROGRAM).content.decode()


@pytest.mark.parametrize("address", [TODAY, PROGRAM])
def test_no_clinical_label_reaches_the_patient(ana, ana_story, address):
    assert ana_story.released
    # Tokens are random letters and may spell anything.
    page = re.sub(r'value="[^"]{20,}"', "", ana.get(address).content.decode())
    for word in ("Hamstring strain", "strain_mild", "hamstring_strength_deficit", "P2", "S19", "likely, 5"):
        assert word not in page


def test_logging_leads_to_what_happens_next(ana, ana_story):
    answer = ana.post(LOG, a_form(ana_story))
    log = SessionLog.objects.get()
    assert answer["Location"] == reverse("portal:logged", args=[log.pk])
    page = ana.get(answer["Location"]).content.decode()
    assert "Your therapist sees it" in page
    assert "5 exercises done" in page
    assert "Pain 2 out of 10" in page
    assert "short message" in page
    assert "Stop these exercises" not in page
    assert log.entries.filter(done=True).count() == 5


@pytest.mark.parametrize("given", [{"pain_during": "4"}, {"symptoms": "limp", "pain_during": "0"}])
def test_much_pain_or_a_warning_sign_shows_the_fixed_text(ana, ana_story, given):
    answer = ana.post(LOG, a_form(ana_story, **given), follow=True)
    page = answer.content.decode()
    assert "Stop these exercises for now" in page
    assert "ring the clinic on" in page
    assert 'href="tel:' in page.split("Stop these exercises for now")[1]
    assert "short message" not in page, "nobody who was told to stop is nudged"
    assert page.index("What was recorded") < page.index("Stop these exercises for now")
    assert "Stop these exercises for now" in ana.get(TODAY).content.decode(), "the day's page says so too"


def test_sending_the_same_form_twice_stores_one_session(ana, ana_story):
    form = a_form(ana_story)
    assert ana.post(LOG, form)["Location"] == ana.post(LOG, form)["Location"]
    assert SessionLog.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pain_during": "11"}, "Choose a whole number from 0 to 10. “11” was given."),
        ({"pain_during": ""}, "Choose a number from 0"),
        ({"pain_during": "३"}, "Choose a whole number from 0 to 10"),
        ({"on_day": "2026-03-04"}, "still to come"),
        ({"on_day": "2026-02-16"}, "more than two weeks ago"),
        ({"on_day": "yesterday"}, "Enter a valid date"),
        ({"client_key": "7"}, "Enter a valid UUID"),
        ({"exercise_999999": "done"}, "not in your program"),
        ({"exercise_x": "done"}, "not in your program"),
    ],
)
def test_bad_input_is_refused_and_kept(ana, ana_story, given, words):
    answer = ana.post(LOG, a_form(ana_story, **given))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "Felt fine." in page
    assert page.count("checked") >= 4, "what was chosen is still chosen"
    assert not SessionLog.objects.exists()


def test_every_mistake_is_told_at_once_at_its_field(ana, ana_story):
    form = {k: v for k, v in a_form(ana_story).items() if not k.startswith("exercise_")}
    answer = ana.post(LOG, form | {"pain_during": "", "on_day": "2026-03-04", "symptoms": "pop"})
    assert answer.status_code == 422
    page = answer.content.decode()
    summary, below = page.split("data-error-summary")[1].split("</ul>")[0], page.split("</ul>", 1)[1]
    for said in ("Choose a number from 0", "still to come", "at least one exercise"):
        assert said in summary, said
        assert said in below.split("data-session-form")[-1], f"{said}, at its field"
    assert "Felt fine." in page
    assert re.search(r'name="symptoms" value="pop"[^>]*checked', page)
    assert 'value="2026-03-04"' in page


def test_nothing_chosen_is_refused(ana, ana_story):
    form = {k: v for k, v in a_form(ana_story).items() if not k.startswith("exercise_")}
    assert "at least one exercise" in ana.post(LOG, form).content.decode()


def test_another_patients_version_does_not_exist(ana, ana_story, ben_story):
    assert ana_story.released
    assert ana.post(LOG, a_form(ben_story)).status_code == 404
    assert ana.post(LOG, a_form(ana_story, version="٣")).status_code == 404
    assert ana.post(LOG, a_form(ana_story, version="")).status_code == 404
    assert not SessionLog.objects.exists()


def test_an_unreleased_version_does_not_exist(ana, ana_story):
    form = {
        "version": ana_story.proposed.pk,
        "day": "Tue",
        "client_key": str(uuid.uuid4()),
        "pain_during": "1",
    }
    assert ana.post(LOG, form).status_code == 404


def test_another_patients_log_does_not_exist(ana, ben_story):
    assert ana.get(reverse("portal:logged", args=[ben_story.logs().pk])).status_code == 404


def test_an_expired_session_in_mid_form_loses_nothing(ana, ana_story):
    account = ana_story.patient.account
    form = a_form(ana_story, form_owner=owner_note(account.pk), note="Long typed note", pain_during="3")
    ana.logout()
    answer = ana.post(LOG, form)
    assert answer.status_code == 302
    assert not SessionLog.objects.exists()
    kept = ana.session["kept_form"]
    ana.force_login(account, backend="clinic.people.backends.ClinicBackend")
    session = ana.session
    session["kept_form"] = kept
    session.save()
    page = ana.get(LOG).content.decode()
    assert "This was not saved yet" in page
    assert "Long typed note" in page
    assert not SessionLog.objects.exists()
    assert ana.post(LOG, form).status_code == 302
    assert SessionLog.objects.get().note == "Long typed note"


def test_the_log_page_without_anything_kept_is_today(ana, ana_story):
    assert ana_story.released
    assert ana.get(LOG)["Location"] == TODAY


def test_appointments_tell_both_times(world, ana, ana_story):
    ana_story.patient.time_zone = "America/New_York"
    ana_story.patient.save()
    world.booked(patient=ana_story.patient)
    page = ana.get("/my/appointments/").content.decode()
    assert "Europe/London" in page
    assert "America/New_York" in page


def test_no_appointment_says_what_to_do(ana):
    assert "Ring us to book one" in ana.get("/my/appointments/").content.decode()


@pytest.mark.parametrize("address", [TODAY, PROGRAM, LOG, "/my/appointments/", "/my/logged/1/"])
def test_only_patients_open_their_pages(world, address):
    for account in (world.carl, world.dee, world.mona):
        assert world.signed_in(account).get(address).status_code == 403


@pytest.mark.parametrize("logs", [0, 12])
@pytest.mark.parametrize(("address", "most"), [(TODAY, 8), (PROGRAM, 6), ("/my/appointments/", 6)])
def test_pages_cost_the_same_with_many_logs(
    ana, ana_story, address, most, logs, django_assert_max_num_queries
):
    assert ana_story.released
    for back in range(logs):
        ana_story.logs(on_day=ana_story.now.date() - dt.timedelta(days=back))
    ana.get(address)
    with django_assert_max_num_queries(most):
        ana.get(address)


def test_an_ended_program_says_so_kindly(ana, ana_story):
    actions.end(
        version=ana_story.released, because="Pain behind the knee.", by=ana_story.by, now=ana_story.now
    )
    for address in (TODAY, PROGRAM):
        page = ana.get(address).content.decode()
        assert "Your program has ended" in page
        assert "Pain behind the knee" not in page, "the reason is for clinicians"


def test_a_short_day_has_full_cards_and_a_long_one_a_compact_part(ana, ana_story):
    assert ana_story.released
    assert "around-list" not in ana.get(TODAY).content.decode()


def test_a_long_day_is_compact_and_every_line_can_be_answered(ana, ana_story, monkeypatch):
    monkeypatch.setattr(sessions, "MANY", 3)
    assert ana_story.released
    page = ana.get(TODAY + "?day=Mon").content.decode()
    assert "around-list" in page
    monday = ana_story.released.week(list(ana_story.released.exercises.all()))[0]
    assert [page.count(f'name="exercise_{e.pk}"') for e in monday.exercises] == [2] * len(monday.exercises)
