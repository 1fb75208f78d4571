"""Reads a recipe that `extends` an earlier version of itself: everything of that one, and what it says anew.

It adds the pace of the ladder, and may give pieces of advice and the titles of categories plainer words. Nothing that
decides about a patient (a phase, a condition, a dose) can be changed this way.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from clinic.knowledge.files import KnowledgeFile
from clinic.knowledge.reading import Entry, Problem
from clinic.knowledge.sources import load_sources
from programs.builder.recipe import Advice, Category, Pace, Recipe


def with_additions(earlier: Recipe, file: KnowledgeFile) -> Recipe:
    """The earlier version with what this file adds, under its name and fingerprint. Raises KnowledgeError."""
    entry, known = file.entry, frozenset(load_sources())
    pace = _pace(entry.table("pace"), earlier, known)
    added = replace(
        earlier,
        head=file.head,
        fingerprint=hashlib.sha256((earlier.fingerprint + file.fingerprint).encode()).hexdigest(),
        ladder=replace(earlier.ladder, pace=pace),
        advice=_advice_anew(entry, earlier.advice),
        categories=_categories_anew(entry, earlier.categories),
    )
    entry.done()
    return added


def _pace(row: Entry, earlier: Recipe, known: Collection[str]) -> Pace:
    pace = Pace(
        greens=row.whole("greens"),
        quick_greens=row.whole("quick_greens"),
        quick=row.ids("quick", row.texts("quick"), earlier.classes),
    )
    if not 1 <= pace.quick_greens <= pace.greens:
        raise row.error(Problem.MALFORMED, "quick_greens", "is 1 to greens")
    row.sources(known)
    row.done()
    return pace


def _advice_anew(entry: Entry, earlier: tuple[Advice, ...]) -> tuple[Advice, ...]:
    """The same advice on the same conditions, in the words of `advice_anew` (id → text)."""
    said = _said_anew(entry, "advice_anew", {one.id for one in earlier})
    return tuple(replace(one, text=said.get(one.id, one.text)) for one in earlier)


def _categories_anew(entry: Entry, earlier: Mapping[str, Category]) -> Mapping[str, Category]:
    """The same categories, with the titles of `titles_anew` (category → title)."""
    said = _said_anew(entry, "titles_anew", earlier)
    return MappingProxyType({id: replace(one, title=said.get(id, one.title)) for id, one in earlier.items()})


def _said_anew(entry: Entry, key: str, known: Collection[str]) -> dict[str, str]:
    table = entry.table_or_empty(key)
    said = {id: table.text(id) for id in table.ids(key, table.keys(), known)}
    table.done()
    return said
