"""The wait list as the desk reads it, as finished facts: who waits for what, and what they were offered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode

from clinic.booking import free, offering
from clinic.booking.diaries import moment
from clinic.booking.free import bookable
from clinic.booking.models import Answer, Appointment, AppointmentType, Offer, Urgency, WaitListEntry
from clinic.booking.who_waits import to_move, with_how_to_reach
from clinic.desk.forms.waiting import WEEKDAYS
from clinic.desk.wish import Wish
from clinic.people.models import Clinician

MOST = 200
MOST_URGENT = 4
BADGES = {Urgency.WITHIN_DAYS: "within_days", Urgency.SAME_DAY: "same_day"}


@dataclass(frozen=True, slots=True)
class Line:
    """One wish. `wants` is what they would take in words; `offered` what became of the last offer."""

    pk: int
    patient_id: int
    name: str
    phone: str
    by_mail: bool
    type: str
    type_slug: str
    badge: str
    soon: bool
    target_day: dt.date | None
    wants: str
    note: str
    instead_of: dt.datetime | None
    waits_since: dt.datetime
    offered_for: dt.datetime | None
    offered: str
    find_url: str


@dataclass(frozen=True, slots=True)
class Round:
    """One time that is being offered, and each answer so far."""

    key: str
    starts_at: dt.datetime
    clinician: str
    until: dt.datetime
    answers: list[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class ToBeSeen:
    """Somebody to be seen by a day, and the next free time for it with the address that books or moves there."""

    patient_id: int
    name: str
    phone: str
    day: dt.date
    late: bool
    note: str
    next_at: dt.datetime | None
    next_with: str
    in_time: bool
    url: str


def lines(*, now: dt.datetime) -> list[Line]:
    """Those who wait, most urgent first. One query."""
    last = Offer.objects.filter(entry=OuterRef("pk")).order_by("-offered_at", "-pk")
    last_offer = Subquery(last.values(said=JSONObject(answer="answer", starts_at="starts_at"))[:1])
    named = WaitListEntry.clinicians.through.objects.filter(waitlistentry=OuterRef("pk"))
    names = ArraySubquery(named.values_list("clinician__account__display_name").order_by("clinician_id"))
    rows = _open().annotate(last_offer=last_offer, names=names)
    return [_line(entry, now) for entry in rows[:MOST]]


def rounds(*, now: dt.datetime) -> list[Round]:
    """What is being offered now. One query."""
    found = []
    for key, group in groupby(offering.running(now=now), key=lambda offer: offer.round):
        offers = list(group)
        answers = [
            (one.entry.patient_id, one.entry.patient.full_name, Answer(one.answer).label) for one in offers
        ]
        until = max(one.expires_at for one in offers)
        found.append(Round(str(key), offers[0].starts_at, str(offers[0].clinician), until, answers))
    return found


def to_be_seen(*, now: dt.datetime) -> list[ToBeSeen]:
    """Those with a day by which they are to be seen. One query; where there is anybody two more, for the next free."""
    doing = AppointmentType.clinicians.through.objects.filter(appointmenttype=OuterRef("type_id"))
    rows = list(
        _open()
        .filter(target_day__isnull=False)
        .annotate(doing=ArraySubquery(doing.values("clinician_id")))[:MOST_URGENT]
    )
    if not rows:
        return []
    today = timezone.localdate(now)
    people = list(bookable(today).order_by("account__display_name"))
    one_of_each_type = {entry.type_id: entry for entry in rows}
    soonest = {type: _next_free(entry, people, now) for type, entry in one_of_each_type.items()}
    return [_to_be_seen(entry, soonest[entry.type_id], today) for entry in rows]


def in_words(entry: WaitListEntry, names: Sequence[str]) -> str:
    """“Mon, Wed · 09:00 to 12:00 · with Carl Jensen · until 14 Mar”; “Any time” where nothing was asked for."""
    parts = [", ".join(WEEKDAYS[day] for day in entry.weekdays)]
    begins, ends = (f"{at:%H:%M}" if at else "" for at in (entry.from_time, entry.until_time))
    parts.append(_between(begins, ends, "not before", "to end by"))
    parts.append(f"with {' or '.join(names)}" if names else "")
    first, last = (f"{day.day} {day:%b}" if day else "" for day in (entry.from_day, entry.until_day))
    parts.append(_between(first, last, "from", "until"))
    return " · ".join(part for part in parts if part) or "Any time"


def find_url(
    entry: WaitListEntry, *, clinician: Clinician | None = None, at: dt.datetime | None = None
) -> str:
    """Where a time for it is found or taken: the visit they have is moved, else one more is booked."""
    local = timezone.localtime(at) if at else None
    wish = Wish(
        type=entry.type.slug,
        clinician=str(clinician.pk) if clinician else "",
        day=local.date().isoformat() if local else "",
        time=f"{local:%H:%M}" if local else "",
    )
    visit = to_move(entry)
    if visit is not None:
        url = reverse("desk:move", args=[visit.patient_id, visit.pk])
        where = {name: text for name in ("clinician", "day", "time") if (text := getattr(wish, name))}
        return f"{url}?{urlencode(where)}" if where else url
    wish = wish.with_patient(entry.patient_id)
    if at is None:
        try:
            return f"{reverse('desk:find_time')}?{wish.query}"
        except NoReverseMatch:
            pass
    return wish.url


def _open() -> QuerySet[WaitListEntry]:
    rows = WaitListEntry.objects.open().by_urgency().select_related("patient", "type", "instead_of")
    return with_how_to_reach(rows)


def _line(entry: WaitListEntry, now: dt.datetime) -> Line:
    found, visit = vars(entry), to_move(entry)
    last = found["last_offer"]
    return Line(
        pk=entry.pk,
        patient_id=entry.patient_id,
        name=entry.patient.full_name,
        phone=found["phone"],
        by_mail=found["by_mail"],
        type=entry.type.name,
        type_slug=entry.type.slug,
        badge=BADGES.get(Urgency(entry.urgency), ""),
        soon=entry.urgency == Urgency.SOON,
        target_day=entry.target_day,
        wants=in_words(entry, found["names"]),
        note=entry.note,
        instead_of=visit.starts_at if visit else None,
        waits_since=entry.added_at,
        offered_for=moment(last["starts_at"]) if last else None,
        offered=Answer(last["answer"]).label if last else "",
        find_url=find_url(entry),
    )


def _next_free(
    entry: WaitListEntry, people: Sequence[Clinician], now: dt.datetime
) -> tuple[Clinician, dt.datetime] | None:
    doing = set(vars(entry)["doing"])
    able = [one for one in people if not doing or one.pk in doing]
    return free.soonest(able, entry.type, now, now=now)


def _to_be_seen(
    entry: WaitListEntry, next_one: tuple[Clinician, dt.datetime] | None, today: dt.date
) -> ToBeSeen:
    clinician, at = next_one or (None, None)
    assert entry.target_day is not None  # noqa: S101  # only those were read
    return ToBeSeen(
        patient_id=entry.patient_id,
        name=entry.patient.full_name,
        phone=vars(entry)["phone"],
        day=entry.target_day,
        late=entry.target_day < today,
        note=entry.note,
        next_at=at,
        next_with=str(clinician) if clinician else "",
        in_time=at is not None and timezone.localdate(at) <= entry.target_day,
        url=find_url(entry, clinician=clinician, at=at),
    )


def _between(begin: str, end: str, only_begin: str, only_end: str) -> str:
    if begin and end:
        return f"{begin} to {end}"
    return f"{only_begin} {begin}" if begin else f"{only_end} {end}" if end else ""


def coming(patient: Any, *, now: dt.datetime) -> list[Appointment]:
    """The visits they could move, soonest first."""
    visits = patient.appointments.filter(starts_at__gt=now).select_related("type", "clinician__account")
    return [visit for visit in visits.order_by("starts_at") if visit.may_move]
