"""What patients asked to be told at a time of theirs: that a session waits, and the question about the next morning.

Both are said at that time on the patient's own wall, on the day they are about, or not at all: three hours later they
would only disturb. Nobody who was told to stop and ring the clinic is asked to do anything.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KeyTransform

from clinic.booking.hours import instant
from clinic.people.models import Patient
from clinic.reminders import wishes
from clinic.reminders.kinds import DAY, HOUR, Kind
from clinic.reminders.models import Reminder
from clinic.reminders.sources import Due, Message, NotWanted, unwritten
from programs.feeds.sessions import sessions_of
from programs.plans.flags import AMBER_FROM
from programs.plans.models import NotToday, ReminderTimes, SessionLog, Version
from programs.plans.reminder_times import USUAL_MORNING, Mornings
from programs.plans.reminders import RESTS, was_told_to_stop
from programs.plans.standing import logs_of, now_of
from programs.portal import day_links

SESSION = "session_due"
MORNING = "morning_check"
KINDS = {
    SESSION: Kind(
        "A session is planned, at the time the patient chose", at_once=True, answers=tuple(day_links.PAGES)
    ),
    MORNING: Kind("The question about the next morning", at_once=True),
}
TODAY = "portal:today"
LATE = 3 * HOUR
ENDED = "The patient has no program any more."
TOO_LATE = "Its time had passed before this could be sent."


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Sessions at the chosen time, and mornings after. Seven queries at most."""
    wished = wishes.read()
    if wished.is_on(__name__, SESSION):
        yield from _sessions(now)
    if wished.is_on(__name__, MORNING):
        yield from _mornings(now)


# --- A session at the chosen time ----------------------------------------------------------------------------


def _sessions(now: dt.datetime) -> Iterator[Due]:
    """Of those whose time has just come, the ones whose week has something on that day. `message` asks exactly."""
    said = Reminder.objects.filter(
        source=__name__,
        kind=SESSION,
        subject_id=OuterRef("patient__reminder_times"),
        due_at__gt=now - LATE - HOUR,
    )
    rows = Version.objects.in_force().filter(_time_has_come(now)).exclude(Exists(said))
    found = []
    for pk, patient_id, zone, at, week in rows.values_list(
        "patient__reminder_times",
        "patient_id",
        "patient__time_zone",
        "patient__reminder_times__sessions_at",
        KeyTransform("week", "proposal"),
    ):
        day, due_at = _last(at, ZoneInfo(zone), now)
        if now - LATE < due_at and _may_be_session(week, day):
            found.append((pk, patient_id, day, due_at))
    told = set(_told_of(SessionLog, found).union(_told_of(NotToday, found)))
    for pk, patient_id, day, due_at in found:
        if (patient_id, day) not in told:
            yield Due(SESSION, pk, patient_id, about_at=due_at, due_at=due_at)


def _told_of(model: type[SessionLog] | type[NotToday], found: Sequence[tuple[int, int, dt.date, Any]]) -> Any:
    """The patients and days of which such a row tells already."""
    rows = model._default_manager.filter(
        patient__in=[one[1] for one in found], on_day__in={one[2] for one in found}
    )
    return rows.order_by().values_list("patient_id", "on_day")


def _time_has_come(now: dt.datetime) -> Q:
    """On each zone's own wall, in the last hours: nobody where no time was chosen. One query."""
    chosen = ReminderTimes.objects.filter(sessions_at__isnull=False).order_by()
    theirs = Q(pk=None)
    for name in chosen.values_list("patient__time_zone", flat=True).distinct():
        began, ends = (at.astimezone(ZoneInfo(name)) for at in (now - LATE - HOUR, now))
        since = Q(patient__reminder_times__sessions_at__gte=began.time())
        until = Q(patient__reminder_times__sessions_at__lte=ends.time())
        window = since & until if began.date() == ends.date() else since | until
        theirs |= Q(patient__time_zone=name) & window
    return theirs


def _last(at: dt.time, zone: ZoneInfo, now: dt.datetime) -> tuple[dt.date, dt.datetime]:
    """The day and the moment at which that wall last showed this time."""
    today = now.astimezone(zone).date()
    at_today = instant(today, at, zone)
    if at_today <= now:
        return today, at_today
    return today - DAY, instant(today - DAY, at, zone)


def _may_be_session(week: Any, day: dt.date) -> bool:
    """Whether the week's plan has anything on that weekday; True where it cannot be told."""
    try:
        planned = week[day.weekday()]
        return bool(planned["strength"]) or planned["run"] != "rest"
    except (KeyError, IndexError, TypeError):
        return True


