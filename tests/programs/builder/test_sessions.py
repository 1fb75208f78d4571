"""Which exercise falls on which day of the week."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from programs.builder.reading import load_recipe
from programs.builder.recipe import NO_PROGRAM
from programs.builder.sessions import DAYS, MANY, Day, Session, parts, times_a_week
from programs.plans import limits, proposals
from programs.plans.doses import Dose
from programs.plans.models import Exercise, Program, Version
from programs.plans.refusals import NoProgramForThis
from tests.cases import CASES, RECIPE
from tests.programs.stories import a_draft

SPLIT = RECIPE.sessions


def a_week(draft=None):
    """The days of the first week of a draft, and its exercises."""
    draft = draft or a_draft()
    exercises = [Exercise(pk=n, **one.as_columns()) for n, one in enumerate(draft.picked, 1)]
    version = Version(program=Program(recipe=draft.recipe), proposal=draft.snapshot)
    return version.block(exercises).weeks[0].days, exercises


def names(day):
    return [exercise.name for exercise in day.all]


def headed(day):
    """The day under headings, as the portal shows it."""
    shown = Day(day.name, day.run.kind, day.strength, hard=day.run.is_hard, moves=day.run.kind)
    return parts(Session(shown, day.all), SPLIT)


def test_a_week_has_seven_days_in_order():
    days, _ = a_week()
    assert tuple(day.name for day in days) == DAYS


def test_hip_and_knee_work_fall_on_different_days():
    days, _ = a_week()
    monday, thursday = days[0], days[3]
    assert "Hip hinge" in names(monday)
    assert "Hip hinge" not in names(thursday)
    assert "Slider curl" in names(thursday)


def test_a_day_is_a_handful_of_exercises_and_a_handful_around_a_run():
    days, _ = a_week()
    assert max(len(day.exercises) for day in days) <= 5
    assert max(len(day.around) for day in days) <= 5


def test_what_belongs_to_a_run_is_done_on_days_with_a_run_alone():
    days, _ = a_week()
    assert (names(days[0])[0], names(days[0])[-1]) == ("Leg swings", "Easy walk")
    assert [day.name for day in days if day.around] == ["Mon", "Thu", "Sat"]
    assert [day.name for day in days if day.after] == ["Mon", "Thu"], "twice a week"


def test_a_rest_day_keeps_only_the_daily_loosening():
    days, _ = a_week()
    assert names(days[2]) == ["Ankle rock"]
    assert days[2].is_rest


def test_a_long_day_is_shown_in_the_order_it_is_done():
    """Regression: all small things, the cool-down with them, stood before the strength work."""
    categories = ("dynamic_warmup", "gait_cue", "eccentric_hamstring", "glute", "core", "mobility", "foam_roll",
                  "cooldown")  # fmt: skip
    many = [
        Exercise(pk=n, category=category) for n, category in enumerate((*categories[:4], *categories[3:]))
    ]
    assert len(many) > MANY
    shown = parts(Session(Day("Mon", "ladder", "A"), tuple(many)), SPLIT)
    assert [one.pk for part in shown for one in part.exercises] == [one.pk for one in many]
    assert [part.is_compact for part in shown] == [True, False, True]


def test_a_rest_day_has_one_part_that_asks_for_nothing():
    days, _ = a_week()
    assert [part.title for part in headed(days[2])] == ["If you like"]


def test_the_kinds_come_from_the_recipe_not_from_a_regions_name():
    """A calf recipe names its own categories; its week is laid out alike, without a word of code."""
    calf = {"eccentric_hamstring": "calf_lowering", "hamstring_isometric": "calf_holds"}
    drafted = a_draft()
    renamed = [
        dataclasses.replace(one, category=calf.get(one.category, one.category)) for one in drafted.picked
    ]
    split = load_recipe(version=1).sessions.as_json()  # the one the story's program was built with
    kinds = {calf.get(category, category): kind for category, kind in split["kinds"].items()}
    letters = {
        letter: [[calf.get(category, category), place] for category, place in shares]
        for letter, shares in split["letters"].items()
    }
    drafted.snapshot["sessions"] = split | {"kinds": kinds, "letters": letters}
    there, _ = a_week(dataclasses.replace(drafted, picked=tuple(renamed)))
    here, _ = a_week()
    assert [names(day) for day in there] == [names(day) for day in here]


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
    assert [names(day) for day in a_week(drafted)[0]] == [names(day) for day in a_week()[0]]


def test_a_version_kept_before_blocks_were_has_its_one_week():
    """It kept no runner: a single week, as its recipe's sessions lay it out, however many exercises a day has."""
    drafted = a_draft()
    del drafted.snapshot["runner"]
    days, exercises = a_week(drafted)
    assert {name for day in days for name in names(day)} == {e.name for e in exercises}
    assert [day.run.kind for day in days] == ["ladder", "cross", "rest", "ladder", "cross", "ladder", "rest"]
    assert days[0].run.session == "6 x (1 min easy jog / 2 min walk)"


def test_every_exercise_has_a_day():
    days, exercises = a_week()
    assert {name for day in days for name in names(day)} == {e.name for e in exercises}


def test_without_running_nothing_that_belongs_to_a_run_is_planned_and_it_says_so():
    drafted = a_draft()
    drafted.snapshot["running"] = "none_yet"
    drafted.snapshot["week"] = [{**day, "run": "walk"} for day in drafted.snapshot["week"]]
    drafted.snapshot["runner"] |= {"policy": "none_yet", "first": None, "stages": []}
    days, exercises = a_week(drafted)
    version = Version(program=Program(recipe=drafted.recipe), proposal=drafted.snapshot)
    left_out = version.block(exercises).left_out
    assert set(left_out) == {"leg_swings"}
    assert all("running is paused" in because for because in left_out.values())
    assert not any(day.around for day in days)


def test_headings_follow_the_order_of_the_session():
    days, _ = a_week()
    assert [part.title for part in headed(days[0])] == [
        "Before and during your run",
        "Strength",
        "To finish",
    ]
    assert [part.title for part in headed(days[1])] == ["To finish"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_worked_case_gives_a_week_within_its_limits(case):
    klass = case["expected"]["class"]
    asked = {"case": case["input"], "klass": klass, "catalogue": "hamstring", "version": 1}
    if RECIPE.track_of(klass).id == NO_PROGRAM:
        with pytest.raises(NoProgramForThis):
            proposals.draft(**asked)
        return
    draft = proposals.draft(**asked)
    assert draft.snapshot["speed_pain_limit"] == RECIPE.phases[draft.phase].speed_pain_limit
    days, exercises = a_week(draft)
    version = Version(program=Program(recipe=draft.recipe), proposal=draft.snapshot)
    limits.check(version, exercises)
    assert [load.label for load in limits.loads(version, exercises) if load.over] == []
    for day in days:
        drawn = [part for part in headed(day) if not part.is_compact]
        assert sum(len(part.exercises) for part in drawn) <= MANY, day.name
        assert sum(len(part.exercises) for part in headed(day)) == len(day.all)
    # What stays has a day; what found none was left out of the draft, with its reason.
    assert {e.library_id for e in exercises} == {e.library_id for day in days for e in day.all}
    assert all(one["because"] for one in draft.snapshot["left_out"])


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
    [
        ("daily", 7),
        ("2-3", 3),
        ("daily x2", 7),
        ("every other day", 4),
        ("1", 1),
        ("every run", 7),
        ("", 7),
        ("every 2-4 weeks", 1),
        ("every third day", 3),
        ("0-2", 2),
        ("every hard session", 7),
    ],
)
def test_times_a_week(per_week, times):
    assert times_a_week(per_week) == times
