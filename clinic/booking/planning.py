"""A series laid out on the calendar: what fits, what clashes and why, and what would do instead. Writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from clinic.booking.agenda import Agenda, Slot, hit, whole_days
from clinic.booking.free import clinic_zone, works_on
from clinic.booking.models import LONGEST_HELD, AbsenceKind, Appointment, AppointmentType
from clinic.booking.patterns import When
from clinic.people.models import Clinician, Patient

A_DAY = dt.timedelta(days=1)
DAYS_AFTER = 6  # further on it would be the next week's visit


class Trouble(StrEnum):
    """Why a date cannot be as asked."""

    SKIPPED = "skipped"
    PAST = "past"
    SAME_PATIENT = "same_patient"
    NOT_OFFERED = "not_offered"
    NOT_THEIRS = "not_theirs"
    AWAY = "away"
    SHUT = "shut"
    HOURS = "hours"
    TOO_LONG = "too_long"
    TAKEN = "taken"
    HELD = "held"
    NO_RESOURCE = "no_resource"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Ask:
    """One date. Without a clinician anybody will do. One that is left out takes up no time."""

    when: When
    lasts: dt.timedelta
    clinician: Clinician | None = None
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one date: a slot, or what is in the way, in words, and what would do instead (perhaps nothing).

    `holder` is the visit that has the time, where it is one: whoever shows its name writes it down.
    """

    ask: Ask
    slot: Slot | None
    trouble: Trouble | None = None
    why: str = ""
    instead: Slot | None = None
    holder: Appointment | None = None

    @property
    def clashes(self) -> bool:
        return self.slot is None


def plan(
    asks: Sequence[Ask],
    *,
    type: AppointmentType,
    patient: Patient,
    now: dt.datetime,
    besides: Collection[int] = (),
) -> list[Row]:
    """Each date in the order given, at least one. Four queries at most, however many there are.

    Where anybody will do, whoever is free on most of the dates comes first, so that a patient sees one face.
    """
    span = whole_days([ask.when.at for ask in asks], beyond=DAYS_AFTER + 1)
    agenda = Agenda.read(type, patient, span, now=now, besides=besides)
    order = _by_dates_free(agenda, asks)
    rows = []
    for ask in asks:
        row = _as_asked(agenda, ask, order)
        if row.slot and not ask.left_out:
            agenda.busy.append((row.slot.starts_at, row.slot.ends_at + type.buffer))
        rows.append(row)
    rows = [_with_instead(agenda, row, order) if row.clashes else row for row in rows]
    return _with_holders(rows, type)


def _by_dates_free(agenda: Agenda, asks: Sequence[Ask]) -> list[Clinician]:
    """Whoever may do it, those first who can do most; of two the one named first in the alphabet."""
    if all(ask.clinician for ask in asks):
        return agenda.people

    def dates(person: Clinician) -> int:
        return sum(agenda.slot(person, ask.when.at, ask.lasts) is not None for ask in asks)

    return sorted(agenda.people, key=dates, reverse=True)  # a stable sort keeps the alphabet


def _as_asked(agenda: Agenda, ask: Ask, order: Iterable[Clinician]) -> Row:
    if ask.when.skipped:
        why = f"The clocks skip {ask.when.wall:%H:%M} on that day."
        return Row(ask, None, Trouble.SKIPPED, why)
    people = [ask.clinician] if ask.clinician else list(order)
    for person in people:
        if slot := agenda.slot(person, ask.when.at, ask.lasts):
            return Row(ask, slot)
    trouble, why = _why_not(agenda, ask)
    return Row(ask, None, trouble, why)


def _why_not(agenda: Agenda, ask: Ask) -> tuple[Trouble, str]:
    start, end = ask.when.at, ask.when.at + ask.lasts
    if start < agenda.now:
        return Trouble.PAST, "That time has passed."
    if agenda.is_over(start):
        return Trouble.NOT_OFFERED, f"{agenda.type.name} is not offered any more on that day."
    other = next((a for a in agenda.theirs if a.starts_at < end and a.ends_at > start), None)
    if other:
        return Trouble.SAME_PATIENT, f"They have another visit then: {_span(other)} with {other.clinician}."
    if agenda.same_patient(start, end):
        return Trouble.SAME_PATIENT, "Another visit of this series takes that time."
    if ask.clinician is None:
        return Trouble.NOBODY, "Nobody is free then."
    return _why_not_them(agenda, ask.clinician, start, end)


