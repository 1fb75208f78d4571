"""A gap of the day and those of the wait list who fit it, as finished facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from clinic.booking.hours import clinic_zone, instant
from clinic.booking.models import Appointment, Offer, Urgency, WaitListPolicy
from clinic.booking.who_waits import Waiting, gap_at, who_fits
from clinic.desk.wish import Wish, read_day, read_key
from clinic.people.models import Clinician

PART = "X-Part"  # a page's script asks for the list alone
BADGES = {Urgency.WITHIN_DAYS: "within_days", Urgency.SAME_DAY: "same_day"}
MOST, MOST_IN_PART = 200, 6
FURTHEST = dt.timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Slot:
    clinician: Clinician
    starts_at: dt.datetime

    @property
    def value(self) -> str:
        """As a button sends it."""
        return f"{self.clinician.pk} {self.starts_at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Fitting:
    """Somebody who fits: the address that books or moves them there. `too_late`: their day is past by then."""

    entry_id: int
    patient_id: int
    name: str
    phone: str
    by_mail: bool
    asked: bool
    type: str
    minutes: int
    badge: str
    soon: bool
    target_day: dt.date | None
    too_late: bool
    note: str
    url: str

    @property
    def may_be_offered(self) -> bool:
        return self.by_mail and not self.asked


@dataclass(frozen=True, slots=True)
class Shown:
    """`minutes` is how much is free; 0 where nothing is. `how_many` of `people` can be asked by mail now."""

    slot: Slot
    minutes: int
    people: Sequence[Fitting]
    how_many: int
    all_url: str
    most: int

    @property
    def first(self) -> Sequence[Fitting]:
        return self.people[: self.most]

    @property
    def further(self) -> int:
        return max(0, len(self.people) - self.most)


def asked(given: QueryDict, *, now: dt.datetime, most: int = MOST) -> Shown | None:
    """The gap that clinician, day and time name; None where they name none. Four queries, one more for machines."""
    slot = _named(given, now)
    if slot is None:
        return None
    gap = gap_at(slot.clinician, slot.starts_at, now=now)
    people = who_fits(gap, now=now) if gap else []
    by_mail = sum(one.by_mail and not one.asked for one in people)
    return Shown(
        slot=slot,
        minutes=gap.minutes if gap else 0,
        people=[_fitting(one, slot) for one in people],
        how_many=min(by_mail, WaitListPolicy.now().how_many) if by_mail else 0,
        all_url=url_of(slot),
        most=most,
    )


def slot_of(value: str, *, now: dt.datetime) -> Slot | None:
    """What one of our buttons sent; None for anything else."""
    who, _, when = value.partition(" ")
    try:
        starts_at = dt.datetime.fromisoformat(when)
    except ValueError:
        return None
    if timezone.is_naive(starts_at) or abs(starts_at - now) > FURTHEST:
        return None
    clinician = _clinician(who)
    return Slot(clinician, starts_at.astimezone(dt.UTC)) if clinician else None


def url_of(slot: Slot) -> str:
    local = timezone.localtime(slot.starts_at)
    named = {"clinician": slot.clinician.pk, "day": local.date().isoformat(), "time": f"{local:%H:%M}"}
    return f"{reverse('desk:who_waits')}?{urlencode(named)}"


def told(made: Sequence[Offer], *, chosen: bool) -> str:
    """“Offered to 2 people who wait. Wed 4 Mar, 10:00 is kept until 10:00 …”, or by name where one was `chosen`."""
    first = made[0]
    begins, until = (timezone.localtime(at) for at in (first.starts_at, first.expires_at))
    if chosen:
        return (
            f"Offered to {first.entry.patient.full_name}. {begins:%a} {begins.day} {begins:%b}, {begins:%H:%M} is "
            f"kept for them until {until:%H:%M}."
        )
    who = "1 person who waits" if len(made) == 1 else f"{len(made)} people who wait"
    return (
        f"Offered to {who}. {begins:%a} {begins.day} {begins:%b}, {begins:%H:%M} is kept until {until:%H:%M}; "
        "the first yes gets it."
    )


def mention(request: HttpRequest, cancelled: Appointment, *, now: dt.datetime) -> None:
    """After a cancellation: a notice with a button, where somebody who waits fits the time."""
    slot = Slot(cancelled.clinician, cancelled.starts_at)
    gap = gap_at(slot.clinician, slot.starts_at, now=now)
    people = who_fits(gap, now=now) if gap else []
    if not people:
        return
    by_mail = sum(one.by_mail and not one.asked for one in people)
    facts = {
        "slot": slot,
        "fitting": len(people),
        "how_many": min(by_mail, WaitListPolicy.now().how_many),
        "url": url_of(slot),
    }
    messages.info(request, render_to_string("desk/freed.html", facts))


def _named(given: QueryDict, now: dt.datetime) -> Slot | None:
    day = read_day(given.get("day", ""))
    try:
        time = dt.time.fromisoformat(given.get("time", ""))
    except ValueError:
        return None
    clinician = _clinician(given.get("clinician", ""))
    if day is None or clinician is None or time.tzinfo or abs(day - now.date()) > FURTHEST:
        return None
    return Slot(clinician, instant(day, time, clinic_zone()))


def _clinician(typed: str) -> Clinician | None:
    if (key := read_key(typed)) is None:
        return None
    return Clinician.objects.select_related("account").filter(pk=key).first()


def _fitting(one: Waiting, slot: Slot) -> Fitting:
    local = timezone.localtime(slot.starts_at)
    where = Wish(clinician=str(slot.clinician.pk), day=local.date().isoformat(), time=f"{local:%H:%M}")
    return Fitting(
        entry_id=one.entry_id,
        patient_id=one.patient_id,
        name=one.name,
        phone=one.phone,
        by_mail=one.by_mail,
        asked=one.asked,
        type=one.type_name,
        minutes=one.minutes,
        badge=BADGES.get(Urgency(one.place.urgency), ""),
        soon=one.place.urgency == Urgency.SOON,
        target_day=one.place.target_day,
        too_late=one.place.target_day is not None and one.place.target_day < local.date(),
        note=one.note,
        url=_url(one, where),
    )


def _url(one: Waiting, where: Wish) -> str:
    """Booking it for them: the visit they have is moved there, else one more is booked."""
    if one.moves is not None:
        return f"{reverse('desk:move', args=[one.patient_id, one.moves])}?{where.query}"
    named = Wish(type=one.type_slug, clinician=where.clinician, day=where.day, time=where.time)
    return named.with_patient(one.patient_id).url
