"""What somebody has chosen so far on the way to a visit. Kept in their session; who they are is not (OnlineRequest).

Two windows, the back button and a second press of Enter share one errand: whoever changes it does so alone.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import connection, transaction
from django.http import HttpRequest
from django.urls import reverse

from clinic.booking import online
from clinic.booking.hours import clinic_zone
from clinic.booking.models import Appointment, AppointmentType, Hold, OnlineRequest
from clinic.people.models import Clinician, Patient
from programs.portal.booking import safety

# Answers about what must not wait hold for as long as it takes to book, and not for another day.
CLEARED_FOR = dt.timedelta(hours=2)
VISITORS = 7_210  # first key of the advisory lock, so that it meets no other package's lock


@dataclass(slots=True)
class Errand:
    """Ids and times as text, as a session keeps them; empty is not chosen yet."""

    place: str = ""
    first_part: bool = False  # no emergency; the other questions are still to be asked
    cleared_at: str = ""
    type: str = ""
    anybody: bool = True
    clinician: int = 0
    starts_at: str = ""
    hold: int = 0
    seat: int = -1
    seat_key: str = ""
    request: int = 0
    appointment: int = 0

    @classmethod
    def of(cls, session: SessionBase, key: str) -> Errand:
        told = session.get(key) or {}
        return cls(**{field.name: told[field.name] for field in fields(cls) if field.name in told})

    def forget_time(self) -> None:
        self.starts_at, self.clinician, self.hold = "", 0, 0


@dataclass(frozen=True, slots=True)
class Door:
    """The public pages, or a patient's own: where each step's page is, and where the session keeps the errand."""

    names: str
    key: str

    def url(self, step: str) -> str:
        return reverse(f"{self.names}:{step}")


PUBLIC = Door("online", "online_errand")
OWN = Door("portal:booking", "own_errand")


@dataclass(slots=True)
class Booking:
    """Somebody on the way to a visit. `patient` is None before we know who they are."""

    door: Door
    errand: Errand
    now: dt.datetime
    patient: Patient | None = None

    @property
    def is_public(self) -> bool:
        return self.door is PUBLIC

    def url(self, step: str) -> str:
        return self.door.url(step)

    @property
    def cleared(self) -> bool:
        at = self.errand.cleared_at
        return bool(at) and self.now - dt.datetime.fromisoformat(at) < CLEARED_FOR

    @property
    def place(self) -> str:
        """The screen that asks what must not wait; the usual one before a place is chosen."""
        known = [one.screen for one in safety.places()]
        return self.errand.place if self.errand.place in known else known[0]

    @property
    def types(self) -> list[AppointmentType]:
        """What is open, to somebody new an assessment first."""
        found = online.bookable_online(self.now.astimezone(clinic_zone()).date())
        return sorted(found, key=lambda type: not type.is_assessment) if self.is_public else list(found)

    @property
    def type(self) -> AppointmentType | None:
        """What was chosen, while it can still be booked online."""
        return next((one for one in self.types if one.slug == self.errand.type), None)

    @property
    def starts_at(self) -> dt.datetime | None:
        return dt.datetime.fromisoformat(self.errand.starts_at) if self.errand.starts_at else None

    @property
    def clinician(self) -> Clinician | None:
        return Clinician.objects.filter(pk=self.errand.clinician).select_related("account").first()

    @property
    def hold(self) -> Hold | None:
        """What is kept for them now; None once it ran out."""
        held = Hold.objects.living(self.now).filter(pk=self.errand.hold)
        return held.select_related("type", "clinician__account").first()

    @property
    def request(self) -> OnlineRequest | None:
        """What they typed, while it is theirs: the number alone opens nothing, it stands in their session."""
        rows = OnlineRequest.objects.filter(pk=self.errand.request)
        return rows.select_related("type", "clinician__account").first()

    @property
    def appointment(self) -> Appointment | None:
        rows = Appointment.objects.filter(pk=self.errand.appointment)
        return rows.select_related("type", "clinician__account").first()

    def lacks(self, step: str) -> str:
        """The page of the first step before this one that is not done; empty where all are."""
        done = {
            "safety": bool(self.errand.place),
            "more": self.errand.first_part,
            "type": self.cleared,
            "times": self.type is not None if self.errand.type else False,
            "last": bool(self.errand.starts_at),
            "code": bool(self.errand.request),
        }
        # What has to be done before a step, in order, and where it is done.
        before = {
            "safety": [("safety", "begin")],
            "more": [("safety", "begin"), ("more", "safety")],
            "type": [("type", "begin")],
            "times": [("type", "begin"), ("times", "type")],
            "last": [("type", "begin"), ("times", "type"), ("last", "times")],
            "typed": [("last", "times")],  # what was typed is not thrown away because the questions are old
            "code": [("code", "begin")],
        }
        return next((self.url(page) for need, page in before[step] if not done[need]), "")


@contextmanager
def alone(request: HttpRequest, booking: Booking) -> Iterator[Errand]:
    """The errand as it is now, for this request only; what is changed in it is kept when the block ends well."""
    session = request.session
    is_new = session.session_key is None
    if is_new:
        session.create()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_advisory_xact_lock(%s, %s)", [VISITORS, _number(str(session.session_key))]
            )
        if not is_new:  # another window may have changed it since this request began
            booking.errand = Errand.of(type(session)(session.session_key), booking.door.key)
        yield booking.errand
        remember(request, booking)
        session.save()
    # Written: saving it again when the answer leaves would put an old errand over another window's newer one.
    session.modified = is_new


def remember(request: HttpRequest, booking: Booking) -> None:
    request.session[booking.door.key] = asdict(booking.errand)


def _number(key: str) -> int:
    return zlib.crc32(key.encode()) - 2**31


def facts(booking: Booking) -> dict[str, Any]:
    """What every page of an errand shows."""
    steps = ("begin", "safety", "type", "times", "last")
    return {
        "booking": booking,
        "patient": booking.patient,
        "is_public": booking.is_public,
        "pages": {step: booking.url(step) for step in steps},
    }
