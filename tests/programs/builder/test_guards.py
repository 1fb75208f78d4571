"""Each guard catches the block that was broken for it, and a block as built keeps them all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from programs.builder.block import Block, build_block
from programs.builder.guards import breaches
from programs.builder.runs import PlannedRun
from programs.builder.sessions import DAYS
from tests.programs.builder.made import FREE, LOADED, ON_THE_LADDER, RULES, SORE, STILL, Ex, a_plan, days

WEEK = days(Tue="speed A", Thu="easy C", Sat="long")
LADDER = days(Mon="ladder C", Wed="ladder", Fri="ladder C")
STRONG = (Ex("e"), Ex("nordic", "load", "1", **SORE), Ex("w", "warm", "every run"))


def a_block(week=WEEK, runner=FREE, **given):
    plan = a_plan(week, runner, **given)
    return build_block(plan, STRONG, RULES), plan


def changed(block: Block, number: int, name: str, **to) -> Block:
    """The block with one day made otherwise."""
    week = block.weeks[number - 1]
    made = tuple(replace(day, **to) if day.name == name else day for day in week.days)
    weeks = [replace(week, days=made) if one.number == number else one for one in block.weeks]
    return replace(block, weeks=tuple(weeks))


def broken(block, plan) -> dict[str, str]:
    return {one.guard: one.words for one in breaches(block, plan, RULES)}


@pytest.mark.parametrize(
    ("week", "runner"), [(WEEK, FREE), (LADDER, ON_THE_LADDER), (days(Mon="walk C"), STILL)]
)
def test_a_block_as_built_breaks_no_guard(week, runner):
    assert breaches(*a_block(week, runner), RULES) == ()


def test_too_many_exercises():
    block, plan = a_block()
    six = tuple(Ex(f"e{n}", minutes=Decimal(1)) for n in range(6))
    assert broken(changed(block, 1, "Tue", exercises=six), plan) == {
        "handful": "week 1, Tue: 6 exercises, at most 5."
    }
    warm = tuple(Ex(f"w{n}", "warm", minutes=Decimal(1)) for n in range(5))
    cool = (Ex("c", "cool", minutes=Decimal(1)),)
    assert broken(changed(block, 2, "Tue", around=warm, after=cool), plan) == {
        "handful": "week 2, Tue: 6 moves around the run, at most 5."
    }
    assert broken(changed(block, 2, "Tue", around=warm), plan) == {}
    assert broken(changed(block, 1, "Tue", exercises=six[:5], around=()), plan) == {}


@pytest.mark.parametrize(
    ("around", "exercises", "after", "words"),
    [
        ((), (Ex("e"), Ex("w", "warm")), (), "“w” comes after “e”"),
        ((Ex("d", "drill"), Ex("w", "warm")), (), (), "“w” comes after “d”"),
        ((), (Ex("t", "trunk"), Ex("h", "hold")), (), "“h” comes after “t”"),
        ((), (Ex("e"), Ex("j", "jump")), (), "“j” comes after “e”"),
        ((Ex("c", "cool"),), (Ex("e"),), (), "“e” comes after “c”"),
        ((), (Ex("c", "cool"),), (Ex("r", "roll"),), "“r” comes after “c”"),
    ],
)
def test_a_day_out_of_order(around, exercises, after, words):
    block, plan = a_block(days(Mon="easy C"))
    wrong = changed(block, 2, "Mon", around=around, exercises=exercises, after=after)
    assert words in broken(wrong, plan)["order"]
    backwards = (*around, *exercises, *after)[::-1]
    right = changed(block, 2, "Mon", around=(), exercises=backwards, after=())
    assert "order" not in broken(right, plan)


def test_the_same_exercise_twice_a_day():
    block, plan = a_block()
    twice = changed(block, 3, "Thu", exercises=(Ex("e"), Ex("e")))
    assert broken(twice, plan) == {"handful": "week 3, Thu: “e” stands there 2 times."}


@pytest.mark.parametrize(
    ("limit", "day", "words"),
    [
        ({"strength_min": 19}, {"exercises": (Ex("x", minutes=Decimal(20)),)}, "20 minutes of strength, at most 19"),
        ({"run_addons_min": 9}, {"around": (Ex("x", "drill", minutes=Decimal(10)),)}, "10 minutes of around a run"),
        ({"daily_min": 5}, {"exercises": (Ex("x", "roll", minutes=Decimal(6)),)}, "6 minutes of loosening, at most 5"),
        ({"total_day_min": 7}, {"exercises": (Ex("x", "cool", minutes=Decimal(8)),)}, "8 minutes of the whole day"),
    ],
)  # fmt: skip
def test_too_many_minutes_of_a_kind(limit, day, words):
    block, plan = a_block(days(Mon="easy"))
    limited = replace(plan, room=replace(plan.room, minutes={**plan.room.minutes, **limit}))
    empty = replace(block, weeks=tuple(_emptied(week) for week in block.weeks))
    assert words in broken(changed(empty, 1, "Mon", **day), limited)["minutes"]


def test_a_cue_takes_no_minutes():
    """It is done during the run, whose minutes are planned already."""
    block, plan = a_block(days(Mon="easy"), asked=7)
    cued = changed(block, 1, "Mon", around=(Ex("x", "cue", minutes=Decimal(60)),), exercises=(), after=())
    assert broken(cued, plan) == {}
    drilled = changed(
        block, 1, "Mon", around=(Ex("x", "drill", minutes=Decimal(60)),), exercises=(), after=()
    )
    assert "60 minutes, and the patient has 7" in broken(drilled, plan)["minutes"]


def _emptied(week):
    return replace(week, days=tuple(replace(day, exercises=(), around=()) for day in week.days))


def test_more_minutes_than_the_patient_has():
    block, plan = a_block(asked=12)
    assert broken(block, plan) == {}
    long_day = changed(block, 2, "Thu", exercises=(Ex("x", minutes=Decimal("12.5")),), around=())
    assert broken(long_day, plan) == {"minutes": "week 2, Thu: 12.5 minutes, and the patient has 12."}


@pytest.mark.parametrize(
    ("week", "name", "exercise", "words"),
    [
        (1, "Wed", Ex("nordic", "load", **SORE), "24 hours after “nordic”, which asks for 72"),
        (1, "Wed", Ex("curl", "load", **LOADED), "24 hours after “nordic”, which asks for 48"),
        (1, "Wed", Ex("other", "load", **SORE), "24 hours after “nordic”, which asks for 72"),
        # From the Sunday of one week to the Tuesday of the next.
        (1, "Sun", Ex("other", "load", **SORE), "week 2, Tue: 48 hours after “other”, which asks for 72"),
    ],
)
def test_too_near_to_the_last_time(week, name, exercise, words):
    block, plan = a_block(days(Tue="easy A", Thu="easy C"))
    assert words in broken(changed(block, week, name, exercises=(exercise,)), plan)["spacing"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("Thu", "soreness 48 hours before a long run"), ("Fri", "soreness 24 hours before a long run")],
)
def test_soreness_before_a_long_run(name, words):
    block, plan = a_block(days(Mon="easy", Sat="long"))
    sore = changed(block, 1, name, exercises=(Ex("nordic", "load", **SORE),))
    assert words in broken(sore, plan)["spacing"]
    assert broken(changed(block, 1, "Wed", exercises=(Ex("nordic", "load", **SORE),)), plan) == {}


def test_soreness_the_day_before_a_ladder_run():
    block, plan = a_block(LADDER, ON_THE_LADDER)
    sore = changed(block, 1, "Tue", exercises=(Ex("other", "load", **SORE),))
    assert "soreness 24 hours before a ladder run" in " ".join(
        one.words for one in breaches(sore, plan, RULES) if one.guard == "spacing"
    )


def test_soreness_the_day_after_a_hard_run():
    block, plan = a_block(days(Mon="easy C", Sat="long"))
    sore = changed(block, 1, "Sun", exercises=(Ex("other", "load", **SORE),))
    assert broken(sore, plan)["hard_easy"] == "week 1, Sun: it leaves soreness the day after a long run."


def test_two_hard_days_in_a_row():
    block, plan = a_block(days(Tue="easy", Sat="long"))
    for week, name, run in [(1, "Sun", "speed"), (1, "Fri", "speed"), (2, "Fri", "race")]:
        hard = changed(block, week, name, run=PlannedRun(run))
        assert "a second hard day in a row" in broken(hard, plan)["hard_easy"]
    assert broken(changed(block, 1, "Thu", run=PlannedRun("speed")), plan) == {}


def test_hard_days_on_both_sides_of_a_weekend():
    block, plan = a_block(days(Mon="long"))
    assert broken(changed(block, 1, "Sun", run=PlannedRun("speed")), plan) == {
        "hard_easy": "week 2, Mon: a second hard day in a row."
    }


def test_running_while_paused():
    block, plan = a_block(days(Mon="walk C"), STILL)
    assert broken(changed(block, 2, "Mon", run=PlannedRun("easy", 30)), plan) == {
        "running": "week 2: running is paused."
    }


def test_another_run_than_the_ladders():
    block, plan = a_block(LADDER, ON_THE_LADDER)
    assert broken(changed(block, 2, "Sun", run=PlannedRun("easy", 30)), plan) == {
        "running": "week 2: only the ladder may be run."
    }


@pytest.mark.parametrize(("km", "caught"), [(13.0, False), (13.2, False), (13.21, True), (20.0, True)])
def test_a_run_longer_than_a_tenth_over_the_longest(km, caught):
    """The longest was 12, so 13.2 is the most. The other runs of the week are short, so that the week stays small."""
    block, plan = a_block(days(Sat="long"))
    longer = changed(block, 1, "Sat", run=PlannedRun("long", km=km))
    assert ("single_run" in broken(longer, plan)) is caught


@pytest.mark.parametrize(("km", "caught"), [(11.0, False), (11.01, True)])
def test_a_week_longer_than_a_tenth_over_the_last_three(km, caught):
    """Thirty kilometres a week were run: three runs of 11 are the most."""
    block, plan = a_block(days(Tue="easy", Thu="easy", Sat="easy"))
    for name in ("Tue", "Thu", "Sat"):
        block = changed(block, 1, name, run=PlannedRun("easy", km=km))
    assert ("week" in broken(block, plan)) is caught


@pytest.mark.parametrize(("km", "strong"), [(13.0, False), (13.01, True)])
def test_a_week_that_jumps_is_said_more_strongly(km, strong):
    """Thirty kilometres a week were run: three runs of 13 are thirty percent more."""
    block, plan = a_block(days(Tue="easy", Thu="easy", Sat="easy"))
    for name in ("Tue", "Thu", "Sat"):
        block = changed(block, 1, name, run=PlannedRun("easy", km=km))
    words = broken(block, plan)["week"]
    assert words.startswith(f"week 1: {km * 3:g} km after a mean of 30.0 km.")
    assert words.endswith(" That is a jump of more than 30 percent: some injuries follow one.") is strong


def test_a_week_that_shrinks_though_nothing_asks_for_less():
    """Regression: 31.5, 30.5, 30 for a runner whose runs should stay as they are."""
    still = replace(FREE, may_grow=False, weeks_km=(31.5,) * 3, longest_km=16.0)
    block, plan = a_block(days(Tue="easy", Sat="long"), still)
    assert broken(block, plan) == {}
    shorter = changed(block, 2, "Tue", run=PlannedRun("easy", km=14.5))
    assert [week.km for week in shorter.weeks[:3]] == [31.5, 30.5, 31.5]
    assert broken(shorter, plan)["shrinking"].startswith("week 2: 30.5 km after 31.5")


def test_small_weeks_and_runs_may_grow_by_a_kilometre():
    small = replace(FREE, weeks_km=(3.0,), longest_km=3.0)
    block, plan = a_block(days(Sat="easy"), small)
    assert broken(changed(block, 1, "Sat", run=PlannedRun("easy", km=4.0)), plan) == {}
    assert {"week", "single_run"} <= set(
        broken(changed(block, 1, "Sat", run=PlannedRun("easy", km=4.1)), plan)
    )


def test_ladder_runs_on_days_in_a_row():
    block, plan = a_block(days(Mon="ladder", Wed="ladder", Fri="ladder"), ON_THE_LADDER)
    words = {"running": "week 1: two ladder runs within 48 hours."}
    assert broken(changed(block, 1, "Tue", run=PlannedRun("ladder", 6)), plan) == words
    # From Sunday to Monday as well; and a run that is left out is none.
    assert broken(changed(block, 1, "Sun", run=PlannedRun("ladder", 6)), plan) == {
        "running": "week 2: two ladder runs within 48 hours."
    }
    left_out = PlannedRun("ladder", 6, is_left_out=True)
    assert broken(changed(block, 1, "Sun", run=left_out), plan) == {}


@pytest.mark.parametrize(
    "to", [{"exercises": (Ex("x"),)}, {"run": PlannedRun("easy", 30)}, {"run": PlannedRun("walk", 30)}]
)
def test_a_busy_day_used(to):
    block, plan = a_block(days(Tue="easy C"), free=frozenset({"Tue"}))
    assert broken(block, plan) == {}
    assert (
        broken(changed(block, 1, "Fri", **to), plan)["days"]
        == "week 1, Fri: the patient has no time that day."
    )


def test_a_race_is_where_it_is():
    block, plan = a_block(days(Tue="easy C"), free=frozenset({"Tue"}))
    assert broken(changed(block, 1, "Sat", run=PlannedRun("race")), plan) == {}


def test_each_breach_is_told_once_and_names_its_exercise():
    block, plan = a_block(days(Tue="easy A"))
    found = breaches(changed(block, 1, "Wed", exercises=(Ex("nordic", "load", **SORE),)), plan, RULES)
    assert len(set(found)) == len(found)
    assert {one.exercise for one in found} == {"nordic"}


def test_the_days_of_the_week_are_the_ones_we_know():
    block, _ = a_block()
    assert tuple(day.name for day in block.weeks[0].days) == DAYS
