"""Which exercise falls on which day of the week."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from programs.builder.recipe import NO_PROGRAM
from programs.builder.sessions import DAYS, MANY, STRENGTH, parts, times_a_week
from programs.plans import limits, proposals
from programs.plans.doses import Dose, minutes_for
from programs.plans.models import Exercise, Program, Version
from programs.plans.refusals import NoProgramForThis
from tests.cases import CASES, RECIPE
from tests.programs.stories import a_draft

SPLIT = RECIPE.sessions


def a_week(draft=None):
    draft = draft or a_draft()
    exercises = [Exercise(pk=n, **one.as_columns()) for n, one in enumerate(draft.picked, 1)]
    return Version(program=Program(recipe=draft.recipe), proposal=draft.snapshot).week(exercises), exercises


def names(session):
    return [exercise.name for exercise in session.exercises]


def test_a_week_has_seven_days_in_order():
    sessions, _ = a_week()
    assert tuple(session.day.name for session in sessions) == DAYS


def test_hip_and_knee_work_fall_on_different_days():
    sessions, _ = a_week()
    monday, thursday = sessions[0], sessions[3]
    assert "Hip hinge" in names(monday)
    assert "Hip hinge" not in names(thursday)
    assert "Slider curl" in names(thursday)


def test_a_day_is_a_handful_of_strength_exercises():
    sessions, _ = a_week()
    strength = [[e for e in session.exercises if SPLIT.kind(e) in STRENGTH] for session in sessions]
    assert max(len(chosen) for chosen in strength) <= 6


def test_a_rest_day_keeps_only_the_daily_loosening():
    sessions, _ = a_week()
    assert names(sessions[2]) == ["Ankle rock"]
    assert sessions[2].is_rest


def test_a_rest_day_has_one_part_that_asks_for_nothing():
    sessions, _ = a_week()
    assert [part.title for part in parts(sessions[2], SPLIT)] == ["If you like"]


def test_the_kinds_come_from_the_recipe_not_from_a_regions_name():
    """A calf recipe names its own categories; its week is laid out alike, without a word of code."""
    calf = {"eccentric_hamstring": "calf_lowering", "hamstring_isometric": "calf_holds"}
    drafted = a_draft()
    renamed = [
        dataclasses.replace(one, category=calf.get(one.category, one.category)) for one in drafted.picked
    ]
    split = RECIPE.sessions.as_json()
    kinds = {calf.get(category, category): kind for category, kind in split["kinds"].items()}
    letters = {
        letter: [[calf.get(category, category), place] for category, place in shares]
        for letter, shares in split["letters"].items()
    }
    drafted.snapshot["sessions"] = split | {"kinds": kinds, "letters": letters}
    there, _ = a_week(dataclasses.replace(drafted, picked=tuple(renamed)))
    here, _ = a_week()
    assert [names(session) for session in there] == [names(session) for session in here]


def test_no_category_of_a_region_is_named_in_code():
    own = [RECIPE.library.exercise(id).category for id in RECIPE.library.exercises]
    regional = {category for category in own if "hamstring" in category}
    code = "".join(path.read_text() for path in Path(proposals.__file__).parents[1].rglob("*.py"))
    assert regional
    assert [category for category in regional if category in code] == []


def test_a_version_kept_before_kinds_were_is_laid_out_as_before():
    drafted = a_draft()
    kept = RECIPE.sessions.as_json()
    del kept["kinds"]
    drafted.snapshot["sessions"] = kept
    assert [names(session) for session in a_week(drafted)[0]] == [names(session) for session in a_week()[0]]


def test_every_exercise_has_a_day():
    sessions, exercises = a_week()
    planned = {e.name for session in sessions for e in session.exercises}
    assert planned == {e.name for e in exercises}


def test_without_running_no_drill_is_planned():
    drafted = a_draft()
    drafted.snapshot["running"] = "none_yet"
    sessions, _ = a_week(drafted)
    assert not [e for s in sessions for e in s.exercises if e.category in {"running_drill", "gait_cue"}]


def test_headings_follow_the_order_of_the_session():
    sessions, _ = a_week()
    assert [part.title for part in parts(sessions[0], SPLIT)] == [
        "Before and during your run",
        "Strength",
        "To finish",
    ]
    assert [part.title for part in parts(sessions[1], SPLIT)] == ["Warm up", "Strength", "To finish"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_worked_case_gives_a_week_within_its_limits(case):
    klass = case["expected"]["class"]
    asked = {"case": case["input"], "klass": klass, "catalogue": "hamstring", "version": 1}
    if RECIPE.track_of(klass).id == NO_PROGRAM:
        with pytest.raises(NoProgramForThis):
            proposals.draft(**asked)
        return
    draft = proposals.draft(**asked)
    sessions, exercises = a_week(draft)
    version = Version(proposal=draft.snapshot)
    limits.check(version, exercises)
    assert [load.label for load in limits.loads(version, exercises) if load.over] == []
    for session in sessions:
        drawn = [part for part in parts(session, SPLIT) if not part.is_compact]
        assert sum(len(part.exercises) for part in drawn) <= MANY, session.day.name
        assert sum(len(part.exercises) for part in parts(session, SPLIT)) == len(session.exercises)
    running = draft.running != "none_yet"
    unplanned = {e.category for e in exercises if not any(e in s.exercises for s in sessions)}
    assert unplanned <= (set() if running else {"gait_cue", "running_drill"})


@pytest.mark.parametrize(
    ("dose", "words"),
    [
        (Dose(3, "8-10", "", 60), "3 sets of 8–10. Rest 60 seconds between sets."),
        (
            Dose(4, "1", "20-30", 45, each_side=True),
            "4 times, hold 20–30 seconds, each side. Rest 45 seconds between sets.",
        ),
        (Dose(1, "5-10 min"), "5–10 min"),
        (Dose(1, "1", "30"), "Once, hold 30 seconds"),
        (Dose(1, "10"), "10 times"),
        (Dose(3, "6-8 each side", each_side=True), "3 sets of 6–8 each side"),
        (Dose(3, "5-8", "", 150), "3 sets of 5–8. Rest 2 min 30 s between sets."),
        (Dose(3, "5-8", "", 120), "3 sets of 5–8. Rest 2 minutes between sets."),
    ],
)
def test_a_dose_reads_like_a_sentence(dose, words):
    assert dose.in_words() == words


@pytest.mark.parametrize(
    ("per_week", "times"),
    [("daily", 7), ("2-3", 3), ("daily x2", 7), ("every other day", 4), ("1", 1), ("every run", 7), ("", 7)],
)
def test_times_a_week(per_week, times):
    assert times_a_week(per_week) == times


def test_more_sets_take_longer():
    assert minutes_for(minutes=Decimal(4), sets=6, proposed_sets=3) == Decimal("8.0")
