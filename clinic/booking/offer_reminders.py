"""Offers as the outbox sends them, and the polite no to whoever was not first.

The link is made in the claim that sends it, and only its hash is kept: a copy of the outbox opens nothing. A second
try makes another link and the first one dies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import Q

from clinic.booking.hours import clinic_zone
from clinic.booking.models import Answer, Offer
from clinic.people.tokens import hashed, new_token
from clinic.reminders import wishes
from clinic.reminders.kinds import Kind
from clinic.reminders.sources import Due, Message, NotWanted, unwritten
from clinic.reminders.wording import moment

OFFERED = "time_offered"
GONE = "time_gone"
KINDS = {
    OFFERED: Kind("Free time offered", at_once=True, needed=True, worded=False),
    GONE: Kind("Offered time has gone", timed=True),
}


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Offers that wait for an answer, and the end of those that were mailed and are not to be had any more."""
    ahead = Offer.objects.filter(starts_at__gt=now)
    fresh = ahead.filter(answer=Answer.OPEN, expires_at__gt=now)
    yield from _due(fresh.filter(unwritten(__name__, OFFERED, about="offered_at")), OFFERED, "offered_at")
    if not wishes.read().is_on(__name__, GONE):
        return
    over = ahead.filter(_to_be_told())
    yield from _due(over.filter(unwritten(__name__, GONE, about="answered_at")), GONE, "answered_at")


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """A new link for an offer that still waits, or the word that it has gone; or why neither is sent."""
    rows = Offer.objects.select_for_update(of=("self",), no_key=True).select_related("entry")
    offer = rows.filter(pk=subject_id).first()
    if offer is None:
        return NotWanted("The offer is no longer there.")
    if offer.starts_at <= now:
        return NotWanted("The offered time had come before this could be sent.")
    if kind == GONE:
        if not Offer.objects.filter(_to_be_told(), pk=offer.pk).exists():
            return NotWanted("They need not be told: they were not waiting for it.")
        return Message(template="emails/time_gone.txt", page="portal:appointments", at=offer.starts_at)
    if offer.answer != Answer.OPEN or offer.expires_at <= now or offer.entry.closed_at is not None:
        return NotWanted("The offer was answered, taken back or had lapsed before it could be sent.")
    token = new_token()
    offer.token_sha256 = hashed(token)
    offer.save(update_fields=["token_sha256"])
    return Message(
        template="emails/time_offered.txt",
        page="portal:offer",
        key=token,
        at=offer.starts_at,
        facts={"until": moment(offer.expires_at, clinic_zone())},
    )


def _to_be_told() -> Q:
    """Mailed, not answered by them, gone, and still on the list: whoever was booked otherwise does not mind."""
    return Q(answer__in=[Answer.TOO_LATE, Answer.WITHDRAWN], entry__closed_at=None) & ~Q(token_sha256="")


def _due(rows: Iterable[Offer], kind: str, about: str) -> Iterator[Due]:
    found = rows.values_list("pk", "entry__patient_id", about)  # type: ignore[attr-defined]  # a queryset
    for pk, patient_id, about_at in found:
        yield Due(kind, pk, patient_id, about_at=about_at, due_at=about_at)