def _why_not_them(
    agenda: Agenda, person: Clinician, start: dt.datetime, end: dt.datetime
) -> tuple[Trouble, str]:
    diary = agenda.diaries.get(person.pk)
    if diary is None:
        return Trouble.NOT_THEIRS, f"{person} does not do this: {agenda.type.name}."
    day = start.astimezone(clinic_zone()).date()
    if not works_on(person, day):
        return Trouble.NOT_THEIRS, f"{person} does not work here on that day."
    if agenda.window(diary, start, end) is None:
        if away := agenda.absence(person, start, end):
            kind = AbsenceKind(away.kind).label.lower()
            if away.is_everybodys:
                return Trouble.SHUT, f"The clinic is shut ({away.note or kind})."
            return Trouble.AWAY, f"{person} is away ({kind})."
        if agenda.window(diary, start, start + dt.timedelta(minutes=1)):
            return Trouble.TOO_LONG, f"It would run past the end of {person}’s working hours."
        return Trouble.HOURS, f"Outside the working hours of {person}."
    if hold := agenda.hold(person, start, end):
        doing = "being booked online" if hold.purpose == "online" else "offered to the wait list"
        until = timezone.localtime(hold.expires_at, clinic_zone())
        return Trouble.HELD, f"That time is {doing} and kept until {until:%H:%M}."
    if not hit(diary.taken, start, end + agenda.type.buffer):
        return Trouble.NO_RESOURCE, f"No {str(agenda.type.needs).lower()} is free then."
    return Trouble.TAKEN, f"{person} is taken then."


def _with_instead(agenda: Agenda, row: Row, order: list[Clinician]) -> Row:
    """The nearest time that day with the same clinician, else their next day that is free, else somebody else's.

    A day on which the patient comes anyway is the last resort: two visits in a row are not what was asked for.
    """
    ask = row.ask
    mine = [ask.clinician] if ask.clinician else order
    others = [person for person in order if person.pk != ask.clinician.pk] if ask.clinician else []
    days = [ask.when.day + after * A_DAY for after in range(DAYS_AFTER + 1)]
    apart = [day for day in days if not agenda.comes_on(day)]
    tries = [(mine, day) for day in apart]
    tries += [(others, day) for day in apart if day == ask.when.day]
    tries += [(mine, day) for day in days if day not in apart]
    found = next((slot for people, day in tries if (slot := _nearest(agenda, people, day, ask))), None)
    if found is None:
        return row
    if not ask.left_out:
        agenda.busy.append((found.starts_at, found.ends_at + agenda.type.buffer))
    return replace(row, instead=found)


def _nearest(agenda: Agenda, people: Iterable[Clinician], day: dt.date, ask: Ask) -> Slot | None:
    target = When.on(day, ask.when.wall, clinic_zone()).at
    slots = [slot for person in people if (slot := agenda.nearest(person, day, ask.lasts, target))]
    return min(slots, key=lambda slot: abs(slot.starts_at - target), default=None)


def _with_holders(rows: list[Row], type: AppointmentType) -> list[Row]:
    """Those that are taken say by whom. One query, if any are."""
    taken = [row for row in rows if row.trouble == Trouble.TAKEN and row.ask.clinician]
    if not taken:
        return rows
    wanted = Q()
    for row in taken:
        wanted |= Q(
            clinician=row.ask.clinician,
            starts_at__gt=row.ask.when.at - LONGEST_HELD,
            starts_at__lt=row.ask.when.at + row.ask.lasts + type.buffer,
            held_until__gt=row.ask.when.at,
        )
    visits = list(Appointment.objects.standing().filter(wanted).select_related("patient"))
    return [_held_by(row, visits, type) if row in taken else row for row in rows]


def _held_by(row: Row, visits: Iterable[Appointment], type: AppointmentType) -> Row:
    start, until = row.ask.when.at, row.ask.when.at + row.ask.lasts + type.buffer
    person = row.ask.clinician
    assert person is not None  # noqa: S101  # only rows with one are asked about
    mine = (v for v in visits if v.clinician_id == person.pk)
    holder = next((v for v in mine if v.starts_at < until and v.held_until > start), None)
    if holder is None:
        return row
    return replace(row, holder=holder, why=f"{person} is taken: {holder.patient.full_name}, {_span(holder)}.")


def _span(visit: Appointment) -> str:
    begins, ends = (timezone.localtime(at, clinic_zone()) for at in (visit.starts_at, visit.ends_at))
    return f"{begins:%H:%M}\u2013{ends:%H:%M}"
