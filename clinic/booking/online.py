"""Booking without the desk: which times somebody may take, and keeping one for them while they type.

Asking writes nothing. Refusals here name nobody: a visitor reads them. Who the visitor is comes later
(clinic.booking.online_requests).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from django.db import transaction
from django.db.models import F

from clinic.booking import free
from clinic.booking.actions import book
from clinic.booking.holding import hold, let_go
from clinic.booking.locks import lock_calendars
from clinic.booking.models import Appointment, AppointmentType, CameBy, Hold
from clinic.booking.models.types import AppointmentTypeQuerySet
from clinic.booking.refusals import Refused, spoken
from clinic.booking.taking import OFFERED, resources_for
from clinic.people.actors import Actor, Job
from clinic.people.models import Clinician, Patient

HELD = dt.timedelta(minutes=5)  # while somebody types; once more when they ask for it
# A time that was in reach when it was chosen is not refused for the minutes it took to type.
WHILE_TYPING = dt.timedelta(minutes=30)
MOST_AHEAD = 2  # visits to come that one patient booked without the desk
BY_THEMSELVES = (CameBy.ONLINE, CameBy.PORTAL)
VISITOR = Job("online booking")  # nobody is signed in there, so nobody can be named


class NotBooked(Exception):
    """Nothing was booked. str() is fit for a visitor; `later` are starts that would do, soonest first."""

    def __init__(self, words: str, later: Sequence[dt.datetime] = ()) -> None:
        super().__init__(words)
        self.later = later


class NotOnline(NotBooked):
    """The clinic does not let people book this visit online, or not any more."""

    def __init__(self) -> None:
        super().__init__("This visit cannot be booked online. Ring us, and we book it with you.")


class TooSoon(NotBooked):
    def __init__(self, type: AppointmentType) -> None:
        super().__init__(
            f"Online, this visit can be booked up to {type.notice_hours} hours before it starts. "
            "Choose a later time, or ring us."
        )


class TooFarAhead(NotBooked):
    def __init__(self, type: AppointmentType) -> None:
        super().__init__(
            f"Online, this visit can be booked for the next {type.ahead_days} days. Choose an earlier time."
        )


class Gone(NotBooked):
    """Somebody else took it, or nobody works then."""

    def __init__(self, starts_at: dt.datetime, later: Sequence[dt.datetime]) -> None:
        self.starts_at = starts_at
        super().__init__(f"{spoken(starts_at)} is not free any more. Choose another time.", later)


class TwoAtOnce(NotBooked):
    """The patient is expected at that time already."""

    def __init__(self) -> None:
        super().__init__("You have a visit at that time already. Choose another time.")


class EnoughBooked(NotBooked):
    def __init__(self) -> None:
        super().__init__(
            f"You have {MOST_AHEAD} visits to come that you booked yourself. To book one more, ring us."
        )


def bookable_online(today: dt.date) -> AppointmentTypeQuerySet:
    """The types that people may book themselves; each has to be switched on."""
    return AppointmentType.objects.offered(today).filter(bookable_online=True)


def reach(type: AppointmentType, now: dt.datetime) -> tuple[dt.datetime, dt.date]:
    """The first moment and the last day of the clinic's calendar that may be booked online."""
    today = now.astimezone(free.clinic_zone()).date()
    return now + dt.timedelta(hours=type.notice_hours), today + dt.timedelta(days=type.ahead_days)


def times(
    type: AppointmentType,
    *,
    clinician: Clinician | None,
    now: dt.datetime,
    since: dt.datetime | None = None,
    holding: Hold | None = None,
) -> Iterator[free.Opening]:
    """The starts in reach, soonest first, not before `since`; with anybody who does the type unless one is named.

    `holding` is the visitor's own hold, which does not stand in their way.
    """
    first, last_day = reach(type, now)
    after = max(first, since or first)
    first_day = after.astimezone(free.clinic_zone()).date()
    if first_day > last_day:
        return iter(())
    people = [clinician] if clinician else list(free.doing(type, first_day))
    wanted = free.Wanted(until_day=last_day, holding=holding)
    days = (last_day - first_day).days + 1
    return free.openings(type, clinicians=people, after=after, now=now, days=days, wanted=wanted)


