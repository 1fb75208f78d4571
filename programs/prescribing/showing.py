"""Finished facts for the clinician's program pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, Value

from programs.plans.flags import Flag, Level
from programs.plans.models import SessionLog, Version
from programs.prescribing import words

LOGS_SHOWN = 30


def about(version: Version) -> dict[str, Any]:
    """Phase, running, pain rule, cadence, what is blocked, advice and habits."""
    snapshot = version.proposal
    return {
        "facts": _facts(version, snapshot),
        "more_facts": _more_facts(version, snapshot),
        "blocked": snapshot["blocked"],
        "education": snapshot["education"],
        "habits": snapshot.get("habits", []),
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
    morning: int | None = None
    went_on: str = ""
    stops: bool = False

    @property
    def asks(self) -> bool:
        """What a clinician looks at first: an unread flag, or the session that stopped everything."""
        return self.waits or self.stops

    @property
    def may_go_on(self) -> bool:
        return bool(self.log.symptoms) and not self.went_on

    @property
    def waits(self) -> bool:
        """A flag nobody has read yet."""
        return not self.seen and self.flag.level > Level.GREEN


def logs(patient: Any, *, go_on_for: int = 0) -> list[Logged]:
    """A patient's last sessions: unread flags first, the gravest on top, then the newest. One query.

    `go_on_for` is the session that has stopped everything.
    """
    rows = patient.session_logs.with_could_not().select_related("seen", "morning", "go_on")
    rows = rows.annotate(
        done_count=Count("entries", filter=Q(entries__done=True)),
        failed=ArrayAgg("entries__exercise__name", filter=Q(entries__could_not=True), default=Value([])),
    )
    found = [
        Logged(
            log=log,
            flag=log.flag,
            done=log.done_count,
            could_not=log.failed,
            seen=hasattr(log, "seen"),
            morning=log.morning.pain if hasattr(log, "morning") else None,
            went_on=log.go_on.because if hasattr(log, "go_on") else "",
            stops=log.pk == go_on_for,
        )
        for log in rows[:LOGS_SHOWN]
    ]
    return sorted(found, key=lambda one: -one.flag.level if one.asks else 0)
