"""Fills a phase's slots from the eligible exercises, those that serve the supported causes first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from assessments.triage.causes import Weighed
from programs.builder.recipe import Phase, Recipe, Slot
from programs.exercises.definitions import Dose, Exercise

EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Picked:
    """One selected exercise. `why` is for the clinician, `reason` its one line; `slot` is `category[:tag]`."""

    id: str
    name: str
    slot: str
    why: str
    reason: str
    why_patient: str
    dose: Dose
    est_minutes: int


def select(
    eligible: Collection[Exercise],
    phase: Phase,
    extra: Collection[str],
    causes: Mapping[str, Weighed],
    recipe: Recipe,
) -> tuple[Picked, ...]:
    """At most each slot's count, in slot order, no exercise twice; then the track's extra exercises."""
    return tuple(
        picked_for(exercise, slot, phase, causes, recipe)
        for exercise, slot in chosen(eligible, phase, extra, causes)
    )


def chosen(
    eligible: Collection[Exercise], phase: Phase, extra: Collection[str], causes: Mapping[str, Weighed]
) -> tuple[tuple[Exercise, str], ...]:
    """(exercise, its slot) as `select` picks them, without the words: enough to count what a slot holds."""
    found: dict[str, tuple[Exercise, str]] = {}
    for slot in phase.slots:
        for exercise in _best(eligible, slot, found, phase, causes):
            found[exercise.id] = (exercise, slot.id)
    for exercise in eligible:
        if exercise.id in extra and exercise.id not in found:
            found[exercise.id] = (exercise, EXTRA)
    return tuple(found.values())


def _best(
    eligible: Collection[Exercise],
    slot: Slot,
    taken: Collection[str],
    phase: Phase,
    causes: Mapping[str, Weighed],
) -> list[Exercise]:
    """More points served first; then easier first in an early phase, harder first later; then named by the seed; id."""

    def rank(exercise: Exercise) -> tuple[int, int, bool, str]:
        level = exercise.level if phase.easiest_first else -exercise.level
        return (-weight(exercise, causes), level, not exercise.seed_named, exercise.id)

    fitting = (
        one
        for one in eligible
        if one.category == slot.category and (not slot.tag or slot.tag in one.tags) and one.id not in taken
    )
    return sorted(fitting, key=rank)[: slot.count]


def weight(exercise: Exercise, causes: Mapping[str, Weighed]) -> int:
    """The points of the supported causes an exercise serves."""
    return sum(causes[cause].points for cause in exercise.root_causes if cause in causes)


@dataclass(frozen=True, slots=True)
class Served:
    """The supported causes an exercise serves, the most points first."""

    causes: tuple[Weighed, ...]

    @property
    def points(self) -> int:
        return sum(one.points for one in self.causes)


def describe(exercise: Exercise, causes: Mapping[str, Weighed]) -> Served:
    """What an exercise serves of these causes."""
    served = sorted((causes[id] for id in exercise.root_causes if id in causes), key=lambda one: -one.points)
    return Served(tuple(served))


def picked_for(
    exercise: Exercise, slot: str, phase: Phase, causes: Mapping[str, Weighed], recipe: Recipe
) -> Picked:
    """The exercise with its dose and its reasons, for a slot of this phase."""
    served = list(describe(exercise, causes).causes)
    category = recipe.categories[exercise.category]
    return Picked(
        id=exercise.id,
        name=exercise.name,
        slot=slot,
        why=_why(served, phase, category.title),
        reason=_named(served) or "No finding asks for it; it belongs to every program of this phase.",
        why_patient=_why_patient(served, category.say_patient),
        dose=exercise.dose,
        est_minutes=exercise.est_minutes,
    )


def _why(served: list[Weighed], phase: Phase, category: str) -> str:
    place = f"{category}, phase {phase.id} ({phase.name})"
    if not served:
        return f"{place}; no supported cause asks for it."
    return f"{place}. Serves findings that fit: {_named(served)}."


def _named(served: list[Weighed]) -> str:
    return "; ".join(f"{one.cause.name} ({one.level}, {one.points} points)" for one in served)


def _why_patient(served: list[Weighed], purpose: str) -> str:
    if not served:
        return purpose
    return say_why(purpose, served[0].cause.say_patient)


def say_why(purpose: str, cause: str) -> str:
    """What the exercise is for, and what was found that asks for it, in the patient's words."""
    return f"{purpose} What we found points to {cause}. This works on it."
