"""A calendar as plain Python lists, slow and obvious: what the real one is held against."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

MINUTE = dt.timedelta(minutes=1)
Span = tuple[dt.datetime, dt.datetime]


@dataclass
class Visit:
    """One booking as the model knows it. `machine` is the resource's id; `on_top` an overbooking."""

    clinician: int
    kind: str
    starts_at: dt.datetime
    minutes: int
    machine: int | None
    on_top: bool = False
    status: str = "booked"

    @property
    def holds(self) -> bool:
        return self.status not in {"cancelled", "no_show"}


@dataclass
class Kept:
    """A time kept for somebody who has not said yes."""

    clinician: int
    kind: str
    starts_at: dt.datetime
    minutes: int
    machine: int | None
    expires_at: dt.datetime


@dataclass
class Model:
    """`buffers` in minutes by kind of visit; `needing` are the kinds that need a machine; `open_hours` each day's."""

    clinicians: list[int]
    machines: list[int]
    buffers: dict[str, int]
    needing: set[str]
    open_hours: list[Span]
    visits: dict[int, Visit] = field(default_factory=dict)
    kept: dict[int, Kept] = field(default_factory=dict)

    def span(self, one: Visit | Kept) -> Span:
        held = one.minutes + self.buffers[one.kind]
        return one.starts_at, one.starts_at + held * MINUTE

    def taking(self, now: dt.datetime, *, without: object = None) -> list[Visit | Kept]:
        visits = [visit for visit in self.visits.values() if visit.holds]
        kept = [hold for hold in self.kept.values() if hold.expires_at > now]
        return [one for one in [*visits, *kept] if one is not without]

    def in_hours(self, starts_at: dt.datetime, minutes: int) -> bool:
        return any(
            opens <= starts_at and starts_at + minutes * MINUTE <= closes for opens, closes in self.open_hours
        )

    def clinician_is_free(
        self, clinician: int, span: Span, now: dt.datetime, *, without: object = None
    ) -> bool:
        return not any(
            one.clinician == clinician and overlap(self.span(one), span)
            for one in self.taking(now, without=without)
        )

    def free_machines(self, span: Span, now: dt.datetime, *, without: object = None) -> set[int]:
        busy = {one.machine for one in self.taking(now, without=without) if overlap(self.span(one), span)}
        return set(self.machines) - busy

    def would_take(
        self,
        clinician: int,
        kind: str,
        starts_at: dt.datetime,
        minutes: int,
        now: dt.datetime,
        *,
        without: object = None,
        on_top: bool = False,
    ) -> bool:
        """Whether it can be booked there, nobody's rights touched; `on_top` with a reason to overbook."""
        span = (starts_at, starts_at + (minutes + self.buffers[kind]) * MINUTE)
        if starts_at < now or not self.in_hours(starts_at, minutes):
            return False
        if not self.clinician_is_free(clinician, span, now, without=without):
            return on_top
        return kind not in self.needing or bool(self.free_machines(span, now, without=without))


def overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