# --- The morning after ---------------------------------------------------------------------------------------


def _mornings(now: dt.datetime) -> Iterator[Due]:
    """The last session of each day, of those who want to be asked, on the morning after it."""
    later = SessionLog.objects.filter(
        patient=OuterRef("patient"), on_day=OuterRef("on_day"), pk__gt=OuterRef("pk")
    )
    standing = Version.objects.in_force().filter(patient=OuterRef("patient"))
    logs = SessionLog.objects.filter(logged_at__gt=now - 2 * DAY - LATE, logged_at__lte=now, morning=None)
    stopped = SessionLog.objects.asking_to_stop().filter(pk=OuterRef("pk"))
    logs = (
        logs.exclude(Exists(later))
        .exclude(Exists(stopped))
        .filter(Exists(standing), unwritten(__name__, MORNING, about="logged_at"))
    )
    for log in logs.select_related("patient__reminder_times").annotate(
        limit=KeyTransform("pain_limit", "version__proposal")
    ):
        due_at = _morning_after(log)
        if _is_asked(log) and log.logged_at < due_at <= now < due_at + LATE:
            yield Due(MORNING, log.pk, log.patient_id, about_at=log.logged_at, due_at=due_at)


def _morning_after(log: SessionLog) -> dt.datetime:
    times = times_of(log.patient)
    return instant(log.on_day + DAY, times.mornings_at if times else USUAL_MORNING, log.patient.zone)


def _is_asked(log: Any) -> bool:
    """As the patient chose; by itself after what was no green session, where the next morning decides how to go on."""
    times = times_of(log.patient)
    wanted = times.mornings if times else Mornings.HARD
    if wanted == Mornings.HARD:
        limit = log.limit if isinstance(log.limit, int) else AMBER_FROM
        return bool(log.pain_during >= AMBER_FROM or log.pain_during > limit)
    return wanted == Mornings.EACH


def times_of(patient: Patient) -> ReminderTimes | None:
    """What they chose; None for what is usual."""
    found: ReminderTimes | None = getattr(patient, "reminder_times", None)
    return found


# --- Asked again in the claim --------------------------------------------------------------------------------


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The words, or why they are no longer wanted."""
    if kind == SESSION:
        return _session(subject_id, about_at, now)
    because = _no_morning(subject_id, now)
    return NotWanted(because) if because else Message(template=f"emails/{kind}.txt", page=TODAY)


def _session(subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """That a session waits, with the two links to answer by."""
    times = ReminderTimes.objects.select_related("patient").filter(pk=subject_id).first()
    if times is None or times.sessions_at is None:
        return NotWanted("They no longer want to be reminded of sessions.")
    day = about_at.astimezone(times.patient.zone).date()
    if instant(day, times.sessions_at, times.patient.zone) != about_at:
        return NotWanted("They chose another time since.")
    if now >= about_at + LATE:
        return NotWanted(TOO_LATE)
    version = Version.objects.released_to(times.patient).with_exercises().first()
    if version is None:
        return NotWanted(ENDED)
    if because := _no_session(times, times.sessions_at, version, day):
        return NotWanted(because)
    answers = day_links.answers(version.pk, day)
    return Message(template=f"emails/{SESSION}.txt", page=TODAY, answers=answers)


def _no_session(times: ReminderTimes, at: dt.time, version: Version, day: dt.date) -> str:
    """Why that day of theirs needs no word; empty where it does."""
    zone, logs = times.patient.zone, logs_of(version.program_id)
    if any(log.on_day == day for log in logs):
        return "A session is logged for that day already."
    if times.patient.not_todays.filter(on_day=day).exists():
        return "They said “not today”."
    if was_told_to_stop(times.patient_id):
        return RESTS
    standing = now_of(version, version.listed, day=day, logs=logs)
    planned = sessions_of(standing, time_of_day=at, zone=zone, names=uuid.NAMESPACE_OID)
    soonest = next(planned, None)
    return "" if soonest and soonest.on_day == day else "No session is planned for that day."


def _no_morning(subject_id: int, now: dt.datetime) -> str:
    logs = SessionLog.objects.select_related("patient__reminder_times", "morning")
    log = logs.annotate(limit=KeyTransform("pain_limit", "version__proposal")).get(pk=subject_id)
    if hasattr(log, "morning"):
        return "They told us already."
    if not _is_asked(log):
        return "They no longer want to be asked."
    if log.asks_to_stop:
        return RESTS
    if not Version.objects.released_to(log.patient).exists():
        return ENDED
    return TOO_LATE if now >= _morning_after(log) + LATE else ""
