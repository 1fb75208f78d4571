"""The patient's pages: only what was released, one form a session, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from clinic.people.kept_forms import owner_note
from programs.plans import actions, diary
from programs.plans.models import Exercise, MorningLog, SessionLog

TODAY, SESSION, LOG, PROGRAM = "/my/", "/my/session/", "/my/log/", "/my/program/"


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clock_in_here(_now):
    return _now


@pytest.fixture
def ana(ana_story):
    return ana_story.world.signed_in(ana_story.patient.account)


def shown(answer):
    """The words of a page as it stands: without what only a script brings out."""
    page = re.sub(r"<template.*?</template>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r'<section class="player".*?</section>', "", page, flags=re.DOTALL)


def a_form(story, **given):
    """What the browser sends on a Tuesday for Monday's session: its exercises done."""
    version = story.released
    monday = version.block(list(version.exercises.all())).week(1).days[0]
    fields = {f"exercise_{e.pk}": "done" for e in monday.all}
    facts = {
        "version": version.pk,
        "day": "Mon",
        "client_key": str(uuid.uuid4()),
        "on_day": "2026-03-03",
        "pain_during": "2",
        "note": "Felt fine.",
    }
    return fields | facts | given


def a_swap(listed):
    """An easier exercise the clinician keeps ready for this one."""
    facts = {field.attname: getattr(listed, field.attname) for field in Exercise._meta.concrete_fields}
    facts |= {"id": None, "library_id": "slider_curl", "name": "Easy hinge", "position": 90, "role": "swap"}
    return Exercise.objects.create(**facts | {"instead_of_id": listed.pk})


def test_today_shows_the_days_session(ana, ana_story):
    assert ana_story.released
    page = ana.get(SESSION).content.decode()
    assert "Ankle rock" in page
    assert "Hip hinge" not in page, "that is Monday's"
    assert "Up to 3 out of 10" in page
    assert "Makes the back of your thigh stronger" in page


def test_today_says_what_and_how_long_and_has_one_big_button(ana, ana_story):
    assert ana_story.released
    page = ana.get(TODAY).content.decode()
    assert "Tuesday 3 March" in page
    assert "Bike, swim or pool" in page
    assert "1 exercise<" in page
    assert "About 4 minutes" in page
    assert page.count("btn-start") == 1
    assert "Ankle rock" in page
    assert "Makes the back of your thigh stronger" in page, "and why"


def test_a_longer_day_names_three_and_folds_why_and_counts_the_run(ana, ana_story, clock_in_here):
    assert ana_story.released
    clock_in_here.shift(dt.timedelta(days=2))
    ana = ana_story.world.signed_in(ana_story.patient.account)
    page = ana.get(TODAY).content.decode()
    count = page.split('class="today-list"')[1].split("</ul>")[0].count("<li>")
    assert f"Why these {count} exercises" in page
    assert f"and {count - 3} more" in page
    assert page.index("btn-start") < page.index("today-list"), "the big button first"
    minutes = next(one for one in ana.get("/my/coming/").json()["sessions"] if one["day"] == "Thu")
    assert f"About {minutes['minutes'] + 6 * (1 + 2)} minutes, with the run" in page
    assert minutes["time"] in page


def test_a_day_with_a_run_says_its_step(ana, ana_story):
    assert ana_story.released
    page = ana.get(SESSION + "?day=Mon").content.decode()
    assert "Run and walk: 6 × (1 min easy jog, 2 min walk)" in page
    assert "Step 1 of 10 on your way back to running" in page


IN_ORDER = ["Leg swings", "Hip hinge", "Side lift", "Dead bug", "Band press", "Ankle rock", "Easy walk"]


def test_a_session_and_the_phone_have_the_order_in_which_it_is_done(ana, ana_story):
    """The warm-up first, the cool-down last, whatever the order of the list."""
    assert ana_story.released
    page = ana.get(SESSION + "?day=Mon").content.decode()
    places = [page.index(f">{name}<") for name in IN_ORDER]
    assert places == sorted(places)
    monday = next(s for s in ana.get("/my/coming/").json()["sessions"] if s["day"] == "Mon")
    assert [step["name"] for step in monday["steps"]] == IN_ORDER


def a_fast_day(story, **given):
    """Monday's hinge made fast work, and its run a fast one, in a version that says so of pain."""
    version = story.proposed
    version.exercises.filter(library_id="hip_hinge").update(tags=["high_speed"])
    week = [{**day, "run": "speed"} if day["day"] == "Mon" else day for day in version.proposal["week"]]
    runner = version.proposal["runner"] | {"policy": "guarded", "first": None, "stages": []}
    version.proposal |= {"pain_limit": 2, "week": week, "running": "guarded", "runner": runner} | given
    version.save(update_fields=["proposal"])
    assert story.released


