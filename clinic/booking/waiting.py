"""The wait list: putting a wish on it, changing and closing it. Offering a freed time is clinic.booking.offering.

Whoever closes an entry locks its row and nothing after it, so that a booking, which holds a calendar already, can.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.fitting import suits
from clinic.booking.hours import clinic_zone
from clinic.booking.journal import job, person
from clinic.booking.models import Appointment, AppointmentType, Urgency, WaitListEntry
from clinic.booking.refusals import Refused, spoken
from clinic.booking.status import MAY_MOVE
from clinic.booking.steps import mark_urgent
from clinic.booking.who_waits import wish_of
from clinic.people.actors import Actor, Job
from clinic.people.models import Clinician, Patient

OUTCOME = WaitListEntry.Outcome
KEEPER = Job("wait list")
MOST_AT_ONCE = 200


class AlreadyWaiting(Refused):
    """They are on the list for that type; `entry` is theirs."""

    def __init__(self, entry: WaitListEntry) -> None:
        self.entry = entry
        super().__init__(
            f"{entry.patient.full_name} is on the wait list for this already: {entry.type.name}. "
            "Nothing was added. Change what is there instead."
        )


class NothingToMove(Refused):
    """The appointment to be moved is not theirs, or can no longer be moved."""

    def __init__(self) -> None:
        super().__init__(
            "That appointment can no longer be moved, so there is nothing earlier to wait for. Nothing was "
            "added. Put them on the list without it, or book a new one."
        )


class NeverFits(Refused):
    """No time could suit what was asked for."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Nothing was changed.")


class NoLongerWaits(Refused):
    """It was closed, perhaps by somebody else a moment ago."""

    somebody_was_first = True

    def __init__(self, entry: WaitListEntry) -> None:
        super().__init__(
            f"That is off the wait list already: {entry.get_outcome_display().lower()}. Nothing was changed. "
            "Put them on it again if they still wait."
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What they would take; empty parts ask for nothing. Times are on the clinic's clock, `note` is for the desk."""

    clinicians: Collection[Clinician] = ()
    weekdays: Collection[int] = ()
    from_time: dt.time | None = None
    until_time: dt.time | None = None
    from_day: dt.date | None = None
    until_day: dt.date | None = None
    urgency: Urgency = Urgency.ROUTINE
    target_day: dt.date | None = None
    note: str = ""

    @property
    def columns(self) -> dict[str, object]:
        return {
            "weekdays": sorted(set(self.weekdays)),
            "from_time": self.from_time,
            "until_time": self.until_time,
            "from_day": self.from_day,
            "until_day": self.until_day,
            "urgency": self.urgency,
            "target_day": self.target_day,
            "note": self.note.strip()[:200],
        }


@dataclass(frozen=True, slots=True)
class ByWhen:
    """Somebody is to be seen by that day: `because` is what the desk reads, and says nothing clinical."""

    day: dt.date
    because: str
    urgency: Urgency = field(default=Urgency.WITHIN_DAYS)


@transaction.atomic
def add(
    *,
    patient: Patient,
    type: AppointmentType,
    wanted: Wanted,
    by: Actor,
    now: dt.datetime,
    instead_of: Appointment | None = None,
) -> WaitListEntry:
    """Put them on the list; `instead_of` is the visit they have and would move.

    Raises AlreadyWaiting, NothingToMove or NeverFits.
    """
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)  # a double click is one entry
    if instead_of is not None and not _can_be_moved(instead_of, patient, type):
        raise NothingToMove
    _check(wanted, type, instead_of, now)
    standing = WaitListEntry.objects.open().filter(patient=patient, type=type)
    if (there := standing.select_related("patient", "type").first()) is not None:
        raise AlreadyWaiting(there)
    entry = WaitListEntry.objects.create(
        patient=patient,
        type=type,
        instead_of=instead_of,
        added_at=now,
        added_by=person(by),
        added_by_job=job(by),
        **wanted.columns,
    )
    entry.clinicians.set(wanted.clinicians)
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=f"wait list entry {entry.pk}")
    return entry


@transaction.atomic
def change(*, entry: WaitListEntry, wanted: Wanted, by: Actor, now: dt.datetime) -> WaitListEntry:
    """Another wish in the same place of the line. Raises NoLongerWaits or NeverFits."""
    fresh = _open(entry)
    _check(wanted, fresh.type, fresh.instead_of, now)
    for name, value in wanted.columns.items():
        setattr(fresh, name, value)
    fresh.save()
    fresh.clinicians.set(wanted.clinicians)
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"wait list entry {fresh.pk}")
    return fresh


@transaction.atomic
def withdraw(*, entry: WaitListEntry, by: Actor, now: dt.datetime) -> WaitListEntry:
    """They no longer want it. Raises NoLongerWaits."""
    return _close(_open(entry), OUTCOME.WITHDRAWN, by=by, now=now)


@transaction.atomic
def settle(
    *, appointment: Appointment, by: Actor, now: dt.datetime, moved_from: dt.datetime | None = None
) -> None:
    """A visit was booked or moved: whoever waited for it is served. `moved_from` is the start it had before."""
    theirs = WaitListEntry.objects.open().filter(patient=appointment.patient_id)
    for entry in theirs.select_for_update(of=("self",), no_key=True).select_related("patient", "type"):
        if _served(entry, appointment, moved_from):
            _close(entry, OUTCOME.BOOKED, by=by, now=now, became=appointment)


