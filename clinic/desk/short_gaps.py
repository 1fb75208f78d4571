"""What would fit a gap in somebody's day where the visit asked for does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from clinic.booking.models import AppointmentType
from clinic.booking.taking import SHORTEST
from clinic.booking.who_waits import room_at
from clinic.desk.wish import Wish
from clinic.people.models import Clinician

MINUTE = dt.timedelta(minutes=1)


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
    gap = room_at(clinician, at, now=now)
    wanted = wish.lasting or type.minutes
    has = gap.minutes_with(type.buffer) if gap else 0
    if at < now or has >= wanted:
        return None
    fitting = [
        (str(other), replace(wish, type=other.slug, minutes="").url)
        for other in types
        if gap and other.minutes <= gap.minutes_with(other.buffer)
    ]
    if has >= SHORTEST:
        fitting.append((f"{type.name}, {has} min only", replace(wish, type=type.slug, minutes=str(has)).url))
    return TooShort(
        at, has, wanted, fitting, may_overbook=gap is not None and at + wanted * MINUTE <= gap.closes_at
    )
