"""Where the runs of a draft start, set by hand: less at once, more only with a reason, never where runs are paused."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from decimal import Decimal

import pytest

from programs.builder.judging import RUN
from programs.plans import actions, edits
from programs.plans.continuing import next_block
from programs.plans.diary import Did, Ran, tell_morning
from programs.plans.differences import Kind, difference
from programs.plans.models import Waiver
from programs.plans.refusals import NeedsReason, NoRunsToChange, NotAProposal, WrongRun
from programs.plans.running import (
    Start,
    change_runs,
    starts_from,
)
from programs.plans.standing import logs_of, now_of, runner_of

DAY = dt.timedelta(days=1)


def set_runs(story, version=None, *, because="", days=0, **start):
    return change_runs(
        version=version or story.proposed,
        start=Start(**start),
        by=story.by,
        now=story.now + days * DAY,
        because=because,
    )


def planned(version):
    version.refresh_from_db()
    block = version.block(list(version.listed_now()))
    return [day.run for week in block.weeks for day in week.days if day.run.is_run]


def run_and_told(story, version, days):
    at = story.now + days * DAY
    entries = [Did(one.pk, done=True) for one in version.listed_now()]
    log = story.logs(version=version, now=at, on_day=at.date(), entries=entries, ran=Ran(minutes=20))
    tell_morning(log=log, pain=0, by=story.patient.account, now=at + DAY)


def now_in(story, version, days):
    version.refresh_from_db()
    day = story.now.date() + days * DAY
    return now_of(version, list(version.listed_now()), day=day, logs=logs_of(version.program_id))


# --- The ladder -----------------------------------------------------------------------------------------------


def test_a_stage_further_up_asks_for_a_reason_and_nothing_is_changed(ana):
    before = deepcopy(ana.proposed.proposal)
    first = starts_from(ana.proposed).stage
    with pytest.raises(NeedsReason, match=f"stage {first}") as refused:
        set_runs(ana, stage=first + 2)
    assert f"stage {first + 2}" in str(refused.value).lower()
    ana.proposed.refresh_from_db()
    assert ana.proposed.proposal == before
    assert not Waiver.objects.exists()


def test_with_a_reason_the_ladder_starts_there_and_the_reason_is_kept(ana):
    first = starts_from(ana.proposed).stage
    set_runs(ana, stage=first + 2, because="Ran 3 x 3 min here today without pain.")
    assert planned(ana.proposed)[0].stage == first + 2
    assert ana.proposed.proposal["ladder"]["stage"] == first + 2
    waiver = Waiver.objects.get()
    assert (waiver.guard, waiver.because, waiver.made_by) == (
        "runs",
        "Ran 3 x 3 min here today without pain.",
        ana.by,
    )


def test_a_stage_further_down_needs_no_reason(ana):
    first = starts_from(ana.proposed).stage
    set_runs(ana, stage=first + 3, because="Ran here today.")
    set_runs(ana, stage=first + 1, because="Less, still more than the ladder's start.")
    assert "Less" in Waiver.objects.get().because
    set_runs(ana, stage=first)
    assert planned(ana.proposed)[0].stage == first
    assert not Waiver.objects.exists(), "nothing is set aside any more"


@pytest.mark.parametrize("stage", [-1, 11, None])
def test_a_stage_the_ladder_does_not_have_is_refused(ana, stage):
    with pytest.raises(WrongRun, match="Choose a stage from 0 to 10") as refused:
        set_runs(ana, stage=stage, because="So be it.")
    assert refused.value.field == "stage"


def test_distances_are_not_set_where_the_ladder_is_run(ana):
    with pytest.raises(WrongRun) as refused:
        set_runs(ana, week_km=Decimal(20), longest_km=Decimal(8), because="So be it.")
    assert refused.value.field == "stage"


def test_the_reason_stays_when_an_exercise_goes(ana):
    set_runs(ana, stage=starts_from(ana.proposed).stage + 1, because="Ran here today.")
    edits.remove_exercise(exercise=ana.proposed.listed_now().last(), by=ana.by, now=ana.now)
    assert Waiver.objects.get().guard == "runs"


# --- A version that changes what is being run -----------------------------------------------------------------


def test_runs_told_before_do_not_move_a_stage_that_was_set_by_hand(ana):
    released = ana.released
    for days in (0, 2, 4, 7):
        run_and_told(ana, released, days)
    reached = now_in(ana, released, 9)
    assert reached.standings.step(RUN) >= 2
    draft = actions.revise(version=released, by=ana.by, now=ana.now + 9 * DAY)
    first = runner_of(draft).first
    assert starts_from(draft).stage > first, "what was reached is where the runs start now"
    set_runs(ana, draft, stage=first, days=9)
    actions.release(version=draft, by=ana.by, now=ana.now + 9 * DAY)
    stands = now_in(ana, draft, 10)
    assert stands.standings.step(RUN) == 0
    assert {stands.run(day.run).stage for day in stands.week.days if day.run.is_run} == {first}
    run_and_told(ana, draft, 11)
    assert now_in(ana, draft, 13).standings.step(RUN) == 1, "and they go on from there"


def test_the_next_block_goes_on_from_the_stage_set_and_sets_nothing_aside(ana):
    first = starts_from(ana.proposed).stage
    set_runs(ana, stage=first + 2, because="Ran here today.")
    released = ana.released
    run_and_told(ana, released, 0)
    draft = next_block(version=released, by=ana.by, now=ana.now + 28 * DAY)
    assert starts_from(draft).stage == first + 3
    assert not draft.waivers.exists()
    actions.release(version=draft, by=ana.by, now=ana.now + 28 * DAY)
    assert now_in(ana, draft, 29).standings.step(RUN) == 0


def test_a_next_block_no_run_was_told_in_does_not_count_runs_from_before_the_stage_was_set(ana):
    released = ana.released
    for days in (0, 2, 4):
        run_and_told(ana, released, days)
    draft = actions.revise(version=released, by=ana.by, now=ana.now + 6 * DAY)
    first = runner_of(draft).first
    set_runs(ana, draft, stage=first, days=6)
    actions.release(version=draft, by=ana.by, now=ana.now + 6 * DAY)
    later = next_block(version=draft, by=ana.by, now=ana.now + 34 * DAY)
    actions.release(version=later, by=ana.by, now=ana.now + 34 * DAY)
    assert starts_from(later).stage == first
    assert now_in(ana, later, 35).standings.step(RUN) == 0


def test_a_released_version_stays(ana):
    with pytest.raises(NotAProposal):
        set_runs(ana, ana.released, stage=1)


# --- Distances ------------------------------------------------------------------------------------------------


def test_distances_may_be_made_shorter_at_once(free):
    before = starts_from(free.proposed)
    assert before.week_km, "this runner's distances are known"
    assert before.longest_km
    set_runs(free, week_km=before.week_km - 4, longest_km=before.longest_km - 1)
    free.proposed.refresh_from_db()
    assert starts_from(free.proposed) == Start(week_km=before.week_km - 4, longest_km=before.longest_km - 1)
    assert not Waiver.objects.exists()


@pytest.mark.parametrize(("week", "longest"), [(10, 0), (0, 2)])
def test_further_or_longer_asks_for_a_reason(free, week, longest):
    before = starts_from(free.proposed)
    given = {"week_km": before.week_km + week, "longest_km": before.longest_km + longest}
    with pytest.raises(NeedsReason, match="km"):
        set_runs(free, **given)
    set_runs(free, **given, because="Read from their watch.")
    free.proposed.refresh_from_db()
    assert starts_from(free.proposed) == Start(**given)
    assert Waiver.objects.get().because == "Read from their watch."


def test_the_weeks_are_planned_from_the_distances_given(free):
    before = starts_from(free.proposed)
    shorter = [run.km for run in planned(free.proposed)]
    set_runs(free, week_km=before.week_km * 2, longest_km=before.longest_km * 2, because="Their watch.")
    longer = [run.km for run in planned(free.proposed)]
    assert sum(km or 0 for km in longer) > sum(km or 0 for km in shorter)


@pytest.mark.parametrize(
    ("week", "longest", "field", "words"),
    [
        (20, 25, "longest_km", "longer than the whole week"),
        (401, 20, "week_km", "401"),
        (0, 0, "week_km", "0"),
        (20, 0, "longest_km", "0"),
        (None, 8, "week_km", "both"),
        (20, None, "longest_km", "both"),
    ],
)
def test_distances_nobody_runs_are_refused_at_their_field(free, week, longest, field, words):
    given = {"week_km": week, "longest_km": longest}
    decimals = {name: None if km is None else Decimal(km) for name, km in given.items()}
    with pytest.raises(WrongRun, match=words) as refused:
        set_runs(free, **decimals, because="So be it.")
    assert refused.value.field == field


def test_a_stage_is_not_set_where_distances_are_run(free):
    with pytest.raises(WrongRun) as refused:
        set_runs(free, stage=3, because="So be it.")
    assert refused.value.field == "week_km"


# --- Where nobody runs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["none", "none_yet"])
def test_where_running_is_paused_no_reason_opens_it(ana, policy):
    version = ana.proposed
    version.proposal["running"] = policy
    version.save(update_fields=["proposal"])
    with pytest.raises(NoRunsToChange, match="running"):
        set_runs(ana, stage=1, because="They want to.")
    assert starts_from(version) is None


# --- What a version changed -----------------------------------------------------------------------------------


def runs_changed(older, newer):
    newer.refresh_from_db()
    return [one.words for one in difference(older, newer) if one.kind in {Kind.RUNS, Kind.WAIVED}]


def test_the_difference_says_where_runs_start_and_why(ana):
    released = ana.released
    draft = actions.revise(version=released, by=ana.by, now=ana.now)
    first = starts_from(draft).stage
    set_runs(ana, draft, stage=first + 1, because="Ran here today.")
    start, why = sorted(runs_changed(released, draft), key=lambda words: "because" in words)
    assert start.startswith(f"Runs start from stage {first + 1}, before from {first}")
    assert "Ran here today." in why


def test_the_difference_says_that_the_same_stage_starts_again(ana):
    released = ana.released
    draft = actions.revise(version=released, by=ana.by, now=ana.now)
    first = starts_from(draft).stage
    set_runs(ana, draft, stage=first)
    (words,) = runs_changed(released, draft)
    assert words == f"Runs start again from stage {first}, whatever was reached."
