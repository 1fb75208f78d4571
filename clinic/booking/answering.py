"""A patient's answer to an offered time: the first yes gets it, and whoever comes later is told so politely.

One transaction under the calendar locks: first the calendars, then the entry, then the offers of the round in order.
Whatever takes these rows takes them in that order, so that two who answer in the same second queue.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking import actions, offering
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Answer, Appointment, CameBy, Offer, WaitListEntry
from clinic.booking.refusals import Refused, spoken
from clinic.booking.status import Status
from clinic.booking.taking import resources_for
from clinic.booking.who_waits import to_move
from clinic.people.actors import Job
from clinic.people.tokens import hashed

ANSWERER = Job("offer answered")  # a link signs nobody in, so nobody can be named
CAN_STILL_SAY_YES = (Answer.OPEN, Answer.LAPSED)  # late, but as long as the time is free it is theirs


class NotOpen(Refused):
    """No offer that can still be answered is behind that link: wrong, old, used or taken back, all alike."""

    def __init__(self) -> None:
        super().__init__("This offer can no longer be answered. Nothing was changed.")


class Gone(Refused):
    """Somebody else has that time."""

    somebody_was_first = True

    def __init__(self, starts_at: dt.datetime) -> None:
        self.starts_at = starts_at
        super().__init__(f"{spoken(starts_at)} has gone to somebody else. Nothing was changed for you.")


class AnotherVisit(Refused):
    """They have a visit that meets it, or the one they would have moved has become an earlier one."""

    def __init__(self, visit: Appointment) -> None:
        self.visit = visit
        super().__init__(
            f"You have a visit with us at {spoken(visit.starts_at)}, so this time was not booked. "
            "Nothing was changed."
        )


def behind(token: str, *, now: dt.datetime) -> Offer:
    """The offer that link is for, as long as it can be answered. Raises NotOpen."""
    rows = Offer.objects.select_related("entry__patient", "entry__type__needs", "clinician__account", "type")
    found = rows.filter(token_sha256=hashed(token), starts_at__gt=now).first()
    if found is None or found.answer not in CAN_STILL_SAY_YES or found.entry.closed_at is not None:
        raise NotOpen
    return found


@transaction.atomic
def accept(*, token: str, now: dt.datetime) -> Appointment:
    """Yes. The appointment it became; pressing twice is pressing once. Raises NotOpen, Gone or AnotherVisit."""
    mine = _taken(token)
    if mine is None or mine.starts_at <= now:
        raise NotOpen
    visit = mine.entry.instead_of
    lock_calendars(
        {mine.clinician_id, *([visit.clinician_id] if visit else [])}, resources_for(mine.entry.type)
    )
    entry = _entry(mine.entry_id)
    offers = offering.locked_round(mine.round)
    mine = next(one for one in offers if one.pk == mine.pk)
    if mine.answer == Answer.YES and entry.became is not None:
        return entry.became
    if entry.closed_at is not None or mine.answer not in CAN_STILL_SAY_YES:
        raise NotOpen if mine.answer != Answer.TOO_LATE else Gone(mine.starts_at)
    _check_free_of_other_visits(mine, entry)
    became = _given(mine, entry, now=now)
    _tell_the_others(mine, offers, now=now)
    WaitListEntry.objects.filter(pk=entry.pk).update(
        closed_at=now, outcome=WaitListEntry.Outcome.BOOKED, became=became
    )
    return became


@transaction.atomic
def decline(*, token: str, now: dt.datetime) -> Offer:
    """No, thank you: they stay on the list, and their place in the round is free. Raises NotOpen."""
    mine = _taken(token)
    if mine is None or mine.starts_at <= now:
        raise NotOpen
    lock_calendars({mine.clinician_id})
    mine = next(one for one in offering.locked_round(mine.round) if one.pk == mine.pk)
    if mine.answer == Answer.NO:
        return mine
    if mine.answer not in CAN_STILL_SAY_YES:
        raise NotOpen
    offering.answer(mine, Answer.NO, now=now)
    what = f"offer {mine.pk} not wanted"
    record(action=Entry.Action.CHANGED, patient=mine.entry.patient, by=ANSWERER, what=what)
    offering.look_after(round=mine.round, now=now)
    return mine


def _taken(token: str) -> Offer | None:
    rows = Offer.objects.select_related("entry__type__needs", "entry__instead_of")
    return rows.filter(token_sha256=hashed(token)).first()


def _entry(pk: int) -> WaitListEntry:
    rows = WaitListEntry.objects.select_related("patient", "type__needs", "instead_of__clinician", "became")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _check_free_of_other_visits(mine: Offer, entry: WaitListEntry) -> None:
    """Raises AnotherVisit where they cannot come, or the visit they would move has begun or is sooner already."""
    moving = to_move(entry)
    if entry.instead_of is not None and moving is None and entry.instead_of.status != Status.CANCELLED:
        raise AnotherVisit(entry.instead_of)
    if moving is not None and moving.starts_at <= mine.starts_at:
        raise AnotherVisit(moving)
    theirs = Appointment.objects.standing().filter(patient=entry.patient_id)
    meets = theirs.filter(starts_at__lt=mine.ends_at, ends_at__gt=mine.starts_at)
    other = next((visit for visit in meets if visit != moving), None)
    if other is not None:
        raise AnotherVisit(other)


def _given(mine: Offer, entry: WaitListEntry, *, now: dt.datetime) -> Appointment:
    """The time becomes a visit, or the visit they have is moved to it. Raises Gone."""
    moving = to_move(entry)
    try:
        with transaction.atomic():
            if moving is not None:
                return actions.move(
                    appointment=moving,
                    clinician=mine.clinician,
                    starts_at=mine.starts_at,
                    holding=mine.hold,
                    by=ANSWERER,
                    now=now,
                )
            return actions.book(
                patient=entry.patient,
                clinician=mine.clinician,
                type=entry.type,
                starts_at=mine.starts_at,
                holding=mine.hold,
                came_by=CameBy.OFFER,
                by=ANSWERER,
                now=now,
            )
    except Refused as refused:
        raise Gone(mine.starts_at) from refused


def _tell_the_others(mine: Offer, offers: list[Offer], *, now: dt.datetime) -> None:
    """The outbox reads it from the rows (clinic.booking.offer_reminders)."""
    offering.answer(mine, Answer.YES, now=now)
    for one in offers:
        if one.pk != mine.pk and one.answer == Answer.OPEN:
            offering.answer(one, Answer.TOO_LATE, now=now)
