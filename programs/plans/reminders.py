"""What programs have to say to patients (clinic.reminders.sources tells how the outbox asks).

Nothing about health is said: only that something waits on the patient's own page. What invites to a visit is in
visit_reminders.py; what patients asked for at a time of theirs in programs/portal/reminders.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Greatest

from clinic.booking.hours import clinic_zone, shifted
from clinic.reminders import wishes
from clinic.reminders.kinds import CLOCKS, DAY, Kind, after
from clinic.reminders.models import Reminder, ReminderQuerySet
from clinic.reminders.sources import Due, Message, NotWanted, unwritten
from clinic.reminders.wishes import Wishes
from programs.plans.models import NotToday, SessionLog, Version

RELEASED = "program_released"
CHECK_IN = "session_check_in"
SECOND_CHECK_IN = "session_check_in_again"

# Twice and no more: a patient who does not answer two messages is rung, not written to.
SILENCE = {CHECK_IN: 2 * DAY, SECOND_CHECK_IN: 5 * DAY}
KINDS = {
    RELEASED: Kind("Program ready"),
    CHECK_IN: Kind("Nothing logged for days", after(SILENCE[CHECK_IN], least=DAY, most=7 * DAY)),
    SECOND_CHECK_IN: Kind(
        "Nothing logged for days, second word",
        after(SILENCE[SECOND_CHECK_IN], least=3 * DAY, most=14 * DAY),
        template="emails/session_check_in.txt",
    ),
}
REACH = 7 * DAY  # what was missed for longer than this is no longer worth saying
RESTS = "The last session asked the patient to stop and ring the clinic."


def due(*, now: dt.datetime) -> Iterable[Due]:
    """New programs at once; a kind word some days after the last sign of life, and one more. Six queries."""
    wished = wishes.read()
    standing = Version.objects.in_force()
    if wished.is_on(__name__, RELEASED):
        new = standing.filter(released_at__gt=now - REACH, released_at__lte=now)
        new = new.filter(unwritten(__name__, RELEASED, about="released_at"))
        for pk, patient_id, at in new.values_list("pk", "patient_id", "released_at"):
            assert at is not None  # noqa: S101  # a released version says when (a constraint holds it)
            yield Due(RELEASED, pk, patient_id, about_at=at, due_at=at)
    for kind in SILENCE:
        if wished.is_on(__name__, kind):
            yield from _silent(kind, wished, now)


def _silent(kind: str, wished: Wishes, now: dt.datetime) -> Iterator[Due]:
    """Silence counts from the last log of this version, the last “not today” or its release, whichever came last."""
    lead, reach = silence(kind, wished), REACH
    if kind == CHECK_IN and wished.is_on(__name__, SECOND_CHECK_IN):
        reach = min(REACH, silence(SECOND_CHECK_IN, wished) - lead)  # after that the second says the same
    logged = SessionLog.objects.filter(version=OuterRef("pk")).order_by("-logged_at").values("logged_at")
    put_off = NotToday.objects.filter(patient=OuterRef("patient")).order_by("-said_at").values("said_at")
    quiet = Version.objects.in_force().annotate(
        logged_last_at=Subquery(logged[:1]),
        last_at=Greatest(F("logged_last_at"), Subquery(put_off[:1]), F("released_at")),
    )
    quiet = quiet.filter(last_at__lte=now - lead + CLOCKS, last_at__gt=now - lead - reach)
    stopped = SessionLog.objects.told_to_stop()
    stopped = stopped.filter(version=OuterRef("pk"), logged_at=OuterRef("logged_last_at"))
    quiet = quiet.exclude(Exists(stopped)).exclude(Exists(_told_in_this_silence(kind)))
    for pk, patient_id, at in quiet.values_list("pk", "patient_id", "last_at"):
        if (due_at := shifted(at, lead, clinic_zone())) <= now:
            yield Due(kind, pk, patient_id, about_at=at, due_at=due_at)


def silence(kind: str, wished: Wishes) -> dt.timedelta:
    """After how long; the second word a day after the first at least, whatever was wished."""
    lead = wished.lead(__name__, kind)
    return max(lead, wished.lead(__name__, CHECK_IN) + DAY) if kind == SECOND_CHECK_IN else lead


def _told_in_this_silence(kind: str) -> ReminderQuerySet:
    """The same word, said since the program began or since a sign of life: another version does not start it anew."""
    logged = SessionLog.objects.filter(patient=OuterRef("patient"), logged_at__gt=OuterRef("about_at"))
    put_off = NotToday.objects.filter(patient=OuterRef("patient"), said_at__gt=OuterRef("about_at"))
    said = Reminder.objects.filter(
        source=__name__,
        kind=kind,
        patient=OuterRef("patient"),
        about_at__gte=OuterRef("program__started_at"),
    )
    return said.exclude(Exists(logged)).exclude(Exists(put_off))


def _second_is_due(about_at: dt.datetime, now: dt.datetime) -> bool:
    wished = wishes.read()
    lead = silence(SECOND_CHECK_IN, wished)
    return wished.is_on(__name__, SECOND_CHECK_IN) and shifted(about_at, lead, clinic_zone()) <= now


def was_told_to_stop(patient_id: int) -> bool:
    """Whether their last session asked them to stop and ring, and no clinician or newer version has answered it."""
    last = SessionLog.objects.filter(patient=patient_id).order_by("-on_day", "-pk").values("pk")[:1]
    answered = Version.objects.filter(patient=patient_id, released_at__gt=OuterRef("logged_at"))
    return SessionLog.objects.told_to_stop().filter(pk__in=last).exclude(Exists(answered)).exists()


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The words for it, or why it is no longer wanted."""
    version = Version.objects.in_force().filter(pk=subject_id).first()
    if version is None:
        return NotWanted("The patient has another program by now, or none.")
    if kind == RELEASED:
        return Message(template="emails/program_released.txt", page="portal:today")
    if SessionLog.objects.filter(patient=version.patient_id, logged_at__gt=about_at).exists():
        return NotWanted("A session was logged since.")
    if NotToday.objects.filter(patient=version.patient_id, said_at__gt=about_at).exists():
        return NotWanted("They said “not today” since.")
    last = SessionLog.objects.filter(version=subject_id).order_by("-logged_at").values("pk")[:1]
    if SessionLog.objects.told_to_stop().filter(pk__in=last).exists():
        return NotWanted(RESTS)
    if kind == CHECK_IN and _second_is_due(about_at, now):
        return NotWanted("Too late for it: the second word says the same.")
    return Message(template="emails/session_check_in.txt", page="portal:today")