@transaction.atomic
def run_out(*, now: dt.datetime) -> int:
    """Close what nothing can come of any more: its last day passed, or the visit it would move has begun."""
    today = now.astimezone(clinic_zone()).date()
    over = Q(until_day__lt=today) | Q(instead_of__starts_at__lte=now)
    late = WaitListEntry.objects.open().filter(over).order_by("pk").select_related("patient")
    rows = list(late.select_for_update(of=("self",), no_key=True, skip_locked=True)[:MOST_AT_ONCE])
    for entry in rows:
        _close(entry, OUTCOME.RAN_OUT, by=KEEPER, now=now)
    return len(rows)


@transaction.atomic
def to_be_seen(
    *, patient: Patient, by_when: ByWhen, by: Actor, now: dt.datetime
) -> tuple[Appointment | None, WaitListEntry | None]:
    """Mark the next visit urgent; where it comes too late or there is none, put them on the list.

    The visit marked and the entry made or raised. An entry that is there already keeps its place and takes the
    sooner day and the greater urgency.
    """
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    coming = Appointment.objects.filter(patient=patient, status__in=MAY_MOVE, starts_at__gt=now)
    visit = coming.select_related("type").order_by("starts_at").first()
    if visit is not None:
        visit = mark_urgent(
            appointment=visit, because=by_when.because, target_day=by_when.day, by=by, now=now
        )
        if _day_of(visit) <= by_when.day:
            return visit, None
    type = visit.type if visit else _usual_type(patient, now)
    if type is None:
        return visit, None
    entry = WaitListEntry.objects.open().filter(patient=patient, target_day__isnull=False).first()
    entry = entry or WaitListEntry.objects.open().filter(patient=patient, type=type).first()
    if entry is not None:
        return visit, _raise(entry, by_when, by)
    wanted = Wanted(urgency=by_when.urgency, target_day=by_when.day, note=by_when.because)
    return visit, add(patient=patient, type=type, wanted=wanted, instead_of=visit, by=by, now=now)


def _raise(entry: WaitListEntry, by_when: ByWhen, by: Actor) -> WaitListEntry:
    fresh = WaitListEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    fresh.urgency = max(fresh.urgency, by_when.urgency)
    fresh.target_day = min(filter(None, (fresh.target_day, by_when.day)))
    fresh.note = fresh.note or by_when.because
    fresh.save(update_fields=["urgency", "target_day", "note"])
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"wait list entry {fresh.pk}")
    return fresh


def _usual_type(patient: Patient, now: dt.datetime) -> AppointmentType | None:
    """What they came for last, unless that was an assessment: then the shortest that is none."""
    offered = AppointmentType.objects.offered(now.astimezone(clinic_zone()).date())
    last = patient.appointments.filter(type__in=offered, type__is_assessment=False).order_by("-starts_at")
    seen = last.select_related("type").first()
    return seen.type if seen else offered.order_by("is_assessment", "minutes", "pk").first()


def _served(entry: WaitListEntry, visit: Appointment, moved_from: dt.datetime | None) -> bool:
    """Whether that visit is what they waited for. To be seen by a day is served by any visit until then."""
    if entry.target_day is not None and _day_of(visit) <= entry.target_day:
        return True
    if visit.type_id != entry.type_id:
        return False
    if entry.instead_of_id is not None:
        if visit.pk != entry.instead_of_id or moved_from is None or visit.starts_at >= moved_from:
            return False
        entry.instead_of = None  # it was moved: what it was before is no bound any more
    return suits(wish_of(entry), visit.clinician_id, visit.starts_at, zone=clinic_zone())


def _close(
    entry: WaitListEntry, outcome: str, *, by: Actor, now: dt.datetime, became: Appointment | None = None
) -> WaitListEntry:
    WaitListEntry.objects.filter(pk=entry.pk).update(closed_at=now, outcome=outcome, became=became)
    entry.closed_at, entry.outcome, entry.became = now, outcome, became
    what = f"wait list entry {entry.pk} {outcome}"
    record(action=Entry.Action.CHANGED, patient=entry.patient, by=by, what=what)
    return entry


def _open(entry: WaitListEntry) -> WaitListEntry:
    """The row as it is now, locked. Raises NoLongerWaits."""
    rows = WaitListEntry.objects.select_for_update(of=("self",), no_key=True)
    fresh = rows.select_related("patient", "type", "instead_of").get(pk=entry.pk)
    if fresh.closed_at is not None:
        raise NoLongerWaits(fresh)
    return fresh


def _can_be_moved(visit: Appointment, patient: Patient, type: AppointmentType) -> bool:
    return visit.patient_id == patient.pk and visit.type_id == type.pk and visit.may_move


def _check(wanted: Wanted, type: AppointmentType, instead_of: Appointment | None, now: dt.datetime) -> None:
    """Raises NeverFits where no time could ever suit."""
    today = now.astimezone(clinic_zone()).date()
    if wanted.until_day and wanted.until_day < today:
        raise NeverFits("Its last day has passed. Choose a later one.")
    if wanted.from_day and wanted.until_day and wanted.until_day < wanted.from_day:
        raise NeverFits("Its last day comes before its first. Choose a later last day.")
    if instead_of and wanted.from_day and wanted.from_day > _day_of(instead_of):
        raise NeverFits(
            f"They are booked for {spoken(instead_of.starts_at)}, before the first day asked for."
        )
    opens, closes = wanted.from_time or dt.time.min, wanted.until_time or dt.time.max
    begins, ends = (dt.datetime.combine(today, at) for at in (opens, closes))
    if begins + type.lasts > ends:
        raise NeverFits(f"{type.minutes} minutes do not fit between those times. Choose a longer stretch.")


def _day_of(visit: Appointment) -> dt.date:
    return visit.starts_at.astimezone(clinic_zone()).date()
