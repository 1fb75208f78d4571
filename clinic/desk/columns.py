"""What stands in each column of the day: a clinician's hours, visits, holds and absences; a machine's visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from clinic.booking.diaries import Away, Diary, Kept
from clinic.booking.hours import clinic_zone
from clinic.booking.models import AbsenceKind, Hold
from clinic.booking.status import HOLDS_A_SLOT
from clinic.desk import grid
from clinic.desk.board import Thing
from clinic.desk.cards import Visit
from clinic.people.models import Clinician

BEING_BOOKED = {Hold.Purpose.ONLINE: "Being booked online", Hold.Purpose.OFFER: "Offered to the wait list"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A time that is kept for somebody who has not said yes: “Being booked online until 09:05”."""

    words: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Heading:
    """`key` is what its cells carry; `pk` the clinician's id, None for a room or machine."""

    key: str
    name: str
    lanes: int
    pk: int | None = None
    kind: str = ""


def here_on(first: dt.date, last: dt.date, booked: Iterable[int] = ()) -> QuerySet[Clinician]:
    """Who works here on some of those days, and whoever has somebody booked although they do not."""
    here = Q(left_on=None) | Q(left_on__gte=first)
    return Clinician.objects.filter((here & Q(works_here_since__lte=last)) | Q(pk__in=set(booked))).order_by(
        "account__display_name", "pk"
    )


def of_clinician(diary: Diary, visits: Iterable[Visit], day: dt.date) -> grid.Column[Visit | Waiting]:
    mine = [visit for visit in visits if visit.clinician_id == diary.clinician.pk]
    holds = [hold for hold in diary.holds if _local(hold.starts_at) == day]
    hours = diary.due_in(day)
    patches = [_away(away) for away in diary.absences]
    return grid.Column(
        key=str(diary.clinician.pk),
        title=str(diary.clinician),
        works=hours,
        busy=[*_busy(mine), *_held(holds)],
        patches=[*_buffers(mine, holds), *patches],
    )


def of_resource(thing: Thing, visits: Iterable[Visit], holds: Iterable[Kept]) -> grid.Column[Visit | Waiting]:
    mine = [visit for visit in visits if visit.resource_id == thing.pk]
    kept = [hold for hold in holds if hold.resource_id == thing.pk]
    return grid.Column(
        key=f"r{thing.pk}",
        title=thing.name,
        works=(),
        busy=[*_busy(mine), *_held(kept)],
        patches=_buffers(mine, kept),
        is_thing=True,
    )


def _busy(visits: Iterable[Visit]) -> list[grid.Busy[Visit | Waiting]]:
    return [
        grid.Busy(visit.starts_at, visit.ends_at, visit) for visit in visits if visit.status in HOLDS_A_SLOT
    ]


def _held(holds: Iterable[Kept]) -> list[grid.Busy[Visit | Waiting]]:
    return [grid.Busy(h.starts_at, h.ends_at, waiting(h), kind="hold") for h in holds]


def waiting(hold: Kept) -> Waiting:
    until = hold.expires_at.astimezone(clinic_zone())
    words = f"{BEING_BOOKED[Hold.Purpose(hold.purpose)]} until {until:%H:%M}"
    return Waiting(words, hold.starts_at, hold.ends_at)


def _buffers(visits: Iterable[Visit], holds: Iterable[Kept]) -> list[grid.Patch]:
    ends = [(visit.ends_at, visit.held_until) for visit in visits if visit.status in HOLDS_A_SLOT]
    ends += [(hold.ends_at, hold.held_until) for hold in holds]
    return [grid.Patch(end, until, "buffer", "Buffer") for end, until in ends if until > end]


def _away(away: Away) -> grid.Patch:
    return grid.Patch(away.starts_at, away.ends_at, "away", away_words(away))


def away_words(away: Away) -> str:
    """“Leave”, “Holiday: Christmas Day”. What a clinician's own absence is about stays with them."""
    kind = str(AbsenceKind(away.kind).label)
    return f"{kind}: {away.note}" if away.is_everybodys and away.note else kind


def nobody_there(visit: Visit, absences: Iterable[Away], now: dt.datetime) -> str:
    """“Carl Jensen is away: to be moved”, of a visit to come in such a time; empty of any other."""
    if not visit.may_move or visit.ends_at <= now:
        return ""
    met = [away for away in absences if away.starts_at < visit.ends_at and visit.starts_at < away.ends_at]
    if not met:
        return ""
    shut = any(away.is_everybodys for away in met)
    return f"{'The clinic is shut' if shut else f'{visit.clinician} is away'}: to be moved"


def _local(moment: dt.datetime) -> dt.date:
    return moment.astimezone(clinic_zone()).date()
