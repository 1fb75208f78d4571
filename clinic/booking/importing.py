"""Another calendar's busy times as absences: what an import would add, change and remove, and doing it.

Each calendar has a name that the manager gives it (`Absence.imported_from`), and each of its times the name that
calendar gives it (`imported_as`: the event's UID and which of its repeats, as a fingerprint, since a UID may hold a
name). Those of an earlier import of the same calendar that are no longer in the file are removed; what is over stays,
and so does every other calendar. Titles are never read (clinic.booking.busy_times).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.busy_times import Busy
from clinic.booking.journal import person
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Absence, AbsenceKind
from clinic.booking.rosters import ChangedMeanwhile, NoLongerThere
from clinic.people.actors import Actor
from clinic.people.models import Clinician


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `changed` are (as it is, as it will be)."""

    added: list[Busy]
    changed: list[tuple[Absence, Busy]]
    removed: list[Absence]
    same: int
    based_on: str

    @property
    def does_nothing(self) -> bool:
        return not (self.added or self.changed or self.removed)


def imported(clinician: Clinician, source: str, now: dt.datetime) -> QuerySet[Absence]:
    """Busy times of an earlier import of that calendar that are not over."""
    return Absence.objects.filter(clinician=clinician, imported_from=source, ends_at__gt=now).exclude(
        imported_as=""
    )


def sources(clinician: Clinician, now: dt.datetime) -> dict[str, int]:
    """The calendars that keep time now or later, each with how many times. One query."""
    rows = Absence.objects.filter(clinician=clinician, ends_at__gt=now).exclude(imported_as="")
    counted = rows.order_by("imported_from").values_list("imported_from")
    return dict(counted.annotate(found=Count("pk")))


def source_as_known(typed: str, known: Iterable[str]) -> str:
    """What was typed without needless spaces; spelt as the calendar that has this name already."""
    name = " ".join(typed.split())
    return next((one for one in known if one.casefold() == name.casefold()), name)


def plan(*, clinician: Clinician, source: str, times: Iterable[Busy], now: dt.datetime) -> Plan:
    """Compare a file's busy times with those of the last import of that calendar. One query; nothing is written."""
    known = {absence.imported_as: absence for absence in imported(clinician, source, now)}
    added, changed, same = [], [], 0
    wanted = {busy.name: busy for busy in times}
    for name, busy in wanted.items():
        was = known.get(name)
        if was is None:
            added.append(busy)
        elif (was.starts_at, was.ends_at) != (busy.starts_at, busy.ends_at):
            changed.append((was, busy))
        else:
            same += 1
    gone = [absence for name, absence in known.items() if name not in wanted]
    return Plan(added, changed, gone, same, _fingerprint(known.values()))


@transaction.atomic
def bring_in(
    *, clinician: Clinician, source: str, times: Iterable[Busy], based_on: str, by: Actor, now: dt.datetime
) -> Plan:
    """Do what `plan` said. `based_on` is the plan's; raises ChangedMeanwhile when somebody imported since."""
    lock_calendars({clinician.pk})
    wanted = list(times)
    todo = plan(clinician=clinician, source=source, times=wanted, now=now)
    if todo.based_on != based_on:
        raise ChangedMeanwhile(f"the imported calendar “{source}” of {clinician}")
    # One that began before and is over now keeps its name: the file's is the same one, so it is not added twice.
    over = set(
        Absence.objects.filter(
            clinician=clinician, imported_from=source, imported_as__in=[b.name for b in todo.added]
        ).values_list("imported_as", flat=True)
    )
    Absence.objects.filter(pk__in=[absence.pk for absence in todo.removed]).delete()
    for was, busy in todo.changed:
        was.starts_at, was.ends_at = busy.starts_at, busy.ends_at
    Absence.objects.bulk_update([was for was, _ in todo.changed], ["starts_at", "ends_at"])
    Absence.objects.bulk_create(
        Absence(
            clinician=clinician,
            kind=AbsenceKind.ELSEWHERE,
            starts_at=busy.starts_at,
            ends_at=busy.ends_at,
            imported_as=busy.name,
            imported_from=source,
            made_at=now,
            made_by=person(by),
        )
        for busy in todo.added
        if busy.name not in over
    )
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"imported calendar {clinician.pk}")
    return todo


@transaction.atomic
def take_away(*, clinician: Clinician, source: str, by: Actor, now: dt.datetime) -> int:
    """That calendar keeps no time any more; how many times it had to come. One that has begun ends now.

    Raises NoLongerThere.
    """
    lock_calendars({clinician.pk})
    rows = imported(clinician, source, now)
    under_way = rows.filter(starts_at__lt=now).update(ends_at=now)
    ahead, _ = rows.filter(starts_at__gte=now).delete()
    if not under_way + ahead:
        raise NoLongerThere(f"The calendar “{source}”")
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"imported calendar {clinician.pk} removed")
    return under_way + ahead


def _fingerprint(rows: Iterable[Absence]) -> str:
    told = sorted(f"{row.imported_as} {row.starts_at.isoformat()} {row.ends_at.isoformat()}" for row in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:20]
