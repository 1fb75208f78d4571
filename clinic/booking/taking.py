"""Taking a slot: what is in the way is named, and the constraints have the last word. Called under the lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from clinic.booking import free
from clinic.booking.diaries import resource_diaries
from clinic.booking.models import (
    RESOURCE_CONSTRAINT,
    SLOT_CONSTRAINT,
    Absence,
    Appointment,
    AppointmentType,
    Hold,
    Resource,
)
from clinic.booking.refusals import (
    BadLength,
    DoesNotDo,
    HasLeft,
    InThePast,
    NotOffered,
    OutsideWorkingHours,
    ResourceTaken,
    SlotHeld,
    SlotTaken,
    TooLong,
    spoken,
)
from clinic.people.models import Clinician

A_MINUTE = dt.timedelta(minutes=1)
OFFERED = 3
SHORTEST, LONGEST = 5, 8 * 60  # minutes


def resources_for(type: AppointmentType) -> list[int]:
    """Ids of all resources of the kind it needs: whoever wants one of them locks them all."""
    return (
        list(Resource.objects.filter(kind=type.needs_id).values_list("pk", flat=True))
        if type.needs_id
        else []
    )


def length(type: AppointmentType, minutes: int | None) -> dt.timedelta:
    """How long it takes: as told, or as usual. Raises BadLength."""
    if minutes is None:
        return type.lasts
    if not SHORTEST <= minutes <= LONGEST:
        raise BadLength(minutes)
    return dt.timedelta(minutes=minutes)


def check_time(
    clinician: Clinician,
    type: AppointmentType,
    starts_at: dt.datetime,
    lasts: dt.timedelta,
    *,
    now: dt.datetime,
    moving: Appointment | None = None,
) -> None:
    """Whether it could be then at all, whoever else is booked. `moving`: the visit, where it is one already.

    A type that was retired still moves.
    """
    if starts_at < now:
        raise InThePast(starts_at)
    day = starts_at.astimezone(free.clinic_zone()).date()
    if moving is None and type.retired_on is not None and type.retired_on < day:
        raise NotOffered(type)
    if not free.works_on(clinician, day):
        raise HasLeft(clinician, starts_at)
    if not free.doing(type, day).filter(pk=clinician.pk).exists():
        raise DoesNotDo(clinician, type)
    window = free.window_around(clinician, starts_at, now=now)
    if window is not None and starts_at + lasts <= window[1]:
        return
    minutes = int(lasts.total_seconds() // 60)
    offers = offered(clinician, type, starts_at, lasts, now=now, moving=moving)
    if window is None:
        raise OutsideWorkingHours(starts_at, offers, _away(clinician, starts_at))
    raise TooLong(starts_at, minutes, offers)


def offered(
    clinician: Clinician,
    type: AppointmentType,
    starts_at: dt.datetime,
    lasts: dt.timedelta,
    *,
    now: dt.datetime,
    moving: Appointment | None = None,
) -> list[dt.datetime]:
    """The next starts from there on at which it fits in that length, for a refusal.

    `moving` takes up no time of its own, but where it is already is nowhere to move it.
    """
    after, minutes = max(now, starts_at), int(lasts / A_MINUTE)
    found = free.next_free(clinician, type, after, OFFERED + 1, now=now, moving=moving, minutes=minutes)
    here = _where_it_is(moving) if moving is not None else None
    return [at for at in found if (clinician.pk, at, at + lasts) != here][:OFFERED]


def _where_it_is(visit: Appointment) -> tuple[int, dt.datetime, dt.datetime] | None:
    """As its row has it: a visit that is being moved says already where it goes."""
    rows = Appointment.objects.filter(pk=visit.pk)
    return rows.values_list("clinician_id", "starts_at", "ends_at").first()


def _offered_instead(visit: Appointment, *, now: dt.datetime) -> list[dt.datetime]:
    """The same for the visit that was to be written, new or moved."""
    lasts, moving = visit.ends_at - visit.starts_at, visit if visit.pk else None
    return offered(visit.clinician, visit.type, visit.starts_at, lasts, now=now, moving=moving)


def _away(clinician: Clinician, moment: dt.datetime) -> str:
    """“Carl Jensen is away then (leave)”; empty when they simply do not work."""
    away = Absence.objects.filter(starts_at__lte=moment, ends_at__gt=moment)
    found = away.filter(clinician=clinician).first() or away.filter(clinician=None).first()
    if found is None:
        return ""
    if found.clinician_id is None:
        return f"The clinic is shut at {spoken(moment)} ({found.note or found.get_kind_display().lower()})."
    return f"{clinician} is away at {spoken(moment)} ({found.get_kind_display().lower()})."


def take(
    appointment: Appointment, *, now: dt.datetime, overbooking: str = "", holding: Hold | None = None
) -> None:
    """Write it with its buffer and the resource it needs, or say who holds the time and what is free.

    `overbooking` is the reason to put it on top of another; where nothing is in the way it is not kept.
    `holding` is the hold this slot was kept by; it goes. Raises SlotTaken, SlotHeld or ResourceTaken.
    """
    appointment.held_until = appointment.ends_at + appointment.type.buffer
    appointment.overbooked_because = ""
    if refused := in_the_way(appointment, now=now, holding=holding):
        if not overbooking:
            raise refused
        appointment.overbooked_because = overbooking[:200]
    appointment.resource = free_resource(appointment, now=now, holding=holding)
    _write(appointment, now=now)
    if holding is not None:
        holding.delete()


def in_the_way(
    appointment: Appointment, *, now: dt.datetime, holding: Hold | None
) -> SlotTaken | SlotHeld | None:
    """The refusal that names what holds that clinician's time; None when nothing does."""
    span = (appointment.starts_at, appointment.held_until)
    held = Hold.objects.living(now).filter(clinician=appointment.clinician).overlapping(*span)
    if holding is not None:
        held = held.exclude(pk=holding.pk)
    holder = _holder(appointment)
    hold = None if holder else held.select_related("clinician__account").first()
    if holder is None and hold is None:
        return None
    offers = _offered_instead(appointment, now=now)
    if holder is not None:
        return SlotTaken(appointment.starts_at, holder, offers)
    assert hold is not None  # noqa: S101  # one of the two is there
    return SlotHeld(appointment.starts_at, hold, offers)


