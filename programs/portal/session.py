"""The sessions of a released program as the patient has them: finished facts for the pages and for the phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.dateformat import format as format_date

from programs.builder.arranging import WEEK
from programs.builder.block import PlannedDay, monday_of, week_number
from programs.builder.runs import PlannedRun
from programs.builder.sessions import AFTER, DAILY, DAYS, Day, Session, Split, parts
from programs.builder.sessions import Part as Stretch
from programs.plans.checking import few
from programs.plans.doses import Dose
from programs.plans.models import Exercise, SessionLog, Version
from programs.plans.standing import Now, logs_of, now_of
from programs.portal import words
from programs.portal.forms import SessionForm, field_name

COMING_DAYS = 7


@dataclass(frozen=True, slots=True)
class State:
    """A patient's program on one day of theirs. `swaps` are what may be done for a listed exercise (id → rows)."""

    version: Version
    exercises: list[Exercise]
    swaps: dict[int, list[Exercise]]
    logs: list[SessionLog]
    now: Now

    @property
    def week(self) -> list[Planned]:
        """This week's days, Monday first, with the amounts of today."""
        return [_planned(one, self, self.now, None) for one in self.now.week.days]

    @property
    def week_days(self) -> str:
        """“23 Nov to 29 Nov”: this week's Monday and Sunday."""
        monday = monday_of(self.now.day)
        first, last = (format_date(one, "j M") for one in (monday, monday + dt.timedelta(days=WEEK - 1)))
        return f"{first} to {last}"

    def coming(self) -> list[Planned]:
        """Today and the six days after it, each with its own week's amounts."""
        found = []
        for ahead in range(COMING_DAYS):
            day = self.now.day + dt.timedelta(days=ahead)
            starts_on = self.version.starts_on
            number = week_number(day, starts_on=starts_on) if starts_on else 1
            then = replace(self.now, day=day, week=self.now.block.week(number))
            found.append(_planned(then.week.days[day.weekday()], self, then, day))
        return found

    def of_day(self, chosen: str) -> Planned:
        """The chosen day of this week (“Mon”), else today."""
        at = DAYS.index(chosen) if chosen in DAYS else self.now.day.weekday()
        return _planned(self.now.week.days[at], self, self.now, None)


def state_of(version: Version, *, day: dt.date) -> State:
    """Where the patient of this version (`with_exercises`) stands on this day."""
    every = version.every_exercise
    listed = [one for one in every if one.role == Exercise.Role.LISTED]
    swaps: dict[int, list[Exercise]] = {}
    for one in every:
        if one.role == Exercise.Role.SWAP and one.instead_of_id is not None:
            swaps.setdefault(one.instead_of_id, []).append(one)
    logs = logs_of(version.program_id)
    return State(version, listed, swaps, logs, now_of(version, listed, day=day, logs=logs))


@dataclass(frozen=True, slots=True)
class Step:
    """One exercise as it is done on a day. Numbers are 0 where the dose names none (“10 steps each way”).

    A `timed` one lasts so long (“60 s”, “5 min”): its `hold_s` is that time, and nobody counts.
    """

    id: int
    library_id: str
    name: str
    dose: str
    sets: int
    reps: int
    hold_s: int
    rest_s: int
    each_side: bool
    timed: bool
    cue: str
    tempo: str
    why: str
    moment: str
    after_run: bool
    pain: str
    limit: int
    too_much: str
    swaps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """The session of one day: `on_day` where it is a date, `day` its weekday's short name."""

    on_day: dt.date | None
    day: str
    day_name: str
    run: str
    stage: str
    runs: bool
    run_minutes: int | None
    run_km: float | None
    run_stop: str
    run_about: int | None
    is_rest: bool
    lighter: str
    minutes: int
    exercises: tuple[Exercise, ...]
    steps: tuple[Step, ...]
    parts: list[Stretch[Exercise]]

    @property
    def time(self) -> str:
        """“About 42 minutes, with the run”; the run is named apart where nobody can say how long it takes."""
        if not self.runs:
            return f"About {self.minutes} minutes"
        if self.run_about is None:
            return f"About {self.minutes} minutes, and the run"
        return f"About {self.minutes + self.run_about} minutes, with the run"

    @property
    def asks(self) -> str:
        return asks(self.day_name, is_rest=self.is_rest, has_exercises=bool(self.exercises))

    @property
    def names(self) -> str:
        """“Leg swings, Couch stretch, Plank and 2 more”."""
        return few([step.name for step in self.steps])


def asks(day_name: str, *, is_rest: bool, has_exercises: bool) -> str:
    """What a day asks for, in one sentence."""
    if not is_rest:
        return f"Your plan for {day_name}:"
    if not has_exercises:
        return f"{day_name} is a rest day. Nothing to do: rest is part of the program."
    return f"{day_name} is a rest day. You need not do anything. If you like, loosen up with the short ones."


