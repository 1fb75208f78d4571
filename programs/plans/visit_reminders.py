"""What invites a patient to another visit: the last week of their block, and a long silence. Each is said once.

Nobody is invited who has a visit ahead, who was invited less than a week ago, or who was told to stop and ring us;
nor after a program was ended: that is how a clinician says good-bye.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Greatest

from assessments.triage.actions import allows_program
from assessments.triage.models import Decision
from clinic.booking.hours import clinic_zone, instant, shifted
from clinic.booking.models import Appointment
from clinic.booking.status import HOLDS_A_SLOT, MAY_MOVE
from clinic.reminders import wishes
from clinic.reminders.kinds import CLOCKS, DAY, Kind, after, before
from clinic.reminders.models import Reminder, State
from clinic.reminders.sources import Due, Message, NotWanted, unwritten
from clinic.reminders.wishes import Wishes
from programs.builder.arranging import WEEK
from programs.builder.block import last_day
from programs.builder.progression import load_progression
from programs.plans.blocks import rules_of
from programs.plans.models import NotToday, SessionLog, Version
from programs.plans.reminders import RESTS

BLOCK_ENDS = "block_ends"
RECALL = "recall"
KINDS = {
    BLOCK_ENDS: Kind("The weeks planned are nearly over", before(7 * DAY, least=DAY, most=14 * DAY)),
    RECALL: Kind("Nothing heard for a long time", after(30 * DAY, least=21 * DAY, most=182 * DAY)),
}
REACH = 14 * DAY  # a clinic that starts late writes to nobody who was silent for longer than that
MORNING = dt.time(9)  # on the clinic's wall: when the last day of a block begins for us
INVITED_LATELY = 7 * DAY
SEEN = HOLDS_A_SLOT  # of the past: a visit nobody marked took place, as far as we know


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Blocks that end, and patients of whom nothing was heard. Six queries."""
    wished = wishes.read()
    if wished.is_on(__name__, BLOCK_ENDS):
        yield from _ending(wished, now)
    if wished.is_on(__name__, RECALL):
        lead = wished.lead(__name__, RECALL)
        for rows in (_silent(lead, now), _seen_once(lead, now)):
            for patient_id, last_at in rows.values_list("patient_id", "last_at"):
                if (due_at := shifted(last_at, lead, clinic_zone())) <= now:
                    yield Due(RECALL, patient_id, patient_id, about_at=last_at, due_at=due_at)


def _ending(wished: Wishes, now: dt.datetime) -> Iterator[Due]:
    """Versions whose block ends so soon. About the block: another version of the same weeks is not another one."""
    lead, today = wished.lead(__name__, BLOCK_ENDS), now.astimezone(clinic_zone()).date()
    block = dt.timedelta(days=WEEK * load_progression().block.weeks)
    rows = _with_last_log(Version.objects.in_force()).exclude(Exists(_ahead(now))).exclude(_told_to_stop())
    rows = rows.filter(
        starts_on__gte=today - block - WEEK * DAY, starts_on__lte=today - block + lead + WEEK * DAY
    )
    rows = rows.annotate(
        rules=KeyTextTransform("rules", "proposal"), begins_at=Cast("starts_on", DateTimeField())
    ).filter(unwritten(__name__, BLOCK_ENDS, about="begins_at", subject="program"))
    for program_id, patient_id, starts_on, rules, begins_at in rows.values_list(
        "program_id", "patient_id", "starts_on", "rules", "begins_at"
    ):
        assert starts_on is not None  # noqa: S101  # filtered by it
        ends_at = _ends_at(starts_on, rules)
        due_at = shifted(ends_at, -lead, clinic_zone())
        if due_at <= now <= ends_at:
            yield Due(BLOCK_ENDS, program_id, patient_id, about_at=begins_at, due_at=due_at)


def _ends_at(starts_on: dt.date, rules: str | None) -> dt.datetime:
    weeks = rules_of({"rules": rules} if rules else {}).block.weeks
    return instant(last_day(starts_on, weeks=weeks), MORNING, clinic_zone())


def _silent(lead: dt.timedelta, now: dt.datetime) -> Any:
    """Programs in force with no log, “not today”, visit or release for so long, and no visit ahead."""
    put_off = NotToday.objects.filter(patient=OuterRef("patient")).order_by("-said_at")
    visits = Appointment.objects.filter(patient=OuterRef("patient"), status__in=SEEN)
    rows = _with_last_log(Version.objects.in_force()).annotate(
        last_visit_at=Subquery(visits.order_by("-starts_at").values("starts_at")[:1]),
        put_off_at=Subquery(put_off.values("said_at")[:1]),
        last_at=Greatest("released_at", "last_log_at", "put_off_at", "last_visit_at"),
    )
    return _in_reach(rows.exclude(_told_to_stop()), lead, now)


