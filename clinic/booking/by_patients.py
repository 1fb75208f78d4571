"""What a patient may do to a visit of theirs without the desk, and until when: confirm, move, cancel, take that back.

Whoever comes by a link in a message (clinic.booking.links) and whoever is signed in may do the same. Refusals here
name nobody: a patient reads them, and the ones of clinic.booking.refusals say who holds a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from django.db import transaction

from clinic.booking import actions, free
from clinic.booking.hours import clinic_zone, day_window
from clinic.booking.journal import locked
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Appointment, AppointmentChange
from clinic.booking.refusals import ChangedSince, NotAllowedFrom, Refused, TooLateToTakeBack
from clinic.booking.status import MAY_MOVE, SETTLES, Status
from clinic.booking.taking import resources_for
from clinic.people.actors import Actor, Job
from clinic.people.models import Clinician

LINK = Job("link in a message")  # whoever holds it is not signed in, so nobody can be named
REPLY = Job("reply to a text")  # nor whoever has the phone in hand
OFFERED = 6
LONGEST_REASON = 160  # characters; the words before it count too


class NotDone(Exception):
    """Nothing was changed. str() is fit for the patient."""


class ByPhone(NotDone):
    """Too late to change it without the desk, or never possible: somebody has to talk to them."""

    def __init__(self) -> None:
        super().__init__("This visit can only be changed by phone now. Nothing was changed. Ring us.")


class TimeGone(NotDone):
    """That time cannot be had, or not any more. `later` are openings that would do, soonest first."""

    def __init__(self, later: Sequence[free.Opening] = ()) -> None:
        self.later = tuple(later)
        super().__init__("That time has just gone. Your visit stays as it was. Choose another time.")


class Changed(NotDone):
    """It is not as the page had it: moved, cancelled or begun since."""

    def __init__(self) -> None:
        super().__init__("Your visit was changed meanwhile, so this was not done. Look at how it stands now.")


def change_until(visit: Appointment) -> dt.datetime:
    """The last moment at which they may move or cancel it themselves."""
    return visit.starts_at - dt.timedelta(hours=visit.type.change_hours)


def may_confirm(visit: Appointment, *, now: dt.datetime) -> bool:
    return visit.status == Status.BOOKED and now < visit.starts_at


def may_change(visit: Appointment, *, now: dt.datetime) -> bool:
    """Whether they may move or cancel it themselves. An urgent one only by phone: somebody asked for that day."""
    in_time = now < visit.starts_at and now <= change_until(visit)
    return in_time and visit.status in MAY_MOVE and not visit.is_urgent


def times(
    visit: Appointment, *, anybody: bool, now: dt.datetime, after: dt.datetime | None = None
) -> Iterator[free.Opening]:
    """Where it could go, each start once, soonest first: not before the notice its type asks for, not beyond its reach.

    Of several who are free at once their own clinician comes first. Two queries, or three.
    """
    earliest = max(now + dt.timedelta(hours=visit.type.notice_hours), after or now)
    zone = clinic_zone()
    last = now.astimezone(zone).date() + dt.timedelta(days=visit.type.ahead_days)
    wanted = free.Wanted(
        minutes=int((visit.ends_at - visit.starts_at).total_seconds() // 60), until_day=last, moving=visit
    )
    days = (last - earliest.astimezone(zone).date()).days + 1
    if days <= 0:
        return
    found = free.openings(
        visit.type, clinicians=_who(visit, anybody, now), after=earliest, now=now, days=days, wanted=wanted
    )
    before = None
    for opening in found:
        is_there = opening.starts_at == visit.starts_at and opening.clinician.pk == visit.clinician_id
        if opening.starts_at != before and not is_there:
            before = opening.starts_at
            yield opening


def start_of_day(day: dt.date) -> dt.datetime:
    return day_window(day, clinic_zone())[0]


def _who(visit: Appointment, anybody: bool, now: dt.datetime) -> list[Clinician]:  # noqa: FBT001
    """Their own clinician first. Nobody who does not do this any more."""
    people = free.doing(visit.type, now.astimezone(clinic_zone()).date())
    if not anybody:
        people = people.filter(pk=visit.clinician_id)
    return sorted(people, key=lambda person: (person.pk != visit.clinician_id, str(person)))


@transaction.atomic
def confirm(*, visit: Appointment, by: Actor, now: dt.datetime) -> Appointment:
    """They will come. Saying so again is harmless. Raises Changed once it has begun, moved or was cancelled."""
    fresh = _as_the_page_had_it(visit, [visit.clinician_id])
    if fresh.status == Status.CONFIRMED and now < fresh.starts_at:
        return fresh
    if not may_confirm(fresh, now=now):
        raise Changed
    return actions.change_status(
        appointment=fresh, to=Status.CONFIRMED, by=by, now=now, because=f"confirmed {_by_what(by)}"
    )


@transaction.atomic
def cancel(*, visit: Appointment, reason: str, by: Actor, now: dt.datetime) -> Appointment:
    """Called off, and the desk reads that it was the patient, with their reason. Raises Changed, ByPhone."""
    fresh = _as_the_page_had_it(visit, [visit.clinician_id])
    _must_be_changeable(fresh, now)
    said = " ".join(reason.split())[:LONGEST_REASON]
    because = f"by the patient {_by_what(by)}: {said or 'no reason given'}"
    return actions.cancel(appointment=fresh, because=because, by=by, now=now)


@transaction.atomic
def move(
    *, visit: Appointment, starts_at: dt.datetime, anybody: bool, by: Actor, now: dt.datetime
) -> Appointment:
    """To one of its `times`, of the same length. Raises TimeGone with what is free instead, Changed, ByPhone."""
    people = _who(visit, anybody, now)
    fresh = _as_the_page_had_it(visit, [visit.clinician_id, *(person.pk for person in people)])
    _must_be_changeable(fresh, now)
    found = list(islice(times(fresh, anybody=anybody, now=now, after=starts_at), OFFERED))
    if not found or found[0].starts_at != starts_at:
        raise TimeGone(found)
    with _told_plainly(later=found[1:]):
        return actions.move(
            appointment=fresh, starts_at=starts_at, clinician=found[0].clinician, by=by, now=now
        )


@transaction.atomic
def take_back(*, visit: Appointment, by: Actor, now: dt.datetime) -> Appointment:
    """Undo their own move or cancellation within the quiet minutes. Raises Changed, TimeGone."""
    change = own_change(visit, now=now)
    if change is None:
        raise Changed
    with _told_plainly():
        return actions.take_back(change=change, by=by, now=now)


def own_change(visit: Appointment, *, now: dt.datetime) -> AppointmentChange | None:
    """The patient's own last move or cancellation while it can be taken back: nobody was told of it yet."""
    last = visit.changes.select_related("appointment__type", "was_clinician", "was_resource").last()
    if last is None or now - last.at > SETTLES or last.takes_back_id is not None:
        return None
    theirs = last.job == LINK.name or (
        last.account_id is not None and last.account_id == visit.patient.account_id
    )
    undoable = last.to_status == Status.CANCELLED or last.was_starts_at is not None
    return last if theirs and undoable else None


def _as_the_page_had_it(visit: Appointment, calendars: Sequence[int]) -> Appointment:
    """Under the locks, so that it stays so until the transaction ends. Raises Changed."""
    lock_calendars(set(calendars), resources_for(visit.type))
    fresh = locked(visit)
    if (fresh.starts_at, fresh.clinician_id) != (visit.starts_at, visit.clinician_id):
        raise Changed
    return fresh


def _must_be_changeable(visit: Appointment, now: dt.datetime) -> None:
    if visit.status not in MAY_MOVE or now >= visit.starts_at:
        raise Changed
    if not may_change(visit, now=now):
        raise ByPhone


def _by_what(by: Actor) -> str:
    return "by link" if by == LINK else "by text" if by == REPLY else "online"


@contextmanager
def _told_plainly(later: Sequence[free.Opening] = ()) -> Iterator[None]:
    """Refusals of the calendar in words for a patient: they do not learn who holds a time."""
    try:
        yield
    except (ChangedSince, NotAllowedFrom, TooLateToTakeBack) as refused:
        raise Changed from refused
    except Refused as refused:
        raise TimeGone(later) from refused
