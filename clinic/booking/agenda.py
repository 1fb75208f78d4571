"""All that stands in the way of a series of visits, read once: the queries do not grow with the dates asked about."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from clinic.booking.diaries import Away, Diary, Kept, everybodys, resource_diaries
from clinic.booking.free import STEP, doing, next_quarter, works_on
from clinic.booking.hours import Window, clinic_zone, day_window, without
from clinic.booking.models import Appointment, AppointmentType
from clinic.people.models import Clinician, Patient

A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """Who, and from when to when; `resource` is the place among the resources of the kind it needs, in order."""

    clinician: Clinician
    starts_at: dt.datetime
    ends_at: dt.datetime
    resource: int | None = None


@dataclass(slots=True)
class Agenda:
    """What is known about a stretch of days for one patient, one type and whoever may do it.

    `busy` is when the patient is somewhere else. It grows while a series is laid out: its visits must not stand in each
    other's way either.
    """

    type: AppointmentType
    diaries: dict[int, Diary]
    equipment: list[list[Window]] | None
    theirs: list[Appointment]
    now: dt.datetime
    busy: list[Window] = field(default_factory=list)
    _works: dict[tuple[int, dt.date], list[Window]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        type: AppointmentType,
        patient: Patient,
        span: Window,
        *,
        now: dt.datetime,
        besides: Collection[int] = (),
    ) -> Agenda:
        """Three queries at most. The visits `besides` (ids) take up no time: they are about to be moved."""
        since, until = span
        able = doing(type, now.astimezone(clinic_zone()).date())
        rows = patient.appointments.standing().exclude(pk__in=besides).overlapping(since, until)
        theirs = list(rows.select_related("clinician__account"))
        found = everybodys(able, since, until, now=now, besides=besides)
        return cls(
            type=type,
            diaries={diary.clinician.pk: diary for diary in found},
            equipment=resource_diaries(type.needs_id, since, until, now=now, besides=besides)
            if type.needs_id
            else None,
            theirs=theirs,
            now=now,
            busy=[(visit.starts_at, visit.ends_at) for visit in theirs],
        )

    @property
    def people(self) -> list[Clinician]:
        """Whoever may do it, in the order of their names."""
        return [diary.clinician for diary in self.diaries.values()]

    def slot(self, person: Clinician, start: dt.datetime, lasts: dt.timedelta) -> Slot | None:
        """That person at that time, if nothing at all is in the way."""
        end = start + lasts
        diary = self.diaries.get(person.pk)
        if diary is None or start < self.now or hit(diary.taken, start, end + self.type.buffer):
            return None
        if self.window(diary, start, end) is None or self.same_patient(start, end) or self.is_over(start):
            return None
        place = self.free_resource(start, end)
        return None if place == -1 else Slot(person, start, end, place)

    def window(self, diary: Diary, start: dt.datetime, end: dt.datetime) -> Window | None:
        """The stretch of work it fits into, absences left out."""
        day = start.astimezone(clinic_zone()).date()
        return next(((s, e) for s, e in self.works(diary, day) if s <= start and end <= e), None)

    def works(self, diary: Diary, day: dt.date) -> list[Window]:
        """As the diary says, worked out once: each date is held against everybody, and then against its neighbours."""
        key = diary.clinician.pk, day
        if key not in self._works:
            self._works[key] = diary.works(day)
        return self._works[key]

    def same_patient(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether the patient is somewhere else then: at another visit, or at one of this series."""
        return any(begin < end and stop > start for begin, stop in self.busy)

    def comes_on(self, day: dt.date) -> bool:
        """Whether the patient has a visit on that day already, of this series or another."""
        zone = clinic_zone()
        return any(begin.astimezone(zone).date() == day for begin, _ in self.busy)

    def is_over(self, start: dt.datetime) -> bool:
        """Whether the type is no longer offered on that day."""
        last = self.type.retired_on
        return last is not None and last < start.astimezone(clinic_zone()).date()

    def free_resource(self, start: dt.datetime, end: dt.datetime) -> int | None:
        """The place of the first that is free; None when it needs none, -1 when none is free."""
        if self.equipment is None:
            return None
        until = end + self.type.buffer
        return next((n for n, taken in enumerate(self.equipment) if not hit(taken, start, until)), -1)

    def nearest(
        self, person: Clinician, day: dt.date, lasts: dt.timedelta, target: dt.datetime
    ) -> Slot | None:
        """Their free time on that day that lies nearest to `target`; of two the earlier."""
        diary = self.diaries.get(person.pk)
        if diary is None or not works_on(person, day):
            return None
        starts = sorted(self._starts(diary, day, lasts, target), key=lambda at: (abs(at - target), at))
        return next((slot for at in starts if (slot := self.slot(person, at, lasts))), None)

    def _starts(
        self, diary: Diary, day: dt.date, lasts: dt.timedelta, target: dt.datetime
    ) -> Iterator[dt.datetime]:
        """Quarter hours at which somebody is there and not taken, and the very time that was asked for."""
        for opens, closes in _left(self.works(diary, day), diary.taken):
            if opens <= target < closes:
                yield target
            start = next_quarter(max(opens, self.now.astimezone(dt.UTC)))
            while start + lasts <= closes:
                yield start
                start += STEP

    def absence(self, person: Clinician, start: dt.datetime, end: dt.datetime) -> Away | None:
        """What keeps them away then; the clinic's own holidays count for everybody."""
        away = self.diaries[person.pk].absences
        rows = sorted((row for row in away if row.starts_at < end and row.ends_at > start), key=_whose)
        return next(iter(rows), None)

    def hold(self, person: Clinician, start: dt.datetime, end: dt.datetime) -> Kept | None:
        until = end + self.type.buffer
        rows = self.diaries[person.pk].holds
        return next((kept for kept in rows if kept.starts_at < until and kept.held_until > start), None)


def _left(works: Iterable[Window], taken: Sequence[Window]) -> list[Window]:
    """What is not taken of a day's work. `taken`, in order and apart, holds weeks: only the day's is looked at."""
    left = []
    for opens, closes in works:
        first = bisect_right(taken, opens, key=lambda span: span[1])
        last = bisect_left(taken, closes, key=lambda span: span[0])
        left += without([(opens, closes)], taken[first:last])
    return left


def _whose(away: Away) -> tuple[bool, dt.datetime]:
    """Their own before the clinic's, the earlier first."""
    return away.is_everybodys, away.starts_at


def whole_days(moments: Sequence[dt.datetime], *, beyond: int) -> Window:
    """From the first one's day to so many days after the last one's, as instants."""
    zone = clinic_zone()
    first = min(moments).astimezone(zone).date()
    last = max(moments).astimezone(zone).date() + beyond * A_DAY
    return day_window(first, zone)[0], day_window(last, zone)[1]


def hit(taken: Sequence[Window], start: dt.datetime, end: dt.datetime) -> bool:
    """Whether one of the spans (in order and apart) shares a moment with it."""
    place = bisect_left(taken, end, key=lambda span: span[0]) - 1
    return place >= 0 and taken[place][1] > start
