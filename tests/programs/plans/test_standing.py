"""Where a patient stands after everything they logged, and which harder exercise has taken over."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.builder.judging import RUN, Light
from programs.builder.sessions import STRENGTH
from programs.plans import actions, diary, edits
from programs.plans.diary import Did, Ran
from programs.plans.models import Exercise
from programs.plans.standing import logs_of, now_of
from tests.programs.stories import EASIER, HARDER, kept_ready

DAY = dt.timedelta(days=1)


def now_on(story, days=0, version=None):
    version = version or story.released
    version.refresh_from_db()
    return now_of(
        version,
        list(version.listed_now()),
        day=story.now.date() + days * DAY,
        logs=logs_of(version.program_id),
        ready=list(version.exercises.exclude(role="listed")),
    )


def session(story, days, *, morning=0, **given):
    """A session so many days after the release, and its next morning."""
    at = story.now + days * DAY
    log = story.logs(now=at, on_day=at.date(), **given)
    if morning is not None:
        diary.tell_morning(log=log, pain=morning, by=story.patient.account, now=at + DAY)
    return log


def step(story, id="hip_hinge", **given):
    return now_on(story, 10, **given).standings.step(id)


# --- Steps ----------------------------------------------------------------------------------------------------


def test_nothing_logged_is_the_plan_at_its_first_step(ana_story):
    now = now_on(ana_story)
    first = ana_story.released.listed_now().first()
    assert (now.amount(first).sets, now.amount(first).reps, now.rests) == (3, "8", False)


def test_two_green_sessions_are_a_step(ana_story):
    session(ana_story, 0)
    assert step(ana_story) == 0
    session(ana_story, 2)
    assert step(ana_story) == 1


def test_a_morning_not_told_is_never_green(ana_story):
    for days in (0, 2, 4, 6):
        session(ana_story, days, morning=None)
    assert step(ana_story) == 0
    assert now_on(ana_story, 8).standings.of["hip_hinge"].light is Light.WAITING


def test_a_step_ahead_of_the_weeks_plan_waits_for_the_week(ana_story):
    for days in (0, 1, 2, 3):
        session(ana_story, days)
    first = ana_story.released.listed_now().first()
    now = now_on(ana_story, 4)
    assert now.standings.step("hip_hinge") == 2
    assert now.week.step == 0
    assert now.amount(first).reps == "8"


def test_red_rests_and_steps_back(ana_story):
    session(ana_story, 0, pain_during=5)
    assert now_on(ana_story, 1).rests
    assert not now_on(ana_story, 2).rests
    first = ana_story.released.listed_now().first()
    assert now_on(ana_story, 2).amount(first).sets == 2


def test_a_red_day_told_late_counts_for_its_day(ana_story):
    at = ana_story.now + 6 * DAY
    ana_story.logs(now=at, on_day=ana_story.now.date(), pain_during=6)
    assert not now_on(ana_story, 6).rests
    assert step(ana_story) == -1


def test_could_not_twice_is_a_step_back(ana_story):
    first = ana_story.released.listed_now().first()
    for days in (0, 2):
        session(ana_story, days, entries=[Did(first.pk, could_not=True, why="too_hard")])
    assert step(ana_story) == -1
    assert step(ana_story, "side_lift") == 0


# --- Stops ----------------------------------------------------------------------------------------------------


def test_a_warning_sign_stops_everything_until_somebody_looked(ana_story):
    log = ana_story.logs(symptoms=["pop"])
    assert now_on(ana_story, 10).rests
    assert now_on(ana_story, 10).standings.stop.log_id == log.pk
    diary.let_go_on(log=log, because="Examined.", by=ana_story.by, now=ana_story.now)
    assert not now_on(ana_story, 10).rests


def test_a_warning_told_late_is_not_answered_by_an_older_answer(ana_story):
    """A phone without signal sends a warning of the day before the one the clinician has looked at."""
    log = session(ana_story, 3, morning=None, symptoms=["pop"])
    diary.let_go_on(log=log, because="Examined.", by=ana_story.by, now=ana_story.now + 4 * DAY)
    late = ana_story.logs(
        now=ana_story.now + 5 * DAY, on_day=ana_story.now.date() + 2 * DAY, symptoms=["limp"]
    )
    assert now_on(ana_story, 10).standings.stop.log_id == late.pk


def test_each_warning_is_answered_for_itself(ana_story):
    one, other = (session(ana_story, days, morning=None, symptoms=["pop"]) for days in (0, 1))
    diary.let_go_on(log=other, because="Examined.", by=ana_story.by, now=ana_story.now + 2 * DAY)
    assert now_on(ana_story, 10).standings.stop.log_id == one.pk


def test_another_version_released_since_is_an_answer(ana_story):
    ana_story.logs(symptoms=["pop"])
    later = ana_story.now + DAY
    draft = actions.revise(version=ana_story.released, by=ana_story.by, now=later)
    new = actions.release(version=draft, by=ana_story.by, now=later)
    assert not now_on(ana_story, 10, version=new).rests
    assert now_on(ana_story, 10, version=new).standings.step("hip_hinge") == -1, "the step back stays"


# --- Doses set anew -------------------------------------------------------------------------------------------


def revised(story, days, **dose):
    """A new version with another dose for the first exercise."""
    at = story.now + days * DAY
    draft = actions.revise(version=story.released, by=story.by, now=at)
    facts = {"sets": 3, "reps": "8-10", "hold_s": "", "rest_s": 60}
    first = draft.listed_now().first()
    edits.change_dose(exercise=first, by=story.by, now=at, **facts | dose)
    return actions.release(version=draft, by=story.by, now=at)


def test_a_dose_set_anew_starts_from_its_own_base_before_anybody_did_it(ana_story):
    for days in (0, 2):
        session(ana_story, days)
    new = revised(ana_story, 3, sets=5)
    assert step(ana_story, version=new) == 0
    assert step(ana_story, "side_lift", version=new) == 1, "the others go on"


def test_a_version_with_the_same_doses_goes_on(ana_story):
    for days in (0, 2):
        session(ana_story, days)
    assert step(ana_story, version=revised(ana_story, 3)) == 1
    assert new_starts_on(ana_story) == ana_story.now.date()


def new_starts_on(story):
    return story.patient.program_versions.get(state="released").starts_on


# --- Runs -----------------------------------------------------------------------------------------------------


def ladder(now):
    return next(day.run for day in now.week.days if day.run.kind == "ladder")


def test_the_run_is_the_stage_earned_never_above_the_plan(ana_story):
    for days in range(6):
        session(ana_story, days, entries=[], ran=Ran(20))
    now = now_on(ana_story, 6)
    assert now.standings.step(RUN) > 0
    for day in now.week.days:
        if day.run.kind == "ladder":
            assert now.run(day.run).stage <= day.run.stage


def test_a_run_steps_back_to_the_first_stage_there_is_and_no_further(ana_story):
    for days in (0, 3, 6, 9):
        session(ana_story, days, entries=[], ran=Ran(20), pain_during=6)
    run = now_on(ana_story, 12).run(ladder(now_on(ana_story, 12)))
    assert run.stage == 0
    assert "walk" in run.session


def test_a_run_a_lighter_week_goes_without_stays_left_out(ana_story):
    session(ana_story, 0, entries=[], ran=Ran(20), pain_during=6)
    now = now_on(ana_story, 3)
    left_out = [day.run for week in now.block.weeks for day in week.days if day.run.is_left_out]
    assert left_out
    assert all(now.run(one).is_left_out for one in left_out)


def test_a_pause_stays_a_pause(ana_story):
    now = now_on(ana_story)
    for day in now.week.days:
        if day.run.kind != "ladder":
            assert now.run(day.run) == day.run


# --- Effort ---------------------------------------------------------------------------------------------------


def test_load_goes_up_only_where_effort_permits(ana_story):
    """A dose without a range goes from a set more to more load within the block."""
    ana_story.proposed.exercises.filter(library_id="hip_hinge").update(reps="8")
    for days in (0, 1, 2, 3):
        session(ana_story, days, effort=9)
    assert step(ana_story) == 1
    session(ana_story, 4, effort=7)
    assert step(ana_story) == 2


# --- Harder exercises -----------------------------------------------------------------------------------------


def hinge(story):
    return story.proposed.listed_now().get(library_id="hip_hinge")


def ready_story(story, *, alone=True, of=None, **given):
    """`sliding_bridge` comes next after the hip hinge; six green sessions have made everything ready."""
    kept_ready(of or hinge(story), HARDER, "next", **given)
    edits.allow_steps_up(version=story.proposed, allowed=alone, by=story.by)
    story.proposed.refresh_from_db()
    for days in range(6):
        session(story, days)
    return story


def taken(story, days):
    return {id: one.library_id for id, one in now_on(story, days).steps.taken_over.items()}


def waiting(story, days):
    return {one.library_id for one in now_on(story, days).steps.waiting}


def test_a_harder_exercise_takes_over_where_it_may(ana_story):
    ready_story(ana_story)
    assert taken(ana_story, 5) == {}
    assert taken(ana_story, 6) == {"hip_hinge": HARDER}
    now = now_on(ana_story, 6)
    listed = ana_story.released.listed_now().first()
    assert now.done_as(listed).library_id == HARDER
    assert now.amount(now.done_as(listed)).reps == "8"
    assert "hip_hinge" not in waiting(ana_story, 6)
    assert "side_lift" in waiting(ana_story, 6), "nothing harder is kept ready for it"


def test_where_it_may_not_it_waits_for_the_clinician(ana_story):
    ready_story(ana_story, alone=False)
    assert taken(ana_story, 20) == {}
    assert "hip_hinge" in waiting(ana_story, 6)


def test_an_amber_day_makes_it_wait_again(ana_story):
    ready_story(ana_story)
    session(ana_story, 6, pain_during=3)
    assert taken(ana_story, 8) == {}
    assert "hip_hinge" not in waiting(ana_story, 8)


def test_hard_work_is_not_ready_for_more(ana_story):
    ready_story(ana_story)
    session(ana_story, 6, effort=9)
    assert taken(ana_story, 8) == {}


def instead(story, days, **given):
    listed = story.released.listed_now().first()
    row = story.released.exercises.get(library_id=HARDER)
    return session(story, days, entries=[Did(listed.pk, done=True, instead_id=row.pk)], **given)


def test_what_took_over_has_its_own_steps(ana_story):
    ready_story(ana_story)
    for days in (7, 9):
        instead(ana_story, days)
    now = now_on(ana_story, 10)
    assert now.standings.step(HARDER) == 1
    assert taken(ana_story, 10) == {"hip_hinge": HARDER}


def test_what_went_badly_goes_back_to_the_easier_one_and_the_clinician_decides(ana_story):
    ready_story(ana_story)
    instead(ana_story, 7, pain_during=6)
    assert taken(ana_story, 10) == {}
    assert "hip_hinge" in waiting(ana_story, 10)


def test_only_a_few_come_new_in_a_week(ana_story):
    for place, one in enumerate(ana_story.proposed.listed_now()[1:3]):
        kept_ready(one, (EASIER, "third")[place], "next")
    version = ana_story.proposed
    version.proposal["eligible"].append("third")
    version.save(update_fields=["proposal"])
    ready_story(ana_story)
    assert len(taken(ana_story, 6)) == 2
    assert len(taken(ana_story, 12)) == 2
    assert len(taken(ana_story, 13)) == 3


def test_what_would_break_a_guard_waits(ana_story):
    ready_story(ana_story, minutes=Decimal(34))
    assert taken(ana_story, 10) == {}
    assert "hip_hinge" in waiting(ana_story, 10)


def test_without_what_is_kept_ready_nothing_takes_over(ana_story):
    ready_story(ana_story)
    version = ana_story.released
    listed = list(version.listed_now())
    now = now_of(version, listed, day=ana_story.now.date() + 9 * DAY, logs=logs_of(version.program_id))
    assert now.steps.taken_over == {}


def test_a_swap_done_instead_earns_nothing_for_the_other(ana_story):
    listed = ana_story.proposed.listed_now().first()
    swap = kept_ready(listed)
    for days in (0, 2):
        session(ana_story, days, entries=[Did(listed.pk, done=True, instead_id=swap.pk)])
    now = now_on(ana_story, 10)
    assert (now.standings.step("hip_hinge"), now.standings.step(EASIER)) == (0, 1)


# --- Nothing grows --------------------------------------------------------------------------------------------


def queries(story):
    version = story.patient.program_versions.get(state="released")
    with CaptureQueriesContext(
        connection,
    ) as found:
        now_of(
            version,
            list(version.listed_now()),
            day=story.now.date() + 12 * DAY,
            logs=logs_of(version.program_id),
            ready=list(version.exercises.exclude(role="listed")),
        )
    return len(found)


def test_the_questions_asked_do_not_grow_with_the_logs(ana_story):
    ready_story(ana_story)
    instead(ana_story, 6)
    few = queries(ana_story)
    for days in range(7, 13):
        for _ in range(4):
            instead(ana_story, days)
    assert len(logs_of(ana_story.released.program_id)) == 31
    assert queries(ana_story) == few <= 9


@pytest.mark.parametrize("days", [0, 8, 15, 22, 40])
def test_today_never_asks_for_more_than_the_plan(ana_story, days):
    for day in range(12):
        session(ana_story, day)
    now, split = now_on(ana_story, days), ana_story.released.split
    for one in ana_story.released.listed_now():
        planned = now.rules.dose.reps_steps if now.week.number > 2 else now.week.step
        assert now.standings.step(one.library_id) <= now.rules.dose.reps_steps
        if split.kind(one) in STRENGTH:
            assert now.amount(one).sets <= one.sets + max(planned - now.rules.dose.reps_steps, 0)


def test_only_exercises_of_this_version_stand(ana_story):
    session(ana_story, 0)
    assert set(now_on(ana_story, 2).standings.of) <= set(
        Exercise.objects.filter(version=ana_story.released).values_list("library_id", flat=True)
    ) | {RUN}