def test_fast_work_allows_no_pain_on_the_phone_and_in_the_player(ana, ana_story):
    """Regression: “up to 2” stood under strides and sprints of a phase whose rule says “none at speed”."""
    a_fast_day(ana_story, speed_pain_limit=0)
    monday = next(s for s in ana.get("/my/coming/").json()["sessions"] if s["day"] == "Mon")
    pains = {step["name"]: step["pain"] for step in monday["steps"]}
    assert pains["Hip hinge"] == "No pain at all in this one. Stop if there is any."
    assert pains["Dead bug"] == "Pain up to 2 of 10 is fine. Stop if it is more, sharp or sudden."
    assert monday["run_stop"] == "There is any pain at all, or anything feels sharp or sudden."
    page = ana.get(SESSION + "?day=Mon").content.decode()
    assert page.count('<p class="pain-line">No pain at all in this one. Stop if there is any.</p>') == 1
    for address in (PROGRAM, SESSION):
        said = ana.get(address).content.decode()
        assert "When you go fast:</strong> No pain at all. Stop if there is any." in said


def test_an_older_version_without_a_limit_at_speed_goes_on_as_before(ana, ana_story):
    a_fast_day(ana_story)
    monday = next(s for s in ana.get("/my/coming/").json()["sessions"] if s["day"] == "Mon")
    assert {step["pain"] for step in monday["steps"]} == {
        "Pain up to 2 of 10 is fine. Stop if it is more, sharp or sudden."
    }
    assert monday["run_stop"] == "Pain goes above 2, or anything feels sharp or sudden."
    assert "When you go fast" not in ana.get(PROGRAM).content.decode()


def test_a_red_run_makes_the_next_ones_shorter_until_green_ones_have_earned_them_back(
    ana_story, clock_in_here
):
    """Regression: for a runner without a ladder nothing followed from “one step back”."""
    a_fast_day(ana_story)
    version, day = ana_story.released, dt.timedelta(days=1)

    def ran(days, pain):
        at = ana_story.now + days * day
        log = ana_story.logs(now=at, on_day=at.date(), pain_during=pain, ran=diary.Ran(minutes=30))
        diary.tell_morning(log=log, pain=0, by=ana_story.patient.account, now=at + day)

    def monday():
        anew = ana_story.world.signed_in(ana_story.patient.account)
        sessions = anew.get("/my/coming/").json()["sessions"]
        return next((s["run"], s["stage"]) for s in sessions if s["day"] == "Mon")

    def reviewed():
        path = reverse("prescribing:review", args=[ana_story.patient.pk])
        return ana_story.world.signed_in(ana_story.by).get(path).content.decode()

    planned = "A few faster runs, after a good warm-up: about"
    assert monday() == (f"{planned} 30 minutes", "")
    ran(0, pain=5)
    clock_in_here.shift(3 * day)
    assert monday() == (f"{planned} 24 minutes", "20 % shorter than planned, until your runs go well again")
    assert "One step back: 20 % shorter" in reviewed()
    for days in range(3, 3 + version.proposal["runner"]["greens"]):
        ran(days, pain=1)
    clock_in_here.shift(3 * day)
    assert monday() == (f"{planned} 30 minutes", "")
    assert "20 % shorter" not in reviewed()


def test_another_days_session_can_be_chosen(ana, ana_story):
    assert ana_story.released
    assert "Hip hinge" in ana.get(SESSION + "?day=Mon").content.decode()
    assert "Ankle rock" in ana.get(SESSION + "?day=Nonsense").content.decode()


def test_a_rest_day_says_so_and_asks_for_nothing(ana, ana_story, clock_in_here):
    assert ana_story.released
    clock_in_here.shift(dt.timedelta(days=1))
    page = ana.get(TODAY).content.decode()
    assert "Wednesday is a rest day. You need not do anything." in page
    assert "btn-primary btn-start" not in page


def test_a_rest_day_without_exercises_has_nothing_to_do(ana, ana_story, clock_in_here):
    ana_story.proposed.exercises.filter(category="mobility").delete()
    assert ana_story.released
    clock_in_here.shift(dt.timedelta(days=1))
    page = ana.get(TODAY).content.decode()
    assert "Nothing to do: rest is part of the program." in page
    assert "btn-start" not in page


