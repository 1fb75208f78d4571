"""How much a gap in somebody's day holds, and what would fit where the visit asked for does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from clinic.booking.diaries import diaries
from clinic.booking.free import clinic_zone
from clinic.booking.models import Appointment, AppointmentType
from clinic.booking.taking import LONGEST, SHORTEST
from clinic.desk.wish import Wish
from clinic.people.models import Clinician

MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Room:
    """From a moment to the end of work, and to the next thing that is booked or held."""

    at: dt.datetime
    closes: dt.datetime
    next_thing: dt.datetime

    def minutes(self, buffer: dt.timedelta) -> int:
        """The longest visit that fits with that buffer after it; the buffer may lie after work."""
        return max(0, int(min(self.closes - self.at, self.next_thing - buffer - self.at) / MINUTE))


@dataclass(frozen=True, slots=True)
class TooShort:
    """`minutes` are free from there on and `wanted` would be needed; `fitting` are words and addresses.

    `may_overbook` where they work that long: nothing but another visit, or a time that is kept, is in the way.
    """

    at: dt.datetime
    minutes: int
    wanted: int
    fitting: list[tuple[str, str]]
    may_overbook: bool


def room(
    clinician: Clinician, at: dt.datetime, *, now: dt.datetime, moving: Appointment | None = None
) -> Room:
    """How long that clinician is free from then on; nothing where they do not work or are taken. One query."""
    (diary,) = diaries([clinician], at, at + LONGEST * MINUTE, now=now, moving=moving)
    day = at.astimezone(clinic_zone()).date()
    closes = next((end for start, end in diary.works(day) if start <= at < end), at)
    ahead = [start for start, end in diary.taken if end > at]
    return Room(at, closes, min(ahead, default=closes + LONGEST * MINUTE))


def too_short(
    wish: Wish,
    *,
    at: dt.datetime,
    clinician: Clinician,
    type: AppointmentType,
    types: Iterable[AppointmentType],
    now: dt.datetime,
) -> TooShort | None:
    """Why the visit does not fit where they pressed, and what does. None where it is not a matter of length."""
    here = room(clinician, at, now=now)
    wanted = wish.lasting or type.minutes
    has = here.minutes(type.buffer)
    if at < now or has >= wanted:
        return None
    fitting = [
        (str(other), replace(wish, type=other.slug, minutes="").url)
        for other in types
        if other.minutes <= here.minutes(other.buffer)
    ]
    if has >= SHORTEST:
        fitting.append((f"{type.name}, {has} min only", replace(wish, type=type.slug, minutes=str(has)).url))
    return TooShort(at, has, wanted, fitting, may_overbook=at + wanted * MINUTE <= here.closes)
