"""The next block goes on where the sessions have led: doses, runs, and harder exercises that took over."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from programs.builder.judging import RUN
from programs.builder.progression import load_progression
from programs.plans import actions, diary, edits
from programs.plans.continuing import longest_of, next_block, weeks_of
from programs.plans.diary import Did, Ran
from programs.plans.refusals import DraftIsOpen, NotReleased
from programs.plans.standing import logs_of, now_of
from tests.programs.stories import EASIER, HARDER, kept_ready

DAY = dt.timedelta(days=1)
END = 28  # days after the release


def session(story, days, *, morning=0, version=None, **given):
    at = story.now + days * DAY
    version = version or story.released
    facts = {"entries": [Did(one.pk, done=True) for one in version.listed_now()]}
    log = story.logs(version=version, now=at, on_day=at.date(), **facts | given)
    if morning is not None:
        diary.tell_morning(log=log, pain=morning, by=story.patient.account, now=at + DAY)
    return log


def continued(story, days=END, version=None):
    return next_block(version=version or story.released, by=story.by, now=story.now + days * DAY)


def released(story, draft, days=END):
    return actions.release(version=draft, by=story.by, now=story.now + days * DAY)


def now_in(story, version, days):
    version.refresh_from_db()
    return now_of(
        version,
        list(version.listed_now()),
        day=story.now.date() + days * DAY,
        logs=logs_of(version.program_id),
        ready=list(version.exercises.exclude(role="listed")),
    )


def row(version, id="hip_hinge"):
    return version.exercises.get(library_id=id)


# --- The draft ------------------------------------------------------------------------------------------------


def test_it_is_a_draft_beside_what_the_patient_has(ana_story):
    draft = continued(ana_story)
    assert (draft.number, draft.state, draft.starts_on) == (2, "proposed", None)
    assert [one.library_id for one in draft.listed_now()] == [
        one.library_id for one in ana_story.released.listed_now()
    ]


def test_its_block_starts_the_day_it_is_released(ana_story):
    draft = released(ana_story, continued(ana_story), END + 2)
    assert draft.starts_on == ana_story.now.date() + (END + 2) * DAY
    assert now_in(ana_story, draft, END + 3).week.number == 1


def test_asked_for_twice_it_is_one_draft(ana_story):
    assert continued(ana_story) == continued(ana_story)


def test_a_draft_of_the_block_they_are_in_is_not_lost(ana_story):
    open_one = actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    with pytest.raises(DraftIsOpen, match="release that draft or give it up"):
        continued(ana_story)
    actions.give_up(version=open_one, by=ana_story.by)
    assert continued(ana_story).starts_on is None


def test_only_what_the_patient_has_goes_on(ana_story):
    draft = continued(ana_story)
    for version in (
        draft,
        actions.end(version=ana_story.released, because="x", by=ana_story.by, now=ana_story.now),
    ):
        with pytest.raises(NotReleased, match="Nothing was made"):
            continued(ana_story, version=version)


# --- Doses ----------------------------------------------------------------------------------------------------


def amounts(story, version, days, id="hip_hinge"):
    now = now_in(story, version, days)
    amount = now.amount(row(version, id))
    return amount.sets, amount.reps, amount.load


def test_doses_go_on_at_the_step_that_was_earned(ana_story):
    for days in range(0, 8, 2):
        session(ana_story, days)
    draft = released(ana_story, continued(ana_story))
    assert (row(draft).step, row(draft).sets, row(draft).reps) == (2, 3, "8-10")
    assert amounts(ana_story, draft, END) == (3, "10", 0)


def test_then_come_sets_and_then_load(ana_story):
    for days in range(0, 8, 2):
        session(ana_story, days)
    draft = released(ana_story, continued(ana_story))
    for days in range(END, END + 8, 2):
        session(ana_story, days, version=draft)
    assert amounts(ana_story, draft, END + 8) == (4, "10", 0)
    assert amounts(ana_story, draft, END + 15) == (3, "8", 1)


def test_a_block_that_went_badly_goes_on_lower(ana_story):
    session(ana_story, 0, pain_during=6)
    draft = released(ana_story, continued(ana_story))
    assert row(draft).step == -1
    assert amounts(ana_story, draft, END) == (2, "8", 0)


def test_what_was_earned_is_not_counted_again(ana_story):
    for days in range(0, 8, 2):
        session(ana_story, days)
    draft = released(ana_story, continued(ana_story))
    assert now_in(ana_story, draft, END).standings.step("hip_hinge") == 0
    third = continued(ana_story, 2 * END, version=draft)
    assert row(third).step == 2


def test_only_strength_work_grows(ana_story):
    for days in range(0, 8, 2):
        session(ana_story, days)
    draft = continued(ana_story)
    assert row(draft, "easy_walk").step == row(draft, "ankle_rock").step == 0


# --- Runs -----------------------------------------------------------------------------------------------------


def test_the_ladder_goes_on_from_the_stage_reached(ana_story):
    for days in range(0, 8, 2):
        session(ana_story, days, entries=[], ran=Ran(20))
    reached = 1 + now_in(ana_story, ana_story.released, END).standings.step(RUN)
    assert reached > 1
    draft = released(ana_story, continued(ana_story))
    assert draft.proposal["runner"]["first"] == draft.proposal["ladder"]["stage"] == reached
    now = now_in(ana_story, draft, END)
    assert now.standings.step(RUN) == 0, "the stages climbed before are not climbed again"
    stages = [day.run.stage for day in now.week.days if day.run.kind == "ladder"]
    assert stages[0] == reached


def test_the_cadence_aims_at_the_next_block(ana_story):
    cadence = continued(ana_story).proposal["cadence"]
    assert (cadence["target"], cadence["later"]) == (168, [172])


def ran(story, days, km):
    return session(story, days, entries=[], ran=Ran(km=Decimal(str(km))), morning=None)


def test_distances_go_on_from_what_was_run(free):
    for days, km in ((1, 5), (8, 6), (10, 4), (15, 6.5), (22, 7), (24, 5)):
        ran(free, days, km)
    draft = continued(free)
    runner = draft.proposal["runner"]
    assert runner["weeks_km"] == [5, 10, 6.5, 12]
    assert runner["longest_km"] == 7
    block = draft.block(list(draft.listed_now()))
    assert block.weeks[0].km <= 12
    assert released(free, draft).state == "released"


def test_a_week_nobody_told_of_is_not_a_week_nobody_ran(free):
    for days, km in ((1, 8), (3, 8), (8, 8), (10, 8)):
        ran(free, days, km)
    draft = continued(free)
    assert draft.proposal["runner"]["weeks_km"] == [16, 16]
    assert draft.block(list(draft.listed_now())).weeks[0].km > 10
    told = draft.proposal["runs_told"]
    assert (told["runs"], told["weeks"]) == (4, 2)
    assert told["planned_km"] > 0


def test_runs_nobody_told_do_not_grow(free):
    draft = continued(free)
    assert (draft.proposal["runner"]["weeks_km"], draft.proposal["runner"]["longest_km"]) == ([], None)
    assert all(week.km is None for week in draft.block(list(draft.listed_now())).weeks)
    assert released(free, draft).state == "released"


TODAY = dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("runs", "weeks"),
    [
        ([], ()),
        ([(0, 5.0)], (5.0,)),
        ([(6, 5.0), (7, 3.0)], (3.0, 5.0)),
        ([(27, 5.0)], (5.0,)),
        ([(28, 5.0)], ()),
        ([(20, 4.0), (1, 2.0), (1, 1.5)], (4.0, 3.5)),
    ],
)
def test_weeks_are_counted_back_from_today(runs, weeks):
    assert weeks_of([(TODAY - ago * DAY, km) for ago, km in runs], TODAY) == weeks


@pytest.mark.parametrize(
    ("runs", "before", "longest"),
    [
        ([], 8.0, None),
        ([5.0, 6.0], None, 6.0),
        ([5.0, 8.0], 8.0, 8.0),
        ([20.0], 8.0, 8.0),
        ([8.8, 9.6, 20.0], 8.0, 9.6),
        ([5.0], 18.0, 5.0),
    ],
)
def test_a_jump_is_no_run_to_go_on_from(runs, before, longest):
    rules = load_progression().running
    days = [(TODAY - (20 - place) * DAY, km) for place, km in enumerate(runs)]
    assert longest_of(days, before, rules, day=TODAY) == longest


@pytest.mark.parametrize(("ago", "longest"), [(29, 8.0), (30, None)])
def test_the_longest_run_is_of_the_last_thirty_days(ago, longest):
    rules = load_progression().running
    assert longest_of([(TODAY - ago * DAY, 8.0)], 8.0, rules, day=TODAY) == longest


# --- Harder exercises -----------------------------------------------------------------------------------------


def test_what_took_over_is_listed_and_the_easier_one_kept_ready(ana_story):
    hinge = row(ana_story.proposed)
    kept_ready(hinge, HARDER, "next")
    kept_ready(hinge, EASIER)
    edits.allow_steps_up(version=ana_story.proposed, allowed=True, by=ana_story.by)
    ana_story.proposed.refresh_from_db()
    for days in range(6):
        session(ana_story, days)
    draft = continued(ana_story)
    listed = row(draft, HARDER)
    assert (listed.role, listed.position, listed.instead_of) == ("listed", hinge.position, None)
    assert {(one.library_id, one.role) for one in listed.kept_ready.all()} == {
        ("hip_hinge", "swap"),
        (EASIER, "swap"),
    }
    assert row(draft, "hip_hinge").step == 2
    assert released(ana_story, draft).steps_up_alone
    assert ana_story.released.listed_now().filter(library_id="hip_hinge").exists()
