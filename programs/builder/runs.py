"""The running of each week of a block: ladder stages, or distances that grow by the rules. Plain values, no clock.

A week grows by a tenth of the mean of the three before it, which is a planning habit (S40, S41). No single run is
longer than a tenth over the longest of the last 30 days, the safety check (S39). What is not known does not grow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from programs.builder.progression import BlockRules, RunningRules
from programs.builder.sessions import RUNS, Day

HARD_RUNS = frozenset({"speed", "long", "race"})
STEP_KM = 0.5  # distances are planned in half kilometres; a week and a run never pass their limit by rounding
NEARLY = 1e-9


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the return-to-run ladder; `run_min` is None where the runner's own runs count."""

    stage: int
    session: str
    run_min: int | None


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """What moves a day: `kind` as in the week (rest, walk, cross, ladder, easy, speed, long, race).

    `stage` and `session` are the ladder's; `km` is None where the runner's distances are not known; `minutes` is an
    estimate then, and of the running alone on the ladder. `is_left_out` is a run a lighter week goes without.
    """

    kind: str
    minutes: int | None = None
    km: float | None = None
    stage: int | None = None
    session: str = ""
    is_left_out: bool = False

    @property
    def is_run(self) -> bool:
        return self.kind in RUNS or self.kind == "race"

    @property
    def is_hard(self) -> bool:
        return self.kind in HARD_RUNS


@dataclass(frozen=True, slots=True)
class Runner:
    """What the plan of runs starts from. `weeks_km` oldest first; None and empty where it was not asked.

    `policy` is the running policy; `may_grow` is False where distances stay as they are; `stages` and `first` are the
    ladder's, `greens` the good runs a stage asks for.
    """

    policy: str
    may_grow: bool
    weeks_km: tuple[float, ...]
    longest_km: float | None
    stages: tuple[Stage, ...]
    first: int | None
    greens: int

    def as_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "may_grow": self.may_grow,
            "weeks_km": list(self.weeks_km),
            "longest_km": self.longest_km,
            "stages": [[one.stage, one.session, one.run_min] for one in self.stages],
            "first": self.first,
            "greens": self.greens,
        }


def runner_from(kept: Mapping[str, Any]) -> Runner:
    """The runner a version kept (`Runner.as_json`)."""
    return Runner(
        policy=kept["policy"],
        may_grow=kept["may_grow"],
        weeks_km=tuple(kept["weeks_km"]),
        longest_km=kept["longest_km"],
        stages=tuple(Stage(*one) for one in kept["stages"]),
        first=kept["first"],
        greens=kept["greens"],
    )


def run_limit(longest_km: float, rules: RunningRules) -> float:
    """The longest single run allowed after a longest of `longest_km` in the last 30 days."""
    return max(longest_km * (100 + rules.run_percent) / 100, longest_km + rules.small_km)


def week_limit(weeks_km: Sequence[float], rules: RunningRules) -> float | None:
    """The distance a week may have after these (the last three count); None where none is known."""
    before = weeks_km[-rules.weeks_before :]
    if not before:
        return None
    mean = sum(before) / len(before)
    return max(mean * (100 + rules.week_percent) / 100, mean + rules.small_km)


def plan_runs(
    weeks: Sequence[Sequence[Day]],
    runner: Runner,
    *,
    deloads: Sequence[bool],
    rules: RunningRules,
    block: BlockRules,
) -> tuple[tuple[PlannedRun, ...], ...]:
    """The seven runs of each week of the block, Monday first. `weeks` are the days, `deloads` the lighter weeks."""
    if runner.first is not None:
        return _ladder_weeks(weeks, runner, deloads, rules)
    return _distance_weeks(weeks, runner, deloads, rules, block)


# --- The ladder ----------------------------------------------------------------------------------------------


