"""Today's session of a released program, and the form that logs it: finished facts for the template."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms

from programs.builder.sessions import Session, parts
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
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the session under one heading."""

    title: str
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Planned:
    """The session of one day of the week."""

    day: str
    day_name: str
    run: str
    is_rest: bool
    minutes: int
    exercises: tuple[Exercise, ...]
    parts: list[tuple[str, list[Exercise]]]


def planned(version: Version, exercises: list[Exercise]) -> list[Planned]:
    """The whole week, Monday first."""
    return [_planned(session, version) for session in version.week(exercises)]


def _planned(session: Session[Exercise], version: Version) -> Planned:
    return Planned(
        day=session.day.name,
        day_name=words.DAY_NAMES[session.day.name],
        run=words.run_of(session.day.run, version.proposal),
        is_rest=session.is_rest,
        minutes=int(session.minutes),
        exercises=session.exercises,
        parts=parts(session),
    )


def of_day(week: list[Planned], *, chosen: str, today: dt.date) -> Planned:
    """The chosen day of the week (“Mon”), else today's."""
    return next((plan for plan in week if plan.day == chosen), week[today.weekday()])


def cards(plan: Planned, form: SessionForm) -> list[Part]:
    """The session's cards, numbered through, each with its field of the form."""
    number = 0
    found = []
    for title, exercises in plan.parts:
        row = []
        for exercise in exercises:
            number += 1
            row.append(_card(number, exercise, form[field_name(exercise.pk)]))
        found.append(Part(title, row))
    return found


def _card(number: int, exercise: Exercise, field: forms.BoundField) -> Card:
    return Card(
        number=number,
        name=exercise.name,
        dose=exercise.dose,
        cue=exercise.cue,
        tempo=exercise.tempo,
        why=exercise.why_patient,
        field=field,
    )


def about_pain(version: Version) -> dict[str, Any]:
    limit = version.proposal["pain_limit"]
    return {
        "fine": words.fine_pain(limit),
        "stop": words.stop_when(limit),
        "fine_short": words.fine_pain_short(limit),
        "stop_short": words.stop_when_short(limit),
    }
