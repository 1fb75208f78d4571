"""Moving a visit from where a page showed it: two windows may have it open, and the second is told of the first.

A drag says “from here to there”. Done on a visit that somebody else has moved meanwhile, it would move it once more
and nobody would have wanted that.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from clinic.booking import actions
from clinic.booking.journal import locked
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Appointment
from clinic.booking.refusals import Refused, spoken
from clinic.booking.taking import resources_for
from clinic.people.actors import Actor
from clinic.people.models import Clinician


class MovedMeanwhile(Refused):
    """It is not where the page showed it. `appointment` is as it is now."""

    somebody_was_first = True

    def __init__(self, appointment: Appointment) -> None:
        self.appointment = appointment
        until = timezone.localtime(appointment.ends_at, timezone.get_default_timezone())
        super().__init__(
            f"Somebody else changed this appointment while your page was open: it is at "
            f"{spoken(appointment.starts_at)} until {until:%H:%M} with {appointment.clinician} now. "
            "Nothing was changed by you."
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a page shows a visit, as its forms carry it."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    clinician_id: int

    @property
    def text(self) -> str:
        begins, ends = (each.astimezone(dt.UTC).isoformat() for each in (self.starts_at, self.ends_at))
        return f"{begins}/{ends}/{self.clinician_id}"

    @classmethod
    def read(cls, text: str) -> Shown:
        """Raises ValueError for anything that `text` did not write."""
        begins, ends, clinician = text.split("/")
        moments = [dt.datetime.fromisoformat(each) for each in (begins, ends)]
        if any(moment.tzinfo is None for moment in moments) or len(clinician) > 9:
            raise ValueError(text)
        return cls(moments[0], moments[1], int(clinician))

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


@transaction.atomic
def put(
    *,
    appointment: Appointment,
    shown: Shown,
    starts_at: dt.datetime,
    clinician: Clinician,
    minutes: int,
    by: Actor,
    now: dt.datetime,
) -> Appointment:
    """Moved or given another length, whichever differs from what was shown.

    Raises MovedMeanwhile, and what `clinic.booking.actions.move` and `resize` raise.
    """
    here_now = Appointment.objects.values_list("clinician_id", flat=True).get(pk=appointment.pk)
    lock_calendars({here_now, clinician.pk}, resources_for(appointment.type))
    fresh = locked(appointment)
    if Shown(fresh.starts_at, fresh.ends_at, fresh.clinician_id) != shown:
        raise MovedMeanwhile(fresh)
    if (fresh.starts_at, fresh.clinician_id) == (starts_at, clinician.pk):
        return actions.resize(appointment=fresh, minutes=minutes, by=by, now=now)
    return actions.move(
        appointment=fresh, starts_at=starts_at, clinician=clinician, minutes=minutes, by=by, now=now
    )
