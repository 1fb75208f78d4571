"""When people work: the week from a day on, absences, holidays and extra days. Every change to them is made here.

Visits that are booked already stay where they are; the pages list those that lie outside afterwards.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking import planned, weeks
from clinic.booking.free import clinic_zone
from clinic.booking.journal import person
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Absence, AbsenceKind, Appointment, ExtraHours, WorkingHours
from clinic.booking.refusals import Refused
from clinic.people.actors import Actor
from clinic.people.models import Clinician

LONGEST_ABSENCE = dt.timedelta(days=370)


class ChangedMeanwhile(Refused):
    """Somebody else saved something here since the page was opened. Nothing of theirs is written over."""

    somebody_was_first = True

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Somebody else changed {what} while you were at it, so yours was not saved over theirs. "
            "What you typed is below, beside what holds now: compare, and save again."
        )


class BadWeek(Refused):
    """Some stretches make no week. `problems` says which."""

    def __init__(self, problems: Sequence[weeks.Problem]) -> None:
        self.problems = problems
        super().__init__("Some of these hours cannot be. Nothing was changed.")


class BadDays(Refused):
    """Days or times that do not go together. `field` is the one to correct."""

    def __init__(self, field: str, text: str) -> None:
        self.field = field
        super().__init__(text)


class BookedThen(Refused):
    """Somebody is booked in that time whom the manager did not know of. `visits` are all who are, in order."""

    def __init__(self, visits: Sequence[Appointment]) -> None:
        self.visits = visits
        super().__init__("Somebody is booked then. Nothing was saved yet.")


class NoLongerThere(Refused):
    somebody_was_first = True

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was removed already, perhaps by somebody else. Nothing was changed.")


def fingerprint(rows: Iterable[WorkingHours]) -> str:
    """Tells whether two readings of somebody's rules are the same."""
    told = sorted(
        f"{row.weekday} {row.starts} {row.ends} {row.from_day} {row.until_day} {row.every_weeks}"
        for row in rows
    )
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:20]


@transaction.atomic
def set_working_hours(
    *, clinician: Clinician, week: Iterable[tuple[int, dt.time, dt.time]], by: Actor
) -> list[WorkingHours]:
    """Replace all of a clinician's hours: (weekday 0 to 6, starts, ends) in the clinic's wall-clock time.

    For somebody who has none yet; `change_week` keeps the past. Appointments already booked stay where they are.
    """
    lock_calendars({clinician.pk})
    clinician.working_hours.all().delete()
    hours = WorkingHours.objects.bulk_create(
        WorkingHours(clinician=clinician, weekday=day, starts=starts, ends=ends) for day, starts, ends in week
    )
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"working hours {clinician.pk}")
    return hours


@transaction.atomic
def change_week(
    *,
    clinician: Clinician,
    week: Sequence[weeks.Repeating],
    since: dt.date,
    until: dt.date | None = None,
    based_on: str,
    by: Actor,
    now: dt.datetime,
) -> list[WorkingHours]:
    """From `since` on these hours hold; with `until` only up to that day, and the ones of before hold again after it.

    Days before `since` stay as they were. `based_on` is the fingerprint of the rules the change was made from.
    Raises BadDays, BadWeek, ChangedMeanwhile.
    """
    check_week(week, since=since, until=until, now=now)
    lock_calendars({clinician.pk})
    old = list(clinician.working_hours.all())
    if fingerprint(old) != based_on:
        raise ChangedMeanwhile(f"the hours of {clinician}")
    rows = weeks.changed(old, week, since=since, until=until)
    for row in rows:
        row.clinician = clinician
    clinician.working_hours.all().delete()
    hours = WorkingHours.objects.bulk_create(rows)
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"working hours {clinician.pk}")
    return hours


def check_week(
    week: Sequence[weeks.Repeating], *, since: dt.date, until: dt.date | None, now: dt.datetime
) -> None:
    """Whether these days and stretches can be. Raises BadDays, BadWeek."""
    today = now.astimezone(clinic_zone()).date()
    if since < today:
        raise BadDays("since", "The past stays as it was. Choose today or a later day.")
    if since.year > today.year + weeks.YEARS_AHEAD:
        raise BadDays("since", f"That is more than {weeks.YEARS_AHEAD} years ahead. Check the year.")
    if until is not None and until < since:
        raise BadDays("until", "The last day lies before the first. Choose a later one, or leave it empty.")
    if until is not None and until.year > today.year + weeks.YEARS_AHEAD:
        raise BadDays("until", f"That is more than {weeks.YEARS_AHEAD} years ahead. Check the year.")
    if found := weeks.problems(week, since=since, until=until, zone=clinic_zone()):
        raise BadWeek(found)


