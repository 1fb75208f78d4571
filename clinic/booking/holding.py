"""Keeping a time for somebody who has not said yes yet, and letting it go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from clinic.booking.locks import lock_calendars
from clinic.booking.models import Appointment, AppointmentType, Hold
from clinic.booking.taking import check_time, free_resource, in_the_way, length, resources_for
from clinic.people.models import Clinician


@transaction.atomic
def hold(
    *,
    clinician: Clinician,
    type: AppointmentType,
    starts_at: dt.datetime,
    purpose: Hold.Purpose,
    lasts_until: dt.datetime,
    now: dt.datetime,
    minutes: int | None = None,
    buffer: dt.timedelta | None = None,
) -> Hold:
    """Nobody else gets this time before `lasts_until`; the buffer is the type's unless another is named.

    Raises what `clinic.booking.actions.book` raises.
    """
    lock_calendars({clinician.pk}, resources_for(type))
    lasts = length(type, minutes)
    check_time(clinician, type, starts_at, lasts, now=now)
    # The visit it may become: what stands in its way stands in the hold's.
    visit = Appointment(clinician=clinician, type=type, starts_at=starts_at, ends_at=starts_at + lasts)
    visit.held_until = visit.ends_at + (type.buffer if buffer is None else buffer)
    if refused := in_the_way(visit, now=now, holding=None):
        raise refused
    resource = free_resource(visit, now=now, holding=None)
    forget_expired(clinicians=[clinician.pk], resources=[resource.pk] if resource else [], now=now)
    return Hold.objects.create(
        clinician=clinician,
        resource=resource,
        type=type,
        purpose=purpose,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        held_until=visit.held_until,
        made_at=now,
        expires_at=lasts_until,
    )


def let_go(*, hold: Hold) -> None:
    """Its time is anybody's again. Letting go twice is letting go."""
    Hold.objects.filter(pk=hold.pk).delete()


def forget_expired(*, clinicians: Iterable[int], resources: Iterable[int], now: dt.datetime) -> None:
    """Rows that keep nothing any more, but that the constraint would still see."""
    expired = Hold.objects.filter(expires_at__lte=now)
    (expired.filter(clinician__in=list(clinicians)) | expired.filter(resource__in=list(resources))).delete()
