"""Outcome + causes + answers → a proposed program. The clinician edits and releases it; nothing goes out by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from assessments.screens.answers import Answers
from assessments.screens.definitions import Screen
from assessments.triage.causes import Causes
from assessments.triage.rules import Outcome
from clinic.knowledge.conditions import Facts, Value
from programs.builder.eligibility import Cap, blocked_reason, caps
from programs.builder.fitting import fit
from programs.builder.recipe import LADDER, NO_PROGRAM, NO_RUNNING, Day, Phase, Recipe, Stage, Track
from programs.builder.selection import Picked, select
from programs.builder.wording import Words
from programs.exercises.definitions import CLASS_FACT, PHASE_FACT, Exercise


@dataclass(frozen=True, slots=True)
class Proposal:
    """A program as proposed.

    `phase` is P1 to P4, None without a program; `running` one of none, none_yet, ladder, modified, guarded;
    `blocked` gives for every exercise not in `eligible` the reason, `left_out` for every one that was picked and
    then found no room within the limits. `ladder_stage` is where the return-to-run ladder
    starts (None unless running is ladder). `cadence` are steps per minute to aim at, one block after the other
    (empty: no change). `level_caps` are those that applied, lowest first. `recipe` labels the knowledge used.
    """

    klass: str
    track: str
    note: str
    phase: str | None
    running: str
    exercises: tuple[Picked, ...]
    eligible: tuple[str, ...]
    blocked: Mapping[str, str]
    left_out: Mapping[str, str]
    level_caps: tuple[Cap, ...]
    pain_rule: str
    week: tuple[Day, ...]
    ladder_stage: Stage | None
    cadence: tuple[int, ...]
    limits: Mapping[str, Any]
    education: tuple[str, ...]
    recipe: str


def propose(
    answers: Answers,
    *,
    outcome: Outcome,
    causes: Causes,
    screen: Screen,
    recipe: Recipe,
    klass: str | None = None,
) -> Proposal:
    """Propose a program for the outcome, or for `klass` when the clinician has overruled it.

    Raises ValueError when `klass` is not a class of the ruleset.
    """
    klass = klass or outcome.klass
    if klass not in recipe.classes:
        raise ValueError(f"There is no class {klass!r}. The classes are: {', '.join(recipe.classes)}.")
    track = recipe.track_of(klass)
    if track.id == NO_PROGRAM:
        return _nothing(klass, track, recipe)
    words = Words(screen, recipe.classes)
    return _program(klass, track, screen.derive(answers), causes, recipe, words)


def _nothing(klass: str, track: Track, recipe: Recipe) -> Proposal:
    reason = f"No exercises for {recipe.classes[klass].label}: show the triage message only."
    return Proposal(
        klass=klass,
        track=track.id,
        note=track.note,
        phase=None,
        running=NO_RUNNING,
        exercises=(),
        eligible=(),
        blocked=MappingProxyType(dict.fromkeys(recipe.library.exercises, reason)),
        left_out=MappingProxyType({}),
        level_caps=(),
        pain_rule="",
        week=(),
        ladder_stage=None,
        cadence=(),
        limits=recipe.limits,
        education=(),
        recipe=recipe.label,
    )


def _program(
    klass: str, track: Track, facts: Facts, causes: Causes, recipe: Recipe, words: Words
) -> Proposal:
    phase = recipe.phases[_start(track, facts)]
    level_caps = caps(facts, phase, track, recipe)
    eligible, blocked = _sorted_out(klass, track, phase, level_caps[0], facts, recipe, words)
    running = running_policy(klass, facts, recipe)
    limits = {**recipe.limits, "strength_min": phase.strength_cap_min}
    exercises, left_out = fit(
        select(eligible, phase, track.extra, causes.supported, recipe),
        phase=phase,
        running=running,
        causes=causes.supported,
        limits=limits,
        recipe=recipe,
        keep=track.extra,
    )
    return Proposal(
        klass=klass,
        track=track.id,
        note=track.note,
        phase=phase.id,
        running=running,
        exercises=exercises,
        eligible=tuple(one.id for one in eligible),
        blocked=MappingProxyType(blocked),
        left_out=left_out,
        level_caps=level_caps,
        pain_rule=phase.pain_rule,
        week=recipe.week_of(phase, running),
        ladder_stage=_ladder_stage(running, recipe),
        cadence=cadence_targets(facts, causes, recipe),
        limits=MappingProxyType(limits),
        education=tuple(one.text for one in recipe.advice if one.when is None or one.when.truth(facts)),
        recipe=recipe.label,
    )


def _start(track: Track, facts: Facts) -> str:
    """The first phase whose entry is known to be met; not known is not met."""
    return next((start.phase for start in track.starts if start.when.truth(facts)), track.default)


def _sorted_out(
    klass: str, track: Track, phase: Phase, cap: Cap, facts: Facts, recipe: Recipe, words: Words
) -> tuple[list[Exercise], dict[str, str]]:
    told: dict[str, Value] = {**facts, CLASS_FACT: klass, PHASE_FACT: phase.number}
    eligible, blocked = [], {}
    for exercise in recipe.library.exercises.values():
        reason = blocked_reason(exercise, told, phase, track, cap, words)
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
