"""How the sending goes, in figures for whoever answers for it: the last hour and day, by way and provider. No names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q

from clinic.reminders.health import LATE, oldest_due_age
from clinic.reminders.models import Reminder, State, Way

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MOST_REASONS = 8


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
    """`oldest` is how long the oldest that should be out has waited."""

    oldest: dt.timedelta
    waiting: int
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
    """Three queries over a day's reminders, and what /healthz asks."""
    of_a_day = Reminder.objects.filter(due_at__gt=now - DAY)
    totals = of_a_day.aggregate(
        waiting=Count("pk", filter=Q(state__in=[State.DUE, State.SENDING], try_at__lte=now)),
        lately=Count("pk", filter=Q(sent_at__gt=now - HOUR)),
    )
    reasons = (
        of_a_day.filter(state=State.FAILED)
        .values_list("because")
        .annotate(many=Count("pk"))
        .order_by("-many")
    )
    return Figures(
        oldest=oldest_due_age(now),
        waiting=totals["waiting"],
        sent_in_an_hour=totals["lately"],
        carriers=[_carrier(row) for row in _by_provider(of_a_day)],
        reasons=list(reasons[:MOST_REASONS]),
    )


def _by_provider(of_a_day: Iterable[Reminder]) -> Iterable[dict[str, object]]:
    named = of_a_day.exclude(way="").values("way", "provider")  # type: ignore[attr-defined]  # a queryset
    found: Iterable[dict[str, object]] = named.annotate(
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        arrived=Count("pk", filter=Q(delivered_at__isnull=False)),
        came_back=Count("pk", filter=Q(bounced_at__isnull=False)),
        failed=Count("pk", filter=Q(state=State.FAILED, bounced_at=None)),
        trying=Count("pk", filter=Q(state=State.DUE, attempts__gt=0)),
    ).order_by(F("way"), F("provider"))
    return found


def _carrier(row: dict[str, object]) -> Carrier:
    way = Way(str(row.pop("way"))).label
    return Carrier(way=str(way), provider=str(row.pop("provider")) or "not taken yet", **row)  # type: ignore[arg-type]
