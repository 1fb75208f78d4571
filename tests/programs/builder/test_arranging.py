"""A phase's week on the days a patient has: what moves, what goes, and what never comes too near."""

from __future__ import annotations

from itertools import combinations

import pytest

from programs.builder.arranging import Arranged, apart, arrange, free_days, gap
from programs.builder.recipe import Day
from programs.builder.sessions import DAYS
from tests.generated import regions
from tests.programs.builder.made import RULES, recipe_of

SPACING = RULES.spacing
HARD = {"speed", "long", "race"}


def template(**said: str) -> tuple[Day, ...]:
    """`Tue="speed A sore"`: a run, a strength session (`--` for none), and whether it loads or leaves soreness."""
    found = []
    for name in DAYS:
        run, letter, *kind = [*said.get(name, "rest --").split(), "--"][:3]
        letter = "" if letter == "--" else letter
        sore = "sore" in kind
        loads = sore or "ecc" in kind
        found.append(Day(name, run, letter, hard=False, eccentric=loads, high_soreness=sore, moves=run))
    return tuple(found)


def arranged(week: tuple[Day, ...], free: str, long_run: str = "") -> Arranged:
    return arrange(week, frozenset(free.split()), long_run, SPACING)


def said(found: Arranged) -> dict[str, str]:
    """Day → what is done on it, days of rest left out."""
    return {
        day.day: f"{day.moves} {day.strength}".strip()
        for day in found.days
        if day.moves != "rest" or day.strength
    }


THREE_RUNS = template(Tue="speed --", Thu="easy --", Sat="long --")
LADDER = template(Mon="ladder --", Wed="ladder --", Fri="ladder --")


@pytest.mark.parametrize(
    ("week", "free", "long_run", "expected"),
    [
        (THREE_RUNS, " ".join(DAYS), "", {"Tue": "speed", "Thu": "easy", "Sat": "long"}),
        (THREE_RUNS, " ".join(DAYS), "Sun", {"Tue": "speed", "Thu": "easy", "Sun": "long"}),
        # The long run asked for on Wednesday pushes speed off Tuesday, to the nearest day that is not beside it.
        (THREE_RUNS, " ".join(DAYS), "Wed", {"Mon": "speed", "Thu": "easy", "Wed": "long"}),
        # A day asked for that the patient does not have asks for nothing.
        (THREE_RUNS, "Mon Wed Fri", "Sat", {"Mon": "speed", "Wed": "easy", "Fri": "long"}),
        (THREE_RUNS, "Mon Tue", "", {"Mon": "long", "Tue": "easy"}),
        (THREE_RUNS, "Tue", "", {"Tue": "long"}),
        (LADDER, "Mon Tue Wed", "", {"Mon": "ladder", "Wed": "ladder"}),
        # Sunday and the Monday after it are neighbours.
        (LADDER, "Sun Mon", "", {"Mon": "ladder"}),
        (LADDER, "Mon Wed Sat", "", {"Mon": "ladder", "Wed": "ladder", "Sat": "ladder"}),
    ],
)  # fmt: skip
def test_runs_find_their_days(week, free, long_run, expected):
    assert said(arranged(week, free, long_run)) == expected


@pytest.mark.parametrize(
    ("week", "free", "expected"),
    [
        (
            template(Mon="rest A ecc", Tue="rest core", Thu="rest B ecc"),
            "Mon Tue Thu",
            {"Mon": "rest A", "Tue": "rest core", "Thu": "rest B"},
        ),
        # B needs 48 hours from A and finds none; core work, less important still, has its day all the same.
        (template(Mon="rest A ecc", Tue="rest core", Thu="rest B ecc"), "Mon Tue",
         {"Mon": "rest A", "Tue": "rest core"}),
        # Two sore sessions keep 72 hours, also over the end of the week.
        (template(Mon="rest A sore", Thu="rest B sore"), "Mon Thu", {"Mon": "rest A", "Thu": "rest B"}),
        (template(Mon="rest A sore", Thu="rest B sore"), "Fri Mon", {"Mon": "rest A", "Fri": "rest B"}),
        (template(Mon="rest A sore", Thu="rest B sore"), "Mon Sat", {"Mon": "rest A"}),
        # Nothing that leaves soreness within 72 hours before a long run, nor the day after it: the same day, if any.
        (template(Sat="long --", Tue="rest A sore"), "Thu Fri Sat Sun", {"Sat": "long A"}),
        (template(Sat="long --", Tue="rest A sore"), "Mon Thu Fri Sat Sun", {"Sat": "long", "Mon": "rest A"}),
        # The day before a ladder run is kept free of it too.
        (template(Wed="ladder --", Tue="rest A sore"), "Tue Wed", {"Wed": "ladder A"}),
        (template(Wed="ladder --", Tue="rest A sore"), "Wed", {"Wed": "ladder A"}),
    ],
)  # fmt: skip
def test_strength_finds_its_days(week, free, expected):
    assert said(arranged(week, free)) == expected


