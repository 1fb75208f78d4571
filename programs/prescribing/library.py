"""The exercise library as a clinician looks through it: by category, with what was searched for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from programs.exercises.definitions import Exercise
from programs.exercises.figures import has_figure
from programs.exercises.reading import load_library, load_titles

MOST_MOVING = 24
"""So many figures move at once; a longer page stands still."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One exercise, and whether it is drawn."""

    exercise: Exercise
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The exercises of one category that were found."""

    category: str
    title: str
    exercises: Sequence[Shown]


def shelves(asked: str = "", category: str = "") -> list[Shelf]:
    """Categories in the order of the library, each with the exercises whose words hold every word of `asked`."""
    words = asked.casefold().split()
    found: dict[str, list[Shown]] = {}
    for one in load_library().exercises.values():
        if category in ("", one.category) and all(word in _searched(one) for word in words):
            found.setdefault(one.category, []).append(Shown(one, has_figure(one.id)))
    titles = load_titles()
    return [Shelf(name, titles[name], exercises) for name, exercises in found.items()]


def may_move(found: Sequence[Shelf]) -> bool:
    """Whether so few were found that their figures may all move."""
    return sum(len(shelf.exercises) for shelf in found) <= MOST_MOVING


def _searched(exercise: Exercise) -> str:
    texts = (exercise.name, exercise.target, exercise.cue, *exercise.aliases, *exercise.equipment)
    return " ".join(texts).casefold()
