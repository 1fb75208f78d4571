"""Reads a recipe that `extends` an earlier version of itself: everything of that one, and the pace it adds."""

import hashlib
from dataclasses import replace

from clinic.knowledge.files import KnowledgeFile
from clinic.knowledge.reading import Problem
from clinic.knowledge.sources import load_sources
from programs.builder.recipe import Pace, Recipe


def with_pace(earlier: Recipe, file: KnowledgeFile) -> Recipe:
    """The earlier version with this file's `pace`, under this file's name and fingerprint. Raises KnowledgeError."""
    entry = file.entry
    row = entry.table("pace")
    pace = Pace(
        greens=row.whole("greens"),
        quick_greens=row.whole("quick_greens"),
        quick=row.ids("quick", row.texts("quick"), earlier.classes),
    )
    if not 1 <= pace.quick_greens <= pace.greens:
        raise row.error(Problem.MALFORMED, "quick_greens", "is 1 to greens")
    row.sources(frozenset(load_sources()))
    row.done()
    entry.done()
    return replace(
        earlier,
        head=file.head,
        fingerprint=hashlib.sha256((earlier.fingerprint + file.fingerprint).encode()).hexdigest(),
        ladder=replace(earlier.ladder, pace=pace),
    )
