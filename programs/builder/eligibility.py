"""Which exercises a person may do, and for every other one the reason why not.

Deny by default: a requirement that is not known to hold blocks, and so does an exercise that says nothing about itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clinic.knowledge.conditions import Facts
from programs.builder.limits import Limits
from programs.builder.recipe import Phase, Recipe, Track
from programs.builder.wording import Words
from programs.exercises.definitions import Exercise
from programs.exercises.equipment import load_equipment


@dataclass(frozen=True, slots=True)
class Cap:
    """The highest level allowed, and why."""

    level: int
    reason: str


def caps(facts: Facts, phase: Phase, track: Track, recipe: Recipe) -> tuple[Cap, ...]:
    """Every cap that applies, lowest first. An unknown age or training history is capped like the young or new."""
    return tuple(sorted(_caps(facts, phase, track, recipe), key=lambda cap: cap.level))


def _caps(facts: Facts, phase: Phase, track: Track, recipe: Recipe) -> Iterator[Cap]:
    yield Cap(phase.level_cap, f"phase {phase.id}")
    if track.level_cap is not None:
        yield Cap(track.level_cap, _said(track))
    rule = recipe.caps
    age = facts.get("age_years")
    if age is None:
        yield Cap(rule.age_cap, "age not known")
    elif isinstance(age, (int, float)) and age < rule.age_under:
        yield Cap(rule.age_cap, f"under {rule.age_under}")
    novice = rule.novice_when.truth(facts)
    if novice is not False:
        asked = (
            "no regular strength work in the last month"
            if novice
            else "strength work in the last month not asked"
        )
        yield Cap(rule.novice_cap, f"{asked}: first {rule.novice_weeks} weeks")


def blocked_reason(
    exercise: Exercise, facts: Facts, phase: Phase, track: Track, cap: Cap, words: Words
) -> str:
    """Why the exercise may not be done, in the clinician's words; empty when it may.

    `facts` hold the class and the phase as pseudo-facts.
    """
    if not exercise.tags:
        return "It has no tags, so nothing is known of what it asks of the body."
    if phase.id not in exercise.phases:
        return f"It belongs to {', '.join(exercise.phases)}; the program starts in {phase.id}."
    if exercise.category in track.exclude_categories or (
        track.only_categories and exercise.category not in track.only_categories
    ):
        return f"Its kind is left out of this program: {_said(track)}."
    if exercise.level > cap.level:
        return f"Too hard for now: level {exercise.level} of 5, and {cap.level} is the most ({cap.reason})."
    return _unmet(exercise, facts, words) or _contraindicated(exercise, facts, words)


def _said(track: Track) -> str:
    """Why a track holds back, in its own words: “until reviewed by a doctor”."""
    note = track.note.rstrip(".") or "what was decided does not allow it yet"
    return note[:1].lower() + note[1:]


def _unmet(exercise: Exercise, facts: Facts, words: Words) -> str:
    if exercise.require is None or exercise.require.truth(facts):
        return ""
    said = words.unmet(exercise.require, facts)
    return f"{said[:1].upper()}{said[1:]}."


def _contraindicated(exercise: Exercise, facts: Facts, words: Words) -> str:
    if exercise.block_if is None or not exercise.block_if.truth(facts):
        return ""
    return f"Contraindicated: {words.holds(exercise.block_if, facts)}."


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Why a patient's own limits rule an exercise out: what is `missing`, or (none missing) a dislike."""

    missing: tuple[str, ...]

    @property
    def because(self) -> str:
        """For clinicians: “It needs a bench, which the patient does not have.”"""
        if not self.missing:
            return "The patient would rather not do it."
        return f"It needs equipment the patient does not have: {', '.join(self.missing)}."


def unwanted_by(exercises: Iterable[Exercise], limits: Limits) -> Mapping[str, Unwanted]:
    """Id → why the patient's limits rule it out. Where nobody asked for equipment, none rules anything out."""
    listed = load_equipment()
    found = {}
    for exercise in exercises:
        missing = () if limits.equipment is None else listed.missing(exercise.equipment, limits.equipment)
        if missing or exercise.id in limits.dislikes:
            found[exercise.id] = Unwanted(missing)
    return MappingProxyType(found)
