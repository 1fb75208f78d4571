"""Everything the review of one patient's program shows, gathered once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from clinic.people.models import Patient
from programs.plans.models import Exercise, SessionLog, Version
from programs.plans.standing import logs_of, now_of
from programs.prescribing import showing
from programs.prescribing.chart import draw
from programs.prescribing.days import Day, adherence, days, in_force
from programs.prescribing.gates import gates_of
from programs.prescribing.needs import MORNING_COUNTS
from programs.prescribing.standing_shown import shown

VERSIONS_SHOWN = 12
State = Version.State


def versions_of(patient: Patient) -> list[Version]:
    """The newest versions of all this patient's programs, newest first, each with its exercises. One query."""
    deep = (
        patient.program_versions.with_exercises()
        .with_put_off()
        .select_related("patient", "program__decision__result__screen", "made_by", "released_by", "ended_by")
    )
    return list(deep.order_by("-made_at", "-pk")[:VERSIONS_SHOWN])


def current(versions: Sequence[Version]) -> Version | None:
    """What the patient has now; without that what they had last."""
    released = [one for one in versions if one.state == State.RELEASED]
    had = sorted((one for one in versions if one.released_at), key=lambda one: one.pk, reverse=True)
    return next(iter([*released, *had]), None)


def review(patient: Patient, *, now: dt.datetime) -> dict[str, Any]:
    """The context of the review page; without a released version only the versions there are."""
    versions = versions_of(patient)
    version = current(versions)
    if version is None:
        return {"versions": versions, "version": None}
    today = now.astimezone(patient.zone).date()
    logs = logs_of(version.program_id)
    forces = in_force([one for one in versions if one.program_id == version.program_id])
    every = version.every_exercise
    listed = [one for one in every if one.role == Exercise.Role.LISTED]
    ready = [one for one in every if one.role != Exercise.Role.LISTED]
    stands = now_of(version, listed, day=today, logs=logs, ready=ready)
    shown_days = days(forces, logs, today=today, put_off=version.put_off)
    since = now - MORNING_COUNTS
    recent = showing.logs(patient, go_on_for=_stopped(stands.standings.stop), since=since)
    return {
        "versions": versions,
        "version": version,
        "now": stands,
        "flags": [one for one in recent if one.asks],
        "others": [one for one in recent if not one.asks],
        "standing": shown(stands, every),
        "gates": gates_of(version, version.program.decision.result.screen.catalogue),
        "chart": draw(shown_days, pain_limit=version.proposal.get("pain_limit")),
        "days": _table(shown_days),
        "adherence": adherence(shown_days, today=today),
        "lately": _lately(logs, today),
        "asks_now": version.state == State.RELEASED,
    }


def _stopped(stop: Any) -> int:
    return stop.log_id if stop else 0


def _table(shown_days: Sequence[Day]) -> list[Day]:
    """Newest first, without the days that had nothing."""
    return [day for day in reversed(shown_days) if day.says]


def _lately(logs: Sequence[SessionLog], today: dt.date) -> list[tuple[str, str]]:
    """Running of the last seven days beside the seven before."""
    found = []
    for title, newest in (("Running, last 7 days", 0), ("The 7 days before", 7)):
        ago = [log for log in logs if newest <= (today - log.on_day).days < newest + 7]
        minutes = sum(log.run_minutes or 0 for log in ago)
        km = sum(float(log.run_km or 0) for log in ago)
        said = [f"{minutes} min" if minutes else "", f"{km:g} km" if km else ""]
        found.append((title, ", ".join(part for part in said if part) or "none told"))
    return found
