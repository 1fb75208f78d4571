"""Finished facts for the clinician's program pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, Value

from programs.builder.block import PlannedDay as OneDay
from programs.plans import limits
from programs.plans.flags import Flag, Level
from programs.plans.models import Exercise, SessionLog, Version
from programs.prescribing import words
from programs.prescribing.forms import DoseForm
from programs.prescribing.refused import Refused

LOGS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise of the version with its sources in words, and its form while the version is a draft."""

    exercise: Exercise
    reason: str
    sources: list[str]
    form: DoseForm | None
    refused: Refused | None
    checks: Mapping[str, str]
    days: str
    is_first: bool
    is_last: bool

    @property
    def often(self) -> str:
        return words.often(self.exercise.per_week)

    @property
    def is_open(self) -> bool:
        """Drawn unfolded: a form or a change in it was refused."""
        return self.refused is not None or (self.form is not None and self.form.is_bound)


@dataclass(frozen=True, slots=True)
class Slot:
    """The exercises of one category, in the recipe's words."""

    title: str
    rows: list[Row]


def slots(
    version: Version,
    exercises: list[Exercise],
    bound: DoseForm | None,
    bound_to: int,
    refused: Refused | None,
) -> list[Slot]:
    """The exercises in order under their categories.

    `bound` is a refused form, shown at exercise `bound_to`; `refused` is told at the exercise it names.
    """
    days = _days(version, exercises)
    reasons = version.proposal.get("reasons", {})
    checks = version.proposal.get("checks", {})
    rows = [
        Row(
            exercise=exercise,
            reason=reasons.get(exercise.library_id, exercise.why),
            sources=[words.cited(id, version.proposal["sources"]) for id in exercise.sources],
            refused=refused if refused and refused.at == exercise.pk else None,
            checks=checks.get(exercise.library_id, {}),
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
    for day in version.block(exercises).week(1).days:
        for exercise in day.all:
            found.setdefault(exercise.pk, []).append(day.name)
    return {pk: words.days_of(days) for pk, days in found.items()}


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One day of the week table: `exercises` are numbers of the list below, in the order they are done."""

    day: OneDay[Exercise]
    numbers: list[int]

    @property
    def run(self) -> str:
        return words.run_of(self.day.run.kind)

    @property
    def is_hard(self) -> bool:
        return self.day.run.is_hard

    @property
    def strength(self) -> str:
        return words.strength_of(self.day.strength)

    @property
    def minutes(self) -> Decimal:
        """What the exercises take; the run comes on top."""
        return sum((one.minutes for one in self.day.all), Decimal(0))


def about(version: Version, exercises: list[Exercise]) -> dict[str, Any]:
    """Phase, running, pain rule, cadence, the week and what was left out."""
    snapshot = version.proposal
    week = [
        PlannedDay(day, sorted(e.position for e in day.all)) for day in version.block(exercises).week(1).days
    ]
    return {
        "facts": _facts(version, snapshot),
        "more_facts": _more_facts(version, snapshot),
        "week": week,
        "week_minutes": sum(day.minutes for day in week),
        "loads": limits.loads(version, exercises),
        "left_out": snapshot.get("left_out", []),
        "blocked": snapshot["blocked"],
        "education": snapshot["education"],
        "ladder_rules": _ladder_rules(snapshot),
        "phase_sources": [words.cited(id, snapshot["sources"]) for id in snapshot["phase_sources"]],
    }


def _facts(version: Version, snapshot: Mapping[str, Any]) -> list[tuple[str, Any]]:
    cadence = snapshot["cadence"]
    facts = [
        ("Decided", snapshot["class_label"]),
        ("Phase", f"{version.program.phase}: {snapshot['phase_name']}"),
        ("Goal", snapshot["goal"]),
        ("Pain rule", snapshot["pain_rule"]),
        ("Running", words.RUNNING.get(snapshot["running"], snapshot["running"])),
        ("First run", snapshot["ladder"]["session"] if snapshot["ladder"] else ""),
        ("Cadence", _cadence(cadence) if cadence else ""),
    ]
    return [(word, words.readable(value)) for word, value in facts if value]


def _ladder_rules(snapshot: Mapping[str, Any]) -> list[tuple[str, str]]:
    ladder = snapshot["ladder"]
    return [(name, words.readable(rule)) for name, rule in ladder["rules"].items()] if ladder else []


def _more_facts(version: Version, snapshot: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What is looked up now and then."""
    facts = [
        ("Next phase when", snapshot["exit_text"]),
        ("Strength a week", snapshot["strength_per_week"]),
        ("Hardest exercises", words.hardest(snapshot["level_caps"])),
        ("Keep in mind", snapshot["track_note"]),
        ("Evidence for the pain rule", snapshot.get("pain_evidence", "")),
        ("Built from", f"recipe {version.program.recipe}, library {version.program.library}"),
    ]
    return [(word, words.readable(value)) for word, value in facts if value]


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