@pytest.mark.parametrize(
    ("week", "free", "dropped"),
    [
        (THREE_RUNS, "Tue", {"speed run": "There is 1 day for it.", "easy run": "There is 1 day for it."}),
        (THREE_RUNS, "Mon Tue", {"speed run": "No free day keeps it clear of the other hard days."}),
        (LADDER, "Mon Tue Wed", {"ladder run": "No free day keeps 48 hours between two ladder runs."}),
        (
            template(Mon="rest A ecc", Thu="rest B ecc"),
            "Mon Tue",
            {"strength B": "No free day keeps the 48 hours its muscles need."},
        ),
        (
            template(Mon="rest A sore", Thu="rest B sore"),
            "Mon Wed",
            {"strength B": "No free day keeps the 72 hours its muscles need."},
        ),
    ],
)
def test_what_has_no_day_says_why(week, free, dropped):
    assert dict(arranged(week, free).dropped) == dropped


def test_no_day_named_is_every_day_and_an_unknown_name_is_none():
    assert free_days(()) == free_days(("Someday",)) == frozenset(DAYS)
    assert free_days(("Mon", "Someday")) == {"Mon"}


def test_days_between_weekdays():
    assert [gap(0, 6), gap(6, 0), gap(2, 2)] == [6, 1, 0]
    assert [apart(0, 6), apart(6, 0), apart(0, 3), apart(0, 4)] == [1, 1, 3, 3]


EVERY_WEEK = [
    (region.name, phase.id, running)
    for region in regions()
    for phase in recipe_of(region.name).phases.values()
    for running in ("none_yet", "ladder", "modified", "guarded")
]


@pytest.mark.parametrize(("region", "phase", "running"), EVERY_WEEK)
def test_with_every_day_free_the_recipes_week_stays_as_it_is(region, phase, running):
    recipe = recipe_of(region)
    week = recipe.week_of(recipe.phases[phase], running)
    found = arranged(week, " ".join(DAYS))
    assert found.dropped == ()
    assert [(d.moves, d.strength) for d in found.days] == [(d.moves, d.strength) for d in week]


@pytest.mark.parametrize(("region", "phase", "running"), EVERY_WEEK)
def test_on_any_days_the_hours_hold_and_nothing_is_lost_silently(region, phase, running):
    recipe = recipe_of(region)
    week = recipe.week_of(recipe.phases[phase], running)
    asked = sorted([d.moves for d in week if d.moves != "rest"] + [d.strength for d in week if d.strength])
    for number, free in enumerate(free for n in (1, 2, 3, 5) for free in combinations(DAYS, n)):
        long_run = ("", *DAYS)[number % 8]
        found = arrange(week, frozenset(free), long_run, SPACING)
        assert broken_hours(found) == [], (free, long_run)
        assert all(day.day in free for day in found.days if day.moves != "rest" or day.strength)
        placed = [d.moves for d in found.days if d.moves != "rest"] + [
            d.strength for d in found.days if d.strength
        ]
        gone = [what.removesuffix(" run").removeprefix("strength ") for what, _ in found.dropped]
        assert sorted(placed + gone) == asked
        assert all(why for _, why in found.dropped)
        if long_run in free and "long" in placed:
            assert found.days[DAYS.index(long_run)].moves == "long"


def broken_hours(found: Arranged) -> list[str]:
    """Two weeks in a row, looked through day by day."""
    row = [*found.days, *found.days]
    wrong = []
    for at, day in enumerate(row[:7]):
        soon = row[at + 1 : at + 3]
        if day.moves in HARD and soon[0].moves in HARD:
            wrong.append(f"{day.day}: hard runs in a row")
        if day.moves == "ladder" == soon[0].moves:
            wrong.append(f"{day.day}: ladder runs in a row")
        if day.eccentric and soon[0].eccentric:
            wrong.append(f"{day.day}: loaded again after 24 hours")
        if day.high_soreness and {one.moves for one in soon} & HARD:
            wrong.append(f"{day.day}: sore before a hard run")
        if day.high_soreness and any(one.high_soreness for one in soon):
            wrong.append(f"{day.day}: sore twice within 72 hours")
        if day.moves in HARD and soon[0].high_soreness:
            wrong.append(f"{day.day}: sore the day after a hard run")
        if day.high_soreness and soon[0].moves == "ladder":
            wrong.append(f"{day.day}: sore the day before a ladder run")
    return wrong


def test_broken_hours_are_seen():
    week = template(Mon="speed A sore", Tue="long --", Thu="ladder B ecc", Fri="ladder C ecc")
    assert len(broken_hours(Arranged(week, ()))) == 4
