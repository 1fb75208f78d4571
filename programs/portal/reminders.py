"""Before the first assessment: the questions a patient can answer at home, while nobody has asked them in person.

They are open to everybody with an assessment ahead, however it was booked (assessments.screens.from_home).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce

from assessments.screens.actions import NotOffered
from assessments.screens.from_home import EXPECTED, Closed, at_home
from assessments.screens.models import Screen
from clinic.booking.hours import clinic_zone, shifted
from clinic.booking.models import Appointment
from clinic.reminders import wishes
from clinic.reminders.kinds import CLOCKS, DAY, HOUR, Kind, before
from clinic.reminders.sources import Due, Message, NotWanted, unwritten
from programs.portal import questions

QUESTIONS = "questions_open"
KINDS = {
    QUESTIONS: Kind("Questions before the first visit", before(2 * DAY, least=DAY, most=7 * DAY), timed=True)
}
AFTER_BOOKING = HOUR  # booked at short notice: not in the same minute as the confirmation
LEAST_TIME = 2 * HOUR  # nobody answers forty questions on the way


def due(*, now: dt.datetime) -> Iterable[Due]:
    """First assessments that come so soon. Four queries."""
    wished = wishes.read()
    if not wished.is_on(__name__, QUESTIONS):
        return
    lead = wished.lead(__name__, QUESTIONS)
    examined = Screen.objects.signed().filter(patient=OuterRef("patient"))
    visits = Appointment.objects.filter(
        type__is_assessment=True,
        status__in=EXPECTED,
        starts_at__gt=now + LEAST_TIME,
        starts_at__lte=now + lead + CLOCKS,
    ).exclude(Exists(examined))
    visits = visits.filter(unwritten(__name__, QUESTIONS, about="starts_at"))
    known = visits.annotate(known_at=Coalesce(F("moved_at"), F("booked_at")))
    for pk, patient_id, starts_at, known_at in known.values_list("pk", "patient_id", "starts_at", "known_at"):
        due_at = max(shifted(starts_at, -lead, clinic_zone()), known_at + AFTER_BOOKING)
        if due_at <= now:
            yield Due(QUESTIONS, pk, patient_id, about_at=starts_at, due_at=due_at)


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The way to the questions, or why nobody is asked any more."""
    visit = Appointment.objects.select_related("patient").filter(pk=subject_id).first()
    if visit is None or visit.starts_at != about_at or visit.status not in EXPECTED:
        return NotWanted("The appointment was moved or cancelled, or the patient is here.")
    if visit.starts_at <= now + LEAST_TIME:
        return NotWanted("Too late for it: what is still to say is said in person.")
    try:
        here = at_home(visit.patient, now=now)
    except (Closed, NotOffered):
        return NotWanted("A clinician has begun to ask them.")
    if here.warning:
        return NotWanted("An answer of theirs asked them to ring the clinic.")
    if questions.go_on_at(here) is None:
        return NotWanted("The questions are answered.")
    return Message(template="emails/questions_open.txt", page="portal:questions", at=visit.starts_at)
