"""The free times of a day as the booking and moving pages offer them, for one clinician or for several at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from clinic.booking.free import Wanted, clinic_zone, instant, openings
from clinic.booking.hours import day_window
from clinic.booking.models import Appointment, AppointmentType
from clinic.booking.refusals import Refused
from clinic.desk.wish import Wish
from clinic.people.models import Clinician

OFFERED = 3


@dataclass(frozen=True, slots=True)
class Start:
    """A free time: the value its button sends, how the clock shows it, and whether it is the one they had in mind."""

    value: str
    at: dt.datetime
    shown: str
    wanted: bool

    @classmethod
    def of(cls, at: dt.datetime, wish: Wish) -> Start:
        local = timezone.localtime(at, clinic_zone())
        clock = f"{local:%H:%M}"
        shown = f"{clock} {local.tzname()}" if comes_twice(local) else clock
        return cls(at.isoformat(), at, shown, clock == wish.time)


@dataclass(frozen=True, slots=True)
class Choices:
    """`on_day` are the free times of the day asked for; `later` the next ones when it has none."""

    on_day: list[Start]
    later: list[tuple[dt.datetime, str]]

    def picked(self, sent: str, *, first: bool) -> str:
        """The time that is marked: the one sent, else the one in mind, else perhaps the first."""
        in_mind = [start.value for start in self.on_day if start.wanted]
        return sent or next(iter(in_mind or [s.value for s in self.on_day if first]), "")


def comes_twice(local: dt.datetime) -> bool:
    """Whether the clinic's clock shows that time once more on that day."""
    first, last = both(local.date(), local.time())
    return first != last


def both(day: dt.date, wall: dt.time) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last instant the clinic's clock shows that time; the same but for the hour that comes twice."""
    zone = clinic_zone()
    return instant(day, wall.replace(fold=0), zone), instant(day, wall.replace(fold=0), zone, last=True)


def free_times(
    type: AppointmentType,
    clinicians: Sequence[Clinician],
    day: dt.date,
    *,
    wish: Wish,
    url: str,
    now: dt.datetime,
    moving: Appointment | None = None,
    lasting: int | None = None,
) -> Choices:
    """The day's free times; where it has none, the next three as addresses below `url`. One query, or two."""
    midnight, next_midnight = day_window(day, clinic_zone())
    lasts = lasting or wish.lasting
    wanted = Wanted(minutes=lasts, moving=moving)
    found = openings(type, clinicians=clinicians, after=max(now, midnight), now=now, wanted=wanted)
    here = _where_it_is(moving, lasts)
    on_day: list[dt.datetime] = []
    later: list[dt.datetime] = []
    for opening in found:
        if (opening.clinician.pk, opening.starts_at) == here:
            continue
        starts = on_day if opening.starts_at < next_midnight else later
        if opening.starts_at not in starts[-1:]:
            starts.append(opening.starts_at)
        if later and (on_day or len(later) == OFFERED):
            break
    if on_day:
        return Choices([Start.of(at, wish) for at in on_day], [])
    return Choices([], [(at, _on_that_day(wish, at, url)) for at in later])


def _where_it_is(moving: Appointment | None, lasts: int | None) -> tuple[int, dt.datetime] | None:
    """With whom and when it is already, where its length is to stay: nothing to move to."""
    if moving is None or lasts is None or moving.ends_at - moving.starts_at != dt.timedelta(minutes=lasts):
        return None
    return moving.clinician_id, moving.starts_at


def instead_of(refused: Refused | None, wish: Wish) -> list[Start]:
    """What a refusal offers, as buttons: times at which the visit fits in the length that was asked for."""
    return [Start.of(at, wish) for at in refused.next_free] if refused else []


def _on_that_day(wish: Wish, at: dt.datetime, url: str) -> str:
    local = timezone.localtime(at)
    return f"{url}?{replace(wish, day=local.date().isoformat(), time=f'{local:%H:%M}').query}"
