"""Collecting what is due, calling workers for it, sending each once.

What is known lives in PostgreSQL alone: a lost queue, a killed worker or two schedulers change nothing but the
time it takes. Mail itself cannot be sent exactly once; the promise is that none is lost, that a copy more is
possible only when a sender dies in mid-send, that no third copy is ever risked, and that copies carry the same
Message-ID. See clinic/decisions/2026-11-reminders-outbox.md.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import parseaddr
from functools import partial
from itertools import islice

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Case, F, PositiveSmallIntegerField, When

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Job
from clinic.people.models import Account, ChannelKind
from clinic.reminders import mail, sources
from clinic.reminders.models import Reminder, State, Way
from clinic.reminders.sources import Due, Message, NotWanted, NotYet
from clinic.reminders.wording import Letter, letter

log = logging.getLogger(__name__)

SENDER = Job("reminders")
LEASE = dt.timedelta(minutes=5)  # longer than a mail server's slowest answer and our last update together
BACKOFF = [dt.timedelta(minutes=minutes) for minutes in (1, 4, 10, 20, 25)]  # five more tries in an hour
WINDOW = 100  # reminders in the queue at once
RING_AGAIN = dt.timedelta(seconds=30)
MOST_A_SOURCE = 1000  # a collection; the next one goes on
CHECK_BY_HAND = (
    "It may have gone out twice already, so it is not sent again. Ask the patient, or send it again by hand."
)
NO_ADDRESS = "No e-mail address this patient agreed to be reached at."


class CannotResend(Exception):
    """It is still waiting or being sent. Nothing was changed."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__("This reminder is already on its way. Nothing was changed. Look again in a minute.")


def collect(*, now: dt.datetime) -> None:
    """Ask every source what is due and write what is new. A source that fails does not silence the others."""
    for name in settings.REMINDER_SOURCES:
        try:
            write(name, islice(sources.named(name).due(now=now), MOST_A_SOURCE), now=now)
        except Exception:
            log.exception("%s could not say what is due", name)


def write(source: str, dues: Iterable[Due], *, now: dt.datetime) -> None:
    """One insert; the constraint a_reminder_is_written_once drops what is there already."""
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
            if due.due_at <= now
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


@dataclass(frozen=True, slots=True)
class _Taken:
    reminder: Reminder
    letter: Letter


def claim_and_send(*, reminder_id: int, now: dt.datetime) -> State | None:
    """Send it if nobody else has, is about to, or must not. Its new state; None when it was not ours to send."""
    taken = _claim(reminder_id, now)
    if not isinstance(taken, _Taken):
        return taken
    reminder = taken.reminder
    try:
        mail.send(taken.letter, to=reminder.sent_to, message_id=reminder.message_id)
    except mail.NotSent as failed:
        return _patiently(partial(_note_failure, reminder, failed, now))
    return _patiently(partial(_note_sent, reminder, now))


@transaction.atomic
def _claim(reminder_id: int, now: dt.datetime) -> _Taken | State | None:
    """Take it, ask once more whether it is wanted, and write the letter: one transaction, nothing sent yet."""
    row = Reminder.objects.filter(pk=reminder_id)
    if (
        row.claimable(now)
        .filter(state=State.SENDING, unsure_sends__gte=1)
        .update(state=State.FAILED, because=CHECK_BY_HAND, lease_until=None, unsure_sends=2)
    ):
        return State.FAILED
    ours = row.claimable(now).update(
        state=State.SENDING,
        lease_until=now + LEASE,
        ring_at=now + LEASE,
        attempts=F("attempts") + 1,
        unsure_sends=Case(
            When(state=State.SENDING, then=F("unsure_sends") + 1),
            default=F("unsure_sends"),
            output_field=PositiveSmallIntegerField(),
        ),
    )
    if not ours:
        return None
    reminder = row.select_related("patient").get()
    try:
        with transaction.atomic():
            wanted = sources.named(reminder.source).message(
                kind=reminder.kind,
                subject_id=reminder.subject_id,
                about_at=reminder.about_at,
                now=now,
            )
            if isinstance(wanted, NotWanted):
                return _skip(reminder, wanted.because)
            if isinstance(wanted, NotYet):
                return _wait(reminder, wanted)
            written = letter(wanted, reminder.patient)
    except Exception as error:
        log.exception("reminder %s could not be written", reminder.pk)
        return _note_failure(
            reminder, mail.NotSent(f"It could not be written ({type(error).__name__})."), now
        )
    if not (address := _address(reminder, wanted.channel_id)):
        return _skip(reminder, NO_ADDRESS)
    reminder.sent_to, reminder.message_id = address, message_id(reminder, wanted)
    row.update(message_id=reminder.message_id, sent_to=reminder.sent_to, way=Way.EMAIL)
    return _Taken(reminder, written)


