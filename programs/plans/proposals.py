"""The builder's answer as plain rows and one JSON snapshot: the one place where plans and builder meet.

The snapshot is stored with each version and is all that pages read, so that a program can be shown years later as
it was, whatever became of the recipe. Its keys are listed at `Draft`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessments.screens.answers import Refused
from assessments.screens.reading import load_screen
from assessments.triage.causes import load_causes, weigh
from clinic.knowledge.conditions import Value
from clinic.knowledge.sources import load_sources
from programs.builder.limits import Limits
from programs.builder.proposal import Case, Proposal, build, case_for
from programs.builder.reading import load_recipe
from programs.builder.recipe import Recipe
from programs.builder.relaxing import Suggestion, suggestions
from programs.builder.selection import Picked as Chosen
from programs.builder.selection import describe, picked_for
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
    points: int = 0
    hours_between: int | None = None
    tags: tuple[str, ...] = ()

    def as_columns(self) -> dict[str, Any]:
        """The columns of plans.models.Exercise."""
        columns = {name: getattr(self, name) for name in self.__slots__}
        columns["sources"], columns["tags"] = list(self.sources), list(self.tags)
        proposed = ("sets", "minutes", "reps", "hold_s", "rest_s")
        return columns | {f"proposed_{name}": columns[name] for name in proposed}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the builder proposes for one case and class.

    `snapshot` keys: class_label, track_note, phase_name, goal, exit_text, pain_rule, pain_limit (0 to 10),
    speed_pain_limit (0 to 10, None where fast work has no limit of its own),
    strength_per_week, running, week ([{day, run, moves, strength, hard}], on the patient's days), sessions (a Split),
    limits ({strength_min, run_addons_min, daily_min, total_day_min}, minutes), level_caps ([{level, because}]),
    cadence (None or {baseline, target, later, rule}, steps a minute), ladder (None or {stage, session, rules}),
    education ([text]), categories ({id: title}), eligible ([id]), blocked and left_out ([{id, name, because}]),
    reasons ({id: one line}), checks ({id: {only_when, not_with}}, the library's own words), pain_evidence (text),
    sources ({id: citation}), phase_sources ([id]), rules (the label of the rules of progression), asked (the
    patient's Limits), runner (a Runner), keep ([id]), usual_pain (0 to 10),
    dropped ([{what, because}]), unwanted ([{id, name, because}]),
    unfilled ([title of a category]), suggestions ([{words, asked}]), habits ([{title, text}]).
    """

    recipe: str
    library: str
    track: str
    phase: str
    running: str
    picked: tuple[Picked, ...]
    snapshot: dict[str, Any]


def draft(
    *,
    case: dict[str, Any],
    klass: str,
    catalogue: str,
    version: int,
    asked: Limits | None = None,
    starts_on: dt.date | None = None,
) -> Draft:
    """Build for a case (Screen.case()) of a screen, the class a clinician decided and the patient's limits.

    Raises NoProgramForThis where the class has none, ValueError for a class the ruleset does not know.
    """
    asked = asked or Limits()
    case_at_hand = case_of(case=case, klass=klass, catalogue=catalogue, version=version)
    proposal = build(case_at_hand, asked, starts_on)
    recipe = case_at_hand.recipe
    if proposal.planned is None:
        raise NoProgramForThis(_no_program(recipe, klass))
    listed = {
        one.library_id: one for week in proposal.planned.block.weeks for day in week.days for one in day.all
    }
    changes = suggestions(case_at_hand, asked, proposal, starts_on)
    return Draft(
        recipe=proposal.recipe,
        library=recipe.library.fingerprint[:12],
        track=proposal.track,
        phase=str(proposal.phase),
        running=proposal.running,
        picked=tuple(
            _picked(one, recipe.library.exercise(one.id), listed[one.id].points) for one in proposal.exercises
        ),
        snapshot=_snapshot(proposal, case_at_hand) | _limits_of(proposal, asked, changes, case_at_hand),
    )


def case_of(*, case: dict[str, Any], klass: str, catalogue: str, version: int) -> Case:
    """Everything a program of this case is built from. Raises ValueError for a class the ruleset does not know."""
    screen, recipe = load_screen(catalogue, version), load_recipe(catalogue)
    answers = screen.validate(case)
    if isinstance(answers, Refused):
        raise ValueError(f"A signed screen holds answers it may not hold: {[e.item for e in answers.errors]}")
    causes = weigh(answers, screen=screen, causes=load_causes(catalogue))
    return case_for(answers, causes=causes, screen=screen, recipe=recipe, klass=klass)


def picked_of(exercise: Exercise, case: Case, phase: str, *, slot: str) -> Picked:
    """An exercise of the library with its dose and reasons, for a clinician who puts it into a program."""
    supported = case.causes.supported
    chosen = picked_for(exercise, slot, case.recipe.phases[phase], supported, case.recipe)
    return _picked(chosen, exercise, describe(exercise, supported).points)


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


def _picked(chosen: Chosen, exercise: Exercise, points: int) -> Picked:
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
        points=points,
        hours_between=exercise.dose.min_hours_between,
        tags=exercise.tags,
    )


def _snapshot(proposal: Proposal, case: Case) -> dict[str, Any]:
    recipe, baseline = case.recipe, case.facts.get(case.recipe.cadence.fact)
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
        "speed_pain_limit": phase.speed_pain_limit,
        "strength_per_week": phase.strength_per_week,
        "running": proposal.running,
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


def _limits_of(
    proposal: Proposal, asked: Limits, changes: Sequence[Suggestion], case: Case
) -> dict[str, Any]:
    """The week on the patient's days, their limits, and what these cost."""
    planned, library = proposal.planned, case.recipe.library
    assert planned is not None  # noqa: S101  # a class without a program was refused before
    return {
        "rules": proposal.rules,
        "asked": asked.as_json(),
        "runner": planned.plan.runner.as_json(),
        "keep": sorted(planned.plan.room.keep),
        "usual_pain": _whole(case.facts.get(case.rules.lights.usual_fact)),
        "week": [
            {"day": day.name, "run": day.run, "moves": day.moves, "strength": day.strength, "hard": day.hard}
            for day in planned.plan.days
        ],
        "dropped": [{"what": what, "because": because} for what, because in planned.dropped],
        "unwanted": [
            {"id": id, "name": library.exercise(id).name, "because": one.because}
            for id, one in proposal.unwanted.items()
        ],
        "unfilled": [case.recipe.categories[slot.category].title for slot in proposal.unfilled],
        "suggestions": [{"words": one.words, "asked": one.limits.as_json()} for one in changes],
        "habits": [{"title": one.title, "text": one.text} for one in case.rules.habits],
    }


def _whole(value: Value | None) -> int:
    """Pain as a whole number; what was not asked counts as none, the most cautious usual morning."""
    return int(value) if isinstance(value, (int, float)) else 0


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
