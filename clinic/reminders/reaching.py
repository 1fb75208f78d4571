"""By which way a message reaches its patient: the first they agreed to, in the order the clinic and they prefer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clinic.people.models import ChannelKind, ContactChannel, Patient
from clinic.people.statements import Reading
from clinic.reminders import phones, push, texts
from clinic.reminders.models import Phone, Way
from clinic.reminders.sources import Message


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes. `to` is an address, a number in E.164, or what the patient calls their phone."""

    way: Way
    to: str
    channel: ContactChannel | None = None
    phone: Phone | None = None


CHANNELS = Reading(lambda pk: ContactChannel.objects.filter(patient=pk), int)


def target(patient: Patient, message: Message, ways: Sequence[Way]) -> Target | None:
    """The channel the source named, if it is this patient's, asked or not; else the first that may be used."""
    channels = CHANNELS(patient.pk)
    if message.channel_id is not None:
        named = next((channel for channel in channels if channel.pk == message.channel_id), None)
        return _of(named) if named is not None else None
    return next((found for way in ways if (found := _by(way, patient, channels)) is not None), None)


def reached_by(patient: Patient) -> list[Target]:
    """Where a message goes by each way that reaches them now; a way that does not is left out."""
    channels = CHANNELS(patient.pk)
    return [found for way in Way if (found := _by(way, patient, channels)) is not None]


def in_order(targets: Sequence[Target], *, first: str) -> list[Target]:
    """Those, as a message tries them whose kind has no way of its own. `first`: the way the patient prefers."""
    return sorted(targets, key=lambda target: target.way != first)  # stable: the rest stay in the usual order


def _of(channel: ContactChannel) -> Target:
    way = Way.EMAIL if channel.kind == ChannelKind.EMAIL else Way.TEXT
    return Target(way, channel.value, channel)


def _by(way: Way, patient: Patient, channels: Sequence[ContactChannel]) -> Target | None:
    if way == Way.PUSH:
        if not push.can_be_sent():
            return None
        newest = phones.living(patient)[:1]
        return Target(way, str(newest[0]), phone=newest[0]) if newest else None
    if way == Way.TEXT and not texts.can_be_sent():
        return None
    for channel in channels:
        if channel.kind == ChannelKind.EMAIL:
            fits = way == Way.EMAIL and channel.may_be_used
        else:
            fits = way == Way.TEXT and channel.may_be_texted
        if fits:
            return _of(channel)
    return None
