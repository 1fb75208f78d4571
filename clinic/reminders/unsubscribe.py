"""The link in the foot of each mail, and in its headers, that stops mail to that address.

The key in it is signed and for this alone: it names a channel and holds for the address the channel has now, so that a
corrected address has a key of its own. It is as long as every other secret in an address of ours, and kept out of logs
like them. Looking changes nothing.

For a week the same link takes its own stop back: no stop the desk wrote down, no complaint, no address from which mail
came back. Who stopped it is read from the log of changes, where each change stands in its own transaction.
"""

from __future__ import annotations

import base64
import datetime as dt
import struct
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from clinic.people.actions import take_withdrawal_back, withdraw_consent
from clinic.people.actors import Job
from clinic.people.models import ChannelKind, ContactChannel
from clinic.reminders.models import Reminder
from clinic.reminders.stopped import last_by

PAGE = "unsubscribe"  # of the entrance, which lies above this
SALT = "clinic.reminders.unsubscribe"
BY_LINK = Job("link that stops mail")  # whoever holds it is not signed in
AGAIN_WITHIN = dt.timedelta(
    days=7
)  # who lived without them longer has got used to it, or somebody else found the mail
NAMED, SIGNED = 8, 24  # bytes: 32 together, which are 43 characters


def link(channel: ContactChannel) -> str:
    """The whole address of the page that stops mail to that address."""
    return settings.CLINIC_BASE_URL.rstrip("/") + reverse(PAGE, args=[key(channel)])


def headers(channel: ContactChannel) -> dict[str, str]:
    """For mail programs, which show a button of their own and post by themselves (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{link(channel)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def key(channel: ContactChannel) -> str:
    """43 characters that fit into an address."""
    signed = salted_hmac(SALT, f"{channel.pk} {channel.value}", algorithm="sha256").digest()[:SIGNED]
    return base64.urlsafe_b64encode(struct.pack(">Q", channel.pk) + signed).decode().rstrip("=")


def behind(key_shown: str) -> ContactChannel | None:
    """The channel a key is for; None for one that is wrong, or of an address that was corrected since."""
    try:
        raw = base64.urlsafe_b64decode(key_shown.encode("ascii") + b"=")
    except ValueError:  # also what is not ASCII
        return None
    if len(raw) != NAMED + SIGNED:
        return None
    (pk,) = struct.unpack(">Q", raw[:NAMED])
    rows = ContactChannel.objects.filter(kind=ChannelKind.EMAIL).select_related("patient")
    channel = rows.filter(pk=pk).first() if pk < 2**63 else None
    return channel if channel is not None and constant_time_compare(key(channel), key_shown) else None


def is_stopped(channel: ContactChannel) -> bool:
    """Whether nothing goes there already."""
    return channel.consent_given_at is None or channel.consent_withdrawn_at is not None


@transaction.atomic
def stop(*, channel: ContactChannel, now: dt.datetime) -> None:
    """Nothing more goes to that address for anybody who has it: whoever reads that mailbox has said so."""
    for each in ContactChannel.objects.filter(kind=ChannelKind.EMAIL, value=channel.value).order_by("pk"):
        withdraw_consent(channel=each, by=BY_LINK, now=now)
        Reminder.objects.filter(patient=each.patient_id).decide_again(now)


def may_start_again(channel: ContactChannel, *, now: dt.datetime) -> bool:
    """Whether the link takes back what it did there. At most one query."""
    at = channel.consent_withdrawn_at
    if at is None or channel.stopped_at is not None or now - at > AGAIN_WITHIN:
        return False
    return channel.pk in stopped_by_link([channel])


@transaction.atomic
def start_again(*, channel: ContactChannel, now: dt.datetime) -> bool:
    """Mail goes there again, for all for whom the same press stopped it. Whether it does; else all is as it was."""
    same = ContactChannel.objects.filter(kind=ChannelKind.EMAIL, value=channel.value)
    rows = same.select_for_update(of=("self",)).select_related("patient").order_by("pk")
    stopped_at = channel.consent_withdrawn_at
    each = [one for one in rows if one.pk == channel.pk or one.consent_withdrawn_at == stopped_at]
    if not any(one.pk == channel.pk and may_start_again(one, now=now) for one in each):
        return False
    for one in each:
        if may_start_again(one, now=now):
            take_withdrawal_back(channel=one, by=BY_LINK)
    return True


def stopped_by_link(channels: Sequence[ContactChannel]) -> set[int]:
    """Ids of those whose consent was last withdrawn by the link. One query, or none where none is withdrawn."""
    return last_by(BY_LINK, [one for one in channels if one.consent_withdrawn_at], "consent withdrawn")
