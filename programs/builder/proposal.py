"""Outcome + causes + answers → a proposed program. The clinician edits and releases it; nothing goes out by itself."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from assessments.screens.answers import Answers
from assessments.screens.definitions import Screen
from assessments.triage.causes import Causes
from assessments.triage.rules import Outcome
from clinic.knowledge.conditions import Facts, Value
from programs.builder.eligibility import Cap, Unwanted, blocked_reason, caps, unwanted_by
from programs.builder.limits import Limits
from programs.builder.planning import Planned, plan_block, runner_of
from programs.builder.progression import Progression, load_progression
from programs.builder.recipe import LADDER, NO_PROGRAM, NO_RUNNING, Phase, Recipe, Slot, Track
from programs.builder.runs import Stage
from programs.builder.selection import Picked, chosen, select
from programs.builder.wording import Words
from programs.exercises.definitions import CLASS_FACT, PHASE_FACT, Exercise


@dataclass(frozen=True, slots=True)
class Proposal:
    """A program as proposed.

    `phase` is P1 to P4, None without a program; `running` one of none, none_yet, ladder, modified, guarded;
    `blocked` gives for every exercise not in `eligible` the reason, `unwanted` for those only the patient's limits rule
    out, `left_out` for every one that was picked and then found no room. `planned` holds the block of weeks, None
    without a program. `unfilled` are the slots the patient's limits leave short. `ladder_stage` is where the
    return-to-run ladder starts (None unless running is ladder). `cadence` are steps per minute to aim at, one block
    after the other (empty: no change). `level_caps` are those that applied, lowest first. `recipe` and `rules` label
    the knowledge used.
    """

    klass: str
    track: str
    note: str
    phase: str | None
    running: str
    exercises: tuple[Picked, ...]
    eligible: tuple[str, ...]
    blocked: Mapping[str, str]
    unwanted: Mapping[str, Unwanted]
    left_out: Mapping[str, str]
    unfilled: tuple[Slot, ...]
    planned: Planned | None
    level_caps: tuple[Cap, ...]
    pain_rule: str
    ladder_stage: Stage | None
    cadence: tuple[int, ...]
    limits: Mapping[str, Any]
    education: tuple[str, ...]
    recipe: str
    rules: str


@dataclass(frozen=True, slots=True)
class Case:
    """One runner, with everything a program is built from, so that it can be built for other limits as well."""

    facts: Facts
    causes: Causes
    klass: str
    track: Track
    recipe: Recipe
    rules: Progression
    words: Words


def propose(
    answers: Answers,
    *,
    outcome: Outcome,
    causes: Causes,
    screen: Screen,
    recipe: Recipe,
    klass: str | None = None,
    limits: Limits | None = None,
    starts_on: dt.date | None = None,
    rules: Progression | None = None,
) -> Proposal:
    """Propose a program for the outcome, or for `klass` when the clinician has overruled it, within `limits`.

    `starts_on` is the day the block begins, for a race within it. Raises ValueError when `klass` is not a class of
    the ruleset.
    """
    case = case_for(
        answers, causes=causes, screen=screen, recipe=recipe, klass=klass or outcome.klass, rules=rules
    )
    return build(case, limits or Limits(), starts_on)


def case_for(
    answers: Answers,
    *,
    causes: Causes,
    screen: Screen,
    recipe: Recipe,
    klass: str,
    rules: Progression | None = None,
) -> Case:
    """What the program of these answers and this class is built from. Raises ValueError for an unknown class."""
    if klass not in recipe.classes:
        raise ValueError(f"There is no class {klass!r}. The classes are: {', '.join(recipe.classes)}.")
    return Case(
        facts=screen.derive(answers),
        causes=causes,
        klass=klass,
        track=recipe.track_of(klass),
        recipe=recipe,
        rules=rules or load_progression(),
        words=Words(screen, recipe.classes),
    )


def build(case: Case, limits: Limits, starts_on: dt.date | None = None) -> Proposal:
    """The program of this case within these limits."""
    return _nothing(case) if case.track.id == NO_PROGRAM else _program(case, limits, starts_on)


def _nothing(case: Case) -> Proposal:
    recipe, klass = case.recipe, case.klass
    reason = f"No exercises for {recipe.classes[klass].label}: show the triage message only."
    return Proposal(
        klass=klass,
        track=case.track.id,
        note=case.track.note,
        phase=None,
        running=NO_RUNNING,
        exercises=(),
        eligible=(),
        blocked=MappingProxyType(dict.fromkeys(recipe.library.exercises, reason)),
        unwanted=MappingProxyType({}),
        left_out=MappingProxyType({}),
        unfilled=(),
        planned=None,
        level_caps=(),
        pain_rule="",
        ladder_stage=None,
        cadence=(),
        limits=recipe.limits,
        education=(),
        recipe=recipe.label,
        rules=case.rules.label,
    )


def _program(case: Case, limits: Limits, starts_on: dt.date | None) -> Proposal:
    recipe, facts, causes = case.recipe, case.facts, case.causes
    phase = recipe.phases[_start(case.track, facts)]
    level_caps = caps(facts, phase, case.track, recipe)
    eligible, blocked = _sorted_out(case, phase, level_caps[0])
    unwanted = unwanted_by(eligible, limits)
    wanted = [one for one in eligible if one.id not in unwanted]
    running = running_policy(case.klass, facts, recipe)
    minutes = {**recipe.limits, "strength_min": phase.strength_cap_min}
    picked = select(wanted, phase, case.track.extra, causes.supported, recipe)
    planned = plan_block(
        picked,
        phase=phase,
        track=case.track,
        running=running,
        runner=runner_of(case.klass, running, facts, causes, recipe=recipe, rules=case.rules),
        causes=causes,
        minutes=minutes,
        limits=limits,
        starts_on=starts_on,
        recipe=recipe,
        rules=case.rules,
    )
    return Proposal(
        klass=case.klass,
        track=case.track.id,
        note=case.track.note,
        phase=phase.id,
        running=running,
        exercises=planned.stay,
        eligible=tuple(one.id for one in eligible),
        blocked=MappingProxyType(blocked),
        unwanted=unwanted,
        left_out=planned.left_out,
        unfilled=_unfilled(case, phase, eligible, wanted),
        planned=planned,
        level_caps=level_caps,
        pain_rule=phase.pain_rule,
        ladder_stage=_ladder_stage(running, recipe),
        cadence=cadence_targets(facts, causes, recipe),
        limits=MappingProxyType(minutes),
        education=tuple(one.text for one in recipe.advice if one.when is None or one.when.truth(facts)),
        recipe=recipe.label,
        rules=case.rules.label,
    )


def _unfilled(
    case: Case, phase: Phase, eligible: Sequence[Exercise], wanted: Sequence[Exercise]
) -> tuple[Slot, ...]:
    """The slots that hold less than they would without the patient's limits."""
    if len(wanted) == len(eligible):
        return ()

    def held(among: Sequence[Exercise]) -> Counter[str]:
        return Counter(slot for _, slot in chosen(among, phase, (), case.causes.supported))

    could, does = held(eligible), held(wanted)
    return tuple(slot for slot in phase.slots if does[slot.id] < could[slot.id])


