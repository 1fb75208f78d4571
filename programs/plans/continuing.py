"""The next block: a draft that goes on where the sessions of a released version have led."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from django.db import transaction

from clinic.people.models import Account, Patient
from programs.builder.judging import RUN
from programs.builder.progression import RunningRules
from programs.builder.runs import Runner, run_limit
from programs.builder.sessions import STRENGTH
from programs.plans.actions import copied, locked
from programs.plans.checking import RUNS
from programs.plans.choosing import MOST_SWAPS
from programs.plans.models import Exercise, SessionLog, Version
from programs.plans.refusals import DraftIsOpen, NotReleased
from programs.plans.running import KEPT
from programs.plans.standing import Now, logs_of, now_of, runner_of

WEEKS = 4
Role = Exercise.Role


@transaction.atomic
def next_block(*, version: Version, by: Account, now: dt.datetime) -> Version:
    """A draft of the block after this one: doses at the step their sessions have earned, runs from the stage reached.

    Distances start from what was really run in the last four weeks. A harder exercise that has taken over is listed,
    with the easier one ready as a swap. It starts on the day it is released. Asked for twice, the same draft is handed
    back. Raises NotReleased, DraftIsOpen.
    """
    version = locked(version)
    if version.state != Version.State.RELEASED:
        raise NotReleased("Only the program the patient has now can go on. Nothing was made: open that one.")
    if found := Version.objects.filter(program=version.program_id, state=Version.State.PROPOSED).first():
        if found.starts_on is None:
            return found
        raise DraftIsOpen(
            "This program has a draft that changes the block the patient is in. Nothing was made: "
            "release that draft or give it up, then make the next block."
        )
    day = now.astimezone(version.patient.zone).date()
    listed = list(version.listed_now())
    ready = list(version.exercises.exclude(role=Role.LISTED))
    stands = now_of(version, listed, day=day, logs=logs_of(version.program_id), ready=ready)
    draft = copied(version, starts_on=None, by=by, now=now)
    draft.proposal = _proposal(version, stands, day)
    draft.save(update_fields=["proposal"])
    draft.waivers.filter(guard=RUNS).delete()  # the block starts from what was run
    _raise_doses(draft, stands)
    for old in listed:
        if old.library_id in stands.steps.taken_over:
            _hand_over(draft.listed_now().get(library_id=old.library_id))
    return draft


def _raise_doses(draft: Version, stands: Now) -> None:
    rows = [one for one in draft.exercises.all() if draft.split.kind(one) in STRENGTH]
    for row in rows:
        row.step += stands.standings.step(row.library_id)
    Exercise.objects.bulk_update(rows, ["step"])


def _hand_over(easier: Exercise) -> None:
    """The harder exercise takes the place in the list; the easier one and its swaps are kept ready for it."""
    harder = easier.kept_ready.get(role=Role.NEXT)
    others = list(easier.kept_ready.filter(role=Role.SWAP))
    place, behind = easier.position, harder.position
    harder.role, harder.instead_of, harder.position = Role.LISTED, None, place
    easier.role, easier.instead_of, easier.position = Role.SWAP, harder, behind
    harder.save(update_fields=["role", "instead_of", "position"])
    easier.save(update_fields=["role", "instead_of", "position"])
    for one in others:
        one.instead_of = harder
    for one in others[MOST_SWAPS - 1 :]:
        one.delete()
    kept = [one for one in others[: MOST_SWAPS - 1] if one.library_id != easier.library_id]
    Exercise.objects.bulk_update(kept, ["instead_of"])


# --- Runs --------------------------------------------------------------------------------------------------


def _proposal(version: Version, stands: Now, day: dt.date) -> dict[str, Any]:
    proposal: dict[str, Any] = deepcopy(version.proposal)
    proposal.pop(KEPT, None)
    runner = runner_of(version)
    if runner is None:
        return proposal
    if runner.first is not None:
        lowest, highest = runner.stages[0].stage, runner.stages[-1].stage
        reached = min(max(runner.first + stands.standings.step(RUN), lowest), highest)
        runner = replace(runner, first=reached)
        if proposal.get("ladder"):
            stage = next(one for one in runner.stages if one.stage == reached)
            proposal["ladder"] |= {"stage": stage.stage, "session": stage.session}
    else:
        runner, told = _from_what_was_run(runner, version.patient, day, stands.rules.running)
        proposal["runs_told"] = told | {"planned_km": _planned_km(version)}
    proposal["runner"] = _set_when(version) | runner.as_json()
    if (cadence := proposal.get("cadence")) and cadence["later"]:
        target, *later = cadence["later"]
        proposal["cadence"] = cadence | {"target": target, "later": later}
    return proposal


def _set_when(version: Version) -> dict[str, Any]:
    """Runs from before a stage was set by hand do not count in the blocks after it either."""
    return {key: at for key, at in version.proposal["runner"].items() if key == "set_at"}


def _planned_km(version: Version) -> float | None:
    """The distance of the block's last week that was not a lighter one."""
    full = [week for week in version.block(list(version.listed_now())).weeks if not week.lighter]
    return full[-1].km if full else None


def _from_what_was_run(
    runner: Runner, patient: Patient, day: dt.date, rules: RunningRules
) -> tuple[Runner, dict[str, int]]:
    """The runner to go on from, and of how many runs in how many weeks it is known."""
    since = day - dt.timedelta(days=max(WEEKS * 7, rules.run_days) - 1)
    logs = SessionLog.objects.filter(
        patient=patient, on_day__gte=since, on_day__lte=day, run_km__isnull=False
    )
    runs = [(at, float(km)) for at, km in logs.order_by("on_day", "pk").values_list("on_day", "run_km") if km]
    weeks = weeks_of(runs, day)
    longest = longest_of(runs, runner.longest_km, rules, day=day)
    return replace(runner, weeks_km=weeks, longest_km=longest), {"runs": len(runs), "weeks": len(weeks)}


def weeks_of(runs: Sequence[tuple[dt.date, float]], day: dt.date) -> tuple[float, ...]:
    """The distances of those of the last four weeks up to `day` in which a run was told, oldest first.

    A week nothing was told of is not known, which is neither none run nor a reason to grow. Empty where none was told.
    """
    weeks = [0.0] * WEEKS
    for at, km in runs:
        ago = (day - at).days // 7
        if 0 <= ago < WEEKS:
            weeks[WEEKS - 1 - ago] += km
    return tuple(round(km, 2) for km in weeks if km)


def longest_of(
    runs: Sequence[tuple[dt.date, float]], before: float | None, rules: RunningRules, *, day: dt.date
) -> float | None:
    """The longest run to go on from, of the last `run_days` days up to `day`.

    One that was a jump from all before it does not count. None where none is told.
    """
    counted: list[float] = []
    recent = [km for at, km in runs if (day - at).days < rules.run_days]
    for km in recent:
        if before is None or km <= run_limit(before, rules):
            counted.append(km)
            before = max(before or 0.0, km)
    return max(counted, default=before if recent else None)