def test_an_easy_ride_is_no_rest_day(ana, ana_story):
    assert ana_story.released
    page = ana.get(SESSION + "?day=Fri").content.decode()
    assert "Bike, swim or pool" in page
    assert "rest day" not in page


@pytest.mark.parametrize("address", [TODAY, SESSION, PROGRAM, "/my/coming/"])
def test_a_proposal_is_nowhere_on_the_patients_pages(ana, ana_story, address):
    assert ana_story.proposed
    page = ana.get(address)
    assert page.status_code == 200
    assert address == "/my/coming/" or "not ready yet" in page.content.decode()
    for exercise in ana_story.proposed.exercises.all():
        assert exercise.name not in page.content.decode()


def test_a_released_program_shows_on_the_same_pages(ana, ana_story):
    """Negative control of the test above."""
    assert ana_story.released
    assert "Ankle rock" in ana.get(SESSION).content.decode()
    assert "Dead bug" in ana.get("/my/coming/").content.decode()
    assert "Hip hinge" in ana.get(PROGRAM).content.decode()


def test_an_open_revision_is_invisible(ana, ana_story):
    draft = actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    draft.exercises.filter(category="core").update(name="Secret new one")
    for address in (TODAY, SESSION, PROGRAM, "/my/coming/"):
        assert "Secret new one" not in ana.get(address).content.decode()


@pytest.mark.parametrize("address", [TODAY, SESSION, PROGRAM, "/my/coming/"])
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
    assert "7 exercises done" in page
    assert "Pain 2 out of 10" in page
    assert "short message" in page
    assert "Tomorrow we ask you one question: how the leg feels." in page
    assert "Stop all exercises" not in page
    assert log.entries.filter(done=True).count() == 7


@pytest.mark.parametrize("given", [{"pain_during": "4"}, {"symptoms": "limp", "pain_during": "0"}])
def test_much_pain_or_a_warning_sign_shows_the_fixed_text(ana, ana_story, given):
    answer = ana.post(LOG, a_form(ana_story, **given), follow=True)
    page = answer.content.decode()
    assert "Stop all exercises and runs. Ring us." in page
    assert "Ring the clinic on" in page
    assert 'href="tel:' in page.split("Stop all exercises and runs. Ring us.")[1]
    assert "short message" not in page, "nobody who was told to stop is nudged"
    assert page.index("What was recorded") < page.index("Stop all exercises and runs. Ring us.")
    assert "Stop all exercises and runs. Ring us." in ana.get(TODAY).content.decode(), (
        "the day's page says so too"
    )


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
    answer = ana.post(LOG, form | {"pain_during": "", "on_day": "2026-03-04", "effort": "9"})
    assert answer.status_code == 422
    page = answer.content.decode()
    summary, below = page.split("data-error-summary")[1].split("</ul>")[0], page.split("</ul>", 1)[1]
    for said in ("Choose a number from 0", "still to come", "at least one exercise"):
        assert said in summary, said
        assert said in below.split("data-session-form")[-1], f"{said}, at its field"
    assert "Felt fine." in page
    assert re.search(r'name="effort" value="9"[^>]*checked', page)
    assert 'value="2026-03-04"' in page


def test_a_run_or_a_warning_sign_alone_is_a_session(ana, ana_story):
    form = {k: v for k, v in a_form(ana_story).items() if not k.startswith("exercise_")}
    assert ana.post(LOG, form | {"run_minutes": "24", "run_km": "3,5"}).status_code == 302
    other = form | {"symptoms": "pop", "client_key": str(uuid.uuid4()), "again": "yes"}
    assert ana.post(LOG, other).status_code == 302
    warned, ran = SessionLog.objects.order_by("-pk")
    assert (ran.run_minutes, str(ran.run_km)) == (24, "3.50")
    assert warned.symptoms == ["pop"]


def test_why_pain_and_what_was_done_instead_are_kept(ana, ana_story):
    listed = ana_story.proposed.exercises.get(library_id="hip_hinge")
    swap = a_swap(listed)
    form = a_form(ana_story)
    lift = ana_story.released.exercises.get(library_id="side_lift")
    form |= {f"instead_{listed.pk}": str(swap.pk), f"pain_{listed.pk}": "2"}
    form |= {f"exercise_{lift.pk}": "could_not", f"why_{lift.pk}": "no_time"}
    assert ana.post(LOG, form).status_code == 302
    entries = {
        one.exercise.library_id: one for one in SessionLog.objects.get().entries.select_related("exercise")
    }
    assert (entries["hip_hinge"].instead, entries["hip_hinge"].pain) == (swap, 2)
    assert (entries["side_lift"].could_not, entries["side_lift"].why) == (True, "no_time")
    assert "no time" in ana.get(f"/my/logged/{SessionLog.objects.get().pk}/").content.decode()


