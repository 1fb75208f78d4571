"""Where the runs of a draft start, set by hand: a stage of the ladder, or the distances they grow from.

Less than what the screen and the sessions lead to needs no reason. More does: the reason is kept with the version.
Where the running policy pauses running, no reason opens it: the policy follows from the screen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account
from programs.builder.fitting import runs_at_all
from programs.builder.judging import RUN
from programs.builder.runs import Runner, week_limit
from programs.plans.blocks import rules_of
from programs.plans.checking import RUNS, Reason, broken, waive
from programs.plans.edits import draft_of
from programs.plans.models import Version
from programs.plans.refusals import NeedsReason, NoRunsToChange, OverTheLimit, WrongRun
from programs.plans.seen import runs_must_be_as_seen
from programs.plans.standing import logs_of, runner_of, standings_of

MOST_WEEK_KM = 400
KEPT = "runs_from"  # in the proposal: where the runs would start without a hand


@dataclass(frozen=True, slots=True)
class Start:
    """Where runs start: a stage of the ladder; or the kilometres of the last week and of the longest run in 30 days.

    All None where a runner's distances are not known.
    """

    stage: int | None = None
    week_km: Decimal | None = None
    longest_km: Decimal | None = None


def starts_from(version: Version) -> Start | None:
    """Where the runs start now, with the stage the sessions told have led to; None where nobody runs.

    Five queries where there are sessions, none for the first version of a program.
    """
    runner = _runner(version)
    return _start_of(version, runner) if runner else None


def stages_of(version: Version) -> list[tuple[int, str]]:
    """The stages that may be chosen, each with what is run; empty where distances are run, or nobody runs."""
    runner = _runner(version)
    return [(one.stage, one.session) for one in runner.stages] if runner and runner.first is not None else []


@transaction.atomic
def change_runs(
    *,
    version: Version,
    start: Start,
    by: Account,
    now: dt.datetime,
    because: str = "",
    seen: str | None = None,
) -> None:
    """The runs of a draft start from there, whatever was run before. `seen` as in seen.py.

    Raises NotAProposal, NoRunsToChange, WrongRun (with the field), ChangedMeanwhile, NeedsReason, OverTheLimit.
    """
    version = draft_of(version)
    runner = _runner(version)
    if runner is None:
        raise NoRunsToChange(
            "This program has no running: that follows from the screen, and no reason opens it. "
            "Nothing was changed: answer a newer screen first."
        )
    kept: dict[str, Any] = version.proposal.get(KEPT) or _as_json(_start_of(version, runner))
    changed = _changed(runner, start)
    if changed != runner:
        runs_must_be_as_seen(seen, version, by)
    more = _more(runner, _from_json(kept), start, version)
    if more and not because.strip():
        raise NeedsReason(f"{more} Nothing was changed: give a reason to start there all the same.")
    _store(version, changed, kept, now)
    version.waivers.filter(guard=RUNS).delete()
    if more:
        waive(version, RUN, guard=RUNS, words=more, reason=Reason(because, by, now))
    what = f"{version}: runs start from {_said(start)}"
    record(action=Entry.Action.CHANGED, patient=version.patient, by=by, what=what[:120])


def _runner(version: Version) -> Runner | None:
    runner = runner_of(version)
    return runner if runner is not None and runs_at_all(version.proposal["running"]) else None


def _start_of(version: Version, runner: Runner) -> Start:
    if runner.first is not None:
        return Start(stage=_reached(version, runner, runner.first))
    if not runner.weeks_km:
        return Start()
    first = min(runner.weeks_km[-1], week_limit(runner.weeks_km, rules_of(version.proposal).running) or 0)
    longest = None if runner.longest_km is None else _decimal(runner.longest_km)
    return Start(week_km=_decimal(first), longest_km=longest)


def _reached(version: Version, runner: Runner, first: int) -> int:
    if version.number == 1:
        return first
    found = standings_of(version, [], logs_of(version.program_id))
    return min(max(first + found.step(RUN), runner.stages[0].stage), runner.stages[-1].stage)


# --- What may be set -----------------------------------------------------------------------------------------


def _changed(runner: Runner, start: Start) -> Runner:
    if runner.first is not None:
        stages = [one.stage for one in runner.stages]
        if start.stage not in stages:
            given = "nothing" if start.stage is None else start.stage
            raise WrongRun("stage", f"Choose a stage from {stages[0]} to {stages[-1]}. {given} was given.")
        return replace(runner, first=start.stage)
    week, longest = start.week_km, start.longest_km
    for field, km in (("week_km", week), ("longest_km", longest)):
        if km is None:
            raise WrongRun(field, "Enter both: the last week, and the longest run in 30 days.")
        if not 0 < km <= MOST_WEEK_KM:
            raise WrongRun(field, f"Enter more than 0 and at most {MOST_WEEK_KM} km. {km} was given.")
    assert week is not None  # noqa: S101 (said above, for the type checker)
    assert longest is not None  # noqa: S101
    if longest > week:
        raise WrongRun("longest_km", f"A run of {longest} km is longer than the whole week of {week} km.")
    return replace(runner, weeks_km=(float(week),), longest_km=float(longest))


def _more(runner: Runner, was: Start, start: Start, version: Version) -> str:
    """What is more than the screen and the sessions lead to, in words; empty for less or the same."""
    if start.stage is not None:
        if start.stage <= (was.stage or 0):
            return ""
        session = next(one.session for one in runner.stages if one.stage == start.stage)
        return (
            f"The screen and the runs told lead to stage {was.stage}; "
            f"this starts at stage {start.stage} ({session})."
        )
    more = []
    for label, known, given in (
        ("a week of", was.week_km, start.week_km),
        ("a longest run of", was.longest_km, start.longest_km),
    ):
        if known is None:
            more.append(f"Nothing is known of {label.removesuffix(' of')} here; this says {given:g} km.")
        elif given is not None and given > known:
            more.append(f"What was told leads to {label} {known:g} km; this says {given:g} km.")
    return " ".join(more)


def _store(version: Version, runner: Runner, kept: dict[str, Any], now: dt.datetime) -> None:
    proposal, listed = version.proposal, list(version.listed_now())
    before = set(broken(version, listed))
    # The moment tells the runs told before from those told after: none before moves what was set by hand.
    proposal["runner"] = runner.as_json() | {"set_at": now.isoformat()}
    proposal[KEPT] = kept
    proposal.pop("runs_told", None)  # they start from what was set
    if runner.first is not None and proposal.get("ladder"):
        stage = next(one for one in runner.stages if one.stage == runner.first)
        proposal["ladder"] |= {"stage": stage.stage, "session": stage.session}
    if worse := [words for words in broken(version, listed) if words not in before]:
        raise OverTheLimit(f"{worse[0]} Nothing was changed.")
    version.save(update_fields=["proposal"])


def _said(start: Start) -> str:
    return f"stage {start.stage}" if start.stage is not None else f"{start.week_km} km, {start.longest_km} km"


def _decimal(km: float) -> Decimal:
    return Decimal(str(round(km, 2)))


def _as_json(start: Start) -> dict[str, Any]:
    """JSON has no decimals: as text, so that none is rounded."""
    kms = {name: getattr(start, name) for name in ("week_km", "longest_km")}
    return {"stage": start.stage} | {name: None if km is None else str(km) for name, km in kms.items()}


def _from_json(kept: dict[str, Any]) -> Start:
    kms = {name: None if kept[name] is None else Decimal(kept[name]) for name in ("week_km", "longest_km")}
    return Start(stage=kept["stage"], **kms)
