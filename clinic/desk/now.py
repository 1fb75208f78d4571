"""Who the desk looks at next: urgent visits, then who is late, who waits, who comes next. No database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from clinic.booking.status import Status

COMING = 3  # more would be the table again
TO_COME = frozenset({Status.BOOKED, Status.CONFIRMED})
MINUTE = dt.timedelta(minutes=1)
LONG = 90  # minutes; beyond it hours say more


class Seen(Protocol):
    """What this asks of a visit. `arrived_at` is None until somebody pressed Arrived."""

    @property
    def starts_at(self) -> dt.datetime: ...
    @property
    def arrived_at(self) -> dt.datetime | None: ...
    @property
    def status(self) -> str: ...
    @property
    def urgent_because(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is urgent, late, waiting or next; `words` say for how long or how soon."""

    kind: str
    words: str
    visit: Seen


def lines(visits: Iterable[Seen], *, now: dt.datetime) -> list[Line]:
    """In the order in which the desk should look at them."""
    at_the_desk = [v for v in visits if v.status in TO_COME or v.status == Status.ARRIVED]
    by_time = sorted(at_the_desk, key=lambda visit: visit.starts_at)
    urgent = [visit for visit in by_time if visit.urgent_because]
    others = [visit for visit in by_time if not visit.urgent_because]
    late = [visit for visit in others if visit.status in TO_COME and now - visit.starts_at >= MINUTE]
    waiting = [visit for visit in others if visit.status == Status.ARRIVED]
    coming = [visit for visit in others if visit.status in TO_COME and now - visit.starts_at < MINUTE]
    waiting.sort(key=lambda visit: visit.arrived_at or visit.starts_at)
    groups: Sequence[tuple[str, list[Seen]]] = (
        ("urgent", urgent),
        ("late", late),
        ("waiting", waiting),
        ("next", coming[:COMING]),
    )
    return [Line(kind, words(visit, now), visit) for kind, group in groups for visit in group]


def words(visit: Seen, now: dt.datetime) -> str:
    """“12 min late”, “waiting 8 min”, “in 25 min”."""
    if visit.status == Status.ARRIVED:
        return f"waiting {lasting(now - visit.arrived_at)}" if visit.arrived_at else "waiting"
    if now - visit.starts_at >= MINUTE:
        return f"{lasting(now - visit.starts_at)} late"
    return f"in {lasting(visit.starts_at - now)}" if visit.starts_at - now >= MINUTE else "now"


def lasting(span: dt.timedelta) -> str:
    """Minutes up to an hour and a half, then hours."""
    minutes = int(span / MINUTE)
    return f"{minutes} min" if minutes <= LONG else f"{round(minutes / 60)} h"
