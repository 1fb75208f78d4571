"""Sign-in links as the outbox sends them. Asking for one writes its row at once, so nothing is due by itself.

The row holds ids only: which of the patient's e-mail channels (`subject_id`), and when it was asked for
(`about_at`). The link is made in the claim that sends it and stored as a hash, so a copy of the outbox opens
nothing. A second try makes another link and the first one dies: the newest mail is the one that works.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actions import make_sign_in_link, verify
from clinic.people.actors import Job
from clinic.people.models import Account, ChannelKind, ContactChannel, Patient
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Reminder, State
from clinic.reminders.sources import Due, Message, NotWanted

BY_THE_DESK = "sign_in_link"
BY_THE_PATIENT = "sign_in_link_asked"
KINDS = {
    BY_THE_DESK: Kind("Sign-in link", at_once=True, needed=True, by_mail_alone=True, worded=False),
    BY_THE_PATIENT: Kind(
        "Sign-in link the patient asked for",
        at_once=True,
        needed=True,
        by_mail_alone=True,
        worded=False,
        template="emails/sign_in_link.txt",
    ),
}

MAKER = Job("sign-in links")
ASKED_AT_THE_DOOR = Job("sign-in page")  # nobody is signed in there, so nobody can be named
# A link nobody expects any more looks like somebody fishing for passwords.
STALE = dt.timedelta(hours=24)


@transaction.atomic
def ask_for_link(*, channel: ContactChannel, by: Account | None, now: dt.datetime) -> Reminder:
    """Put a link for that e-mail channel in the outbox; `by` is None when the patient asked at the sign-in page.

    While one still waits no second is written: it is sent at once instead, so a double click is one mail.
    """
    kind = BY_THE_DESK if by else BY_THE_PATIENT
    ContactChannel.objects.select_for_update().get(pk=channel.pk)
    asked = Reminder.objects.filter(source=__name__, kind=kind, subject_id=channel.pk)
    waiting = asked.filter(state__in=[State.DUE, State.SENDING], about_at__gt=now - STALE).first()
    if waiting is not None:
        asked.filter(pk=waiting.pk, state=State.DUE).update(try_at=now, ring_at=now)
        return waiting
    written = Reminder.objects.write_at_once(
        source=__name__, kind=kind, subject_id=channel.pk, patient_id=channel.patient_id, now=now
    )
    what = f"sign-in link asked for, {channel.kind} channel {channel.pk}"
    record(action=Entry.Action.CHANGED, patient=channel.patient, by=by or ASKED_AT_THE_DOOR, what=what)
    return written


def came_back(*, patient: Patient, now: dt.datetime) -> None:
    """A link of theirs was opened: whoever did reads that mailbox, so the address is verified.

    Links do not say by which mail they went; the newest that was sent is the only one that can still be alive.
    """
    sent = Reminder.objects.filter(
        patient=patient, source=__name__, state=State.SENT, sent_at__gt=now - STALE
    )
    newest = sent.order_by("-sent_at").first()
    if newest is None:
        return
    channel = patient.channels.filter(pk=newest.subject_id, value=newest.sent_to).first()
    if channel is not None:
        verify(channel=channel, by=patient.account or ASKED_AT_THE_DOOR, now=now)


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Nothing: whoever wants a link asks for it."""
    return ()


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """A new link, made here and now; or why none is made, and then the older ones go on working."""
    emails = ContactChannel.objects.filter(kind=ChannelKind.EMAIL).select_related("patient__account")
    channel = emails.filter(pk=subject_id).first()
    if channel is None:
        return NotWanted("That e-mail address is no longer listed.")
    # Who types their address and asks for a link has agreed to that one mail, and to no other.
    if kind == BY_THE_DESK and not channel.may_be_used:
        return NotWanted("They no longer agree to be reached at that e-mail address.")
    account = channel.patient.account
    if account is not None and not account.is_active:
        return NotWanted("Their account is closed.")
    if now - about_at > STALE:
        return NotWanted("It was asked for more than a day ago. Send a new one from the patient’s record.")
    token = make_sign_in_link(patient=channel.patient, by=MAKER, now=now)
    return Message(template="emails/sign_in_link.txt", page="link", key=token, channel_id=channel.pk)
