"""The one text a patient gets before any other: it asks whether they want them, and shows whose phone it is.

Like a sign-in link its row is written when it is asked for, so nothing is due by itself. It goes to a number that is
not verified yet, which no other message does, and says nothing but who asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from clinic.people.actions import agree_to_texts
from clinic.people.models import Account, ChannelKind, ContactChannel
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Reminder, State
from clinic.reminders.sources import Due, Message, NotWanted

ASKS = "texts_agreed"
KINDS = {
    ASKS: Kind(
        "Question whether texts are wanted", at_once=True, needed=True, by_text_alone=True, worded=False
    )
}
STALE = dt.timedelta(hours=24)
AGAIN_AFTER = dt.timedelta(minutes=2)  # a double click is one text; a second wish later is another


@transaction.atomic
def agree(*, channel: ContactChannel, by: Account, now: dt.datetime) -> ContactChannel:
    """Record what the patient said at the desk, and ask their phone, unless it has answered. Raises NoTextsThere."""
    channel = agree_to_texts(channel=channel, by=by, now=now)
    if channel.verified_at is None:
        _ask(channel, now)
    return channel


def _ask(channel: ContactChannel, now: dt.datetime) -> None:
    asked = Reminder.objects.filter(source=__name__, kind=ASKS, subject_id=channel.pk)
    waiting = asked.filter(state__in=[State.DUE, State.SENDING], about_at__gt=now - STALE)
    if waiting.exists() or asked.filter(about_at__gt=now - AGAIN_AFTER).exists():
        return
    Reminder.objects.write_at_once(
        source=__name__, kind=ASKS, subject_id=channel.pk, patient_id=channel.patient_id, now=now
    )


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Nothing: the desk asks for it."""
    return ()


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The question, or why nobody asks it any more."""
    channel = ContactChannel.objects.filter(kind=ChannelKind.PHONE, pk=subject_id).first()
    if channel is None:
        return NotWanted("That number is no longer listed.")
    if channel.texts_agreed_at is None or channel.texts_stopped_at is not None:
        return NotWanted("They no longer agree to texts at that number.")
    if channel.stopped_at is not None:
        return NotWanted("Messages to that number came back.")
    if channel.verified_at is not None:
        return NotWanted("They have answered already.")
    if now - about_at > STALE:
        return NotWanted("It was asked for more than a day ago. Ask again from the patient’s record.")
    return Message(template="emails/texts_agreed.txt", page="home", channel_id=channel.pk)
