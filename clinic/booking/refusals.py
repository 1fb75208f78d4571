"""Why an appointment was not booked or changed. Each says what happened, what was kept and what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format

from clinic.booking.status import Status

if TYPE_CHECKING:
    from clinic.booking.models import Appointment, AppointmentType, Hold
    from clinic.people.models import Clinician


class Refused(Exception):
    """Nothing was changed. str() is fit to be shown to staff.

    `next_free` are starts that would do instead, soonest first; `instead` is the way out as a sentence, for places
    that do not offer them as buttons.
    """

    next_free: Sequence[dt.datetime] = ()
    instead = ""
    somebody_was_first = False  # what was asked for was right: it is gone, or somebody else changed it


class SlotTaken(Refused):
    """Somebody else holds that time. `holder` is theirs; `next_free` are starts that would do, soonest first."""

    somebody_was_first = True

    def __init__(self, starts_at: dt.datetime, holder: Appointment, next_free: list[dt.datetime]) -> None:
        self.starts_at = starts_at
        self.holder = holder
        self.next_free = next_free
        self.instead = _next_free(next_free) or "Nothing else is free in the next eight weeks."
        super().__init__(
            f"{spoken(starts_at)} with {holder.clinician} is taken: {holder.patient.full_name}, "
            f"{_from_to(holder)}. Nothing was changed."
        )


class SomewhereElse(Refused):
    """The patient has another visit at that time. `visit` is that one, `starts_at` what was asked for."""

    somebody_was_first = True

    def __init__(self, starts_at: dt.datetime, visit: Appointment) -> None:
        self.starts_at = starts_at
        self.visit = visit
        super().__init__(
            f"{visit.patient.full_name} has another visit then: {_from_to(visit)} with {visit.clinician}. "
            "Nothing was changed."
        )


class SlotHeld(Refused):
    """It is kept for somebody who is booking it online, or who was offered it."""

    somebody_was_first = True

    def __init__(self, starts_at: dt.datetime, hold: Hold, next_free: list[dt.datetime]) -> None:
        self.starts_at = starts_at
        self.hold = hold
        self.next_free = next_free
        self.instead = _next_free(next_free) or "Nothing else is free in the next eight weeks."
        until = timezone.localtime(hold.expires_at, timezone.get_default_timezone())
        why = "being booked online" if hold.purpose == "online" else "offered to the wait list"
        super().__init__(
            f"{spoken(starts_at)} with {hold.clinician} is {why} and kept until {until:%H:%M}. "
            "Nothing was changed."
        )


class ResourceTaken(Refused):
    """The clinician is free, but no room or equipment of the kind it needs is."""

    somebody_was_first = True

    def __init__(self, starts_at: dt.datetime, kind: str, next_free: list[dt.datetime]) -> None:
        self.starts_at = starts_at
        self.kind = kind
        self.next_free = next_free
        self.instead = _next_free(next_free) or "Nothing else is free in the next eight weeks."
        super().__init__(f"No {kind.lower()} is free at {spoken(starts_at)}. Nothing was changed.")


class NobodyFree(Refused):
    """Any clinician would have done, and none of them is free then."""

    somebody_was_first = True

    def __init__(self, starts_at: dt.datetime, next_free: list[dt.datetime]) -> None:
        self.starts_at = starts_at
        self.next_free = next_free
        self.instead = _next_free(next_free) or "Nothing else is free in the next eight weeks."
        super().__init__(f"Nobody is free at {spoken(starts_at)} any more. Nothing was changed.")


class BadLength(Refused):
    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(
            f"{minutes} minutes is not a visit: it takes 5 minutes to 8 hours. Nothing was changed. "
            "Type how long it should take."
        )


class DoesNotDo(Refused):
    def __init__(self, clinician: Clinician, type: AppointmentType) -> None:
        super().__init__(
            f"{clinician} does not do this: {type.name}. Nothing was changed. Choose somebody who does."
        )


class NotOffered(Refused):
    def __init__(self, type: AppointmentType) -> None:
        super().__init__(f"{type.name} is not offered any more. Nothing was changed. Choose another type.")


class HasLeft(Refused):
    def __init__(self, clinician: Clinician, starts_at: dt.datetime) -> None:
        super().__init__(
            f"{clinician} does not work here on {date_format(timezone.localdate(starts_at), 'l j F Y')}. "
            "Nothing was changed. Choose another clinician or another day."
        )


class TooLateToTakeBack(Refused):
    def __init__(self) -> None:
        super().__init__(
            "This can no longer be taken back: the patient may have been told. Nothing was changed. "
            "Move or book it again instead."
        )


class ChangedSince(Refused):
    """Something was done to it after the change that was to be taken back."""

    somebody_was_first = True

    def __init__(self) -> None:
        super().__init__(
            "It was changed again since, so that step cannot be taken back. Nothing was changed. "
            "Reload the page to see what was done to it last."
        )


class InThePast(Refused):
    def __init__(self, starts_at: dt.datetime) -> None:
        self.starts_at = starts_at
        super().__init__(f"{spoken(starts_at)} has passed. Nothing was changed. Pick a later time.")


class OutsideWorkingHours(Refused):
    def __init__(self, starts_at: dt.datetime, next_free: list[dt.datetime], why: str = "") -> None:
        self.starts_at = starts_at
        self.next_free = next_free
        self.instead = _next_free(next_free) or "Set this clinician's working hours first."
        super().__init__(f"{why or f'{spoken(starts_at)} is outside working hours.'} Nothing was changed.")


class TooLong(OutsideWorkingHours):
    """It would start within working hours but end after them."""

    def __init__(self, starts_at: dt.datetime, minutes: int, next_free: list[dt.datetime]) -> None:
        self.minutes = minutes
        why = f"{minutes} minutes from {spoken(starts_at)} run past the end of working hours."
        super().__init__(starts_at, next_free, why)


class NotAllowedFrom(Refused):
    """Its status does not lead there. `status` is what it has now, perhaps since somebody else changed it."""

    def __init__(self, status: Status, wanted: str) -> None:
        self.status = status
        super().__init__(
            f"This appointment is {status.label.lower()}, so it cannot be {wanted}. Nothing was changed. "
            "Reload the page to see what was done to it last."
        )


class AlreadyThere(Refused):
    """Moving it to where it is: the second press of a button, or a change of mind."""

    def __init__(self, starts_at: dt.datetime) -> None:
        self.starts_at = starts_at
        super().__init__(f"It is at {spoken(starts_at)} already, so there is nothing to move.")


class NotYet(Refused):
    def __init__(self, starts_at: dt.datetime) -> None:
        self.starts_at = starts_at
        super().__init__(
            f"It only starts at {spoken(starts_at)}, so it cannot be a no-show yet. Nothing was changed. "
            "If the patient called it off, cancel it instead."
        )


class NoReason(Refused):
    def __init__(self, act: str) -> None:
        super().__init__(f"Say why before you {act}. Nothing was changed.")


def spoken(moment: dt.datetime) -> str:
    """A time in the clinic's zone, with the zone's name: 09:00 on Tuesday 3 March (GMT)."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{local:%H:%M} on {date_format(local, 'l j F')} ({local.tzname()})"


def _next_free(starts: list[dt.datetime]) -> str:
    return f"Next free: {'; '.join(spoken(start) for start in starts)}." if starts else ""


def _from_to(appointment: Appointment) -> str:
    zone = timezone.get_default_timezone()
    begins, ends = (timezone.localtime(at, zone) for at in (appointment.starts_at, appointment.ends_at))
    return f"{begins:%H:%M}\u2013{ends:%H:%M}"
