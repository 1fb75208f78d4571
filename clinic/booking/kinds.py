"""What can be booked: types of appointment, and the rooms and machines they need. Every change is made here.

A change never touches a visit that is booked: it keeps its length, its buffer, its clinician and its room. `touched`
says beforehand what will no longer fit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.text import slugify

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.free import clinic_zone
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Appointment, AppointmentType, Resource, ResourceKind
from clinic.booking.refusals import Refused
from clinic.booking.rosters import ChangedMeanwhile
from clinic.booking.status import MAY_MOVE
from clinic.people.actors import Actor
from clinic.people.models import Clinician


class NameTaken(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is a {name} already. Nothing was saved. Choose another name.")


class StillNeeded(Refused):
    """The last one of a kind that a type cannot do without."""

    def __init__(self, resource: Resource, types: Sequence[AppointmentType]) -> None:
        names = ", ".join(type.name for type in types)
        super().__init__(
            f"{resource} is the last one of its kind, and nobody could book this any more: {names}. Nothing was "
            "changed. Retire the type first, or let it need nothing."
        )


@dataclass(frozen=True, slots=True)
class TypeDetails:
    """Everything a manager says of a type. Lengths in minutes; `clinicians` are ids, nobody: everybody."""

    name: str
    minutes: int
    buffer_minutes: int = 0
    is_assessment: bool = False
    needs: ResourceKind | None = None
    clinicians: frozenset[int] = frozenset()
    bookable_online: bool = False
    notice_hours: int = 24
    change_hours: int = 24
    ahead_days: int = 56
    first_reminder_days: int | None = None
    last_reminder_hours: int | None = None

    @classmethod
    def of(cls, type: AppointmentType) -> TypeDetails:
        told = {part.name: getattr(type, part.name) for part in fields(cls) if part.name != "clinicians"}
        return cls(**told, clinicians=frozenset(type.clinicians.values_list("pk", flat=True)))

    @property
    def columns(self) -> dict[str, object]:
        told = {part.name: getattr(self, part.name) for part in fields(self) if part.name != "clinicians"}
        return told | {"name": " ".join(self.name.split())}


def fingerprint(type: AppointmentType) -> str:
    """Tells whether two readings of a type are the same."""
    told = TypeDetails.of(type)
    text = f"{told.columns} {sorted(told.clinicians)} {type.retired_on}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@transaction.atomic
def make_type(*, details: TypeDetails, by: Actor) -> AppointmentType:
    """A new type. Raises NameTaken."""
    _names_are_told_apart(details.name, but=None)
    made = AppointmentType.objects.create(slug=_free_slug(AppointmentType, details.name), **details.columns)
    made.clinicians.set(details.clinicians)
    record(action=Entry.Action.CREATED, patient=None, by=by, what=f"appointment type {made.pk}")
    return made


@transaction.atomic
def change_type(*, type: AppointmentType, details: TypeDetails, based_on: str, by: Actor) -> AppointmentType:
    """What is booked from now on is like this. Raises NameTaken, ChangedMeanwhile."""
    fresh = AppointmentType.objects.select_for_update().get(pk=type.pk)
    if fingerprint(fresh) != based_on:
        raise ChangedMeanwhile("this type")
    _names_are_told_apart(details.name, but=fresh)
    for name, value in details.columns.items():
        setattr(fresh, name, value)
    fresh.save()
    fresh.clinicians.set(details.clinicians)
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"appointment type {fresh.pk}")
    return fresh


@transaction.atomic
def retire_type(*, type: AppointmentType, by: Actor, now: dt.datetime) -> None:
    """From today on it is not booked any more. Retiring twice is retiring; what is booked stays and may be moved."""
    yesterday = now.astimezone(clinic_zone()).date() - dt.timedelta(days=1)
    if AppointmentType.objects.filter(pk=type.pk, retired_on=None).update(retired_on=yesterday):
        record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"appointment type {type.pk} retired")


@transaction.atomic
def offer_again(*, type: AppointmentType, by: Actor) -> None:
    """It can be booked again."""
    if AppointmentType.objects.filter(pk=type.pk).exclude(retired_on=None).update(retired_on=None):
        record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"appointment type {type.pk} offered")


def touched(*, type: AppointmentType, details: TypeDetails, now: dt.datetime) -> list[str]:
    """What a change means for visits to come, in sentences; empty when it means nothing. Three queries at most."""
    visits = Appointment.objects.filter(type=type, status__in=MAY_MOVE, starts_at__gt=now)
    was = TypeDetails.of(type)
    said = []
    booked = visits.count()
    if booked and (was.minutes, was.buffer_minutes) != (details.minutes, details.buffer_minutes):
        keep = "keeps its length and buffer" if booked == 1 else "keep their length and buffer"
        said.append(f"{_visits(booked)} to come {keep}; only what is booked from now on changes.")
    if details.clinicians and details.clinicians != was.clinicians:
        others = visits.exclude(clinician__in=details.clinicians).count()
        if others:
            said.append(
                f"{_visits(others)} to come {_is(others)} with somebody who would not do it any more. "
                f"{_they(others)} where booked; move each to somebody who does."
            )
    if details.needs and details.needs != was.needs and booked:
        said.append(
            f"{_visits(booked)} to come {_holds(booked)} no {details.needs.name.lower()} yet. "
            "Moving one, even by a quarter of an hour, gives it one."
        )
    return said


def how_many_to_come(type: AppointmentType, now: dt.datetime) -> int:
    """Visits of it that are booked and have not begun."""
    return Appointment.objects.filter(type=type, status__in=MAY_MOVE, starts_at__gt=now).count()


@transaction.atomic
def make_resource(*, name: str, kind: str, by: Actor) -> Resource:
    """A room or a machine; a kind of that name is found or made. Raises NameTaken."""
    name, kind = " ".join(name.split()), " ".join(kind.split())
    found = ResourceKind.objects.filter(name__iexact=kind).order_by("pk").first()
    if found is None:
        found = ResourceKind.objects.create(slug=_free_slug(ResourceKind, kind), name=kind)
    try:
        with transaction.atomic():
            _names_differ(Resource.objects.all(), name)
            made = Resource.objects.create(kind=found, name=name)
    except IntegrityError as error:
        raise NameTaken(name) from error
    record(action=Entry.Action.CREATED, patient=None, by=by, what=f"resource {made.pk}")
    return made


@transaction.atomic
def rename_resource(*, resource: Resource, name: str, by: Actor) -> None:
    """Raises NameTaken."""
    name = " ".join(name.split())
    _names_differ(Resource.objects.exclude(pk=resource.pk), name)
    Resource.objects.filter(pk=resource.pk).update(name=name)
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"resource {resource.pk}")


@transaction.atomic
def rename_kind(*, kind: ResourceKind, name: str, by: Actor) -> None:
    """Raises NameTaken."""
    name = " ".join(name.split())
    _names_differ(ResourceKind.objects.exclude(pk=kind.pk), name)
    ResourceKind.objects.filter(pk=kind.pk).update(name=name)
    record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"resource kind {kind.pk}")


def visits_holding(resource: Resource, now: dt.datetime) -> list[Appointment]:
    """Visits to come that hold it. One query."""
    rows = resource.appointments.filter(status__in=MAY_MOVE, starts_at__gt=now)
    return list(rows.select_related("patient", "type", "clinician__account").order_by("starts_at", "pk"))


@transaction.atomic
def retire_resource(*, resource: Resource, by: Actor, now: dt.datetime) -> None:
    """From today on it is not given to anybody. What holds it keeps it until it is moved. Raises StillNeeded."""
    today = now.astimezone(clinic_zone()).date()
    lock_calendars((), Resource.objects.filter(kind=resource.kind_id).values_list("pk", flat=True))
    others = Resource.objects.filter(kind=resource.kind_id, retired_on=None).exclude(pk=resource.pk)
    needing = list(AppointmentType.objects.offered(today).filter(needs=resource.kind_id))
    if needing and not others.exists():
        raise StillNeeded(resource, needing)
    yesterday = today - dt.timedelta(days=1)
    if Resource.objects.filter(pk=resource.pk, retired_on=None).update(retired_on=yesterday):
        record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"resource {resource.pk} retired")


@transaction.atomic
def use_again(*, resource: Resource, by: Actor) -> None:
    """It can be booked again."""
    if Resource.objects.filter(pk=resource.pk).exclude(retired_on=None).update(retired_on=None):
        record(action=Entry.Action.CHANGED, patient=None, by=by, what=f"resource {resource.pk} in use again")


def everybody(ids: Collection[int], today: dt.date) -> QuerySet[Clinician]:
    """Who may be named: all who have not left, and those who are named already."""
    here = Clinician.objects.exclude(left_on__lt=today) | Clinician.objects.filter(pk__in=list(ids))
    return here.select_related("account").order_by("account__display_name", "pk")


def _names_are_told_apart(name: str, *, but: AppointmentType | None) -> None:
    others = AppointmentType.objects.filter(retired_on=None)
    _names_differ(others.exclude(pk=but.pk) if but else others, " ".join(name.split()))


def _names_differ(rows: QuerySet[Any], name: str) -> None:
    if rows.filter(name__iexact=name).exists():
        raise NameTaken(name)


def _free_slug(model: type[Model], name: str) -> str:
    begun = slugify(name)[:40] or "one"
    taken = set(model._default_manager.filter(slug__startswith=begun).values_list("slug", flat=True))
    numbered = (begun if number == 1 else f"{begun}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in numbered if slug not in taken)


def _visits(number: int) -> str:
    return "1 visit" if number == 1 else f"{number} visits"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _they(number: int) -> str:
    return "It stays" if number == 1 else "They stay"


def _holds(number: int) -> str:
    return "holds" if number == 1 else "hold"
