"""A text that answers the reminder of a visit: “C” or “YES” confirms it. Asked by clinic.reminders.replies.

Only where nothing is left to guess: one patient with that number, and one visit of theirs that a text spoke of.
Anything else a person at the desk reads.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from clinic.booking import by_patients
from clinic.booking.by_patients import REPLY, NotDone
from clinic.booking.models import Appointment
from clinic.booking.status import MAY_MOVE
from clinic.booking.told import MOVED, OF_A_VISIT
from clinic.booking.unheard import tell_now
from clinic.people.models import Patient
from clinic.reminders.models import Reminder, State, Way

CONFIRMS = frozenset("C CONFIRM CONFIRMED YES Y".split())
ANSWERED_WITHIN = dt.timedelta(days=4)  # of the text; an older one is not what they answer


def read(text: str, *, patients: Sequence[Patient], now: dt.datetime) -> bool:
    """Whether it confirmed a visit."""
    if " ".join(re.findall(r"\w+", text.upper())) not in CONFIRMS or len(patients) != 1:
        return False
    visits = _spoken_of(patients[0], now)
    if len(visits) != 1:
        return False
    try:
        by_patients.confirm(visit=visits[0], by=REPLY, now=now)
    except NotDone:
        return False
    return True


def reached(patients: Sequence[Patient], *, now: dt.datetime) -> None:
    """Their phone has just said that texts are wanted: what they had not heard of their visits goes out."""
    for patient in patients:
        tell_now(patient=patient, now=now)


def _spoken_of(patient: Patient, now: dt.datetime) -> list[Appointment]:
    """Visits to come that stand at the time a text of the last days told. Two queries."""
    told = Reminder.objects.filter(
        patient=patient,
        source=OF_A_VISIT,
        way=Way.TEXT,
        state=State.SENT,
        sent_at__gte=now - ANSWERED_WITHIN,
    )
    # What a message is about: the time itself, or, of a move, the moment the visit was moved.
    spoken = {
        (pk, kind == MOVED, about_at)
        for pk, kind, about_at in told.values_list("subject_id", "kind", "about_at")
    }
    ids = {pk for pk, _, _ in spoken}
    visits = Appointment.objects.filter(pk__in=ids, status__in=MAY_MOVE, starts_at__gt=now)
    return [
        visit
        for visit in visits.select_related("type", "clinician", "patient").order_by("starts_at")
        if {(visit.pk, False, visit.starts_at), (visit.pk, True, visit.moved_at)} & spoken
    ]
