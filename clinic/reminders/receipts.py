"""What a provider tells afterwards of a message it took: arrived, came back, or somebody complained of it.

It may tell it twice, late, or in the wrong order: each of these changes a row once, and what came back does not
arrive any more. A message we do not know is counted in the log and otherwise ignored, unless it is on its way: a
provider may be quicker than our own note of what it calls the message. Then what it tells waits for that note.
"""

from __future__ import annotations

import datetime as dt
import logging
import zlib
from collections.abc import Callable
from functools import wraps

from django.db import connection, transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actions import stop_channel, stop_texts, withdraw_consent
from clinic.people.actors import Job
from clinic.people.models import ChannelKind, ContactChannel
from clinic.reminders.models import Reminder, State, Told, Unplaced, Way
from clinic.reminders.sending import Receipt

log = logging.getLogger(__name__)

PROVIDER = Job("message provider")
KIND = {Way.EMAIL: ChannelKind.EMAIL, Way.TEXT: ChannelKind.PHONE}
HEARING = 4_001  # first key of the advisory lock, so that it meets no other package's lock
LONGEST = 120  # of a provider's name for a message, as long as the outbox keeps it
KEPT = dt.timedelta(days=1)  # what nobody could place
MOST_KEPT = 10_000


def delivered(provider_id: str, *, way: Way, now: dt.datetime) -> bool:
    """It arrived. Whether that was news: not where it had come back, or was never ours."""
    return _hear(Unplaced(way=way, provider_id=provider_id, told=Told.DELIVERED, told_at=now))


def bounced(provider_id: str, because: str, *, way: Way, hard: bool, now: dt.datetime) -> bool:
    """It came back. `hard`: that address takes nothing from us, so it is stopped for everybody who has it.

    Whether anything changed.
    """
    why = {"because": because[:240], "hard": hard}
    return _hear(Unplaced(way=way, provider_id=provider_id, told=Told.BOUNCED, told_at=now, **why))


def complained(provider_id: str, *, way: Way, now: dt.datetime) -> bool:
    """They call it unwanted: consent is withdrawn for that address. Whether anything changed."""
    return _hear(Unplaced(way=way, provider_id=provider_id, told=Told.COMPLAINED, told_at=now))


Noting = Callable[[Reminder, Receipt, dt.datetime], State]


def with_what_came_first(note: Noting) -> Noting:
    """Around writing down what a provider calls a message: what it has told of it already is believed with that.

    Whoever hears and whoever notes hold the same lock until all they wrote is there, so the second sees the first.
    Messages without a name there, as over plain SMTP, pay nothing.
    """

    @wraps(note)
    def noted(reminder: Reminder, receipt: Receipt, at: dt.datetime) -> State:
        if not receipt.provider_id:
            return note(reminder, receipt, at)
        with transaction.atomic():
            _one_at_a_time(receipt.provider_id)
            state = note(reminder, receipt, at)
            _place(receipt.provider_id, Way(reminder.way))
        return state

    return noted


def forget(*, now: dt.datetime) -> int:
    """What nobody could place for a day. How many those were."""
    return Unplaced.objects.filter(told_at__lt=now - KEPT).delete()[0]


def stop_address(address: str, *, way: Way, because: str, now: dt.datetime) -> int:
    """Nothing more goes to that address, whoever of our patients has it. How many records that stopped."""
    return sum(
        stop_channel(channel=channel, because=because, by=PROVIDER, now=now)
        for channel in _channels(address, way)
    )


@transaction.atomic
def _hear(told: Unplaced) -> bool:
    """Believe it, or keep it where its message may be on its way. Whether anything changed."""
    told.provider_id = told.provider_id[:LONGEST]
    _one_at_a_time(told.provider_id)
    if (reminder := _known(told.provider_id, told.way)) is not None:
        return _believe(told, reminder)
    if not _keep(told):
        log.warning("a provider told us of a message (%s) that is not one of ours", told.way)
    return False


def _one_at_a_time(provider_id: str) -> None:
    """Until the transaction ends. Two names that share a number wait for each other, and that is all they do."""
    with connection.cursor() as cursor:
        number = zlib.crc32(provider_id[:LONGEST].encode()) - 2**31
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [HEARING, number])


def _known(provider_id: str, way: str) -> Reminder | None:
    """The one it is about; None where no message of ours has that name."""
    if not provider_id:
        return None
    rows = Reminder.objects.filter(provider_id=provider_id, way=way).select_related("patient")
    return rows.order_by("-pk").first()


def _keep(told: Unplaced) -> bool:
    """Only while a message of ours is with a provider: what else is told of is a code, a test, or a stranger's."""
    handed_over = Reminder.objects.filter(state=State.SENDING, way=told.way)
    if not told.provider_id or not handed_over.exists() or Unplaced.objects.count() >= MOST_KEPT:
        return False
    Unplaced.objects.bulk_create([told], ignore_conflicts=True)
    return True


def _place(provider_id: str, way: Way) -> None:
    """What was told of it before we knew its name, in the order it was told."""
    early = list(Unplaced.objects.filter(provider_id=provider_id[:LONGEST], way=way))
    if early and (reminder := _known(provider_id[:LONGEST], way)) is not None:
        for told in early:
            _believe(told, reminder)
            told.delete()


def _believe(told: Unplaced, reminder: Reminder) -> bool:
    if told.told == Told.DELIVERED:
        return bool(reminder.delivered_at is None and _mark_delivered(reminder, told.told_at))
    if told.told == Told.COMPLAINED:
        return _is_unwanted(reminder, told.told_at)
    way, because = Way(told.way), told.because
    changed = _mark_failed(reminder, because, told.told_at)
    stopped = stop_address(reminder.sent_to, way=way, because=because, now=told.told_at) if told.hard else 0
    return changed or stopped > 0


def _is_unwanted(reminder: Reminder, now: dt.datetime) -> bool:
    changed = False
    for channel in _channels(reminder.sent_to, Way(reminder.way)):
        if reminder.way == Way.TEXT:
            changed |= stop_texts(channel=channel, by=PROVIDER, now=now)
        elif channel.consent_given_at is not None and channel.consent_withdrawn_at is None:
            withdraw_consent(channel=channel, by=PROVIDER, now=now)
            changed = True
    return changed


def _mark_delivered(reminder: Reminder, now: dt.datetime) -> int:
    ours = Reminder.objects.filter(pk=reminder.pk, provider_id=reminder.provider_id)
    return ours.filter(delivered_at=None, bounced_at=None).update(delivered_at=now)


def _mark_failed(reminder: Reminder, because: str, now: dt.datetime) -> bool:
    """One that is being sent again already is left alone: what is told is of the copy before."""
    ours = Reminder.objects.filter(pk=reminder.pk, provider_id=reminder.provider_id, bounced_at=None)
    changed = ours.filter(state__in=[State.SENT, State.FAILED]).update(
        state=State.FAILED, bounced_at=now, because=because[:240]
    )
    if changed:
        what = f"reminder {reminder.pk} came back"
        record(action=Entry.Action.CHANGED, patient=reminder.patient, by=PROVIDER, what=what)
    return bool(changed)


def _channels(address: str, way: Way) -> list[ContactChannel]:
    """In one order everywhere, so that two that lock them queue."""
    if way not in KIND or not address:
        return []
    return list(ContactChannel.objects.filter(kind=KIND[way], value=address).order_by("pk"))
