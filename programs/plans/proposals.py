"""The builder's answer as plain rows and one JSON snapshot: the one place where plans and builder meet.

The snapshot is stored with each version and is all that pages read, so that a program can be shown years later as
it was, whatever became of the recipe. Its keys are listed at `Draft`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessments.screens.answers import Refused
from assessments.screens.reading import load_screen
from assessments.triage.causes import load_causes, weigh
from assessments.triage.rules import conclude, load_ruleset
from clinic.knowledge.conditions import Value
from clinic.knowledge.sources import load_sources
from programs.builder.proposal import Proposal, propose
from programs.builder.reading import load_recipe
from programs.builder.recipe import Recipe
from programs.builder.selection import Picked as Chosen
from programs.builder.sessions import Split, split_from
from programs.exercises.definitions import Exercise
from programs.plans.refusals import NoProgramForThis

MOST_CAUTIOUS_LIMIT = 2


@dataclass(frozen=True, slots=True)
class Picked:
    """One exercise with everything its row keeps."""

    library_id: str
    name: str
    slot: str
    category: str
    sets: int
    reps: str
    hold_s: str
    rest_s: int
    tempo: str
    effort: str
    per_week: str
    each_side: bool
    minutes: Decimal
    cue: str
    why: str
    why_patient: str
    sources: tuple[str, ...]

    def as_columns(self) -> dict[str, Any]:
        """The columns of plans.models.Exercise."""
        columns = {name: getattr(self, name) for name in self.__slots__}
        columns["sources"] = list(self.sources)
        return columns | {"proposed_sets": self.sets, "proposed_minutes": self.minutes}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the builder proposes for one case and class.

    `snapshot` keys: class_label, track_note, phase_name, goal, exit_text, pain_rule, pain_limit (0 to 10),
    strength_per_week, running, week ([{day, run, moves, strength, hard}]), sessions (a Split), limits
    ({strength_min, run_addons_min, daily_min, total_day_min}, minutes), level_caps ([{level, because}]),
    cadence (None or {baseline, target, later, rule}, steps a minute), ladder (None or {stage, session, rules}),
    education ([text]), categories ({id: title}), eligible ([id]), blocked and left_out ([{id, name, because}]),
    reasons ({id: one line}), checks ({id: {only_when, not_with}}, the library's own words), pain_evidence (text),
    sources ({id: citation}), phase_sources ([id]).
    """

    recipe: str
    library: str
    track: str
    phase: str
    running: str
    picked: tuple[Picked, ...]
    snapshot: dict[str, Any]


def draft(*, case: dict[str, Any], klass: str, catalogue: str, version: int) -> Draft:
    """Build for a case (Screen.case()) of a screen, and the class a clinician decided.

    Raises NoProgramForThis where the class has none, ValueError for a class the ruleset does not know.
    """
    screen, recipe = load_screen(catalogue, version), load_recipe(catalogue)
    answers = screen.validate(case)
    if isinstance(answers, Refused):
        raise ValueError(f"A signed screen holds answers it may not hold: {[e.item for e in answers.errors]}")
    outcome = conclude(answers, screen=screen, ruleset=load_ruleset(catalogue))
    causes = weigh(answers, screen=screen, causes=load_causes(catalogue))
    proposal = propose(answers, outcome=outcome, causes=causes, screen=screen, recipe=recipe, klass=klass)
    if proposal.phase is None or not proposal.exercises:
        raise NoProgramForThis(_no_program(recipe, klass))
    baseline = screen.derive(answers).get(recipe.cadence.fact)
    return Draft(
        recipe=proposal.recipe,
        library=recipe.library.fingerprint[:12],
        track=proposal.track,
        phase=proposal.phase,
        running=proposal.running,
        picked=tuple(_picked(one, recipe.library.exercise(one.id)) for one in proposal.exercises),
        snapshot=_snapshot(proposal, recipe, baseline),
    )


def split_of(snapshot: Mapping[str, Any], *, built_with: Callable[[], str]) -> Split:
    """How this version's exercises are spread over its week.

    A version older than that kept less; the first version of its recipe, `built_with`, says the rest.
    """
    kept = snapshot.get("sessions")
    if kept and "kinds" in kept:
        return split_from(kept, kinds={})
    first = load_recipe(built_with().partition(".v")[0], 1).sessions
    return split_from(kept, kinds=first.kinds) if kept else first


