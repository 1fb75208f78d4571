"""Collecting what is due, calling workers for it, sending each once.

What is known lives in PostgreSQL alone: a lost queue, a killed worker or two schedulers change nothing but the
time it takes. Mail itself cannot be sent exactly once; the promise is that none is lost, that a copy more is
possible only when a sender dies in mid-send, that no third copy is ever risked, and that copies carry the same
Message-ID. See clinic/decisions/2026-11-reminders-outbox.md.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Actor
from clinic.people.models import Account
from clinic.reminders import claims, journal, sources, wishes
from clinic.reminders.carriers import Carriers
from clinic.reminders.claims import LEASE
from clinic.reminders.models import Asked, EarlierSend, Reminder, State
from clinic.reminders.sending import NotSent, Receipt
from clinic.reminders.sources import Due

log = logging.getLogger(__name__)

WINDOW = 1000  # reminders in the queue at once: what a few senders do before they are called for again
BATCH = 20  # for one call of a worker
RING_AGAIN = dt.timedelta(seconds=30)
SLOW = dt.timedelta(seconds=5)  # a failure that took longer is the server's, not the letter's
MOST_A_SOURCE = 1000  # a collection; the next one goes on
SENT_AGAIN_EVERY = dt.timedelta(minutes=5)  # mail takes some; a second press does not make it quicker
MOST_AGAIN = 3  # in a day
NOBODY = Receipt("", "")


class CannotResend(Exception):
    """Nothing was changed; the text says why."""


def collect(*, now: dt.datetime) -> None:
    """Ask every source what is due and write what is new. A source that fails does not silence the others."""
    wished, answered = wishes.read(), []
    for name in settings.REMINDER_SOURCES:
        try:
            with wishes.held(wished):
                write(name, islice(sources.named(name).due(now=now), MOST_A_SOURCE), now=now, wished=wished)
        except Exception:
            log.exception("%s could not say what is due", name)
        else:
            answered.append(Asked(source=name, asked_at=now))
    Asked.objects.bulk_create(
        answered, update_conflicts=True, unique_fields=["source"], update_fields=["asked_at"]
    )


def write(source: str, dues: Iterable[Due], *, now: dt.datetime, wished: wishes.Wishes) -> None:
    """One insert of what the clinic wants; the constraint a_reminder_is_written_once drops what is there already."""
    Reminder.objects.bulk_create(
        [
            Reminder(
                source=source,
                kind=due.kind,
                subject_id=due.subject_id,
                patient_id=due.patient_id,
                about_at=due.about_at,
                due_at=due.due_at,
                try_at=now,
                ring_at=now,
            )
            for due in dues
            if due.due_at <= now and wished.is_on(source, due.kind)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def to_ring(*, now: dt.datetime, room: int) -> list[int]:
    """Ids of at most `room` reminders to call a worker for, oldest first; none is named twice in 30 seconds."""
    ids = list(Reminder.objects.to_ring_for(now)[: max(0, min(room, WINDOW))])
    # Another dispatcher may have read the same ids: whoever holds a row's lock first rings for it.
    free = Reminder.objects.filter(pk__in=ids, ring_at__lte=now).order_by("ring_at", "pk")
    ours = list(free.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Reminder.objects.filter(pk__in=ours).update(ring_at=now + RING_AGAIN)
    return ours


def claim_and_send(
    *,
    reminder_id: int,
    now: dt.datetime,
    carriers: Carriers | None = None,
    wished: wishes.Wishes | None = None,
) -> State | None:
    """Send it if nobody else has, is about to, or must not. Its new state; None when it was not ours to send."""
    settle_own(now=now)
    if carriers is None:
        with contextlib.closing(Carriers()) as fresh:
            return _send_one(reminder_id, now, fresh, wished or wishes.read())
    return _send_one(reminder_id, now, carriers, wished or wishes.read())


def _send_one(reminder_id: int, now: dt.datetime, carriers: Carriers, wished: wishes.Wishes) -> State | None:
    """Claim, hand over, write down; the journal knows of each step before it is taken."""
    book, lease_until = journal.mine(), now + LEASE

    def note(step: journal.Step, receipt: Receipt = NOBODY) -> None:
        moments = (lease_until.isoformat(), now.isoformat())
        book.note(journal.Entry(step, reminder_id, *moments, receipt.provider, receipt.provider_id))

    note(journal.Step.CLAIMED)
    taken = claims.claim(reminder_id=reminder_id, lease_until=lease_until, now=now, wished=wished)
    if not isinstance(taken, claims.Taken):
        book.clear()
        return taken
    reminder = taken.reminder
    try:
        receipt = carriers.hand_over(
            taken.letter,
            taken.target,
            key=reminder.message_id,
            before_handing=lambda: note(journal.Step.HANDING),
        )
    except NotSent as failed:
        state = _patiently(partial(claims.note_failure, reminder, failed, now))
    else:
        note(journal.Step.TAKEN, receipt)
        state = _patiently(partial(claims.note_sent, reminder, receipt, now))
    book.clear()
    return state


def send_batch(ids: Sequence[int], *, clock: Callable[[], dt.datetime]) -> int:
    """Send these one after the other over one line of mail. How many were sent.

    A server that keeps us waiting ends the batch: the rest are called for again at once, so that they wait for no
    second silence.
    """
    sent, wished = 0, wishes.read()
    with contextlib.closing(Carriers()) as carriers:
        for place, reminder_id in enumerate(ids):
            began = clock()
            state = claim_and_send(reminder_id=reminder_id, now=began, carriers=carriers, wished=wished)
            sent += state == State.SENT
            if state == State.DUE and clock() - began > SLOW:
                Reminder.objects.filter(pk__in=ids[place + 1 :], state=State.DUE).update(ring_at=clock())
                break
    return sent


def settle_own(*, now: dt.datetime) -> None:
    """What this sender could not write down because the database was away; before it takes anything else in hand."""
    book = journal.mine()
    if (entry := book.last()) is not None:
        _settle(entry, now)
        book.clear()


def settle_the_dead(*, now: dt.datetime) -> None:
    """What killed senders of this machine had in hand is put right at once, long before its lease ends."""
    for entry in journal.of_the_dead():
        _settle(entry, now)


@transaction.atomic
def _settle(entry: journal.Entry, now: dt.datetime) -> None:
    """If that very claim still stands: let go of it, or write down that it went out."""
    claimed = Reminder.objects.filter(
        pk=entry.reminder_id, state=State.SENDING, lease_until=entry.lease
    ).select_related("patient")
    reminder = claimed.select_for_update(of=("self",)).first()
    if reminder is None:
        return
    if entry.step == journal.Step.TAKEN:
        claims.note_sent(reminder, Receipt(entry.provider, entry.provider_id), entry.moment)
    else:
        claims.let_go(reminder, unsure=entry.step == journal.Step.HANDING, now=now)


def _patiently(write_it: Callable[[], State]) -> State:
    """The mail is out: try for ten seconds to write that down, since not knowing costs the patient a copy.

    After that the journal still knows, and this sender takes up nothing new before it is written down.
    """
    for wait in (0.5, 1, 2, 3, 3.5):
        try:
            return write_it()
        except OperationalError:
            log.warning("the database did not answer after a send; again in %s s", wait)
            connection.close()
            time.sleep(wait)
    return write_it()


@transaction.atomic
def resend(*, reminder: Reminder, by: Actor, now: dt.datetime) -> Reminder:
    """Put it back as due, with a new Message-ID; what became of it before is kept beside it. Raises CannotResend.

    By the clinic itself where a patient can be reached at last.
    """
    fresh = Reminder.objects.select_for_update(of=("self",)).select_related("patient").get(pk=reminder.pk)
    if not fresh.may_be_resent:
        raise CannotResend(
            "This reminder is already on its way. Nothing was changed. Look again in a minute."
        )
    _check_not_too_often(fresh, now)
    if because := claims.refusal(fresh, now=now):
        raise CannotResend(f"It cannot be sent again. {because}")
    kept = ("state", "way", "sent_to", "said", "sent_at", "provider", "delivered_at", "bounced_at", "because")
    person = by if isinstance(by, Account) else None
    EarlierSend.objects.create(
        reminder=fresh, resent_at=now, resent_by=person, **{name: getattr(fresh, name) for name in kept}
    )
    fresh.state, fresh.because, fresh.said = State.DUE, "", ""
    fresh.try_at = fresh.ring_at = now
    fresh.attempts = fresh.unsure_sends = 0
    fresh.sent_at = fresh.delivered_at = fresh.bounced_at = None
    fresh.resends += 1
    fresh.resent_at, fresh.resent_by = now, person
    fresh.save()
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"reminder {fresh.pk} sent again")
    return fresh


def _check_not_too_often(reminder: Reminder, now: dt.datetime) -> None:
    """A copy more helps nobody who has several already. Raises CannotResend."""
    last = reminder.resent_at
    if last is not None and now - last < SENT_AGAIN_EVERY:
        raise CannotResend(
            f"It was sent again at {timezone.localtime(last):%H:%M}. Give it five minutes, or call the patient."
        )
    if reminder.earlier.filter(resent_at__gt=now - dt.timedelta(days=1)).count() >= MOST_AGAIN:
        raise CannotResend("It was sent again three times since yesterday. Call the patient instead.")
