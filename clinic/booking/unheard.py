"""News of visits ahead that reached nobody, since the patient had agreed to nothing: sent once they have."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from clinic.booking.status import MAY_MOVE
from clinic.booking.told import CONFIRMATION, MOVED, OF_A_SERIES, OF_A_VISIT, SERIES_BOOKED, SERIES_MOVED
from clinic.people.actors import Job
from clinic.people.models import Patient
from clinic.reminders.actions import CannotResend, resend
from clinic.reminders.claims import NO_ADDRESS
from clinic.reminders.models import State
from clinic.reminders.reaching import reached_by

REACHED = Job("patient can be reached")  # nobody asked for that very message


def tell_now(*, patient: Patient, now: dt.datetime) -> int:
    """Send what was not sent for want of an address, if something reaches them now. How many messages.

    Each is asked again whether it is still wanted: one about a time that is no longer true is not sent.
    """
    coming = patient.appointments.filter(starts_at__gt=now, status__in=MAY_MOVE)
    visits = dict(coming.values_list("pk", "series"))
    if not visits or not reached_by(patient):
        return 0
    of_visits = Q(source=OF_A_VISIT, kind__in=[CONFIRMATION, MOVED], subject_id__in=visits)
    series = [pk for pk in visits.values() if pk is not None]
    of_series = Q(source=OF_A_SERIES, kind__in=[SERIES_BOOKED, SERIES_MOVED], subject_id__in=series)
    sent = 0
    for row in patient.reminders.filter(of_visits | of_series, state=State.SKIPPED, because=NO_ADDRESS):
        try:
            resend(reminder=row, by=REACHED, now=now)
        except CannotResend:  # somebody did so just now
            continue
        sent += 1
    return sent
