"""What happened to the demo clinic's runners: visits, screens, decisions, programs and logs.

Everything goes through the same actions the pages use, at the moments it would have happened.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from assessments.screens import actions as screens
from assessments.triage import actions as triage
from assessments.triage.models import Decision
from clinic.booking import actions as booking
from clinic.booking import free, waiting
from clinic.booking.models import Appointment, AppointmentType, WaitListEntry
from clinic.people.models import Account, Patient
from programs.builder.limits import Limits
from programs.demo.people import Staff
from programs.demo.sessions import EVENING, MORNING, log_days
from programs.outcomes import actions as outcomes
from programs.outcomes.reading import load_schedule
from programs.outcomes.schedule import ACTIVITIES
from programs.plans import actions as plans
from programs.plans.models import Version

FIRST_VISIT = dt.time(9)
SINCE_VISIT = dt.timedelta(minutes=55)
STILL_WAITING = 4
BOOKED_BEFORE = dt.timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Case:
    """What was found of a worked case, {"history", "exam", …}, with the screen it was taken by."""

    screen: str
    found: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Today in the clinic, and its types of appointment."""

    now: dt.datetime
    zone: ZoneInfo
    types: Mapping[str, AppointmentType]

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def at(self, day: int, wall: dt.time) -> dt.datetime:
        return dt.datetime.combine(self.today + dt.timedelta(days=day), wall, self.zone).astimezone(dt.UTC)


def visit(patient: Patient, entry: tuple[int, str, str, str], *, staff: Staff, calendar: Calendar) -> None:
    """An appointment of somebody who has not been examined: booked, and if it lies behind us, done or missed."""
    day, wall, type_slug, clinician = entry
    appointment = _book(
        patient, clinician, type_slug, calendar.at(day, dt.time.fromisoformat(wall)), staff, calendar
    )
    if appointment.ends_at < calendar.now and patient.pk % 7 == 0:
        _step(appointment, "no_show", staff, appointment.ends_at)
    elif appointment.ends_at < calendar.now:
        _attend(appointment, staff)
    elif appointment.starts_at < calendar.now:
        _step(appointment, "arrived", staff, appointment.starts_at)
    elif patient.pk % 2 == 0:
        _step(appointment, "confirmed", staff, calendar.now)


def examined(
    patient: Patient, entry: Mapping[str, Any], case: Case, *, staff: Staff, calendar: Calendar
) -> Version | None:
    """A worked case as it would have gone: the visit, the signed screen, the decision, the program, the logs."""
    clinician = staff.accounts[entry["clinician"]]
    # Examined at the latest yesterday, so that the screen lies behind us whatever the hour of the demo.
    wanted = calendar.at(min(entry["examined"], -1), FIRST_VISIT)
    appointment = _attend(
        _book(patient, entry["clinician"], "initial-assessment", wanted, staff, calendar), staff
    )
    signed_at = min(appointment.starts_at + SINCE_VISIT, calendar.now)
    screen = screens.start(
        patient=patient,
        by=clinician,
        now=appointment.starts_at,
        catalogue=case.screen,
        appointment=appointment,
    )
    screens.load_case(screen=screen, case=case.found, by=clinician, now=signed_at)
    screen = screens.sign(screen=screen, by=clinician, now=signed_at)
    result = triage.conclude(screen=screen, by=clinician, now=signed_at)
    if not entry.get("decided"):
        return None
    decision = triage.agree(result=result, by=clinician, now=signed_at)
    if not entry.get("released"):
        return None
    return _released(decision, entry, patient, staff=staff, calendar=calendar, now=signed_at)


def _book(
    patient: Patient, clinician: str, type_slug: str, wanted: dt.datetime, staff: Staff, calendar: Calendar
) -> Appointment:
    """The first free time from the wanted one on, booked some days before it."""
    type, whose = calendar.types[type_slug], staff.clinician(clinician)
    [starts_at] = free.next_free(whose, type, wanted, 1, now=calendar.now)
    booked_at = min(starts_at, calendar.now) - BOOKED_BEFORE
    return booking.book(
        patient=patient, clinician=whose, type=type, starts_at=starts_at, by=staff.desk, now=booked_at
    )


def see_in_time(*, staff: Staff, calendar: Calendar) -> None:
    """Whoever was to be seen by now has been; of the others the first few still wait for a time."""
    waiting_still = 0
    for entry in WaitListEntry.objects.open().by_urgency():
        is_to_come = entry.target_day is not None and entry.target_day >= calendar.today
        waiting_still += is_to_come
        if not is_to_come or waiting_still > STILL_WAITING:
            waiting.withdraw(entry=entry, by=staff.desk, now=calendar.now)


def _attend(appointment: Appointment, staff: Staff) -> Appointment:
    for to, minutes in (("arrived", -5), ("in_session", 0), ("done", 55)):
        appointment = _step(appointment, to, staff, appointment.starts_at + dt.timedelta(minutes=minutes))
    return appointment


def _step(appointment: Appointment, to: str, staff: Staff, now: dt.datetime) -> Appointment:
    return booking.change_status(appointment=appointment, to=to, by=staff.desk, now=now)


def _released(
    decision: Decision,
    entry: Mapping[str, Any],
    patient: Patient,
    *,
    staff: Staff,
    calendar: Calendar,
    now: dt.datetime,
) -> Version:
    clinician = staff.accounts[entry["clinician"]]
    version = plans.propose(decision=decision, by=clinician, now=now)
    if asked := entry.get("asked"):
        limits = Limits(days=frozenset(asked["days"]), minutes=asked["minutes"], long_run=asked["long_run"])
        version = plans.fit(version=version, asked=limits, by=clinician, now=now)
    version = plans.release(version=version, by=clinician, now=now)
    told = [
        (calendar.at(day, EVENING), calendar.at(day + 1, MORNING), pain)
        for day, pain in entry.get("logged", [])
    ]
    log_days(version, told, by=clinician, until=calendar.now)
    _measured(patient, entry.get("measured", {}), clinician=clinician, calendar=calendar)
    return version


def _measured(
    patient: Patient, measured: Mapping[str, Any], *, clinician: Account, calendar: Calendar
) -> None:
    """What was answered of the outcome measures: [day, number] pairs by measure, and by activity."""

    def facts(day: int, *, at_home: bool = True) -> dict[str, Any]:
        given_at = calendar.at(day, dt.time(18, 15))
        return {
            "patient": patient,
            "on_day": given_at.astimezone(calendar.zone).date(),
            "where": "home" if at_home else "clinic",
            "by": patient.account if at_home and patient.account else clinician,
            "now": given_at,
            "client_key": uuid.uuid4(),
        }

    asked = load_schedule().asked
    for words, (first, *later) in measured.get("activities", {}).items():
        activity = outcomes.name_activity(words=words, value=first[1], **facts(first[0]))
        for day, value in later:
            outcomes.answer(measure=ACTIVITIES, activity=activity, value=value, **facts(day))
    for measure, answers in measured.items():
        if measure != "activities":
            for day, value in answers:
                outcomes.answer(
                    measure=measure, value=value, **facts(day, at_home=not asked[measure].is_total)
                )
