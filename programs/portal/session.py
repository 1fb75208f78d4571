"""Today's session of a released program, and the form that logs it: finished facts for the template."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms

from programs.builder.block import PlannedDay
from programs.builder.sessions import Day, Session, Split, moment, parts
from programs.builder.sessions import Part as Stretch
from programs.plans.models import Exercise, Version
from programs.portal import words
from programs.portal.forms import SessionForm, field_name


@dataclass(frozen=True, slots=True)
class Card:
    """One exercise as the patient sees it, with its own question."""

    number: int
    name: str
    dose: str
    cue: str
    tempo: str
    why: str
    moment: str
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the session under one heading."""

    title: str
    cards: list[Card]
    minutes: int
    is_compact: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """The session of one day of the week."""

    day: str
    day_name: str
    run: str
    is_rest: bool
    minutes: int
    exercises: tuple[Exercise, ...]
    parts: list[Stretch[Exercise]]

    @property
    def asks(self) -> str:
        """What the day asks for, in one sentence."""
        if not self.is_rest:
            return f"Your plan for {self.day_name}:"
        if not self.exercises:
            return f"{self.day_name} is a rest day. Nothing to do: rest is part of the program."
        rest = f"{self.day_name} is a rest day. You need not do anything."
        return f"{rest} If you like, loosen up with the short ones below."

    @property
    def strength_count(self) -> int:
        """How many exercises are drawn in full."""
        return sum(len(part.exercises) for part in self.parts if not part.is_compact)

    @property
    def small_count(self) -> int:
        """How many are short lines around them."""
        return len(self.exercises) - self.strength_count


def planned(version: Version, exercises: list[Exercise]) -> list[Planned]:
    """The whole week, Monday first."""
    split = version.split
    return [_planned(day, version, split) for day in version.block(exercises).week(1).days]


def _planned(day: PlannedDay[Exercise], version: Version, split: Split) -> Planned:
    session = Session(
        Day(day.name, day.run.kind, day.strength, hard=day.run.is_hard, moves=day.run.kind), day.all
    )
    return Planned(
        day=day.name,
        day_name=words.DAY_NAMES[day.name],
        run=words.run_of(day.run.kind, version.proposal),
        is_rest=day.is_rest,
        minutes=int(session.minutes),
        exercises=session.exercises,
        parts=parts(session, split),
    )


def of_day(week: list[Planned], *, chosen: str, today: dt.date) -> Planned:
    """The chosen day of the week (“Mon”), else today's."""
    return next((plan for plan in week if plan.day == chosen), week[today.weekday()])


def cards(plan: Planned, form: SessionForm, split: Split) -> list[Part]:
    """The session's cards, numbered through, each with its field of the form."""
    number = 0
    found = []
    for part in plan.parts:
        row = []
        for exercise in part.exercises:
            number += 1
            row.append(_card(number, exercise, form[field_name(exercise.pk)], split))
        minutes = int(sum(exercise.minutes for exercise in part.exercises))
        found.append(Part(part.title, row, minutes, part.is_compact))
    return found


def _card(number: int, exercise: Exercise, field: forms.BoundField, split: Split) -> Card:
    return Card(
        number=number,
        name=exercise.name,
        dose=exercise.dose,
        cue=exercise.cue,
        tempo=exercise.tempo,
        why=exercise.why_patient,
        moment=moment(split.kind(exercise)),
        field=field,
    )


def by_kind(version: Version, exercises: list[Exercise]) -> list[tuple[str, list[Exercise]]]:
    """All exercises under their kinds' names, in the program's order."""
    titles = version.proposal["categories"]
    found: dict[str, list[Exercise]] = {}
    for exercise in exercises:
        found.setdefault(titles.get(exercise.category, "More"), []).append(exercise)
    return list(found.items())


def about_pain(version: Version) -> dict[str, Any]:
    limit = version.proposal["pain_limit"]
    return {
        "fine": words.fine_pain(limit),
        "stop": words.stop_when(limit),
        "short": words.pain_in_short(limit),
    }
