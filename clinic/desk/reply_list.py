"""What the page of replies shows: two queries, whatever came in."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from clinic.people.models import ChannelKind, ContactChannel, Patient
from clinic.reminders.models import Incoming, Understood

A_PAGE = 25
LONGEST_ID = 18  # digits; more would not fit the database's
MOST_NAMES = 6  # of those who share one number


@dataclass(frozen=True, slots=True)
class Reply:
    """One text. `people` are all who have that number; `did` is what was done about it already."""

    pk: int
    people: list[Patient]
    more_people: int
    number: str
    text: str
    received_at: dt.datetime
    did: str
    seen_at: dt.datetime | None
    seen_by: str


@dataclass(frozen=True, slots=True)
class Page:
    replies: list[Reply]
    seen: bool
    older_url: str

    @property
    def patient_ids(self) -> list[int]:
        return [patient.pk for reply in self.replies for patient in reply.people]


def page(*, seen: bool, before: int | None) -> Page:
    rows = Incoming.objects.filter(for_the_desk=True, seen_at__isnull=not seen).select_related("seen_by")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: A_PAGE + 1])
    shown = found[:A_PAGE]
    older = {"before": shown[-1].pk} | ({"seen": 1} if seen else {}) if len(found) > A_PAGE else {}
    whose = _whose({incoming.from_digits for incoming in shown})
    return Page(
        replies=[_reply(incoming, whose[incoming.from_digits]) for incoming in shown],
        seen=seen,
        older_url=f"{reverse('desk:replies')}?{urlencode(older)}" if older else "",
    )


def waiting() -> bool:
    """Whether one waits to be seen. One query, read from texts_for_the_desk."""
    return Incoming.objects.filter(for_the_desk=True, seen_at=None).exists()


def number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_ID else None


def _whose(numbers: set[str]) -> dict[str, list[Patient]]:
    """Everybody by their number."""
    found: dict[str, list[Patient]] = defaultdict(list)
    rows = ContactChannel.objects.filter(kind=ChannelKind.PHONE, digits__in=numbers - {""})
    for channel in rows.select_related("patient").order_by("pk"):
        found[channel.digits].append(channel.patient)
    return found


def _reply(incoming: Incoming, people: list[Patient]) -> Reply:
    stopped = incoming.understood_as == Understood.STOP
    return Reply(
        pk=incoming.pk,
        people=people[:MOST_NAMES],
        more_people=max(0, len(people) - MOST_NAMES),
        number=f"+{incoming.from_digits}" if incoming.from_digits else "no number",
        text=incoming.text,
        received_at=incoming.received_at,
        did="Texts to this number are stopped. Did they mean a visit as well?" if stopped and people else "",
        seen_at=incoming.seen_at,
        seen_by=str(incoming.seen_by) if incoming.seen_by else "",
    )