def test_only_what_the_therapist_chose_may_be_done_instead(ana, ana_story):
    first, other = ana_story.proposed.exercises.filter(library_id__in=["hip_hinge", "side_lift"])
    a_swap(first)
    answer = ana.post(LOG, a_form(ana_story) | {f"instead_{first.pk}": str(other.pk)})
    assert answer.status_code == 422
    assert not SessionLog.objects.exists()


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


@pytest.mark.parametrize(
    "address", [TODAY, SESSION, PROGRAM, LOG, "/my/coming/", "/my/appointments/", "/my/logged/1/"]
)
def test_only_patients_open_their_pages(world, address):
    for account in (world.carl, world.dee, world.mona):
        assert world.signed_in(account).get(address).status_code == 403


@pytest.mark.parametrize("logs", [0, 12])
@pytest.mark.parametrize(
    ("address", "most"),
    [(TODAY, 10), (SESSION, 8), (PROGRAM, 8), ("/my/coming/", 8), ("/my/appointments/", 7)],
)
def test_pages_cost_the_same_with_many_logs(
    ana, ana_story, address, most, logs, django_assert_max_num_queries
):
    assert ana_story.released
    for back in range(logs):
        ana_story.logs(on_day=ana_story.now.date() - dt.timedelta(days=back))
    ana.get(address)
    with django_assert_max_num_queries(most):
        ana.get(address)


def test_the_next_morning_is_told_with_one_tap(ana, ana_story, clock_in_here):
    log = ana_story.logs()
    assert "How did the leg feel" not in ana.get(TODAY).content.decode(), "the morning is still to come"
    clock_in_here.shift(dt.timedelta(days=1))
    ana = ana_story.world.signed_in(ana_story.patient.account)
    assert "How did the leg feel this morning?" in ana.get(TODAY).content.decode()
    page = ana.post(f"/my/logged/{log.pk}/morning/", {"pain": "1"}, follow=True).content.decode()
    assert "Thank you" in page
    assert "How did the leg feel" not in page
    log.refresh_from_db()
    assert log.morning.pain == 1


@pytest.mark.parametrize("pain", ["11", "-1", "", "१", "1.0"])
def test_a_morning_is_a_number_from_0_to_10(ana, ana_story, clock_in_here, pain):
    log = ana_story.logs()
    clock_in_here.shift(dt.timedelta(days=1))
    page = ana.post(f"/my/logged/{log.pk}/morning/", {"pain": pain}, follow=True).content.decode()
    assert "Choose a number from 0" in page
    assert not MorningLog.objects.exists()


def test_nobody_tells_anothers_morning(ana, ben_story, clock_in_here):
    log = ben_story.logs()
    clock_in_here.shift(dt.timedelta(days=1))
    assert ana.post(f"/my/logged/{log.pk}/morning/", {"pain": "1"}).status_code == 404


def test_a_red_day_rests_until_it_is_over(ana, ana_story, clock_in_here):
    ana_story.logs(pain_during=5)
    page = ana.get(TODAY).content.decode()
    assert "Rest until Thursday 5 March" in page
    assert "btn-start" not in page
    assert "data-player" not in ana.get(SESSION).content.decode(), "nobody is led through a session"
    clock_in_here.shift(dt.timedelta(days=2))
    ana = ana_story.world.signed_in(ana_story.patient.account)
    page = shown(ana.get(TODAY))
    assert "Stop all exercises" not in page
    assert "btn-start" in page


def test_a_warning_sign_stops_until_a_therapist_has_looked(ana, ana_story, clock_in_here):
    log = ana_story.logs(symptoms=["swelling"])
    clock_in_here.shift(dt.timedelta(days=5))
    assert "Stop all exercises and runs" in ana.get(TODAY).content.decode()
    diary.let_go_on(log=log, because="Looked at it.", by=ana_story.by, now=ana_story.now)
    assert "Stop all exercises" not in shown(ana.get(TODAY))


def test_an_ended_program_says_so_kindly(ana, ana_story):
    actions.end(
        version=ana_story.released, because="Pain behind the knee.", by=ana_story.by, now=ana_story.now
    )
    for address in (TODAY, PROGRAM):
        page = ana.get(address).content.decode()
        assert "Your program has ended" in page
        assert "Pain behind the knee" not in page, "the reason is for clinicians"
