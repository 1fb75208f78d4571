"""Offering a freed time to those who wait: who is asked, who is asked next, and taking it back.

The offers of a round are for one time, kept by one hold. Everything about a round happens under the calendar lock of
its clinician, which comes before every row (answers: clinic.booking.answering).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking import holding
from clinic.booking.journal import person
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Answer, AppointmentType, Hold, Offer, WaitListPolicy
from clinic.booking.refusals import Refused, spoken
from clinic.booking.who_waits import Waiting, gap_at, who_fits, within_hold
from clinic.people.actors import Actor, Job
from clinic.people.models import Clinician

MAKER = Job("wait list")
ROUNDS_AT_ONCE = 50


class NobodyFits(Refused):
    def __init__(self, starts_at: dt.datetime) -> None:
        super().__init__(
            f"Nobody who waits for {spoken(starts_at)} can be asked by e-mail now, so nothing was offered. "
            "Ring those who are listed, or book somebody else."
        )


class CannotBeAsked(Refused):
    """The one person who was chosen. None: they are off the list by now, or the time does not suit them."""

    def __init__(self, one: Waiting | None, starts_at: dt.datetime) -> None:
        if one is None:
            super().__init__(
                f"This person no longer waits for a time that {spoken(starts_at)} would suit, so nothing was "
                "offered. Look at who fits now."
            )
        elif not one.by_mail:
            super().__init__(f"{one.name} has agreed to no e-mail, so nothing was offered. Ring them.")
        else:
            super().__init__(
                f"{one.name} is being asked already, so nothing was offered a second time. Wait for the answer, "
                "or take that offer back."
            )


class NotFree(Refused):
    somebody_was_first = True

    def __init__(self, clinician: Clinician, starts_at: dt.datetime) -> None:
        super().__init__(
            f"{spoken(starts_at)} with {clinician} is not free (any more), so nothing was offered. "
            "Look at the day to see what is."
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """Those a round asks: `lead` is whose type the hold is made for, since it needs the machine if any does."""

    people: Sequence[Waiting]
    lead: Waiting

    @property
    def lasts(self) -> dt.timedelta:
        return max(one.wish.lasts for one in self.people)

    @property
    def buffer(self) -> dt.timedelta:
        return max(one.held for one in self.people) - self.lasts


def to_ask(people: Iterable[Waiting], how_many: int) -> Asked | None:
    """The first of them who can be asked by mail and whom one hold serves; None when there is nobody.

    One hold keeps one machine. Where somebody needs one, the others must get by with the time theirs takes.
    """
    line = [one for one in people if one.by_mail and not one.asked]
    if not line:
        return None
    needing = next((one for one in line[:how_many] if one.wish.machine), None)
    if needing is None:
        return Asked(line[:how_many], line[0])
    together = [
        one for one in line if one.wish.machine in (None, needing.wish.machine) and one.held <= needing.held
    ]
    return Asked(together[:how_many], needing)


def to_ask_one(people: Iterable[Waiting], entry_id: int, starts_at: dt.datetime) -> Asked:
    """The chosen one alone, wherever they stand in the line. Raises CannotBeAsked."""
    one = next((one for one in people if one.entry_id == entry_id), None)
    if one is None or one.asked or not one.by_mail:
        raise CannotBeAsked(one, starts_at)
    return Asked([one], one)


@transaction.atomic
def offer(
    *,
    clinician: Clinician,
    starts_at: dt.datetime,
    by: Actor,
    now: dt.datetime,
    how_many: int | None = None,
    to: int | None = None,
) -> list[Offer]:
    """Ask the first who fit, or the one entry `to`; the time is kept until they have had time to answer.

    Raises NotFree, NobodyFits, CannotBeAsked, and what `clinic.booking.holding.hold` raises.
    """
    policy = WaitListPolicy.now()
    lock_calendars({clinician.pk})
    gap = gap_at(clinician, starts_at, now=now)
    if gap is None:
        raise NotFree(clinician, starts_at)
    fitting = who_fits(gap, now=now)
    if to is not None:
        asked: Asked | None = to_ask_one(fitting, to, starts_at)
    else:
        asked = to_ask(fitting, how_many or policy.how_many)
    if asked is None:
        raise NobodyFits(starts_at)
    expires_at = min(now + policy.answer_within, starts_at)
    hold = holding.hold(
        clinician=clinician,
        type=AppointmentType.objects.select_related("needs").get(pk=asked.lead.type_id),
        starts_at=starts_at,
        purpose=Hold.Purpose.OFFER,
        lasts_until=expires_at,
        minutes=int(asked.lasts.total_seconds() // 60),
        buffer=asked.buffer,
        now=now,
    )
    return _write(hold, asked.people, uuid.uuid4(), expires_at=expires_at, by=by, now=now)


@transaction.atomic
def look_after(*, round: uuid.UUID, now: dt.datetime) -> None:
    """Let lapse what was not answered in time; ask the next where the clinic does so by itself; let the time go.

    May run twice and by two at once: whoever comes second finds nothing to do.
    """
    first = Offer.objects.filter(round=round).first()
    if first is None:
        return
    lock_calendars({first.clinician_id})
    offers = locked_round(round)
    for one in offers:
        if one.answer == Answer.OPEN and one.entry.closed_at is not None:
            answer(one, Answer.WITHDRAWN, now=now)
        elif one.answer == Answer.OPEN and one.expires_at <= now:
            answer(one, Answer.LAPSED, now=now)
    if any(one.answer == Answer.YES for one in offers):
        return
    waiting = sum(one.answer == Answer.OPEN for one in offers)
    policy = WaitListPolicy.now()
    if policy.automatic and first.starts_at - now >= policy.notice:
        waiting += len(_ask_more(offers, policy, policy.how_many - waiting, now=now))
    if not waiting:
        let_go(offers)


def lapse(*, now: dt.datetime) -> int:
    """Look after every round that needs it, a bounded number at a time; how many there were."""
    due = Offer.objects.filter(answer=Answer.OPEN).filter(
        Q(expires_at__lte=now) | Q(entry__closed_at__isnull=False)
    )
    rounds = list(due.order_by().values_list("round", flat=True).distinct()[:ROUNDS_AT_ONCE])
    for round in rounds:
        look_after(round=round, now=now)
    return len(rounds)


@transaction.atomic
def take_back(*, round: uuid.UUID, by: Actor, now: dt.datetime) -> int:
    """The desk needs the time itself: open offers are withdrawn and the time is free; how many there were."""
    first = Offer.objects.filter(round=round).first()
    if first is None:
        return 0
    lock_calendars({first.clinician_id})
    offers = locked_round(round)
    still_open = [one for one in offers if one.answer == Answer.OPEN]
    for one in still_open:
        answer(one, Answer.WITHDRAWN, now=now)
        what = f"offer {one.pk} taken back"
        record(action=Entry.Action.CHANGED, patient=one.entry.patient, by=by, what=what)
    let_go(offers)
    return len(still_open)


def locked_round(round: uuid.UUID) -> list[Offer]:
    """Its offers as the rows are now, in order; nobody else may answer one until we are done."""
    rows = Offer.objects.filter(round=round).select_related("entry__patient", "clinician__account", "hold")
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def answer(one: Offer, answered: Answer, *, now: dt.datetime) -> None:
    one.answer, one.answered_at = answered, now
    Offer.objects.filter(pk=one.pk).update(answer=answered, answered_at=now)  # its hold may be gone already


def let_go(offers: Iterable[Offer]) -> None:
    """The time the round was kept by is anybody's again."""
    for hold in {one.hold for one in offers if one.hold is not None}:
        holding.let_go(hold=hold)


