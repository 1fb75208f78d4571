"""What the patient of a visit was told, what is on its way to them, and whom nobody reaches: for the visit's card."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from clinic.booking.diaries import moment
from clinic.booking.reminders import CANCELLED, CONFIRMATION, KINDS, MOVED
from clinic.booking.status import MAY_MOVE, SETTLES
from clinic.people.models import ChannelKind, ContactChannel
from clinic.reminders.models import Reminder, State

REMINDERS_OF = "clinic.booking.reminders"
# “Confirmation sent”: the kinds a patient tells apart; the others are reminders.
TOLD_OF = {CONFIRMATION: "Confirmation", MOVED: "New time", CANCELLED: "Cancellation"}
TOLD_HOW = {
    State.DUE: "on its way",
    State.SENDING: "on its way",
    State.SENT: "sent",
    State.FAILED: "failed",
    State.SKIPPED: "not sent",
}


@dataclass(frozen=True, slots=True)
class News:
    """`unreached_because` is why the newest of it did not reach them; empty where it did or still may."""

    words: str
    unreached_because: str = ""


def columns() -> dict[str, Subquery[Any] | Exists]:
    """What `news_of` reads, as annotations of appointments: no query of its own."""
    about_it = Reminder.objects.filter(source=REMINDERS_OF, kind__in=KINDS, subject_id=OuterRef("pk"))
    of_this_time = about_it.filter(Q(about_at=OuterRef("starts_at")) | Q(about_at=OuterRef("moved_at")))
    sent = about_it.filter(state=State.SENT)
    mail = ContactChannel.objects.filter(
        patient=OuterRef("patient"),
        kind=ChannelKind.EMAIL,
        consent_given_at__isnull=False,
        consent_withdrawn_at=None,
    )
    told = JSONObject(kind="kind", state="state", because="because", about="about_at")
    return {
        "newest": Subquery(of_this_time.order_by("-pk").values(told=told)[:1]),
        "last_sent": Subquery(sent.order_by("-pk").values(told=told)[:1]),
        "move_is_written": Exists(about_it.filter(kind=MOVED, about_at=OuterRef("moved_at"))),
        "by_mail": Exists(mail),
    }


def news_of(appointment: Any, *, now: dt.datetime) -> News:
    """Of an appointment read with `columns`; empty for a visit that has begun and of which nothing was sent."""
    newest: Mapping[str, str] | None = appointment.newest
    sent: Mapping[str, str] | None = appointment.last_sent
    knows = sent is not None and moment(sent["about"]) == appointment.starts_at
    moved = appointment.moved_at is not None and appointment.status in MAY_MOVE
    if moved and not knows and not appointment.move_is_written:
        return News(_of_a_move(appointment, sent, now) if appointment.starts_at > now else "")
    if knows and newest and newest["kind"] == MOVED and newest["state"] == State.SKIPPED:
        newest = sent  # moved back to the time they know: nothing had to be said
    if newest is None:
        return News("Nothing sent yet" if appointment.starts_at > now else "")
    missed = newest["state"] in {State.FAILED, State.SKIPPED}
    words = f"{_named(newest)} {TOLD_HOW[State(newest['state'])]}"
    return News(words, newest["because"] if missed else "")


def _of_a_move(appointment: Any, sent: Mapping[str, str] | None, now: dt.datetime) -> str:
    """“New time is mailed at 10:03; sent before: confirmation”: until then the move can be undone."""
    settled = appointment.moved_at + SETTLES
    if not appointment.by_mail:
        words = "New time: no e-mail agreed, call them"
    elif now < settled:
        words = f"New time is mailed at {timezone.localtime(settled):%H:%M}"
    else:
        words = "New time on its way"
    return f"{words}; sent before: {_of_the_old_one(sent)}"


def _of_the_old_one(sent: Mapping[str, str] | None) -> str:
    if sent is None:
        return "nothing"
    return "an earlier new time" if sent["kind"] == MOVED else _named(sent).lower()


def _named(told: Mapping[str, str]) -> str:
    return TOLD_OF.get(told["kind"], "Reminder")
