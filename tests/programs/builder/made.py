"""Runners, limits and exercises made from a number: fast, and always the same ones for the same number."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from assessments.screens.answers import Answers
from assessments.triage.causes import load_causes, weigh
from programs.builder.block import Plan
from programs.builder.days import Room
from programs.builder.limits import Limits
from programs.builder.progression import Progression, load_progression
from programs.builder.proposal import Case, case_for
from programs.builder.reading import load_recipe
from programs.builder.recipe import NO_PROGRAM, Recipe
from programs.builder.runs import Runner, Stage
from programs.builder.sessions import DAYS, REST, Day, Share, Split
from programs.exercises.equipment import load_equipment
from tests.generated import Region, changed_by_chance, regions

RULES: Progression = load_progression()
MONDAY = dt.date(2026, 3, 2)
MINUTES = (None, *range(5, 61))


# --- Whole runners -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """One runner with their limits: all that a program is built from."""

    region: Region
    case: Case
    limits: Limits
    starts_on: dt.date


@cache
def recipe_of(region: str) -> Recipe:
    return load_recipe(region)


@cache
def classes_with_a_program(region: str) -> tuple[str, ...]:
    recipe = recipe_of(region)
    return tuple(klass for klass in recipe.classes if recipe.track_of(klass).id != NO_PROGRAM)


def made(number: int, *, plans: int = 2) -> Iterator[Made]:
    """A runner of this number, `plans` times: each with another decided class and other limits."""
    rng = random.Random(number)  # noqa: S311  # not a secret
    region = rng.choice(regions())
    answers = region.answers(changed_by_chance(region, rng))
    causes = weigh(answers, screen=region.screen, causes=load_causes(region.name))
    for _ in range(plans):
        yield of(region, answers, causes, rng)


def of(region: Region, answers: Answers, causes: Any, rng: random.Random) -> Made:
    recipe = recipe_of(region.name)
    klass = rng.choice(classes_with_a_program(region.name))
    case = case_for(answers, causes=causes, screen=region.screen, recipe=recipe, klass=klass, rules=RULES)
    return Made(region, case, some_limits(rng, recipe), MONDAY + dt.timedelta(days=rng.randrange(7)))


def some_limits(rng: random.Random, recipe: Recipe) -> Limits:
    kinds, ids = list(load_equipment().kinds), list(recipe.library.exercises)
    return Limits(
        days=frozenset(rng.sample(DAYS, rng.randint(1, 7)) if rng.random() < 0.75 else ()),
        minutes=rng.choice(MINUTES),
        equipment=None if rng.random() < 0.3 else frozenset(rng.sample(kinds, rng.randrange(len(kinds) + 1))),
        long_run=rng.choice(("", *DAYS)),
        race_on=None if rng.random() < 0.5 else MONDAY + dt.timedelta(days=rng.randint(-3, 40)),
        dislikes=frozenset(rng.sample(ids, rng.choice((0, 0, 1, 3, 10)))),
    )


# --- Small things for tables ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ex:
    """An exercise with what the planner asks of one; 3 sets of 8-10 in 4 minutes unless said otherwise."""

    library_id: str
    category: str = "strong"
    per_week: str = "daily"
    minutes: Decimal = Decimal(4)
    points: int = 1
    hours_between: int | None = None
    tags: tuple[str, ...] = ("plain",)
    sets: int = 3
    reps: str = "8-10"
    hold_s: str = ""


SORE = {"tags": ("eccentric", "high_soreness"), "hours_between": 72}
LOADED = {"tags": ("eccentric",), "hours_between": 48}
KINDS = {
    "strong": "strength",
    "hold": "hold",
    "trunk": "trunk",
    "load": "loading",
    "jump": "jump",
    "warm": "warm_up",
    "drill": "drill",
    "cue": "cue",
    "loose": "loosening",
    "cool": "cool_down",
    "roll": "rolling",
}
SPLIT = Split(
    letters={
        "A": (Share("load", 1), Share("strong")),
        "B": (Share("load", 2), Share("strong")),
        "C": (Share("strong"),),
    },
    alternating="holds",
    every_day_from=5,
    drills_on=frozenset({"ladder", "speed"}),
    cues_on=frozenset({"ladder", "easy"}),
    kinds=KINDS,
)
ROOMY = {"strength_min": 90, "run_addons_min": 90, "daily_min": 90, "total_day_min": 180}
STAGES = (*(Stage(number, f"stage {number}", 5 * number) for number in range(8)), Stage(8, "own", None))
STILL = Runner("none_yet", may_grow=False, weeks_km=(), longest_km=None, stages=(), first=None, greens=2)
ON_THE_LADDER = replace(STILL, policy="ladder", stages=STAGES, first=1)
FREE = replace(STILL, policy="guarded", may_grow=True, weeks_km=(30.0, 30.0, 30.0), longest_km=12.0)


def days(**said: str) -> tuple[Day, ...]:
    """The week: `Mon="easy A"` is an easy run and strength A, `Tue="-- B"` strength alone; not named is rest."""
    found = []
    for name in DAYS:
        run, _, strength = said.get(name, REST).partition(" ")
        run = REST if run == "--" else run
        found.append(Day(name, run, strength, hard=run in {"speed", "long"}, moves=run))
    return tuple(found)


def a_plan(week: tuple[Day, ...], runner: Runner = STILL, **given: Any) -> Plan:
    room = Room(
        given.pop("minutes", ROOMY),
        given.pop("asked", None),
        given.pop("free", frozenset(DAYS)),
        given.pop("keep", frozenset()),
    )
    running = given.pop("running", runner.policy not in {"none", "none_yet"})
    return Plan(days=week, split=SPLIT, room=room, runner=runner, running=running, **given)
