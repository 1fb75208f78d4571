"""What an exercise is: what it asks of the body, what must hold before it, what forbids it, and its dose.

Plain Python, no Django. An exercise without tags says nothing about its demands, so it is never selectable.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from clinic.knowledge.conditions import Condition

CLASS_FACT = "_class"
PHASE_FACT = "_phase"
"""Facts an exercise may ask about besides the screen's: the triage class, and the phase as 1 to 4."""

LATERALITIES = ("unilateral", "bilateral", "alternating", "none")


@dataclass(frozen=True, slots=True)
class Dose:
    """How much. Texts may hold a range ("5-10"); seconds for `hold_s` and `rest_s`; `rpe` is effort 0-10.

    `min_hours_between` is the spacing before the same exercise or another one that leaves soreness. A field that
    does not apply is empty or None.
    """

    sets: int | None
    reps: str
    hold_s: str
    rest_s: int | None
    tempo: str
    rpe: str
    per_week: str
    min_hours_between: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise. `level` is 1 (easiest) to 5; `phases` those it belongs to; `require` must be known to hold."""

    id: str
    name: str
    aliases: tuple[str, ...]
    category: str
    target: str
    equipment: tuple[str, ...]
    laterality: str
    level: int
    phases: tuple[str, ...]
    tags: tuple[str, ...]
    prerequisite: str
    require: Condition | None
    contraindications: tuple[str, ...]
    block_if: Condition | None
    regressions: tuple[str, ...]
    progressions: tuple[str, ...]
    dose: Dose
    est_minutes: int
    root_causes: tuple[str, ...]
    cue: str
    seed_named: bool
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Exercises by id. `files` are the labels (`name.vN`) they were read from, `fingerprint` covers all of them."""

    exercises: Mapping[str, Exercise]
    files: tuple[str, ...]
    fingerprint: str

    def exercise(self, id: str) -> Exercise:
        """The exercise; KeyError when there is none of that id."""
        return self.exercises[id]

    def only(self, ids: Collection[str]) -> "Library":
        """These exercises of it; easier and harder versions among the others are left off."""
        kept = {
            one.id: replace(
                one,
                regressions=tuple(id for id in one.regressions if id in ids),
                progressions=tuple(id for id in one.progressions if id in ids),
            )
            for one in self.exercises.values()
            if one.id in ids
        }
        return replace(self, exercises=MappingProxyType(kept))