def _lighter(now: Now) -> str:
    """Why this week's runs are shorter, and until when; empty in any other week."""
    if not now.week.lighter or now.version.starts_on is None:
        return ""
    monday = format_date(monday_of(now.day) + dt.timedelta(days=WEEK), "l j M")
    return words.LIGHTER.format(monday=monday)


def _planned(day: PlannedDay[Exercise], state: State, now: Now, on_day: dt.date | None) -> Planned:
    split = state.version.split
    run = now.run(day.run) if not day.run.is_left_out else PlannedRun("rest")
    session = Session(
        Day(day.name, run.kind, day.strength, hard=run.is_hard, moves=run.kind),
        day.all,
    )
    runs = run.is_run and state.version.proposal["running"] not in {"none_yet", "none"}
    return Planned(
        on_day=on_day,
        day=day.name,
        day_name=words.DAY_NAMES[day.name],
        run=words.run_of(run, state.version.proposal),
        stage=words.stage_of(run, state.version.proposal) or words.shorter(now.shorter(day.run)),
        runs=runs,
        run_minutes=run.minutes if run.kind == "ladder" else None,
        run_km=run.km,
        run_stop=words.stop_when(words.limit_of(state.version.proposal, fast=run.kind in words.FAST_RUNS)),
        run_about=words.minutes_of(run) if runs else None,
        is_rest=day.is_rest,
        lighter=_lighter(now),
        minutes=int(split.minutes(session.exercises)),
        exercises=session.exercises,
        steps=tuple(_step(one, state, now, runs=runs) for one in session.exercises),
        parts=parts(session, split),
    )


def _step(exercise: Exercise, state: State, now: Now, *, runs: bool) -> Step:
    kind = state.version.split.kind(exercise)
    amount = now.amount(exercise)
    dose = Dose(amount.sets, amount.reps, amount.hold_s, exercise.rest_s, exercise.each_side).in_words()
    lasts = 0 if amount.hold_s else words.seconds_of(amount.reps)
    more = " Use a little more weight than before." if amount.load else ""
    limit = words.limit_of(state.version.proposal, fast=words.FAST_TAG in exercise.tags)
    return Step(
        id=exercise.pk,
        library_id=exercise.library_id,
        name=exercise.name,
        dose=dose if not more else f"{dose.rstrip('.')}.{more}",
        sets=amount.sets,
        reps=1 if lasts else words.highest(amount.reps),
        hold_s=lasts or words.highest(amount.hold_s),
        rest_s=exercise.rest_s,
        each_side=exercise.each_side,
        timed=bool(lasts),
        cue=exercise.cue,
        tempo=exercise.tempo,
        why=exercise.why_patient,
        moment=words.MOMENTS.get(kind, ("", ""))[0 if runs else 1],
        after_run=kind in AFTER | DAILY,
        pain=words.pain_in_short(limit),
        limit=limit,
        too_much=words.too_much(limit),
        swaps=tuple(_step(one, state, now, runs=runs) for one in state.swaps.get(exercise.pk, [])),
    )


@dataclass(frozen=True, slots=True)
class Card:
    """A step with its questions on the form."""

    number: int
    step: Step
    said: forms.BoundField
    why: forms.BoundField
    pain: forms.BoundField
    instead: forms.BoundField


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the session under one heading."""

    title: str
    cards: list[Card]
    minutes: int


def cards(plan: Planned, form: SessionForm, split: Split) -> list[Part]:
    """The session's cards, numbered through."""
    steps = {step.id: step for step in plan.steps}
    number, found = 0, []
    for part in plan.parts:
        row = []
        for exercise in part.exercises:
            number += 1
            asked = [form[field_name(exercise.pk, p)] for p in ("exercise", "why", "pain", "instead")]
            row.append(Card(number, steps[exercise.pk], *asked))
        found.append(Part(part.title, row, int(split.minutes(part.exercises))))
    return found


def by_kind(version: Version, exercises: Sequence[Exercise]) -> list[tuple[str, list[Exercise]]]:
    """All exercises under their kinds' names, in the program's order."""
    titles = version.proposal["categories"]
    found: dict[str, list[Exercise]] = {}
    for exercise in exercises:
        found.setdefault(titles.get(exercise.category, "More"), []).append(exercise)
    return list(found.items())


def about_pain(version: Version) -> dict[str, Any]:
    limit = words.limit_of(version.proposal)
    return {
        "fast": words.fast_pain(version.proposal),
        "fine": words.fine_pain(limit),
        "stop": words.stop_when(limit),
        "short": words.pain_in_short(limit),
        "limit": limit,
        "too_much": words.too_much(limit),
    }
