"""Finished facts for the clinician's program pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value

from clinic.people.models import Account
from programs.plans import limits
from programs.plans.flags import Flag, Level
from programs.plans.models import Exercise, SessionLog, Version
from programs.prescribing.forms import DoseForm

CASELOAD_SHOWN = 100
RECENT = dt.timedelta(days=7)
LOGS_SHOWN = 30
RUNNING = {
    "none": "None",
    "none_yet": "Not yet: the gate for running is not open",
    "ladder": "Return-to-run ladder",
    "modified": "Modified: easy, flat, no speed",
    "guarded": "Guarded: own running within the progression guards",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise of the version with its sources in words, and its form while the version is a draft."""

    exercise: Exercise
    sources: list[str]
    form: DoseForm | None
    days: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """The exercises of one category, in the recipe's words."""

    title: str
    rows: list[Row]


def slots(version: Version, exercises: list[Exercise], bound: DoseForm | None, bound_to: int) -> list[Slot]:
    """The exercises in order under their categories. `bound` is a refused form, shown at exercise `bound_to`."""
    days = _days(version, exercises)
    rows = [
        Row(
            exercise=exercise,
            sources=[version.proposal["sources"].get(id, id) for id in exercise.sources],
            form=_form(version, exercise, bound if exercise.pk == bound_to else None),
            days=days.get(exercise.pk) or "no day while running is paused",
            is_first=place == 0,
            is_last=place == len(exercises) - 1,
        )
        for place, exercise in enumerate(exercises)
    ]
    titles = version.proposal["categories"]
    return [
        Slot(titles.get(category, category), list(found))
        for category, found in groupby(rows, key=lambda row: row.exercise.category)
    ]


def _form(version: Version, exercise: Exercise, bound: DoseForm | None) -> DoseForm | None:
    return (bound or DoseForm(exercise=exercise)) if version.is_draft else None


def _days(version: Version, exercises: list[Exercise]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for session in version.week(exercises):
        for exercise in session.exercises:
            found.setdefault(exercise.pk, []).append(session.day.name)
    return {pk: "daily" if len(days) == 7 else ", ".join(days) for pk, days in found.items()}


def about(version: Version, exercises: list[Exercise]) -> dict[str, Any]:
    """Phase, running, pain rule, cadence, the week and what was left out."""
    snapshot = version.proposal
    return {
        "facts": _facts(version, snapshot),
        "week": version.week(exercises),
        "loads": limits.loads(version, exercises),
        "blocked": snapshot["blocked"],
        "education": snapshot["education"],
        "ladder": snapshot["ladder"],
        "phase_sources": [snapshot["sources"].get(id, id) for id in snapshot["phase_sources"]],
    }


def _facts(version: Version, snapshot: Mapping[str, Any]) -> list[tuple[str, Any]]:
    cadence = snapshot["cadence"]
    caps = "; ".join(f"{cap['level']} ({cap['because']})" for cap in snapshot["level_caps"])
    facts = [
        ("Decided", snapshot["class_label"]),
        ("Phase", f"{version.program.phase}: {snapshot['phase_name']}. {snapshot['goal']}"),
        ("Next phase when", snapshot["exit_text"]),
        ("Pain rule", snapshot["pain_rule"]),
        ("Strength a week", snapshot["strength_per_week"]),
        ("Level cap", caps),
        ("Running", RUNNING.get(snapshot["running"], snapshot["running"])),
        ("Ladder starts at", snapshot["ladder"]["session"] if snapshot["ladder"] else ""),
        ("Cadence", _cadence(cadence) if cadence else ""),
        ("Track", snapshot["track_note"]),
        ("Built with", f"{version.program.recipe}, library {version.program.library}"),
    ]
    return [(word, value) for word, value in facts if value]


def _cadence(cadence: Mapping[str, Any]) -> str:
    later = ", then ".join(str(step) for step in cadence["later"])
    return f"{cadence['baseline']} now; aim for {cadence['target']}" + (f", then {later}" if later else "")


@dataclass(frozen=True, slots=True)
class Logged:
    """One session a patient logged, with its flag and what they could not do."""

    log: SessionLog
    flag: Flag
    done: int
    could_not: list[str]
    seen: bool

    @property
    def waits(self) -> bool:
        """A flag nobody has read yet."""
        return not self.seen and self.flag.level > Level.GREEN


def logs(patient: Any) -> list[Logged]:
    """A patient's last sessions: unread flags first, the gravest on top, then the newest. One query."""
    rows = patient.session_logs.with_could_not().select_related("seen")
    rows = rows.annotate(
        done_count=Count("entries", filter=Q(entries__done=True)),
        failed=ArrayAgg("entries__exercise__name", filter=Q(entries__could_not=True), default=Value([])),
    )
    found = [
        Logged(log=log, flag=log.flag, done=log.done_count, could_not=log.failed, seen=hasattr(log, "seen"))
        for log in rows[:LOGS_SHOWN]
    ]
    return sorted(found, key=lambda one: -one.flag.level if one.waits else 0)


@dataclass(frozen=True, slots=True)
class Case:
    """One patient of the caseload: the version they have or that waits, and their gravest unread flag."""

    version: Version
    last_log: SessionLog | None
    flag: Flag | None
    lately: int


def caseload(account: Account, *, now: dt.datetime, everyone: bool) -> list[Case]:
    """Proposals waiting for release and released programs: unread flags first, then those logged last."""
    recent = Count("patient__session_logs", filter=Q(patient__session_logs__logged_at__gte=now - RECENT))
    shown = Version.objects.exclude(state=Version.State.REPLACED)
    if not everyone:
        shown = shown.filter(Q(released_by=account) | Q(made_by=account))
    newest = SessionLog.objects.filter(patient=OuterRef("patient")).order_by("-logged_at").values("pk")[:1]
    rows: QuerySet[Any] = shown.select_related("patient", "program").annotate(
        lately=recent, newest=Subquery(newest)
    )
    found = [(one, one.newest, one.lately) for one in rows[:CASELOAD_SHOWN]]
    last = SessionLog.objects.in_bulk([newest for _, newest, _ in found if newest])
    flagged = _gravest([version.patient_id for version, _, _ in found])
    cases = [
        # A draft carries no flag of its own: its patient's sessions belong to what they have.
        Case(one, last.get(newest), None if one.is_draft else flagged.get(one.patient_id), lately)
        for one, newest, lately in found
    ]
    return sorted(cases, key=_urgency)


def _urgency(case: Case) -> tuple[int, bool, float]:
    logged = case.last_log.logged_at.timestamp() if case.last_log else 0.0
    return (-(case.flag.level if case.flag else 0), not case.version.is_draft, -logged)


def _gravest(patients: list[int]) -> dict[int, Flag]:
    """Patient id → the gravest flag among their unread logs."""
    unread = SessionLog.objects.filter(patient__in=patients, seen__isnull=True).with_could_not()
    found: dict[int, Flag] = {}
    for log in unread:
        flag = log.flag
        if flag.level > Level.GREEN and flag.level > (
            found[log.patient_id].level if log.patient_id in found else 0
        ):
            found[log.patient_id] = flag
    return found
