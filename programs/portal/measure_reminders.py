"""That questions about how it goes are open: once for each time they are asked (programs/outcomes/schedule.py).

It lies here because it needs both what is asked (programs.outcomes) and when a course began (programs.plans).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q

from clinic.booking.hours import clinic_zone, instant, shifted
from clinic.people.models import Patient
from clinic.reminders import wishes
from clinic.reminders.kinds import DAY, Kind, after
from clinic.reminders.models import Reminder
from clinic.reminders.sources import Due, Message, NotWanted
from programs.outcomes.given import given_by
from programs.outcomes.models import Answer
from programs.outcomes.reading import load_schedule
from programs.plans.courses import Release, began, course_of
from programs.plans.models import Version
from programs.plans.reminders import RESTS, was_told_to_stop

MEASURES = "measures_due"
KINDS = {MEASURES: Kind("Questions about how it goes", after(DAY, least=0 * DAY, most=5 * DAY))}
REACH = 3 * DAY  # what opened longer ago is asked again in two weeks
ANY_ZONE = 2 * DAY  # how far a day somewhere in the world may lie from ours
OPENS = dt.time(9)  # on the patient's own wall


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Courses of which a question opened so long ago. Five queries."""
    wished = wishes.read()
    if not wished.is_on(__name__, MEASURES):
        return
    lead = wished.lead(__name__, MEASURES)
    for patient, began_at in _courses(lead, now):
        opens_on = _opened(patient, began_at, now)
        if opens_on is None:
            continue
        about_at = instant(opens_on, OPENS, patient.zone)
        due_at = shifted(about_at, lead, clinic_zone())
        if now - REACH < due_at <= now:
            yield Due(MEASURES, patient.pk, patient.pk, about_at=about_at, due_at=due_at)


def _weeks() -> list[int]:
    """Every week in which something is asked at home, a questionnaire that only some have begun left out."""
    asked = load_schedule().asked.values()
    return sorted({week for one in asked if not one.is_total and not one.once_begun for week in one.weeks})


def _courses(lead: dt.timedelta, now: dt.datetime) -> Iterator[tuple[Patient, dt.datetime]]:
    """(patient, when their course began) of those with a release about so many weeks ago. Two queries."""
    about_then = Q(pk=None)
    for week in _weeks():
        opened = now - lead - dt.timedelta(weeks=week)
        about_then |= Q(released_at__gt=opened - REACH - ANY_ZONE, released_at__lte=opened + ANY_ZONE)
    lately = now - lead - REACH - ANY_ZONE
    said = Reminder.objects.filter(
        source=__name__, kind=MEASURES, subject_id=OuterRef("patient"), about_at__gt=lately
    )
    told = Answer.objects.filter(patient=OuterRef("patient"), where=Answer.Where.HOME, given_at__gt=lately)
    standing = Version.objects.in_force().filter(patient=OuterRef("patient"))
    rows = Version.objects.filter(about_then, Exists(standing)).exclude(Exists(said)).exclude(Exists(told))
    patients = {row.patient_id: row.patient for row in rows.select_related("patient").defer("proposal")}
    releases: dict[int, list[Release]] = defaultdict(list)
    every = Version.objects.filter(patient__in=list(patients), released_at__isnull=False)
    for patient_id, at, screen, state in every.order_by("released_at", "pk").values_list(
        "patient_id", "released_at", "program__decision__result__screen__catalogue", "state"
    ):
        releases[patient_id].append(Release(at, screen, state == Version.State.ENDED))  # type: ignore[arg-type]
    for patient_id, patient in sorted(patients.items()):
        if began_at := began(releases[patient_id]):
            yield patient, began_at


def _opened(patient: Patient, began_at: dt.datetime, now: dt.datetime) -> dt.date | None:
    """The day on which the questions of now opened, in the patient's own zone; None between two times."""
    today = now.astimezone(patient.zone).date()
    began_on = began_at.astimezone(patient.zone).date()
    opened = [began_on + dt.timedelta(weeks=week) for week in _weeks()]
    open_for = dt.timedelta(days=load_schedule().open_days)
    return next((day for day in reversed(opened) if day <= today < day + open_for), None)


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The way to the questions, or why nobody is asked any more."""
    patient = Patient.objects.get(pk=subject_id)
    course = course_of(patient)
    if course is None or not course.is_open:
        return NotWanted("The patient has no program any more.")
    opens_on = _opened(patient, course.began_at, now)
    if opens_on != about_at.astimezone(patient.zone).date():
        return NotWanted("These questions have closed, or another course began.")
    if was_told_to_stop(patient.pk):
        return NotWanted(RESTS)
    standing = given_by(patient).standing(began_at=course.began_at, now=now)
    if not any(one.due for one in standing if not one.asked.is_total):
        return NotWanted("They have answered.")
    return Message(template="emails/measures_due.txt", page="portal:measures")
