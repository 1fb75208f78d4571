"""The link in each message about a visit: it opens that one visit, at the time the message spoke of, for anybody.

Its token is made while the letter is written and stored as a hash, as sign-in links are. It lives while what the
message said is true: it dies when the visit begins, is moved or cancelled, and the message about the new time brings
another. One that was moved back answers again, since nobody gets a message about that. Looking changes nothing: mail
scanners look too.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.booking import by_patients
from clinic.booking.by_patients import LINK, Changed
from clinic.booking.models import Appointment, AppointmentLink
from clinic.booking.status import MAY_MOVE, SETTLES, Status
from clinic.people.statements import Adding, Asked
from clinic.people.tokens import hashed, new_token

FORGOTTEN_AFTER = dt.timedelta(days=30)  # after the time they were for; a visit moved back to it lies ahead
MOST_AT_ONCE = 500


ADD_LINK = Adding(
    lambda visit, token_sha256, starts_at, now: AppointmentLink(
        appointment_id=visit, token_sha256=token_sha256, starts_at=starts_at, made_at=now
    ),
    *(int, str, dt.datetime, dt.datetime),
)


def make_link(*, appointment: Appointment, now: dt.datetime) -> str:
    """The token of a new link to it (43 characters). Older ones for the same time go on working."""
    token, adding = new_link(appointment=appointment, now=now)
    adding.alone()
    return token


def new_link(*, appointment: Appointment, now: dt.datetime) -> tuple[str, Asked[None]]:
    """The same, to be stored together with what else is asked: the link opens nothing before that."""
    token = new_token()
    return token, ADD_LINK.asked(appointment.pk, hashed(token), appointment.starts_at, now)


def behind(token: str, *, now: dt.datetime) -> AppointmentLink | None:
    """The living link of this token with its visit; None for a wrong, old, used or expired one, alike."""
    rows = AppointmentLink.objects.select_related(
        "appointment__patient__account", "appointment__clinician__account", "appointment__type"
    )
    link = rows.filter(token_sha256=hashed(token)).first()
    return link if link is not None and _lives(link, now) else None


def _lives(link: AppointmentLink, now: dt.datetime) -> bool:
    visit = link.appointment
    if visit.starts_at != link.starts_at or now >= visit.starts_at:
        return False
    if visit.status in MAY_MOVE:
        return True
    # Cancelled by this very link: it still takes that back, while nobody was told.
    just_now = visit.cancelled_at is not None and now - visit.cancelled_at <= SETTLES
    return visit.status == Status.CANCELLED and link.changed_at == visit.cancelled_at and just_now


@transaction.atomic
def confirm(*, link: AppointmentLink, now: dt.datetime) -> Appointment:
    """Raises what `by_patients.confirm` raises."""
    confirmed = by_patients.confirm(visit=link.appointment, by=LINK, now=now)
    AppointmentLink.objects.filter(pk=link.pk, confirmed_at=None).update(confirmed_at=now)
    return confirmed


@transaction.atomic
def cancel(*, link: AppointmentLink, reason: str, now: dt.datetime) -> Appointment:
    """Raises what `by_patients.cancel` raises."""
    cancelled = by_patients.cancel(visit=link.appointment, reason=reason, by=LINK, now=now)
    AppointmentLink.objects.filter(pk=link.pk).update(changed_at=now)
    return cancelled


@transaction.atomic
def move(*, link: AppointmentLink, starts_at: dt.datetime, anybody: bool, now: dt.datetime) -> str:
    """The token of a link to the new time: this one is dead. Raises what `by_patients.move` raises."""
    moved = by_patients.move(visit=link.appointment, starts_at=starts_at, anybody=anybody, by=LINK, now=now)
    AppointmentLink.objects.filter(pk=link.pk).update(changed_at=now)
    return make_link(appointment=moved, now=now)


@transaction.atomic
def take_back(*, link: AppointmentLink, now: dt.datetime) -> str:
    """The token of a link to the time it has again; "" where this one still works. Raises Changed, TimeGone.

    The message that told of that time has a link of its own, which works again too.
    """
    back = by_patients.take_back(visit=link.appointment, by=LINK, now=now)
    if back.starts_at == link.starts_at:
        return ""
    if back.starts_at <= now:
        raise Changed
    return make_link(appointment=back, now=now)


def forget(*, now: dt.datetime) -> int:
    """Links to times that are long over, a bounded number; how many. Their page says what a dead link's page says."""
    old = AppointmentLink.objects.filter(starts_at__lt=now - FORGOTTEN_AFTER).order_by("starts_at", "pk")
    return AppointmentLink.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:MOST_AT_ONCE])
    ).delete()[0]