def _holder(appointment: Appointment) -> Appointment | None:
    rows = Appointment.objects.filter(clinician=appointment.clinician).exclude(pk=appointment.pk).standing()
    overlapping = rows.overlapping(appointment.starts_at, appointment.held_until)
    return overlapping.select_related("patient", "clinician__account").first()


def free_resource(appointment: Appointment, *, now: dt.datetime, holding: Hold | None) -> Resource | None:
    """The resource it had if that is free, else the first that is. An overbooking shares one. Raises ResourceTaken."""
    kind_id = appointment.type.needs_id
    if kind_id is None:
        return None
    start, end = appointment.starts_at, appointment.held_until
    moving = appointment if appointment.pk else None
    rows = list(Resource.objects.filter(kind=kind_id).order_by("pk"))
    taken = resource_diaries(kind_id, start, end, now=now, moving=moving, holding=holding)
    open_ones = [
        resource
        for resource, spans in zip(rows, taken, strict=True)
        if not any(begin < end and stop > start for begin, stop in spans)
    ]
    wanted = (appointment.resource_id, holding.resource_id if holding else None)
    if open_ones:
        return next((resource for resource in open_ones if resource.pk in wanted), open_ones[0])
    if appointment.overbooked_because and rows:
        return rows[0]
    kind = appointment.type.needs
    raise ResourceTaken(start, str(kind), _offered_instead(appointment, now=now))


def _write(appointment: Appointment, *, now: dt.datetime) -> None:
    """Write, and turn the constraint's refusal into one that says who holds the time and what is free."""
    for _ in range(3):
        try:
            with transaction.atomic():
                return appointment.save()
        except IntegrityError as error:
            if not _names(error, (SLOT_CONSTRAINT, RESOURCE_CONSTRAINT)):
                raise
            refused = error
        offers = _offered_instead(appointment, now=now)
        if RESOURCE_CONSTRAINT in str(refused):
            raise ResourceTaken(appointment.starts_at, str(appointment.type.needs), offers) from refused
        if (holder := _holder(appointment)) is not None:
            raise SlotTaken(appointment.starts_at, holder, offers) from refused
    raise refused  # freed and taken again three times in a row: nobody to name


def _names(error: IntegrityError, constraints: Iterable[str]) -> bool:
    return any(name in str(error) for name in constraints)
