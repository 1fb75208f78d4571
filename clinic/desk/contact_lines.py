"""A patient's contacts as lines of the record: what they agreed to, what stopped it, and what the desk can do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from clinic.people import phones
from clinic.people.models import ChannelKind, ContactChannel
from clinic.reminders import texts
from clinic.reminders.replies import BY_TEXT
from clinic.reminders.stopped import last_by
from clinic.reminders.unsubscribe import stopped_by_link


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with its shape. `tone`: success, warning or plain."""

    tone: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One contact. `only_stopped`: they agreed, and messages came back.

    `texts` is None where there is nothing to say of them; `no_texts` says why none can go to a number; `texts_ended`
    who stopped them and when, which the desk reads before it asks for them again.
    """

    channel: ContactChannel
    marks: tuple[Mark, ...]
    because: str
    agreed: bool
    only_stopped: bool
    texts: Mark | None = None
    texts_agreed: bool = False
    waits_for_yes: bool = False
    no_texts: str = ""
    texts_ended: str = ""

    @property
    def what(self) -> str:
        """What consent to it is consent to."""
        return "calls" if self.channel.kind == ChannelKind.PHONE else "e-mail"


def lines(channels: Sequence[ContactChannel]) -> list[Line]:
    """Two queries where somebody stopped e-mail or texts: who did it stands in the log."""
    by_link, mailed = stopped_by_link(channels), any(_is_mailed(channel) for channel in channels)
    by_text = _stopped_by_text(channels)
    return [
        line(channel, by_link=channel.pk in by_link, by_text=channel.pk in by_text, mailed=mailed)
        for channel in channels
    ]


def line(
    channel: ContactChannel, *, by_link: bool = False, by_text: bool = False, mailed: bool = False
) -> Line:
    """`by_link`, `by_text`: the patient stopped it, with the link in a mail or by STOP. `mailed`: e-mail reaches them.

    No query.
    """
    agreed = channel.consent_given_at is not None and channel.consent_withdrawn_at is None
    stopped = channel.stopped_at is not None
    marks = [_consent(channel, agreed=agreed, by_link=by_link)]
    if channel.stopped_at:
        marks.append(Mark("warning", "octagon", f"Stopped {_day(channel.stopped_at)}"))
    if channel.kind != ChannelKind.PHONE:
        if channel.verified_at:
            marks.append(Mark("plain", "check-circle", "Opened a link sent there"))
        return Line(
            channel, tuple(marks), channel.stopped_because, agreed and not stopped, agreed and stopped
        )
    texts_agreed = channel.texts_agreed_at is not None and channel.texts_stopped_at is None
    no_texts = why_no_texts(channel, mailed=mailed)
    return Line(
        channel,
        tuple(marks),
        channel.stopped_because,
        agreed and not stopped,
        agreed and stopped,
        texts=_texts(channel, agreed=texts_agreed, possible=not no_texts, by_text=by_text),
        texts_agreed=texts_agreed and not channel.stopped_at,
        waits_for_yes=texts_agreed and channel.verified_at is None,
        no_texts=no_texts,
        texts_ended=_ended(channel, by_text=by_text),
    )


def why_no_texts(channel: ContactChannel, *, mailed: bool | None = None) -> str:
    """Why no text can reach that number, and the way out; empty where one can, and for an e-mail address.

    `mailed`: whether e-mail reaches them; None asks.
    """
    if channel.kind != ChannelKind.PHONE:
        return ""
    if not texts.can_be_sent():
        return "The clinic sends no texts: no gateway is set up."
    because = phones.why_no_texts(channel.value, countries=settings.SMS_COUNTRIES)
    if not because.startswith(phones.NOT_ABROAD):
        return because
    if mailed is None:
        mailed = any(_is_mailed(each) for each in channel.patient.channels.all())
    return f"{because} {'E-mail reaches them.' if mailed else 'Ask for an e-mail address.'}"


def asked_for_yes(channel: ContactChannel) -> str:
    """After texts were agreed to at a number nobody has answered from."""
    return f"A text asks {channel.value} for a YES; reminders go there once it has come."


def what_goes_there(channel: ContactChannel) -> str:
    """After a correction: what they have agreed to at it, or that they have to be asked."""
    what = "calls" if channel.kind == ChannelKind.PHONE else "reminders"
    if channel.may_be_used:
        return f"They agree to {what} there."
    return f"They have not agreed to {what} there yet: ask them."


def who_stopped_texts(channel: ContactChannel) -> str:
    """A sentence for the desk; empty where nobody did."""
    return _ended(channel, by_text=channel.pk in _stopped_by_text([channel]))


def _ended(channel: ContactChannel, *, by_text: bool) -> str:
    if channel.texts_stopped_at is None:
        return ""
    day = _day(channel.texts_stopped_at)
    return (
        f"They stopped texts with STOP from that phone on {day}."
        if by_text
        else f"Texts were stopped on {day}."
    )


def _stopped_by_text(channels: Sequence[ContactChannel]) -> set[int]:
    return last_by(BY_TEXT, [one for one in channels if one.texts_stopped_at], "texts stopped")


def _is_mailed(channel: ContactChannel) -> bool:
    return channel.kind == ChannelKind.EMAIL and channel.may_be_used


def _consent(channel: ContactChannel, *, agreed: bool, by_link: bool) -> Mark:
    of_calls = " to calls" if channel.kind == ChannelKind.PHONE else ""
    if agreed:
        return Mark("success", "check", f"Agreed{of_calls} {_day(channel.consent_given_at)}")
    if channel.consent_withdrawn_at and by_link:
        day = _day(channel.consent_withdrawn_at)
        return Mark("warning", "cross", f"Stopped by the patient with the link in a mail, {day}")
    if channel.consent_withdrawn_at:
        return Mark("warning", "cross", f"Withdrawn {_day(channel.consent_withdrawn_at)}")
    return Mark("plain", "question", "Not asked yet")


def _texts(channel: ContactChannel, *, agreed: bool, possible: bool, by_text: bool) -> Mark | None:
    """None where none was agreed to and none could go."""
    if channel.texts_stopped_at:
        who = " by the patient with STOP," if by_text else ""
        return Mark("warning", "cross", f"Texts stopped{who} {_day(channel.texts_stopped_at)}")
    if not agreed:
        return Mark("plain", "question", "Texts: not asked yet") if possible else None
    if channel.verified_at is None:
        return Mark("plain", "clock", "Texts: waits for their YES")
    return Mark("success", "check", f"Texts agreed {_day(channel.texts_agreed_at)}")


def _day(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%-d %b %Y}" if at else ""
