"""Reads which exercises a recipe takes, and proves that its screen can allow and forbid each of them."""

from collections.abc import Mapping
from pathlib import Path

from clinic.knowledge.conditions import Condition
from clinic.knowledge.reading import Entry, Problem
from programs.exercises.definitions import CLASS_FACT, PHASE_FACT, Library
from programs.exercises.reading import load_library

Vocabulary = Mapping[str, tuple[str, ...]]


def read_library(entry: Entry, folder: Path, vocabulary: Vocabulary) -> Library:
    """The exercises of the pinned files less `left_out`, each of which this screen can allow and forbid."""
    every = load_library(entry.texts("library"), folder)
    left_out = entry.ids("left_out", entry.texts("left_out", ()), every.exercises)
    library = every.only(set(every.exercises) - set(left_out))
    for one in library.exercises.values():
        if missing := _not_asked(one.block_if, vocabulary):
            raise entry.error(
                Problem.DANGLING, "library", f"{one.id}: blocked by {missing}, which is not asked here"
            )
        if missing := _not_asked(one.require, vocabulary):
            raise entry.error(
                Problem.DANGLING,
                "library",
                f"{one.id}: asks for {missing}, which is not asked here: leave it out",
            )
    return library


def _not_asked(condition: Condition | None, vocabulary: Vocabulary) -> str:
    """What a condition names that this screen never answers, as "a, b = c": it could not forbid, or never allow."""
    asked = condition.tests() if condition is not None else ()
    ours = (one for one in asked if one.fact not in (CLASS_FACT, PHASE_FACT))
    return ", ".join(sorted({str(one) for one in ours if one.complaints(vocabulary)}))
