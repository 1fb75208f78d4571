"""What a provider tells afterwards of a message it took: arrived, came back, or somebody complained of it.

It may tell it twice, late, or in the wrong order: each of these changes a row once, and what came back does not
arrive any more. A message we do not know is counted in the log and otherwise ignored.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actions import stop_channel, stop_texts, withdraw_consent
from clinic.people.actors import Job
from clinic.people.models import ChannelKind, ContactChannel
from clinic.reminders.models import Reminder, State, Way

log = logging.getLogger(__name__)

PROVIDER = Job("message provider")
KIND = {Way.EMAIL: ChannelKind.EMAIL, Way.TEXT: ChannelKind.PHONE}


def delivered(provider_id: str, *, way: Way, now: dt.datetime) -> bool:
    """It arrived. Whether that was news: not where it had come back, or was never ours."""
    known = _known(provider_id, way)
    if not known:
        return False
    return bool(known[0].delivered_at is None and _mark_delivered(known[0], now))


def bounced(provider_id: str, because: str, *, way: Way, hard: bool, now: dt.datetime) -> bool:
    """It came back. `hard`: that address takes nothing from us, so it is stopped for everybody who has it.

    Whether anything changed.
    """
    with transaction.atomic():
        known = _known(provider_id, way)
        if not known:
            return False
        changed = _mark_failed(known[0], because, now)
        stopped = stop_address(known[0].sent_to, way=way, because=because, now=now) if hard else 0
        return changed or stopped > 0


def complained(provider_id: str, *, way: Way, now: dt.datetime) -> bool:
    """They call it unwanted: consent is withdrawn for that address. Whether anything changed."""
    with transaction.atomic():
        known = _known(provider_id, way)
        if not known:
            return False
        changed = False
        for channel in _channels(known[0].sent_to, way):
            if way == Way.TEXT:
                changed |= stop_texts(channel=channel, by=PROVIDER, now=now)
            elif channel.consent_given_at is not None and channel.consent_withdrawn_at is None:
                withdraw_consent(channel=channel, by=PROVIDER, now=now)
                changed = True
        return changed


def stop_address(address: str, *, way: Way, because: str, now: dt.datetime) -> int:
    """Nothing more goes to that address, whoever of our patients has it. How many records that stopped."""
    return sum(
        stop_channel(channel=channel, because=because, by=PROVIDER, now=now)
        for channel in _channels(address, way)
    )


def _known(provider_id: str, way: Way) -> list[Reminder]:
    """The one it is about; none where no message of ours has that name."""
    if provider_id:
        rows = Reminder.objects.filter(provider_id=provider_id[:120], way=way).select_related("patient")
        found = list(rows.order_by("-pk")[:1])
        if found:
            return found
    log.warning("a provider told us of a message (%s) that is not one of ours", way)
    return []


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