def message_id(reminder: Reminder, message: Message) -> str:
    """The same for every copy of one send, so that a mail program can fold them; another after a resend.

    Mails with a key differ from try to try: folded, the one still seen could be the one whose link has died.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    differs = message.key and not message.older_keys_work
    copy = f"{reminder.resends}-{reminder.attempts}" if differs else str(reminder.resends)
    return f"<reminder-{reminder.pk}-{copy}@{domain}>"


def _address(reminder: Reminder, channel_id: int | None) -> str:
    """The channel the source named, if it is this patient's; else the first they agreed to."""
    channels = reminder.patient.channels.filter(kind=ChannelKind.EMAIL)
    if channel_id is not None:
        return channels.filter(pk=channel_id).values_list("value", flat=True).first() or ""
    return next((channel.value for channel in channels if channel.may_be_used), "")


def _skip(reminder: Reminder, because: str) -> State:
    return _finish(reminder, State.SKIPPED, because=because)


def _wait(reminder: Reminder, answer: NotYet) -> State:
    """As if nobody had asked, until it is known whether it is wanted."""
    return _finish(
        reminder,
        State.DUE,
        because=answer.because,
        try_at=answer.ask_again_at,
        ring_at=answer.ask_again_at,
        attempts=reminder.attempts - 1,
    )


def _note_sent(reminder: Reminder, now: dt.datetime) -> State:
    return _finish(reminder, State.SENT, sent_at=now, because="")


def _note_failure(reminder: Reminder, failed: mail.NotSent, now: dt.datetime) -> State:
    """Another try later, unless the answer was final, an hour is over, or a third copy would be risked."""
    unsure = reminder.unsure_sends + int(failed.unsure)
    if unsure >= 2:
        return _finish(reminder, State.FAILED, because=CHECK_BY_HAND, unsure_sends=2)
    if failed.for_good or reminder.attempts > len(BACKOFF):
        return _finish(reminder, State.FAILED, because=failed.because, unsure_sends=unsure)
    later = now + BACKOFF[reminder.attempts - 1]
    return _finish(
        reminder, State.DUE, because=failed.because, unsure_sends=unsure, try_at=later, ring_at=later
    )


@transaction.atomic
def _finish(reminder: Reminder, state: State, **fields: object) -> State:
    """Write the outcome, if the lease is still ours; a slow sender who lost it must not undo the next one."""
    ours = Reminder.objects.filter(
        pk=reminder.pk, state=State.SENDING, lease_until=reminder.lease_until
    ).update(state=state, lease_until=None, **fields)
    if not ours:
        log.warning("reminder %s was %s after its lease had ended", reminder.pk, state)
    if state == State.SENT:
        record(action=Entry.Action.SENT, patient=reminder.patient, by=SENDER, what=f"reminder {reminder.pk}")
    return state


def _patiently(write_it: Callable[[], State]) -> State:
    """The mail is out: try for ten seconds to write that down, since not knowing costs the patient a copy."""
    for wait in (0.5, 1, 2, 3, 3.5):
        try:
            return write_it()
        except OperationalError:
            log.warning("the database did not answer after a send; again in %s s", wait)
            connection.close()
            time.sleep(wait)
    return write_it()


@transaction.atomic
def resend(*, reminder: Reminder, by: Account, now: dt.datetime) -> Reminder:
    """Put it back as due, with a new Message-ID. Whether it is still wanted is asked again. Raises CannotResend."""
    fresh = Reminder.objects.select_for_update(of=("self",)).select_related("patient").get(pk=reminder.pk)
    if not fresh.may_be_resent:
        raise CannotResend(fresh.state)
    fresh.state, fresh.because = State.DUE, ""
    fresh.try_at = fresh.ring_at = now
    fresh.attempts = fresh.unsure_sends = 0
    fresh.delivered_at = fresh.bounced_at = None
    fresh.resends += 1
    fresh.resent_at, fresh.resent_by = now, by
    fresh.save()
    record(action=Entry.Action.CHANGED, patient=fresh.patient, by=by, what=f"reminder {fresh.pk} sent again")
    return fresh
