"""Finished facts for the clinician's program pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import IntegerField, Q, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from programs.builder.judging import Light, light_of
from programs.builder.progression import load_progression
from programs.plans.flags import FLAGS, Flag, Level
from programs.plans.models import SessionLog, Version
from programs.prescribing import words

LOGS_SHOWN = 100  # half a year of four sessions a week: no unread flag is older than that
MORNINGS = {
    Light.RED: (
        Level.RED,
        "The next morning was clearly worse than usual: rest 48 hours, then go back a step.",
    ),
    Light.AMBER: (Level.AMBER, "The next morning was a little worse than usual: the same again, no more."),
}


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
    """One session a patient logged, with its flag and the names of what they did and could not do."""

    log: SessionLog
    flag: Flag
    done: list[str]
    could_not: list[str]
    seen: bool
    morning: int | None = None
    went_on: str = ""
    stops: bool = False
    told_late: bool = False

    @property
    def asks(self) -> bool:
        """What a clinician looks at first: an unread flag, a late bad morning, or what stopped everything."""
        return self.waits or self.stops or self.is_late

    @property
    def may_go_on(self) -> bool:
        return bool(self.log.symptoms) and not self.went_on

    @property
    def waits(self) -> bool:
        """A flag nobody has read yet."""
        return not self.seen and self.flag.level > Level.GREEN

    @property
    def may_be_read_together(self) -> bool:
        """A flag nobody has read that asks for no act of its own."""
        return self.waits and self.flag.level < Level.RED

    @property
    def is_late(self) -> bool:
        """Its morning was told after somebody had read it, and was worse than usual."""
        return self.seen and self.flag.level > Level.GREEN and self.told_late


def logs(patient: Any, *, go_on_for: int = 0, since: dt.datetime | None = None) -> list[Logged]:
    """A patient's last sessions: unread flags first, the gravest on top, then the newest. One query.

    `go_on_for` is the session that has stopped everything; mornings told `since` then come up again though the session
    was read before.
    """
    rows = patient.session_logs.with_could_not().select_related("seen", "morning", "go_on")
    rows = rows.annotate(
        did=ArrayAgg("entries__exercise__name", filter=Q(entries__done=True), default=Value([])),
        failed=ArrayAgg("entries__exercise__name", filter=Q(entries__could_not=True), default=Value([])),
        usual=Cast(KeyTextTransform("usual_pain", "version__proposal"), IntegerField()),
    )
    found = [
        Logged(
            log=log,
            flag=_flag(log),
            done=log.did,
            could_not=log.failed,
            seen=hasattr(log, "seen"),
            morning=log.morning.pain if hasattr(log, "morning") else None,
            went_on=log.go_on.because if hasattr(log, "go_on") else "",
            stops=log.pk == go_on_for,
            told_late=since is not None and _told_late(log, since),
        )
        for log in rows[:LOGS_SHOWN]
    ]
    return sorted(found, key=lambda one: -one.flag.level if one.asks else 0)


def _flag(log: Any) -> Flag:
    """The session's flag, or its next morning's where that is graver."""
    if not hasattr(log, "morning"):
        return log.flag  # type: ignore[no-any-return]
    light = light_of(0, log.morning.pain, log.usual or 0, load_progression().lights)
    level, words_ = MORNINGS.get(light, (Level.GREEN, ""))
    return log.flag if log.flag.level >= level else replace(FLAGS[level], words=words_)


def _told_late(log: Any, since: dt.datetime) -> bool:
    if not hasattr(log, "morning") or not hasattr(log, "seen"):
        return False
    return bool(log.morning.told_at > log.seen.seen_at and log.morning.told_at >= since)
