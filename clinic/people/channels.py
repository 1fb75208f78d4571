"""What a patient agreed to for each way of reaching them, and what stops it. Reached through clinic.people.actions.

Being rung and being texted are two consents. Nothing goes to a channel that is stopped because messages came back
until somebody at the desk has heard from the patient that it is right.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from clinic.people import journal, phones
from clinic.people.actors import Actor
from clinic.people.models import Account, ChannelKind, ContactChannel

# What a queryset of channels asks to find one that a message goes to: the same as may_be_used and may_be_texted.
MAIL_GOES_THERE = Q(
    kind=ChannelKind.EMAIL,
    consent_given_at__isnull=False,
    consent_withdrawn_at=None,
    stopped_at=None,
)
TEXTS_GO_THERE = Q(
    kind=ChannelKind.PHONE,
    texts_agreed_at__isnull=False,
    texts_stopped_at=None,
    verified_at__isnull=False,
    stopped_at=None,
)


class NoTextsThere(ValueError):
    """Nothing was recorded: no text message can reach that number. str() says why, and the way out."""


def give_consent(*, channel: ContactChannel, by: Actor, now: dt.datetime) -> ContactChannel:
    """The patient agreed to be reached by this channel; giving it again changes nothing.

    A channel that was stopped because messages came back is in use again: they have just said that it is right.
    Raises TypeError when a job tries: consent is heard by a person, who is named.
    """
    heard = _heard_by(by)
    with transaction.atomic():
        channel = _locked(channel)
        if not channel.may_be_used:
            channel.consent_given_at, channel.consent_recorded_by = now, heard
            channel.consent_withdrawn_at = None
            _not_stopped(channel)
            channel.save()
            _note(channel, by, "consent given")
    return channel


def withdraw_consent(*, channel: ContactChannel, by: Actor, now: dt.datetime) -> ContactChannel:
    """The patient no longer wants to be reached by this channel; when they had agreed stays on record."""
    with transaction.atomic():
        channel = _locked(channel)
        if channel.consent_given_at is not None and channel.consent_withdrawn_at is None:
            channel.consent_withdrawn_at = now
            channel.save(update_fields=["consent_withdrawn_at"])
            _note(channel, by, "consent withdrawn")
    return channel


def take_withdrawal_back(*, channel: ContactChannel, by: Actor) -> bool:
    """Whoever withdrew it wants it again: what they had agreed to stands, as after their START. Whether it changed.

    Not where messages came back: whether that address is right, only a person can hear.
    """
    with transaction.atomic():
        channel = _locked(channel)
        if channel.consent_withdrawn_at is None or channel.stopped_at is not None:
            return False
        channel.consent_withdrawn_at = None
        channel.save(update_fields=["consent_withdrawn_at"])
        _note(channel, by, "consent given again")
    return True


def agree_to_texts(*, channel: ContactChannel, by: Actor, now: dt.datetime) -> ContactChannel:
    """The patient agreed to text messages at this number. None goes there before they answer from it.

    After a STOP they have to answer once more: it was that phone which said so. Raises NoTextsThere, and TypeError
    when a job tries.
    """
    heard = _heard_by(by)
    if channel.kind != ChannelKind.PHONE:
        raise NoTextsThere("Text messages go to phone numbers only. Nothing was recorded.")
    if because := phones.why_no_texts(channel.value, countries=settings.SMS_COUNTRIES):
        raise NoTextsThere(because)
    with transaction.atomic():
        channel = _locked(channel)
        agreed = channel.texts_agreed_at is not None and channel.texts_stopped_at is None
        if not agreed or channel.stopped_at is not None:
            if channel.texts_stopped_at is not None:
                channel.verified_at = None
            channel.texts_agreed_at, channel.texts_recorded_by, channel.texts_stopped_at = now, heard, None
            _not_stopped(channel)
            channel.save()
            _note(channel, by, "texts agreed to")
    return channel


def stop_texts(*, channel: ContactChannel, by: Actor, now: dt.datetime) -> bool:
    """No text message goes there from this moment on. Whether one could have gone before."""
    with transaction.atomic():
        channel = _locked(channel)
        if channel.texts_agreed_at is None or channel.texts_stopped_at is not None:
            return False
        channel.texts_stopped_at = now
        channel.save(update_fields=["texts_stopped_at"])
        _note(channel, by, "texts stopped")
    return True


def start_texts(*, channel: ContactChannel, by: Actor, now: dt.datetime) -> bool:
    """START came from that phone: it takes their own STOP back, and shows whose phone it is. Whether it changed."""
    with transaction.atomic():
        channel = _locked(channel)
        if channel.texts_agreed_at is None or (
            channel.texts_stopped_at is None and channel.verified_at is not None
        ):
            return False
        channel.texts_stopped_at, channel.verified_at = None, now
        channel.save(update_fields=["texts_stopped_at", "verified_at"])
        _note(channel, by, "texts started")
    return True


def verify(*, channel: ContactChannel, by: Actor, now: dt.datetime) -> bool:
    """Its owner answered from it, or opened a link sent there. Whether that was news."""
    with transaction.atomic():
        channel = _locked(channel)
        if channel.verified_at is not None:
            return False
        channel.verified_at = now
        channel.save(update_fields=["verified_at"])
        _note(channel, by, "verified")
    return True


def stop_channel(*, channel: ContactChannel, because: str, by: Actor, now: dt.datetime) -> bool:
    """Messages came back: none goes there until somebody has looked. Whether it was in use before."""
    with transaction.atomic():
        channel = _locked(channel)
        if channel.stopped_at is not None:
            return False
        channel.stopped_at, channel.stopped_because = now, because[:200]
        channel.save(update_fields=["stopped_at", "stopped_because"])
        _note(channel, by, "stopped, messages came back")
    return True


def _heard_by(by: Actor) -> Account:
    if not isinstance(by, Account):
        raise TypeError("Consent is recorded by the person who heard it, not by a job.")
    return by


def _locked(channel: ContactChannel) -> ContactChannel:
    rows = ContactChannel.objects.select_for_update(of=("self",)).select_related("patient")
    return rows.get(pk=channel.pk)


def _not_stopped(channel: ContactChannel) -> None:
    channel.stopped_at, channel.stopped_because = None, ""


def _note(channel: ContactChannel, by: Actor, what: str) -> None:
    said = f"{channel.kind} channel {channel.pk}: {what}"
    journal.write(action="changed", patient=channel.patient, by=by, what=said)
