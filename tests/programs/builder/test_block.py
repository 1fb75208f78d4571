"""The weeks of a block: numbers, lighter weeks, a race, and what an exercise asks for in each."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest

from programs.builder.block import Week, amount_in, build_block, race_place, week_number
from programs.builder.doses import Amount
from programs.builder.runs import PlannedRun
from programs.builder.sessions import DAYS
from tests.programs.builder.made import (
    FREE,
    ON_THE_LADDER,
    RULES,
    SORE,
    SPLIT,
    Ex,
    a_plan,
    days,
)

D = dt.date
WEEK = days(Tue="speed A", Thu="easy C", Sat="long")
STRONG = [Ex("e"), Ex("heavy", "load", "1"), Ex("w", "warm", "every run"), Ex("m", "loose")]


def block(**given):
    return build_block(a_plan(given.pop("week", WEEK), given.pop("runner", FREE), **given), STRONG, RULES)


# --- Which week a day lies in ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_on", "day", "number"),
    [
        # Monday to Wednesday starts count their own week, Thursday to Sunday ones the next.
        (D(2026, 3, 2), D(2026, 3, 2), 1),
        (D(2026, 3, 2), D(2026, 3, 8), 1),
        (D(2026, 3, 2), D(2026, 3, 9), 2),
        (D(2026, 3, 4), D(2026, 3, 8), 1),
        (D(2026, 3, 4), D(2026, 3, 9), 2),
        (D(2026, 3, 5), D(2026, 3, 5), 1),
        (D(2026, 3, 5), D(2026, 3, 8), 1),
        (D(2026, 3, 5), D(2026, 3, 9), 1),
        (D(2026, 3, 5), D(2026, 3, 15), 1),
        (D(2026, 3, 5), D(2026, 3, 16), 2),
        (D(2026, 3, 8), D(2026, 3, 16), 2),
        # Before the start, and long after the end.
        (D(2026, 3, 2), D(2026, 2, 1), 1),
        (D(2026, 3, 2), D(2026, 3, 30), 5),
        (D(2026, 3, 2), D(2027, 3, 1), 53),
        # The clocks go forward on 29 March 2026 and back on 25 October 2026.
        (D(2026, 3, 23), D(2026, 3, 29), 1),
        (D(2026, 3, 23), D(2026, 3, 30), 2),
        (D(2026, 10, 19), D(2026, 10, 25), 1),
        (D(2026, 10, 19), D(2026, 10, 26), 2),
        # 29 February 2028 is a Tuesday; and over the end of a year.
        (D(2028, 2, 28), D(2028, 2, 29), 1),
        (D(2028, 2, 28), D(2028, 3, 5), 1),
        (D(2028, 2, 28), D(2028, 3, 6), 2),
        (D(2026, 12, 28), D(2027, 1, 3), 1),
        (D(2026, 12, 28), D(2027, 1, 4), 2),
    ],
)
def test_the_number_of_a_week(starts_on, day, number):
    assert week_number(day, starts_on=starts_on) == number


def test_week_numbers_never_jump():
    for start in (D(2028, 2, 24) + dt.timedelta(days=n) for n in range(14)):
        numbers = [week_number(start + dt.timedelta(days=n), starts_on=start) for n in range(60)]
        assert numbers[0] == 1
        assert {after - before for before, after in pairwise(numbers)} <= {0, 1}


@pytest.mark.parametrize(
    ("race_on", "starts_on", "place"),
    [
        (None, D(2026, 3, 2), None),
        (D(2026, 3, 8), D(2026, 3, 2), (0, 6)),
        (D(2026, 3, 9), D(2026, 3, 2), (1, 0)),
        (D(2026, 3, 29), D(2026, 3, 2), (3, 6)),
        (D(2026, 3, 30), D(2026, 3, 2), None),
        (D(2026, 3, 1), D(2026, 3, 2), None),
        (D(2026, 3, 2), D(2026, 3, 4), None),  # the week has begun, the block not yet
        (D(2026, 3, 15), D(2026, 3, 5), (0, 6)),
        (D(2026, 3, 7), D(2026, 3, 5), None),  # before the first full week: not a week later once more
    ],
)
def test_the_place_of_a_race(race_on, starts_on, place):
    assert race_place(race_on, starts_on=starts_on, weeks=4) == place


# --- Weeks -----------------------------------------------------------------------------------------------------


def test_four_weeks_that_step_up_and_a_fourth_that_is_lighter():
    weeks = block().weeks
    assert [(week.number, week.step, week.lighter) for week in weeks] == [
        (1, 0, False),
        (2, 1, False),
        (3, 2, False),
        (4, 2, True),
    ]
    assert all(tuple(day.name for day in week.days) == DAYS for week in weeks)


def test_the_same_exercises_give_the_same_block():
    assert block() == block()
    assert block(asked=10) == block(asked=10)


def test_a_lighter_week_of_the_ladder_leaves_a_run_out_with_what_stands_around_it():
    week = days(Mon="ladder C", Wed="ladder", Fri="ladder C")
    friday = block(week=week, runner=ON_THE_LADDER).weeks[3].days[4]
    assert friday.run.is_left_out
    assert friday.around == ()
    assert [one.library_id for one in friday.exercises] == ["e", "m"]


def test_a_run_left_out_is_not_counted_in_the_weeks_distance():
    own = replace(ON_THE_LADDER, first=8, weeks_km=(30.0,) * 3, longest_km=12.0)
    weeks = block(week=days(Mon="ladder", Wed="ladder", Fri="ladder"), runner=own).weeks
    assert [week.km for week in weeks] == [15.0, 15.0, 15.0, 10.0]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_a_week_is_found_by_its_number(number):
    assert block().week(number).number == max(number, 1)


def test_after_the_end_the_last_full_week_comes_again():
    found = block()
    assert found.week(5) == replace(found.weeks[2], number=5)
    assert found.week(99).step == 2


def test_after_the_end_no_race_comes_again():
    found = block(race=(2, 5))
    assert "race" not in {day.run.kind for day in found.week(5).days}
    assert found.week(5).step == 2


# --- A race ----------------------------------------------------------------------------------------------------


def kinds(week: Week) -> list[str]:
    return [day.run.kind for day in week.days]


def strong(week: Week) -> list[str]:
    return [day.name for day in week.days if {"e", "heavy", "nordic"} & {e.library_id for e in day.all}]


def test_a_race_on_sunday_keeps_its_eve_and_the_days_before_easy():
    week = block(race=(1, 6)).weeks[1]
    # Saturday's long run is the eve: rest. Thursday is three days before, 72 hours: as always.
    assert kinds(week) == ["rest", "speed", "rest", "easy", "rest", "rest", "race"]
    assert week.days[6].exercises == ()
    assert strong(week) == ["Tue", "Thu"]


def test_a_race_on_saturday_takes_the_place_of_the_long_run():
    week = block(race=(1, 5)).weeks[1]
    assert kinds(week) == ["rest", "speed", "rest", "easy", "rest", "race", "rest"]
    assert strong(week) == ["Tue"], "no strength within 72 hours, Thursday is 48 before"
    assert week.days[5].run == PlannedRun("race")


def test_a_race_on_monday_eases_the_weekend_before_it():
    first, second = block(race=(1, 0)).weeks[:2]
    assert kinds(first) == ["rest", "speed", "rest", "easy", "rest", "easy", "rest"]
    assert kinds(second)[:2] == ["race", "rest"], "the day after a race rests too"
    assert strong(second) == ["Thu"]


def test_fewer_kilometres_in_the_week_of_a_race_alone():
    plain, raced = block(), block(race=(2, 6))
    assert [week.km for week in raced.weeks[:2]] == [week.km for week in plain.weeks[:2]]
    limit = 1.1 * sum((30, plain.weeks[0].km, plain.weeks[1].km)) / 3
    assert limit * 0.6 - 2 <= raced.weeks[2].km <= limit * 0.6


def test_no_race_is_planned_while_running_is_guarded_by_anything_else():
    for policy in ("ladder", "modified", "none_yet"):
        found = block(race=(1, 5), runner=replace(FREE, policy=policy))
        assert found == block(runner=replace(FREE, policy=policy))


def test_what_leaves_soreness_is_gone_before_a_race():
    nordic = [Ex("nordic", "load", "2", **SORE)]
    week = days(Tue="speed A", Thu="easy", Sat="easy")
    raced = build_block(a_plan(week, FREE, race=(1, 3)), nordic, RULES).weeks
    assert [strong(one) for one in raced] == [["Tue"], [], ["Tue"], ["Tue"]]


# --- Amounts ---------------------------------------------------------------------------------------------------


def amounts(exercise, **given):
    return [amount_in(week, exercise, SPLIT, RULES, **given) for week in block().weeks]


def test_an_amount_follows_the_week_as_far_as_it_was_earned():
    e = Ex("e")
    assert amounts(e) == [Amount(3, "8", ""), Amount(3, "9", ""), Amount(3, "10", ""), Amount(2, "10", "")]
    assert amounts(e, step=0) == [Amount(3, "8", "")] * 3 + [Amount(2, "8", "")]
    assert amounts(e, step=1)[2] == Amount(3, "9", "")
    assert amounts(e, step=9) == amounts(e), "never ahead of the week"
    assert amounts(e, step=-1) == [Amount(2, "8", "")] * 3 + [Amount(1, "8", "")]


def test_a_dose_without_a_range_stays_within_the_minutes_it_was_planned_with():
    """Regression: another set in week 2 took a day of 20 minutes to 22, past what the patient has."""
    assert amounts(Ex("e", reps="6")) == [Amount(3, "6", "")] * 3 + [Amount(2, "6", "")]


@pytest.mark.parametrize("category", ["warm", "drill", "cue", "loose", "cool", "roll"])
def test_only_strength_grows_and_only_strength_is_lighter(category):
    assert set(amounts(Ex("m", category))) == {Amount(3, "8", "")}