@transaction.atomic
def keep(
    *,
    type: AppointmentType,
    clinician: Clinician | None,
    starts_at: dt.datetime,
    now: dt.datetime,
    instead_of: Hold | None = None,
    was_kept: bool = False,
) -> Hold:
    """Five minutes for whoever wants that time; without a clinician, one who is free then with the fewest visits.

    `instead_of` is what the same visitor kept before: it goes. `was_kept`: they had this time until a moment ago.
    Raises NotOnline, TooSoon, TooFarAhead or Gone, and then nothing is let go.
    """
    check_reach(type, starts_at, now=now - WHILE_TYPING if was_kept else now)
    people = [clinician] if clinician else list(free.doing(type, _day(starts_at)))
    lock_calendars({person.pk for person in people}, resources_for(type))
    if instead_of is not None:
        let_go(hold=instead_of)
    ahead = free.openings(type, clinicians=people, after=starts_at, now=now, days=1)
    fitting = [one.clinician for one in takewhile(lambda one: one.starts_at == starts_at, ahead)]
    if not fitting:
        raise gone(type, starts_at, clinician=clinician, now=now)
    busy = Counter(
        Appointment.objects.standing()
        .on_day(_day(starts_at), free.clinic_zone())
        .filter(clinician__in=fitting)
        .values_list("clinician_id", flat=True)
    )
    chosen = min(fitting, key=lambda person: (busy[person.pk], people.index(person)))
    try:
        with transaction.atomic():
            return hold(
                clinician=chosen,
                type=type,
                starts_at=starts_at,
                purpose=Hold.Purpose.ONLINE,
                lasts_until=now + HELD,
                now=now,
            )
    except Refused:
        raise gone(type, starts_at, clinician=clinician, now=now) from None


@transaction.atomic
def keep_longer(*, hold: Hold, now: dt.datetime) -> bool:
    """Five minutes more, once; False where it had been asked before, or the time is no longer kept."""
    lock_calendars({hold.clinician_id}, resources_for(hold.type))
    living = Hold.objects.filter(pk=hold.pk, expires_at__gt=now, expires_at__lte=F("made_at") + HELD)
    return bool(living.update(expires_at=F("expires_at") + HELD))


def may_be_longer(hold: Hold) -> bool:
    """Whether the five minutes more have not been asked for yet."""
    return hold.expires_at <= hold.made_at + HELD


@transaction.atomic
def book_kept(
    *,
    patient: Patient,
    type: AppointmentType,
    clinician: Clinician,
    starts_at: dt.datetime,
    holding: Hold | None,
    came_by: CameBy,
    by: Actor,
    now: dt.datetime,
) -> Appointment:
    """The visit at the time that was kept; also when the hold has run out and the time is still free.

    Raises NotOnline, TooSoon, TooFarAhead, Gone, TwoAtOnce or EnoughBooked.
    """
    # Not FOR UPDATE: whoever books this patient at the desk meanwhile holds the calendar and refers to this row.
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    check_enough(patient, now=now)
    theirs = Appointment.objects.standing().filter(patient=patient)
    if theirs.filter(starts_at__lt=starts_at + type.lasts, ends_at__gt=starts_at).exists():
        raise TwoAtOnce
    check_reach(type, starts_at, now=now - WHILE_TYPING)
    try:
        with transaction.atomic():
            return book(
                patient=patient,
                clinician=clinician,
                type=type,
                starts_at=starts_at,
                holding=holding,
                came_by=came_by,
                by=by,
                now=now,
            )
    except Refused:
        raise gone(type, starts_at, clinician=None, now=now) from None


def check_enough(patient: Patient, *, now: dt.datetime) -> None:
    """Whether they may book one more without the desk. Raises EnoughBooked."""
    theirs = Appointment.objects.standing().filter(patient=patient, starts_at__gt=now)
    if theirs.filter(came_by__in=BY_THEMSELVES).count() >= MOST_AHEAD:
        raise EnoughBooked


def check_reach(type: AppointmentType, starts_at: dt.datetime, *, now: dt.datetime) -> None:
    """Whether the clinic lets people book this visit for then. Raises NotOnline, TooSoon or TooFarAhead."""
    if not bookable_online(_day(now)).filter(pk=type.pk).exists():
        raise NotOnline
    first, last_day = reach(type, now)
    if starts_at < first:
        raise TooSoon(type)
    if _day(starts_at) > last_day:
        raise TooFarAhead(type)


def gone(
    type: AppointmentType, starts_at: dt.datetime, *, clinician: Clinician | None, now: dt.datetime
) -> Gone:
    """The refusal with the next times that would do."""
    found = times(type, clinician=clinician, now=now, since=starts_at)
    later = dict.fromkeys(one.starts_at for one in islice(found, OFFERED * 8) if one.starts_at != starts_at)
    return Gone(starts_at, list(later)[:OFFERED])


def is_a_newcomers(appointment: Appointment) -> bool:
    """Whether a record was made with this booking, by nobody at the desk: somebody should look for a second one."""
    patient = appointment.patient
    return (
        appointment.came_by == CameBy.ONLINE
        and patient.registered_by_id is None
        and patient.registered_at == appointment.booked_at
    )


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(free.clinic_zone()).date()
