"""Finished facts for the clinician's program pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, Value

from programs.builder.sessions import Session
from programs.plans import limits
from programs.plans.flags import Flag, Level
from programs.plans.models import Exercise, SessionLog, Version
from programs.prescribing.forms import DoseForm

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
    reason: str
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
    reasons = version.proposal.get("reasons", {})
    rows = [
        Row(
            exercise=exercise,
            reason=reasons.get(exercise.library_id, exercise.why),
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


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One day of the week table: `exercises` are numbers of the list below, in the order they are done."""

    day: Session[Exercise]
    numbers: list[int]


def about(version: Version, exercises: list[Exercise]) -> dict[str, Any]:
    """Phase, running, pain rule, cadence, the week and what was left out."""
    snapshot = version.proposal
    week = version.week(exercises)
    return {
        "facts": _facts(version, snapshot),
        "more_facts": _more_facts(version, snapshot),
        "week": [PlannedDay(day, sorted(e.position for e in day.exercises)) for day in week],
        "week_minutes": sum(day.minutes for day in week),
        "loads": limits.loads(version, exercises),
        "left_out": snapshot.get("left_out", []),
        "blocked": snapshot["blocked"],
        "education": snapshot["education"],
        "ladder": snapshot["ladder"],
        "phase_sources": [snapshot["sources"].get(id, id) for id in snapshot["phase_sources"]],
    }


def _facts(version: Version, snapshot: Mapping[str, Any]) -> list[tuple[str, Any]]:
    cadence = snapshot["cadence"]
    facts = [
        ("Decided", snapshot["class_label"]),
        ("Phase", f"{version.program.phase}: {snapshot['phase_name']}"),
        ("Goal", snapshot["goal"]),
        ("Pain rule", snapshot["pain_rule"]),
        ("Running", RUNNING.get(snapshot["running"], snapshot["running"])),
        ("Ladder starts at", snapshot["ladder"]["session"] if snapshot["ladder"] else ""),
        ("Cadence", _cadence(cadence) if cadence else ""),
    ]
    return [(word, value) for word, value in facts if value]


def _more_facts(version: Version, snapshot: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What is looked up now and then."""
    caps = "; ".join(f"{cap['level']} ({cap['because']})" for cap in snapshot["level_caps"])
    facts = [
        ("Next phase when", snapshot["exit_text"]),
        ("Strength a week", snapshot["strength_per_week"]),
        ("Level cap", caps),
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