def _ladder_weeks(
    weeks: Sequence[Sequence[Day]], runner: Runner, deloads: Sequence[bool], rules: RunningRules
) -> tuple[tuple[PlannedRun, ...], ...]:
    """As it goes when every run is green: a stage after `greens` runs. A lighter week stays, its last run left out."""
    done = 0
    found: list[tuple[PlannedRun, ...]] = []
    for days, lighter in zip(weeks, deloads, strict=True):
        ladder_days = [at for at, day in enumerate(days) if day.does == "ladder"]
        row = []
        for at, day in enumerate(days):
            if day.does != "ladder":
                row.append(_timed(day.does, rules))
                continue
            run = stage_run(runner, int(runner.first or 0) + done // runner.greens, share=len(ladder_days))
            row.append(replace(run, is_left_out=lighter and len(ladder_days) > 1 and at == ladder_days[-1]))
            done += 0 if lighter else 1
        found.append(tuple(row))
    return tuple(found)


def stage_run(runner: Runner, number: int, *, share: int = 1) -> PlannedRun:
    """The ladder run of a stage, the last where there is none so high; `share` runs make up the last stage's week."""
    last = runner.stages[-1]
    stage = next((one for one in runner.stages if one.stage == number), last)
    km = None
    if stage.run_min is None and runner.weeks_km:
        mean = sum(runner.weeks_km) / len(runner.weeks_km)
        longest = math.inf if runner.longest_km is None else runner.longest_km
        km = _half(min(mean / 2 / max(share, 1), longest)) or None  # who ran nothing is told no distance
    return PlannedRun("ladder", stage.run_min, km, stage.stage, stage.session)


def _timed(kind: str, rules: RunningRules) -> PlannedRun:
    minutes = {
        "walk": rules.walk_min,
        "cross": rules.cross_min,
        "easy": rules.easy_min,
        "speed": rules.easy_min,
        "long": rules.long_min,
    }
    return PlannedRun(kind, minutes.get(kind))


# --- Distances -----------------------------------------------------------------------------------------------


def _distance_weeks(
    weeks: Sequence[Sequence[Day]],
    runner: Runner,
    deloads: Sequence[bool],
    rules: RunningRules,
    block: BlockRules,
) -> tuple[tuple[PlannedRun, ...], ...]:
    history, longest = list(runner.weeks_km), runner.longest_km
    last = history[-1] if history else 0.0  # as it was meant: what rounding alone took off comes back
    found: list[tuple[PlannedRun, ...]] = []
    for days, lighter in zip(weeks, deloads, strict=True):
        limit = week_limit(history, rules)
        target = _target(last, limit, runner, first=not found)
        if target is not None and lighter:
            target = last * (100 - block.deload_percent) / 100
        if target is not None and any(day.does == "race" for day in days):
            target = target * (100 - rules.taper_percent) / 100
        row = _share_out(days, target, longest, rules)
        found.append(row)
        planned = [run.km for run in row if run.km]
        if planned:
            history.append(sum(planned))
            last = _meant(days, target, longest, rules)
            longest = max(longest or 0, *planned)
    return tuple(found)


def _target(last: float, limit: float | None, runner: Runner, *, first: bool) -> float | None:
    """The week's distance: the first repeats the `last` one, within the limit; then it grows where it may.

    The limit is that of the distances planned, half kilometres and all.
    """
    if limit is None:
        return None
    return min(last, limit) if first or not runner.may_grow else limit


def _share_out(
    days: Sequence[Day], target: float | None, longest: float | None, rules: RunningRules
) -> tuple[PlannedRun, ...]:
    """The week's distance over its runs, each within the single-run limit; by time where a distance is not known.

    The half kilometres that rounding takes off the runs go to those that lost most, the easy ones first, as far as the
    week's distance and each run's own limit allow. The long run is never shorter than another.
    """
    shares = _shares(days, target, longest, rules)
    if target is None or longest is None or not shares:
        return tuple(_timed(day.does, rules) for day in days)
    does = {at: days[at].does for at in shares}
    km = _in_halves(shares, does, target, run_limit(longest, rules))
    return tuple(
        (PlannedRun(day.does, km=km[at]) if km[at] else _timed("walk", rules))
        if at in km
        else _timed(day.does, rules)
        for at, day in enumerate(days)
    )


def _in_halves(
    shares: Mapping[int, float], does: Mapping[int, str], target: float, most: float
) -> dict[int, float]:
    """Weekday → km in half kilometres, none above `most`, their sum as near to `target` as it can be and not above."""
    km = {at: _half(share) for at, share in shares.items()}
    left = min(target, sum(shares.values())) - sum(km.values())
    level = len(set(km.values())) == 1

    def turn(at: int) -> tuple[bool, float, bool, int]:
        lost = round(shares[at] - km[at], 6)
        return not (level and does[at] == "long"), -lost, does[at] in HARD_RUNS, at

    for at in sorted(km, key=turn):
        fits = left + NEARLY >= STEP_KM and km[at] + STEP_KM <= most + NEARLY
        if fits and km[at]:
            km[at] += STEP_KM
            left -= STEP_KM
    return km


def _shares(
    days: Sequence[Day], target: float | None, longest: float | None, rules: RunningRules
) -> dict[int, float]:
    """Weekday → km of its run before rounding; empty where a distance is not known. The long run has its own share."""
    runs = {at: day.does for at, day in enumerate(days) if day.does in RUNS}
    if target is None or longest is None or not runs:
        return {}
    most = run_limit(longest, rules)
    share = max(target * rules.long_share_percent / 100, target / len(runs))
    long_km = min(share, most) if "long" in runs.values() and len(runs) > 1 else 0.0
    others = max(len(runs) - (1 if long_km else 0), 1)
    other_km = min((target - long_km) / others, most)
    return {at: long_km if does == "long" and long_km else other_km for at, does in runs.items()}


def _meant(days: Sequence[Day], target: float | None, longest: float | None, rules: RunningRules) -> float:
    """The week's distance before rounding, as far as the limit of its single runs allows."""
    return sum(_shares(days, target, longest, rules).values())


def shorter_by(step: int, rules: RunningRules) -> int:
    """The percent that runs by distance or time are shorter at this step of theirs; 0 from step 0 on."""
    return min(max(-step, 0) * rules.back_percent, 100)


def stepped_back(run: PlannedRun, step: int, rules: RunningRules) -> PlannedRun:
    """The run as it is after red runs: shorter for each step back, never longer than planned; at last a walk.

    Walks, rides and races stay, as do the stages of a ladder, which has steps of its own.
    """
    percent = shorter_by(step, rules)
    if not percent or run.kind not in RUNS or run.stage is not None:
        return run
    km = None if run.km is None else _half(run.km * (100 - percent) / 100)
    minutes = None if run.minutes is None else run.minutes * (100 - percent) // 100
    return replace(run, km=km, minutes=minutes) if km or minutes else _timed("walk", rules)


def _half(km: float) -> float:
    """Rounded down, so that no limit is passed by rounding."""
    return max(math.floor(km / STEP_KM + NEARLY) * STEP_KM, 0.0)
