"""What comes back by text message: STOP at once, YES and START, an answer to a visit, and whatever a person reads.

A number may be several patients': a STOP is honoured for each of them, since nobody can say whose thumb it was. What
it means beyond that is asked of settings.INCOMING_READERS, modules above this one, each with two functions

    def read(text: str, *, patients: Sequence[Patient], now: dt.datetime) -> bool:
        '''Did what was asked, and is sure that it was asked.'''

    def reached(patients: Sequence[Patient], *, now: dt.datetime) -> None:
        '''Texts reach them from now on: they said so.'''
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actions import start_texts, stop_texts, verify
from clinic.people.actors import Job
from clinic.people.models import Account, ChannelKind, ContactChannel, Patient
from clinic.reminders.models import Incoming, Reminder, Understood

log = logging.getLogger(__name__)

BY_TEXT = Job("text from the patient")
STOPS = frozenset(
    "STOP STOPALL UNSUBSCRIBE END QUIT CANCEL OPTOUT REVOKE ARRET STOPP PARAR ALTO BAJA".split()
)
STARTS = frozenset("START UNSTOP".split())
YESES = frozenset("YES Y JA OUI SI".split())
# Gateways take these for STOP; whoever texts them may have meant the visit.
MAY_MEAN_A_VISIT = frozenset("CANCEL END".split())
LONGEST = 2000  # characters kept


@transaction.atomic
def take_in(*, provider: str, provider_id: str, sender: str, text: str, now: dt.datetime) -> Incoming:
    """Keep it and do what it asks for, in one transaction: whoever told us may stop telling. Twice is once."""
    digits = re.sub(r"\D", "", sender)[:20]
    channels = _channels(digits)
    people = list(dict.fromkeys(channel.patient for channel in channels))
    kept, is_new = Incoming.objects.get_or_create(
        provider=provider[:40],
        provider_id=provider_id[:120],
        defaults={
            "from_digits": digits,
            "text": text.replace("\x00", "")[:LONGEST],
            "received_at": now,
            "patient": people[0] if len(people) == 1 else None,
        },
    )
    if not is_new:
        return kept
    kept.understood_as = _do(text, channels, people, now)
    kept.for_the_desk = not channels or not kept.understood_as or _says_more(kept.understood_as, text)
    kept.save(update_fields=["understood_as", "for_the_desk"])
    for patient in people:
        record(action=Entry.Action.CREATED, patient=patient, by=BY_TEXT, what=f"incoming text {kept.pk}")
    return kept


def _do(text: str, channels: Sequence[ContactChannel], people: Sequence[Patient], now: dt.datetime) -> str:
    """What it was taken for."""
    word = _word(text)
    if word in STOPS or word.startswith("STOP "):
        for channel in channels:
            stop_texts(channel=channel, by=BY_TEXT, now=now)
        Reminder.objects.filter(patient__in=people).decide_again(now)
        return Understood.STOP
    if word in STARTS:
        for channel in channels:
            start_texts(channel=channel, by=BY_TEXT, now=now)
        _tell_above(people, now)
        return Understood.START
    asked = [channel for channel in channels if _waits_for_yes(channel)]
    if word in YESES and asked:
        for channel in asked:
            verify(channel=channel, by=BY_TEXT, now=now)
        _tell_above([channel.patient for channel in asked], now)
        return Understood.YES
    done = people and any(_ask_above(lambda reader: reader.read(text, patients=people, now=now)))
    return Understood.DONE if done else Understood.NOTHING


def _says_more(understood: str, text: str) -> bool:
    """A STOP that is honoured, and may mean something else besides."""
    return understood == Understood.STOP and (_word(text) in MAY_MEAN_A_VISIT or " " in _word(text))


def _waits_for_yes(channel: ContactChannel) -> bool:
    """A YES does not take a STOP back: only START does."""
    agreed = channel.texts_agreed_at is not None and channel.texts_stopped_at is None
    return agreed and channel.verified_at is None


def _tell_above(patients: Sequence[Patient], now: dt.datetime) -> None:
    for _ in _ask_above(lambda reader: reader.reached(patients, now=now)):
        pass


def _ask_above(what: Callable[[Any], Any]) -> Iterator[Any]:
    """What each of the readers says, asked one by one. One that fails says nothing, and leaves it to the desk."""
    for name in settings.INCOMING_READERS:
        try:
            with transaction.atomic():
                said = what(import_module(name))
        except Exception:
            log.exception("%s could not read a text", name)
        else:
            yield said


def _word(text: str) -> str:
    """What is left of a text of one word, in capitals without accents; two words have a blank between them."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return (
        " ".join(re.findall(r"\w+", plain.upper()))
        .replace("STOP ALL", "STOPALL")
        .replace("OPT OUT", "OPTOUT")
    )


def _channels(digits: str) -> list[ContactChannel]:
    """Every patient's channel of that number, in one order everywhere."""
    if not digits:
        return []
    rows = ContactChannel.objects.filter(kind=ChannelKind.PHONE, digits=digits).select_related("patient")
    return list(rows.order_by("pk"))


@transaction.atomic
def mark_seen(*, incoming: Incoming, by: Account, now: dt.datetime) -> bool:
    """Somebody at the desk has read it. Whether that was news."""
    fresh = Incoming.objects.filter(pk=incoming.pk, seen_at=None).update(seen_at=now, seen_by=by)
    if fresh:
        what = f"incoming text {incoming.pk} seen"
        record(action=Entry.Action.CHANGED, patient=incoming.patient, by=by, what=what)
    return bool(fresh)
