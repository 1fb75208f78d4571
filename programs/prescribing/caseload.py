"""A clinician's caseload ordered by need (needs.py), within a need by the newest sign of life.

A page holds 25 and the next begins after the last one's place, so that every page costs the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.triage.rechecks import Again, to_screen_again
from clinic.people.models import Account
from programs.plans.models import SessionLog, Version
from programs.prescribing.amended import is_amended
from programs.prescribing.needs import LOOKS, Look, Need, gravest_unread, with_need

PAGE = 25
RECENT = dt.timedelta(days=7)
ORDER = ("-need", "-at", "-pk")


@dataclass(frozen=True, slots=True)
class Followed:
    """One patient of the caseload: the version they have or that waits, and what it asks for (None: nothing)."""

    version: Version
    last_log: SessionLog | None
    need: Look | None
    lately: int
    is_amended: bool = False
    again: Again | None = None
    worst: SessionLog | None = None

    @property
    def because(self) -> str:
        """“Mon 23 Nov: pain 5/10, next morning 3/10”: the session behind the need; empty where none is."""
        if self.worst is None or self.version.is_draft:
            return ""
        morning = f", next morning {self.worst.morning.pain}/10" if hasattr(self.worst, "morning") else ""
        signs = f", {self.worst.symptoms_in_words}" if self.worst.symptoms else ""
        day = format_date(self.worst.on_day, "D j M")
        return f"{day}: pain {self.worst.pain_during}/10{morning}{signs}"


@dataclass(frozen=True, slots=True)
class Page:
    """At most 25 cases; `next` is where the next page begins, empty on the last."""

    cases: list[Followed]
    next: str


def caseload(account: Account, *, now: dt.datetime, everyone: bool, after: str = "") -> Page:
    """Proposals waiting for release, released programs, and ended ones with a flag nobody has read. Four queries.

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
    worst = gravest_unread({row.patient_id for row in shown}, now=now)
    cases = [_followed(row, last, again, worst) for row in shown]
    return Page(cases, _name_of(shown[-1]) if len(found) > PAGE else "")


def _shown(account: Account, *, everyone: bool) -> Any:
    later = Version.objects.filter(patient=OuterRef("patient"), released_at__gt=OuterRef("released_at"))
    ended = Q(state=Version.State.ENDED) & ~Exists(later)
    shown = Version.objects.filter(Q(state__in=[Version.State.PROPOSED, Version.State.RELEASED]) | ended)
    return shown if everyone else shown.filter(Q(released_by=account) | Q(made_by=account))


def _placed(shown: Any, now: dt.datetime) -> Any:
    """Each row with what it is sorted by, its newest log's id and its sessions of the last week."""
    logs: Any = SessionLog.objects.filter(patient=OuterRef("patient"))
    newest = logs.order_by("-logged_at", "-pk")
    recent = logs.filter(logged_at__gte=now - RECENT).order_by().values("patient").annotate(n=Count("pk"))
    return with_need(shown, now=now, today=timezone.localdate(now)).annotate(
        is_amended=is_amended("program"),
        newest=Subquery(newest.values("pk")[:1]),
        at=Coalesce(
            Subquery(newest.values("logged_at")[:1]),
            "released_at",
            "made_at",
            output_field=models.DateTimeField(),
        ),
        lately=Coalesce(Subquery(recent.values("n")), Value(0)),
    )


def _followed(
    row: Any, last: dict[int, SessionLog], again: dict[int, Again], worst: dict[int, SessionLog]
) -> Followed:
    return Followed(
        version=row,
        last_log=last.get(row.newest),
        need=LOOKS.get(Need(row.need)),
        lately=row.lately,
        is_amended=row.is_amended,
        again=again.get(row.patient_id),
        worst=worst.get(row.patient_id),
    )


def _name_of(row: Any) -> str:
    return f"{row.need}_{int(row.at.timestamp())}_{row.at.microsecond}_{row.pk}"


def _place(name: str) -> tuple[int, dt.datetime, int] | None:
    parts = name.split("_")
    if len(parts) != 4 or not all(p.isascii() and p.isdigit() and len(p) < 12 for p in parts):
        return None
    need, seconds, micro, pk = map(int, parts)
    try:
        at = dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=micro)
    except (ValueError, OverflowError, OSError):
        return None
    return need, at, pk


def _beyond(need: int, at: dt.datetime, pk: int) -> Q:
    """What comes after this place in ORDER."""
    return Q(need__lt=need) | Q(need=need, at__lt=at) | Q(need=need, at=at, pk__lt=pk)
