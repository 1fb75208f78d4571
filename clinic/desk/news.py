"""What the patient of a visit was told, what is on its way to them, and whom nobody reaches: for the visit's card."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from clinic.booking.diaries import moment
from clinic.booking.models import AppointmentChange
from clinic.booking.reminders import KINDS, TOO_LATE, TWO_DAYS
from clinic.booking.status import MAY_MOVE, SETTLES
from clinic.booking.told import (
    CANCELLED,
    CONFIRMATION,
    MOVED,
    OF_A_SERIES,
    OF_A_VISIT,
    SERIES_BOOKED,
    SERIES_CANCELLED,
    SERIES_MOVED,
)
from clinic.people.channels import MAIL_GOES_THERE, TEXTS_GO_THERE
from clinic.people.models import ContactChannel
from clinic.reminders.models import QUIET, Reminder, State

# “Confirmation sent”: the kinds a patient tells apart; the others are reminders.
TOLD_OF = {
    **dict.fromkeys((CONFIRMATION, SERIES_BOOKED), "Confirmation"),
    **dict.fromkeys((MOVED, SERIES_MOVED), "New time"),
    **dict.fromkeys((CANCELLED, SERIES_CANCELLED), "Cancellation"),
}
OF_A_MOVE = frozenset({MOVED, SERIES_MOVED})
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
    alone, together = _of_this_time(), _of_its_series()
    sent, sent_together = _of_the_visit().filter(state=State.SENT), _of_the_series().filter(state=State.SENT)
    confirmed = Reminder.objects.filter(
        source=OF_A_SERIES,
        kind=SERIES_BOOKED,
        state=State.SENT,
        subject_id=OuterRef(OuterRef("series")),
        about_at=OuterRef(OuterRef("booked_at")),
    )
    moves = AppointmentChange.objects.filter(appointment=OuterRef("pk"), was_starts_at__isnull=False)
    since = moves.filter(at__gte=Subquery(confirmed.values("sent_at")[:1])).order_by("pk")
    reached = ContactChannel.objects.filter(MAIL_GOES_THERE | TEXTS_GO_THERE, patient=OuterRef("patient"))
    moved = Q(kind__in=OF_A_MOVE, about_at=OuterRef("moved_at"))
    return {
        "newest": _newest(alone),
        "newest_of_series": _newest(together),
        "last_sent": _newest(sent),
        "last_sent_of_series": _newest(sent_together),
        "was_at_when_series_was_told": Subquery(since.values("was_starts_at")[:1]),
        "move_is_written": Exists(_of_the_visit().filter(moved)),
        "move_is_written_with_series": Exists(together.filter(moved)),
        "by_mail": Exists(reached),
    }


def _of_the_visit() -> QuerySet[Reminder]:
    return Reminder.objects.filter(source=OF_A_VISIT, kind__in=KINDS, subject_id=OuterRef("pk"))


def _of_this_time() -> QuerySet[Reminder]:
    moments = ("starts_at", "moved_at", "cancelled_at")
    told = _of_the_visit().filter(about_at__in=[OuterRef(moment) for moment in moments])
    # Left to the next one it says nothing of whether its patient is reached: what went before does.
    return told.exclude(kind=TWO_DAYS, state=State.SKIPPED, because=TOO_LATE)


def _of_its_series() -> QuerySet[Reminder]:
    """What was told of it together with others of its series, in the act that made, moved or called it off."""
    about_it = Reminder.objects.filter(source=OF_A_SERIES, subject_id=OuterRef("series"))
    return about_it.filter(
        Q(kind=SERIES_BOOKED, about_at=OuterRef("booked_at"))
        | Q(kind=SERIES_MOVED, about_at=OuterRef("moved_at"))
        | Q(kind=SERIES_CANCELLED, about_at=OuterRef("cancelled_at"))
    )


def _of_the_series() -> QuerySet[Reminder]:
    """The same, of every move it made with its series, also if it moved again since."""
    moves = AppointmentChange.objects.filter(
        appointment=OuterRef(OuterRef("pk")), was_starts_at__isnull=False
    )
    return Reminder.objects.filter(source=OF_A_SERIES, subject_id=OuterRef("series")).filter(
        Q(kind=SERIES_BOOKED, about_at=OuterRef("booked_at"))
        | Q(kind=SERIES_MOVED, about_at__in=moves.values("at"))
    )


def _newest(reminders: QuerySet[Reminder]) -> Subquery[Any]:
    told = JSONObject(
        pk="pk", kind="kind", state="state", because="because", about="about_at", sent_at="sent_at"
    )
    return Subquery(reminders.order_by("-pk").values(told=told)[:1])


def news_of(appointment: Any, *, now: dt.datetime) -> News:
    """Of an appointment read with `columns`; empty for a visit that has begun and of which nothing was sent."""
    newest = _last_told(appointment)
    sent = _newer(appointment.last_sent, appointment.last_sent_of_series)
    knows = sent is not None and _told_when_it_is(appointment, sent)
    moved = appointment.moved_at is not None and appointment.status in MAY_MOVE
    written = appointment.move_is_written or appointment.move_is_written_with_series
    if moved and not knows and not written:
        return News(_of_a_move(appointment, sent, now) if appointment.starts_at > now else "")
    if knows and newest and newest["kind"] in OF_A_MOVE and newest["state"] == State.SKIPPED:
        newest = sent  # moved back to the time they know: nothing had to be said
    if newest is None:
        return News("Nothing sent yet" if appointment.starts_at > now else "")
    missed = newest["state"] in {State.FAILED, State.SKIPPED}
    held = newest["state"] == State.DUE and newest["because"].startswith(QUIET)
    words = f"{_named(newest)} {'waits for the morning' if held else TOLD_HOW[State(newest['state'])]}"
    return News(words, newest["because"] if missed else "")


def _last_told(appointment: Any) -> Mapping[str, Any] | None:
    """The newer of what was said of it alone and with its series, if that speaks of the time it has."""
    together = appointment.newest_of_series
    if together is not None and together["kind"] == SERIES_BOOKED and appointment.moved_at is not None:
        # Sent before the move it spoke of another time; what is not sent yet will list where it is then.
        sent_at = moment(together["sent_at"]) if together["sent_at"] else None
        stale = sent_at is not None and sent_at < appointment.moved_at
        moved_back = stale and appointment.was_at_when_series_was_told == appointment.starts_at
        if together["state"] in {State.FAILED, State.SKIPPED} or (stale and not moved_back):
            together = None
    return _newer(appointment.newest, together)


def _newer(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return max(filter(None, (one, other)), key=lambda told: int(told["pk"]), default=None)


def _told_when_it_is(appointment: Any, sent: Mapping[str, Any]) -> bool:
    """Whether the last that was sent told the time the visit has. A move's message is about the move alone."""
    if sent["kind"] == SERIES_BOOKED:
        return appointment.was_at_when_series_was_told in {None, appointment.starts_at}
    starts_at: dt.datetime = appointment.starts_at
    return moment(sent["about"]) == starts_at


def _of_a_move(appointment: Any, sent: Mapping[str, Any] | None, now: dt.datetime) -> str:
    """“New time is sent at 10:03; sent before: confirmation”: until then the move can be undone."""
    settled = appointment.moved_at + SETTLES
    if not appointment.by_mail:
        words = "New time: no e-mail agreed, call them"
    elif now < settled:
        words = f"New time is sent at {timezone.localtime(settled):%H:%M}"
    else:
        words = "New time on its way"
    return f"{words}; sent before: {_of_the_old_one(sent)}"


def _of_the_old_one(sent: Mapping[str, Any] | None) -> str:
    if sent is None:
        return "nothing"
    return "an earlier new time" if sent["kind"] in OF_A_MOVE else _named(sent).lower()


def _named(told: Mapping[str, Any]) -> str:
    return TOLD_OF.get(told["kind"], "Reminder")
