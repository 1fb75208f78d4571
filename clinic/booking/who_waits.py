"""Reading the wait list for a free time: the gap, those who fit it, and how to reach them. Asking writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from clinic.booking.diaries import diaries, moment, resource_diaries
from clinic.booking.fitting import Gap, Place, Wish, fits
from clinic.booking.hours import Window, clinic_zone
from clinic.booking.models import Answer, Appointment, AppointmentType, Hold, Offer, WaitListEntry
from clinic.people.channels import MAIL_GOES_THERE, TEXTS_GO_THERE
from clinic.people.models import ChannelKind, Clinician, ContactChannel

A_DAY = dt.timedelta(days=1)
MOST = 500  # of those whose day it would be; the first in line are among them


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, as a line of the panel.

    `by_mail`: an offer reaches them, by mail or text; `asked`: one waits for its answer already; `moves`: the visit
    they would move.
    """

    entry_id: int
    patient_id: int
    name: str
    phone: str
    by_mail: bool
    asked: bool
    type_id: int
    type_name: str
    type_slug: str
    moves: int | None
    note: str
    wish: Wish
    place: Place

    @property
    def held(self) -> dt.timedelta:
        """What their visit takes of the calendar."""
        return self.wish.lasts + self.wish.buffer

    @property
    def minutes(self) -> int:
        return int(self.wish.lasts.total_seconds() // 60)


def gap_at(
    clinician: Clinician, starts_at: dt.datetime, *, now: dt.datetime, holding: Hold | None = None
) -> Gap | None:
    """What is free from there on; None where they do not work, or something is booked. One query."""
    gap = room_at(clinician, starts_at, now=now, holding=holding)
    return gap if gap and gap.free_until > starts_at >= now else None


def room_at(
    clinician: Clinician, starts_at: dt.datetime, *, now: dt.datetime, holding: Hold | None = None
) -> Gap | None:
    """What they work from there on, none of it free where something is booked. None where they do not work."""
    until = starts_at + A_DAY
    (diary,) = diaries([clinician], starts_at, until, now=now, holding=holding)
    day = starts_at.astimezone(clinic_zone()).date()
    closes_at = next((end for begin, end in diary.works(day) if begin <= starts_at < end), None)
    if closes_at is None:
        return None
    free_until = min((begin for begin, end in diary.taken if end > starts_at), default=until)
    return Gap(clinician.pk, starts_at, closes_at, max(starts_at, free_until))


def who_fits(gap: Gap, *, now: dt.datetime, holding: Hold | None = None) -> list[Waiting]:
    """Those who fit it, first in line first. One query, and one for each kind of machine that any of them needs."""
    zone = clinic_zone()
    people = [_waiting(row) for row in _rows(gap, gap.starts_at.astimezone(zone).date())]
    end = gap.starts_at + A_DAY
    taken = {
        kind: resource_diaries(kind, gap.starts_at, end, now=now, holding=holding)
        for kind in {person.wish.machine for person in people}
        if kind is not None
    }
    return [person for person in people if fits(person.wish, gap, zone=zone, taken=taken)]


def within_hold(gap: Gap, hold: Hold) -> Gap:
    """The part of it that is kept: who is asked later must fit into what was kept for the first."""
    return replace(
        gap, closes_at=min(gap.closes_at, hold.held_until), free_until=min(gap.free_until, hold.held_until)
    )


def wish_of(entry: WaitListEntry) -> Wish:
    """One entry's wish, read from its rows, without what else is booked for them."""
    done_by = entry.type.clinicians.values_list("pk", flat=True)
    return _wish(entry, done_by, entry.clinicians.values_list("pk", flat=True))


def to_move(entry: WaitListEntry) -> Appointment | None:
    """The visit they would give up for an earlier one, as long as it stands."""
    visit = entry.instead_of
    return visit if visit is not None and visit.may_move else None


def with_how_to_reach(entries: QuerySet[WaitListEntry]) -> QuerySet[WaitListEntry]:
    """Each with `phone` and `by_mail`."""
    reached = ContactChannel.objects.filter(MAIL_GOES_THERE | TEXTS_GO_THERE, patient=OuterRef("patient_id"))
    return entries.annotate(phone=phone_of_patient(), by_mail=Exists(reached))


def phone_of_patient() -> Coalesce:
    """The number to ring for rows that have a `patient`: one they agreed to, if any; empty where none is known."""
    phones = ContactChannel.objects.filter(patient=OuterRef("patient_id"), kind=ChannelKind.PHONE)
    phones = phones.order_by(F("consent_withdrawn_at").desc(nulls_first=True), "consent_given_at", "pk")
    return Coalesce(Subquery(phones.values("value")[:1]), Value(""))


def _rows(gap: Gap, day: dt.date) -> QuerySet[WaitListEntry]:
    """Open entries whose day it could be, with everything `fits` asks of them."""
    entries = WaitListEntry.objects.open().filter(
        Q(from_day=None) | Q(from_day__lte=day),
        Q(until_day=None) | Q(until_day__gte=day),
        Q(weekdays=[]) | Q(weekdays__contains=[day.weekday()]),
        Q(type__retired_on=None) | Q(type__retired_on__gte=day),
    )
    visits = Appointment.objects.standing().filter(patient=OuterRef("patient_id"))
    visits = visits.overlapping(gap.starts_at - A_DAY, gap.starts_at + A_DAY)
    visits = visits.exclude(pk=Coalesce(OuterRef("instead_of_id"), Value(0)))
    named = WaitListEntry.clinicians.through.objects.filter(waitlistentry=OuterRef("pk"))
    doing = AppointmentType.clinicians.through.objects.filter(appointmenttype=OuterRef("type_id"))
    rows = with_how_to_reach(entries.by_urgency()).select_related("patient", "type", "instead_of")
    return rows.annotate(
        named=ArraySubquery(named.values("clinician_id")),
        doing=ArraySubquery(doing.values("clinician_id")),
        busy=ArraySubquery(
            visits.order_by().values(part=JSONObject(starts_at="starts_at", ends_at="ends_at"))
        ),
        asked=Exists(Offer.objects.filter(entry=OuterRef("pk"), answer=Answer.OPEN)),
    )[:MOST]


def _waiting(entry: WaitListEntry) -> Waiting:
    found, visit = vars(entry), to_move(entry)
    busy = [(moment(row["starts_at"]), moment(row["ends_at"])) for row in found["busy"]]
    return Waiting(
        entry_id=entry.pk,
        patient_id=entry.patient_id,
        name=entry.patient.full_name,
        phone=found["phone"],
        by_mail=found["by_mail"],
        asked=found["asked"],
        type_id=entry.type_id,
        type_name=entry.type.name,
        type_slug=entry.type.slug,
        moves=visit.pk if visit else None,
        note=entry.note,
        wish=_wish(entry, found["doing"], found["named"], busy),
        place=Place(entry.urgency, entry.target_day, entry.added_at, entry.pk),
    )


def _wish(
    entry: WaitListEntry, done_by: Iterable[int], named: Iterable[int], busy: Sequence[Window] = ()
) -> Wish:
    visit, type = to_move(entry), entry.type
    return Wish(
        lasts=visit.ends_at - visit.starts_at if visit else type.lasts,
        buffer=type.buffer,
        machine=type.needs_id,
        done_by=frozenset(done_by),
        clinicians=frozenset(named),
        weekdays=frozenset(entry.weekdays),
        from_time=entry.from_time,
        until_time=entry.until_time,
        from_day=entry.from_day,
        until_day=entry.until_day,
        before=visit.starts_at if visit else None,
        busy=busy,
    )