def _start(track: Track, facts: Facts) -> str:
    """The first phase whose entry is known to be met; not known is not met."""
    return next((start.phase for start in track.starts if start.when.truth(facts)), track.default)


def _sorted_out(case: Case, phase: Phase, cap: Cap) -> tuple[list[Exercise], dict[str, str]]:
    told: dict[str, Value] = {**case.facts, CLASS_FACT: case.klass, PHASE_FACT: phase.number}
    eligible, blocked = [], {}
    for exercise in case.recipe.library.exercises.values():
        reason = blocked_reason(exercise, told, phase, case.track, cap, case.words)
        if reason:
            blocked[exercise.id] = reason
        else:
            eligible.append(exercise)
    return eligible, blocked


def running_policy(klass: str, facts: Facts, recipe: Recipe) -> str:
    """none, none_yet, ladder, modified or guarded; a gate not known to be open is closed."""
    for policy in recipe.running:
        if klass in policy.classes:
            opened = policy.when is None or policy.when.truth(facts)
            return policy.policy if opened else policy.otherwise
    return NO_RUNNING


def _ladder_stage(running: str, recipe: Recipe) -> Stage | None:
    if running != LADDER:
        return None
    return next(stage for stage in recipe.ladder.stages if stage.stage == recipe.ladder.start_stage)


def cadence_targets(facts: Facts, causes: Causes, recipe: Recipe) -> tuple[int, ...]:
    """Steps per minute for the next blocks, half up; empty when the runner's own cadence stays."""
    rule = recipe.cadence
    baseline = facts.get(rule.fact)
    if not isinstance(baseline, int) or rule.cause not in causes.supported or baseline >= rule.ceiling:
        return ()
    return tuple(min(int(baseline * (1000 + 10 * step) / 1000 + 0.5), rule.ceiling) for step in rule.steps)