def _no_program(recipe: Recipe, klass: str) -> str:
    return (
        f"“{recipe.classes[klass].label}” has no exercises, so no program was made. "
        "Follow the triage result’s advice; a new decision or a new screen can be proposed from."
    )


def _picked(chosen: Chosen, exercise: Exercise) -> Picked:
    return Picked(
        library_id=chosen.id,
        name=chosen.name,
        slot=chosen.slot,
        category=exercise.category,
        sets=chosen.dose.sets or 1,
        reps=chosen.dose.reps or "1",
        hold_s=chosen.dose.hold_s,
        rest_s=chosen.dose.rest_s or 0,
        tempo=chosen.dose.tempo,
        effort=chosen.dose.rpe,
        per_week=chosen.dose.per_week,
        each_side=exercise.laterality == "unilateral",
        minutes=Decimal(chosen.est_minutes),
        cue=exercise.cue,
        why=chosen.why,
        why_patient=chosen.why_patient,
        sources=exercise.source,
    )


def _snapshot(proposal: Proposal, recipe: Recipe, baseline: Value | None) -> dict[str, Any]:
    phase = recipe.phases[str(proposal.phase)]
    stage = proposal.ladder_stage
    cited = {id for one in proposal.exercises for id in recipe.library.exercise(one.id).source} | set(
        phase.source
    )
    known = load_sources()
    return {
        "class_label": recipe.classes[proposal.klass].label,
        "track_note": proposal.note,
        "phase_name": phase.name,
        "goal": phase.goal,
        "exit_text": phase.exit_text,
        "pain_rule": proposal.pain_rule,
        "pain_limit": pain_limit(proposal.pain_rule),
        "strength_per_week": phase.strength_per_week,
        "running": proposal.running,
        "week": [
            {"day": day.day, "run": day.run, "moves": day.moves, "strength": day.strength, "hard": day.hard}
            for day in proposal.week
        ],
        "sessions": recipe.sessions.as_json(),
        "limits": {
            name: int(proposal.limits[name])
            for name in ("strength_min", "run_addons_min", "daily_min", "total_day_min")
        },
        "level_caps": [{"level": cap.level, "because": cap.reason} for cap in proposal.level_caps],
        "cadence": _cadence(proposal, recipe, baseline),
        "ladder": {"stage": stage.stage, "session": stage.session, "rules": dict(recipe.ladder.rules)}
        if stage
        else None,
        "education": list(proposal.education),
        "categories": {id: one.title for id, one in recipe.categories.items()},
        "eligible": list(proposal.eligible),
        "blocked": [
            {"id": id, "name": recipe.library.exercise(id).name, "because": because}
            for id, because in proposal.blocked.items()
        ],
        "left_out": [
            {"id": id, "name": recipe.library.exercise(id).name, "because": because}
            for id, because in proposal.left_out.items()
        ],
        "reasons": {one.id: one.reason for one in proposal.exercises},
        "checks": {one.id: _checks(recipe.library.exercise(one.id)) for one in proposal.exercises},
        "pain_evidence": phase.pain_evidence,
        "sources": {id: f"{known[id].citation} ({known[id].kind})" for id in sorted(cited)},
        "phase_sources": list(phase.source),
    }


def _checks(exercise: Exercise) -> dict[str, str]:
    """What must be so and what must not. Part of it (how an easier version went) no screen can know."""
    return {"only_when": exercise.prerequisite, "not_with": "; ".join(exercise.contraindications)}


def _cadence(proposal: Proposal, recipe: Recipe, baseline: Value | None) -> dict[str, Any] | None:
    if not proposal.cadence:
        return None
    first, *later = proposal.cadence
    return {"baseline": baseline, "target": first, "later": later, "rule": recipe.cadence.rule}


def pain_limit(rule: str) -> int:
    """The highest pain a rule such as “During <=3/10 …” accepts; the most cautious limit in use when it names none."""
    found = re.search(r"(\d+)/10", rule)
    return int(found[1]) if found else MOST_CAUTIOUS_LIMIT
