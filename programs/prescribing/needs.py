"""What a program on the worklist asks for, the most pressing first, as the database counts it.

A warning sign stays until a clinician lets the patient go on or releases another version: reading it is not enough,
since the patient rests until then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from programs.builder.block import monday_of
from programs.builder.progression import load_progression
from programs.plans.flags import Level
from programs.plans.models import ExerciseLog, SessionLog, Version
from programs.plans.reminders import SECOND_CHECK_IN, SILENCE

State = Version.State
MORNING_COUNTS = dt.timedelta(days=7)
TWICE = 2


class Need(IntEnum):
    """Higher is looked at first."""

    NONE = 0
    BLOCK_ENDS = 1
    READY = 2
    WAITS = 3
    COULD_NOT_ONCE = 4
    SILENT = 5
    COULD_NOT = 6
    AMBER = 7
    RED = 8
    WARNING_SIGN = 9


@dataclass(frozen=True, slots=True)
class Look:
    """How a need is shown."""

    label: str
    tone: str
    icon: str


LOOKS = {
    Need.WARNING_SIGN: Look("Warning sign", "urgent-solid", "octagon"),
    Need.RED: Look("Red", "urgent", "warning"),
    Need.AMBER: Look("Amber", "warning", "clock"),
    Need.COULD_NOT: Look("Could not do, twice", "warning", "question"),
    Need.SILENT: Look("Nothing logged for days", "info", "bell"),
    Need.COULD_NOT_ONCE: Look("Could not do", "info", "question"),
    Need.WAITS: Look("Waits for release", "primary", "pencil"),
    Need.READY: Look("Ready for the next step", "success", "arrow-right"),
    Need.BLOCK_ENDS: Look("Block ends this week", "info", "calendar"),
}


def with_need(versions: QuerySet[Version], *, now: dt.datetime, today: dt.date) -> Any:
    """Each version with `need`, the most pressing of what it asks for. No query of its own."""
    unread, released = (
        _unread(SessionLog.objects.filter(patient=OuterRef("patient")), now),
        Q(state=State.RELEASED),
    )
    asks = Q(level__gt=0)
    return (
        versions.annotate(
            level=Coalesce(Subquery(unread.values("patient").annotate(n=Max("gravest")).values("n")), 0),
            failed=Coalesce(Subquery(_could_not(unread)), 0),
            is_stopped=Exists(_stops()),
            is_silent=_silent(now),
            is_ready=Exists(_enough()),
        )
        .annotate(
            need=Case(
                # A draft carries no flag of its own: its patient's sessions belong to what they have.
                When(Q(state=State.PROPOSED), then=Need.WAITS.value),
                When(
                    Q(level=Level.WARNING_SIGN) | released & Q(is_stopped=True), then=Need.WARNING_SIGN.value
                ),
                When(level=Level.RED, then=Need.RED.value),
                When(level=Level.AMBER, then=Need.AMBER.value),
                When(failed__gte=TWICE, then=Need.COULD_NOT.value),
                When(released & Q(is_silent=True), then=Need.SILENT.value),
                When(asks, then=Need.COULD_NOT_ONCE.value),
                When(released & Q(is_ready=True), then=Need.READY.value),
                When(released & Q(starts_on__lte=_last_week_since(today)), then=Need.BLOCK_ENDS.value),
                default=Need.NONE.value,
                output_field=IntegerField(),
            )
        )
        .exclude(state=State.ENDED, need=Need.NONE)
    )


def gravest_unread(patients: Collection[int], *, now: dt.datetime) -> dict[int, SessionLog]:
    """For each of these patients the unread session that weighs most, the newest of equals. One query."""
    unread = _unread(SessionLog.objects.filter(patient__in=patients), now).filter(gravest__gt=0)
    found = unread.select_related("morning").order_by("patient_id", "-gravest", "-on_day", "-pk")
    return {log.patient_id: log for log in found.distinct("patient_id")}


def _unread(logs: Any, now: dt.datetime) -> Any:
    """Of these sessions those nobody has read, and those whose morning was told since, with the `gravest` of both."""
    lights = load_progression().lights
    late = Q(morning__told_at__gt=F("seen__seen_at"), morning__told_at__gte=now - MORNING_COUNTS)
    rise = F("morning__pain") - Coalesce(
        Cast(KeyTextTransform("usual_pain", "version__proposal"), IntegerField()), 0
    )
    logs = logs.with_level().annotate(rise=rise)
    morning = Case(
        When(rise__gt=lights.rise_red_above, then=Level.RED.value),
        When(Q(rise__gt=0) | Q(morning__pain__gt=lights.morning_green_to), then=Level.AMBER.value),
        default=Level.GREEN.value,
        output_field=IntegerField(),
    )
    told = logs.annotate(by_morning=morning).filter(Q(seen__isnull=True) | late)
    session = Case(When(seen__isnull=True, then=F("level")), default=0, output_field=IntegerField())
    worse = Case(When(by_morning__gt=session, then=F("by_morning")), default=session)
    return told.annotate(gravest=worse).order_by()


def _could_not(unread: Any) -> Any:
    """How many of them could not do something."""
    return unread.filter(could_not=True).values("patient").annotate(n=Count("pk")).values("n")


def _stops() -> QuerySet[SessionLog]:
    """Sessions with a warning sign since the release that nobody has let go on from."""
    since = SessionLog.objects.filter(
        version__program=OuterRef("program"), logged_at__gte=OuterRef("released_at")
    )
    return since.filter(symptoms__len__gt=0, go_on__isnull=True)


def _silent(now: dt.datetime) -> Any:
    """Neither logged nor released for as long as it takes until the last reminder has gone out."""
    since = now - SILENCE[SECOND_CHECK_IN]
    logged = SessionLog.objects.filter(patient=OuterRef("patient"), logged_at__gt=since)
    return ExpressionWrapper(Q(released_at__lte=since) & ~Exists(logged), output_field=BooleanField())


def _enough() -> Any:
    """One exercise of the version with as many good sessions as its steps and the next one ask for.

    The review says it exactly (judging.py counts only those in a row); the list only has to bring it up.
    """
    rules = load_progression()
    good = ExerciseLog.objects.filter(
        exercise__version=OuterRef("pk"),
        done=True,
        log__pain_during__lte=rules.lights.green_to,
        log__morning__pain__lte=rules.lights.morning_green_to,
        log__symptoms__len=0,
    )
    enough = (rules.dose.reps_steps + 1) * rules.dose.greens
    return good.values("exercise").annotate(n=Count("pk")).filter(n__gte=enough).order_by()


def _last_week_since(today: dt.date) -> dt.date:
    """The latest start of a block that is in its last week today (block.week_number)."""
    weeks = load_progression().block.weeks
    return monday_of(today) - dt.timedelta(days=7 * (weeks - 1)) + dt.timedelta(days=2)