def running(*, now: dt.datetime) -> QuerySet[Offer]:
    """All offers of the rounds that still wait for an answer, round by round. One query."""
    alive = Offer.objects.filter(answer=Answer.OPEN, starts_at__gt=now).values("round")
    rows = Offer.objects.filter(round__in=alive).select_related("entry__patient", "clinician__account")
    return rows.order_by("starts_at", "round", "pk")


def _ask_more(
    offers: Sequence[Offer], policy: WaitListPolicy, how_many: int, *, now: dt.datetime
) -> list[Offer]:
    """The next in line for the same time, as long as it is free; nobody is asked twice."""
    first = offers[0]
    hold = next((one.hold for one in offers if one.hold is not None), None)
    if how_many < 1 or hold is None:  # let go already: the time may be anybody's
        return []
    gap = gap_at(first.clinician, first.starts_at, now=now, holding=hold)
    if gap is None:
        return []
    before = {one.entry_id for one in offers}
    line = who_fits(within_hold(gap, hold), now=now, holding=hold)
    line = [one for one in line if one.wish.machine in (None, hold.type.needs_id)]
    asked = to_ask([one for one in line if one.entry_id not in before], how_many)
    if asked is None:
        return []
    expires_at = min(now + policy.answer_within, first.starts_at)
    hold.expires_at = max(hold.expires_at, expires_at)
    hold.save(update_fields=["expires_at"])
    return _write(hold, asked.people, first.round, expires_at=expires_at, by=MAKER, now=now)


def _write(
    hold: Hold,
    people: Iterable[Waiting],
    round: uuid.UUID,
    *,
    expires_at: dt.datetime,
    by: Actor,
    now: dt.datetime,
) -> list[Offer]:
    made = []
    for one in people:
        made.append(
            Offer.objects.create(
                entry_id=one.entry_id,
                round=round,
                hold=hold,
                clinician_id=hold.clinician_id,
                type_id=one.type_id,
                resource_id=hold.resource_id if one.wish.machine else None,
                starts_at=hold.starts_at,
                ends_at=hold.starts_at + one.wish.lasts,
                offered_at=now,
                offered_by=person(by),
                expires_at=expires_at,
            )
        )
        patient = made[-1].entry.patient
        record(action=Entry.Action.CREATED, patient=patient, by=by, what=f"offer {made[-1].pk}")
    return made