def _seen_once(lead: dt.timedelta, now: dt.datetime) -> Any:
    """The last visits of patients who never had a program: nobody has said good-bye to them either."""
    rows = Appointment.objects.filter(
        status__in=SEEN, starts_at__lte=now - lead + CLOCKS, starts_at__gt=now - lead - REACH
    ).annotate(last_at=F("starts_at"))
    later = Appointment.objects.filter(
        patient=OuterRef("patient"), status__in=SEEN, starts_at__gt=OuterRef("starts_at")
    )
    had = Version.objects.filter(patient=OuterRef("patient"), released_at__isnull=False)
    return _in_reach(rows.exclude(Exists(later)).exclude(Exists(had)), lead, now)


def _in_reach(rows: Any, lead: dt.timedelta, now: dt.datetime) -> Any:
    rows = rows.filter(last_at__lte=now - lead + CLOCKS, last_at__gt=now - lead - REACH)
    rows = rows.exclude(Exists(_ahead(now)))
    return rows.filter(unwritten(__name__, RECALL, about="last_at", subject="patient"))


def _with_last_log(versions: Any) -> Any:
    logs = SessionLog.objects.filter(patient=OuterRef("patient")).order_by("-on_day", "-pk")
    return versions.annotate(last_log_at=Subquery(logs.values("logged_at")[:1]))


def _told_to_stop() -> Q:
    """Of a version `_with_last_log`: that log asked them to ring, and nobody has answered it since."""
    stopped = SessionLog.objects.told_to_stop().filter(
        patient=OuterRef("patient"), logged_at=OuterRef("last_log_at"), logged_at__gte=OuterRef("released_at")
    )
    return Q(Exists(stopped))


def _ahead(now: dt.datetime) -> Any:
    return Appointment.objects.filter(patient=OuterRef("patient"), status__in=MAY_MOVE, starts_at__gt=now)


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The invitation, or why it is no longer wanted."""
    versions = _with_last_log(Version.objects.in_force())
    about = Q(program=subject_id) if kind == BLOCK_ENDS else Q(patient=subject_id)
    version = versions.filter(about).first()
    if kind == BLOCK_ENDS and (version is None or version.starts_on != about_at.date()):
        return NotWanted("The patient has another block or another program by now, or none.")
    patient_id = version.patient_id if version else subject_id
    if Appointment.objects.filter(patient=patient_id, status__in=MAY_MOVE, starts_at__gt=now).exists():
        return NotWanted("They have a visit ahead.")
    if version and versions.filter(_told_to_stop(), pk=version.pk).exists():
        return NotWanted(RESTS)
    if kind == RECALL and (because := _not_silent(patient_id, version, about_at)):
        return NotWanted(because)
    if _invited_lately(patient_id, now):
        return NotWanted("They were invited to a visit less than a week ago.")
    return Message(template=f"emails/{kind}.txt", page="portal:appointments")


def _not_silent(patient_id: int, version: Version | None, about_at: dt.datetime) -> str:
    """Why this is no silence, or none to be broken; empty when it is one."""
    logged = SessionLog.objects.filter(patient=patient_id, logged_at__gt=about_at)
    put_off = NotToday.objects.filter(patient=patient_id, said_at__gt=about_at)
    seen = Appointment.objects.filter(patient=patient_id, status__in=SEEN, starts_at__gt=about_at)
    if logged.exists() or put_off.exists() or seen.exists() or (version and version.released_at > about_at):  # type: ignore[operator]
        return "They were heard of since."
    if version:
        return ""
    if Version.objects.filter(patient=patient_id, released_at__isnull=False).exists():
        return "Their program has ended."
    decision = Decision.objects.filter(result__patient=patient_id).select_related("result").last()
    if decision is not None and not allows_program(decision):
        return "They were sent to somebody else."
    return ""


def _invited_lately(patient_id: int, now: dt.datetime) -> bool:
    sent = Reminder.objects.filter(patient=patient_id, state=State.SENT, sent_at__gt=now - INVITED_LATELY)
    return sent.filter(kind__in=[*KINDS, "recheck", "to_be_seen"]).exists()
