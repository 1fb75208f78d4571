"""Finished facts for the clinician's page of outcome measures: over time, what is due, and what may be entered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from clinic.people.models import Patient
from programs.outcomes.given import Given, given_by
from programs.outcomes.schedule import ACTIVITIES, MOST_ACTIVITIES, Round, Standing
from programs.outcomes.showing import over_time
from programs.plans.courses import course_of
from programs.prescribing.measure_forms import AtVisitForm, NewActivityForm


@dataclass(frozen=True, slots=True)
class When:
    """How one question stands. `by` says who answers it."""

    title: str
    by: str
    due: Round | None
    next: Round | None
    missed: tuple[Round, ...]


def today_of(patient: Patient, now: dt.datetime) -> dt.date:
    """The patient's own day."""
    return now.astimezone(patient.zone).date()


def visit_form(patient: Patient, *, now: dt.datetime, data: Any = None) -> AtVisitForm:
    """The form for this patient's measures and the activities on the list. One query."""
    return AtVisitForm(listed_of(patient), today_of(patient, now), data)


def listed_of(patient: Patient) -> list[Any]:
    return list(patient.activities.filter(retired_at__isnull=True))


def facts(
    patient: Patient,
    *,
    now: dt.datetime,
    visit: AtVisitForm | None = None,
    activity: NewActivityForm | None = None,
) -> dict[str, Any]:
    """The whole page. Two queries; a refused form comes back bound."""
    course, given = course_of(patient), given_by(patient)
    today = today_of(patient, now)
    can_name = len(given.listed) < MOST_ACTIVITIES
    asked_now = course is not None and course.is_open
    return {
        "series": over_time(given, began_at=course.began_at if course else None),
        "course": course,
        "when": _when(given, course.began_at, now) if course and asked_now else [],
        "listed": given.listed,
        "visit_form": visit or AtVisitForm(given.listed, today),
        "activity_form": activity or (NewActivityForm(today) if can_name else None),
    }


def _when(given: Given, began_at: dt.datetime, now: dt.datetime) -> list[When]:
    words = {one.pk: one.words for one in given.listed}
    return [
        When(
            title=_title(one, words),
            by="You enter the total" if one.asked.is_total else "Asked at home",
            due=one.due,
            next=one.next,
            missed=one.missed,
        )
        for one in given.standing(began_at=began_at, now=now)
    ]


def _title(one: Standing, words: dict[int, str]) -> str:
    if one.activity:
        return f"“{words[one.activity]}”"
    return "Activities: none named yet" if one.asked.id == ACTIVITIES else one.asked.title