@transaction.atomic
def add_absence(
    *,
    clinician: Clinician | None,
    kind: AbsenceKind | str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    by: Actor,
    now: dt.datetime,
    note: str = "",
    knowing: Collection[int] | None = None,
) -> Absence:
    """Nobody is booked with them then; without a clinician the clinic is shut. Adding the same again changes nothing.

    `knowing` are the visits in it that the manager has seen and will move; None does not ask.
    Raises BadDays or BookedThen.
    """
    if ends_at <= starts_at:
        raise BadDays("last_day", "It ends before it starts. Correct the last day or the time it ends.")
    if ends_at - starts_at > LONGEST_ABSENCE:
        raise BadDays("last_day", "That is more than a year. Enter a longer one in parts.")
    if ends_at <= now:
        raise BadDays("last_day", "That is over already, and nobody can be booked there. Check the days.")
    if starts_at.year > now.year + weeks.YEARS_AHEAD:
        raise BadDays("first_day", f"That is more than {weeks.YEARS_AHEAD} years ahead. Check the year.")
    everybody = Clinician.objects.order_by("pk").values_list("pk", flat=True)
    lock_calendars({clinician.pk} if clinician else list(everybody))
    told = {"clinician": clinician, "kind": AbsenceKind(kind), "starts_at": starts_at, "ends_at": ends_at}
    if (known := Absence.objects.filter(imported_as="", **told).first()) is not None:
        return known
    if knowing is not None:  # under the lock: nobody is booked there between looking and saving
        there = planned.to_come(clinician, since=max(now, starts_at), until=ends_at)
        if any(visit.pk not in knowing for visit in there):
            raise BookedThen(there)
    absence = Absence.objects.create(
        **told, note=" ".join(note.split())[:120], made_at=now, made_by=person(by)
    )
    record(action=Entry.Action.CREATED, patient=None, by=by, what=f"absence {absence.pk}")
    return absence


@transaction.atomic
def remove_absence(*, absence: Absence, by: Actor, now: dt.datetime) -> None:
    """It no longer keeps anybody away. One that has begun ends now: what is past stays as it was.

    Raises NoLongerThere, and BadDays for one that is over.
    """
    fresh = Absence.objects.select_for_update().filter(pk=absence.pk).first()
    if fresh is None:
        raise NoLongerThere("This absence")
    if fresh.ends_at <= now:
        raise BadDays("", "It is over, and stays as it was.")
    if fresh.starts_at < now:
        fresh.ends_at = now
        fresh.save(update_fields=["ends_at"])
    else:
        fresh.delete()
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"absence {absence.pk} removed")


@transaction.atomic
def add_extra_hours(
    *, clinician: Clinician, on_day: dt.date, starts: dt.time, ends: dt.time, by: Actor, now: dt.datetime
) -> ExtraHours:
    """Hours on one day only, beside the usual ones. Adding the same again changes nothing. Raises BadDays."""
    today = now.astimezone(clinic_zone()).date()
    if on_day < today:
        raise BadDays("on_day", "That day is over. Choose today or a later one.")
    if on_day.year > today.year + weeks.YEARS_AHEAD:
        raise BadDays("on_day", f"That is more than {weeks.YEARS_AHEAD} years ahead. Check the year.")
    if ends <= starts:
        raise BadDays("ends", f"It ends at {ends:%H:%M}, before it starts. Type a later time.")
    if weeks.nothing_left(on_day, starts, ends, clinic_zone()):
        raise BadDays("starts", "The clocks skip this time on that day. Type another time.")
    lock_calendars({clinician.pk})
    same_day = list(clinician.extra_hours.filter(on_day=on_day))
    if known := next((row for row in same_day if (row.starts, row.ends) == (starts, ends)), None):
        return known
    if any(starts < row.ends and row.starts < ends for row in same_day):
        raise BadDays("starts", "This lies over other extra hours of that day. Remove those first.")
    extra = ExtraHours.objects.create(clinician=clinician, on_day=on_day, starts=starts, ends=ends)
    record(action=Entry.Action.CREATED, patient=None, by=by, what=f"extra hours {extra.pk}")
    return extra


@transaction.atomic
def remove_extra_hours(*, extra: ExtraHours, by: Actor, now: dt.datetime) -> None:
    """The day is as usual again. Raises NoLongerThere, and BadDays for a day that is over."""
    if extra.on_day < now.astimezone(clinic_zone()).date():
        raise BadDays("", "That day is over, and stays as it was.")
    lock_calendars({extra.clinician_id})
    if not ExtraHours.objects.filter(pk=extra.pk).delete()[0]:
        raise NoLongerThere("This extra day")
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"extra hours {extra.pk} removed")
