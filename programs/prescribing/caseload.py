"""A clinician's caseload in one order: unread flags first however old, then what waits for release, then newest logs.

A page holds 25 and the next begins after the last one's place, so that every page costs the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from assessments.triage.rechecks import Again, to_screen_again
from clinic.people.models import Account
from programs.plans.flags import FLAGS, Flag, Level
from programs.plans.models import SessionLog, Version
from programs.prescribing.amended import is_amended

PAGE = 25
RECENT = dt.timedelta(days=7)
ORDER = ("-level", "-waits", "-at", "-pk")


@dataclass(frozen=True, slots=True)
class Followed:
    """One patient of the caseload: the version they have or that waits, and their gravest unread flag."""

    version: Version
    last_log: SessionLog | None
    flag: Flag | None
    lately: int
    is_amended: bool = False
    again: Again | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """At most 25 cases; `next` is where the next page begins, empty on the last."""

    cases: list[Followed]
    next: str


def caseload(account: Account, *, now: dt.datetime, everyone: bool, after: str = "") -> Page:
    """Proposals waiting for release, released programs, and ended ones with a flag nobody has read. Three queries.

    `after` is an earlier page's `next`; what cannot be read as one gives the first page.
    """
    rows = _placed(_shown(account, everyone=everyone), now)
    if place := _place(after):
        rows = rows.filter(_beyond(*place))
    found = list(rows.select_related("patient", "program").order_by(*ORDER)[: PAGE + 1])
    shown = found[:PAGE]
    last = SessionLog.objects.in_bulk([row.newest for row in shown if row.newest])
    due = to_screen_again(now=now, patients={row.patient_id for row in shown})
    again = {one.patient.pk: one for one in due}
    cases = [_followed(row, last, again) for row in shown]
    return Page(cases, _name_of(shown[-1]) if len(found) > PAGE else "")


def _shown(account: Account, *, everyone: bool) -> Any:
    later = Version.objects.filter(patient=OuterRef("patient"), released_at__gt=OuterRef("released_at"))
    ended = Q(state=Version.State.ENDED) & ~Exists(later)
    shown = Version.objects.filter(Q(state__in=[Version.State.PROPOSED, Version.State.RELEASED]) | ended)
    return shown if everyone else shown.filter(Q(released_by=account) | Q(made_by=account))


def _placed(shown: Any, now: dt.datetime) -> Any:
    """Each row with what it is sorted by, its newest log's id and its sessions of the last week."""
    logs: Any = SessionLog.objects.filter(patient=OuterRef("patient"))
    unread = logs.filter(seen__isnull=True).with_level().order_by("-level").values("level")[:1]
    newest = logs.order_by("-logged_at", "-pk")
    recent = logs.filter(logged_at__gte=now - RECENT).order_by().values("patient").annotate(n=Count("pk"))
    is_draft = Q(state=Version.State.PROPOSED)
    return shown.annotate(
        # A draft carries no flag of its own: its patient's sessions belong to what they have.
        level=Case(
            When(is_draft, then=0), default=Coalesce(Subquery(unread), 0), output_field=IntegerField()
        ),
        is_amended=is_amended("program"),
        waits=Case(When(is_draft, then=1), default=0, output_field=IntegerField()),
        newest=Subquery(newest.values("pk")[:1]),
        at=Coalesce(
            Subquery(newest.values("logged_at")[:1]),
            "released_at",
            "made_at",
            output_field=models.DateTimeField(),
        ),
        lately=Coalesce(Subquery(recent.values("n")), Value(0)),
    ).exclude(state=Version.State.ENDED, level=Level.GREEN)


def _followed(row: Any, last: dict[int, SessionLog], again: dict[int, Again]) -> Followed:
    flag = FLAGS[Level(row.level)] if row.level > Level.GREEN else None
    return Followed(row, last.get(row.newest), flag, row.lately, row.is_amended, again.get(row.patient_id))


def _name_of(row: Any) -> str:
    return f"{row.level}_{row.waits}_{int(row.at.timestamp())}_{row.at.microsecond}_{row.pk}"


def _place(name: str) -> tuple[int, int, dt.datetime, int] | None:
    parts = name.split("_")
    if len(parts) != 5 or not all(p.isascii() and p.isdigit() and len(p) < 12 for p in parts):
        return None
    level, waits, seconds, micro, pk = map(int, parts)
    try:
        at = dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=micro)
    except (ValueError, OverflowError, OSError):
        return None
    return level, waits, at, pk


def _beyond(level: int, waits: int, at: dt.datetime, pk: int) -> Q:
    """What comes after this place in ORDER."""
    same_at = Q(level=level, waits=waits, at=at, pk__lt=pk)
    return (
        Q(level__lt=level)
        | Q(level=level, waits__lt=waits)
        | Q(level=level, waits=waits, at__lt=at)
        | same_at
    )
