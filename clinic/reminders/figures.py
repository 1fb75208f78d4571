"""How the sending goes, in figures for whoever answers for it: the last hour and day, by way and provider. No names."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from clinic.reminders.health import LATE, oldest_due_age
from clinic.reminders.models import EarlierSend, Reminder, State, Way

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MOST_REASONS = 8
NAMES = {"smtp": "Mail server", "console": "This machine’s mailbox", "": "Not taken yet"}


@dataclass(frozen=True, slots=True)
class Carrier:
    """What one provider did in a day. `unsure`: handed over, and nobody knows whether it was taken."""

    way: str
    provider: str
    sent: int
    arrived: int
    came_back: int
    failed: int
    trying: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`oldest`: how long the oldest that should be out has waited. `held` wait for a later hour."""

    oldest: dt.timedelta
    waiting: int
    held: int
    next_at: dt.datetime | None
    sent_in_an_hour: int
    carriers: list[Carrier]
    reasons: list[tuple[str, int]]

    @property
    def is_late(self) -> bool:
        return self.oldest > LATE

    @property
    def oldest_minutes(self) -> int:
        return int(self.oldest.total_seconds()) // 60


def figures(*, now: dt.datetime) -> Figures:
    """Six queries over a day's reminders and what waits, and what /healthz asks."""
    since = now - DAY
    waiting = Reminder.objects.filter(state__in=[State.DUE, State.SENDING]).aggregate(
        now=Count("pk", filter=Q(try_at__lte=now)),
        later=Count("pk", filter=Q(try_at__gt=now)),
        next_at=Min("try_at", filter=Q(try_at__gt=now)),
    )
    of_a_day = Reminder.objects.filter(Q(due_at__gt=since) | Q(sent_at__gt=since))
    before = EarlierSend.objects.filter(sent_at__gt=since)
    reasons = of_a_day.filter(state=State.FAILED).values_list("because").annotate(many=Count("pk"))
    return Figures(
        oldest=oldest_due_age(now),
        waiting=waiting["now"],
        held=waiting["later"],
        next_at=waiting["next_at"],
        sent_in_an_hour=sum(rows.filter(sent_at__gt=now - HOUR).count() for rows in (of_a_day, before)),
        carriers=_carriers(of_a_day, before, since),
        reasons=list(reasons.order_by("-many")[:MOST_REASONS]),
    )


def _carriers(
    of_a_day: QuerySet[Reminder], before: QuerySet[EarlierSend], since: dt.datetime
) -> list[Carrier]:
    """By way and provider. What somebody had sent again counts as often as it went out."""
    counts = {
        "sent": Count("pk", filter=Q(sent_at__gt=since)),
        "arrived": Count("pk", filter=Q(sent_at__gt=since, delivered_at__isnull=False)),
        "came_back": Count("pk", filter=Q(sent_at__gt=since, bounced_at__isnull=False)),
        "failed": Count("pk", filter=Q(state=State.FAILED, bounced_at=None)),
    }
    trying = {"trying": Count("pk", filter=Q(state=State.DUE, attempts__gt=0))}
    named = ("way", "provider")
    rows: list[dict[str, Any]] = [
        *map(dict, of_a_day.exclude(way="").values(*named).annotate(**counts, **trying)),
        *map(dict, before.exclude(way="").values(*named).annotate(**counts)),
    ]
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        sums[row.pop("way"), row.pop("provider")].update(row)
    return [
        Carrier(
            way=str(Way(way).label),
            provider=NAMES.get(provider, provider),
            **{name: found[name] for name in (*counts, *trying)},
        )
        for (way, provider), found in sorted(sums.items())
        if found.total()
    ]
