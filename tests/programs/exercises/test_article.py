"""Everything the clinic's own article names is there: as an exercise, a habit, a guard or the cadence rule."""

from __future__ import annotations

import pytest

from programs.builder.progression import load_progression
from programs.builder.reading import load_recipe
from programs.exercises.reading import load_library

EXERCISES = load_library().exercises
RECIPE = load_recipe()
NAMED = {
    "Nordic curls": ("nordic_curl",),
    "Romanian deadlifts": ("rdl_bilateral", "rdl_single"),
    "glute-ham raises": ("glute_ham_raise",),
    "bridges": ("glute_bridge", "glute_bridge_single"),
    "hip thrusts": ("hip_thrust",),
    "lateral banded walks": ("lateral_band_walk",),
    "planks": ("front_plank", "side_plank"),
    "dead bugs": ("dead_bug",),
    "anti-rotation": ("pallof_press", "half_kneel_chop"),
    "leg swings": ("leg_swings_sagittal", "leg_swings_lateral"),
    "lunges": ("walking_lunge",),
    "A-skips": ("a_skip",),
    "high knees": ("high_knees",),
    "light jog": ("easy_jog_wu", "cooldown_jog"),
    "walking": ("brisk_walk_wu", "cooldown_walk"),
    "mobility drills": ("mobility_flow", "hip_flexor_half_kneel"),
    "rolling: back of the thigh": ("foam_hamstring",),
    "rolling: glutes": ("foam_glute",),
    "rolling: hip flexors": ("foam_hip_flexor",),
    "trigger-point tools": ("trigger_ball",),
    "massage guns": ("massage_gun",),
    "filming oneself": ("cue_film",),
    "swimming or mobility flows for recovery": ("easy_swim", "mobility_flow"),
    "cadence": ("cue_cadence",),
    "shorter stride": ("cue_shorten_stride",),
    "footstrike under the body": ("cue_land_under",),
}


@pytest.mark.parametrize("ids", NAMED.values(), ids=list(NAMED))
def test_an_exercise_of_the_article_is_in_the_library(ids):
    assert [id for id in ids if id not in EXERCISES] == []


def test_the_article_is_marked_in_the_library():
    """Every exercise marked as named there is one of these, so a new mark is looked at."""
    named = {id for ids in NAMED.values() for id in ids}
    marked = {one.id for one in EXERCISES.values() if one.seed_named}
    assert marked - named == set()


def test_cadence_of_170_to_180_is_said_and_180_is_the_ceiling():
    assert RECIPE.cadence.ceiling == 180
    assert "170-180" in RECIPE.cadence.reconcile
    assert any("170 to 180" in habit.text for habit in load_progression().habits)


@pytest.mark.parametrize("id", ["sleep_well", "eat_and_drink", "rest_days", "hard_easy", "ten_percent"])
def test_a_habit_of_the_article_reaches_every_patient(id):
    habits = {habit.id: habit for habit in load_progression().habits}
    assert "S00" in habits[id].source


def test_ten_percent_is_the_planning_rule():
    running = load_progression().running
    assert (running.week_percent, running.run_percent) == (10, 10)
