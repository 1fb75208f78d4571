"""Reads a recipe's `sessions`: which exercises a strength session holds, and which runs have drills and cues."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from clinic.knowledge.reading import Entry, Problem
from programs.builder.recipe import Phase
from programs.builder.sessions import RUNS, STRENGTH, Share, Split


def read_sessions(
    entry: Entry, phases: Iterable[Phase], kinds: Mapping[str, str], sources: Collection[str]
) -> Split:
    """The split, once every strength session of every phase's week is one it knows. Raises KnowledgeError."""
    split = Split(
        letters=MappingProxyType(dict(_letter(row, kinds) for row in entry.tables("strength"))),
        alternating=entry.text("alternating"),
        every_day_from=entry.whole("every_day_from"),
        drills_on=frozenset(entry.ids("drills_on", entry.texts("drills_on"), RUNS)),
        cues_on=frozenset(entry.ids("cues_on", entry.texts("cues_on"), RUNS)),
        kinds=MappingProxyType(dict(kinds)),
    )
    entry.text("note")
    entry.sources(sources)
    entry.done()
    asked = {day.strength for phase in phases for day in phase.week if day.strength}
    if unknown := sorted(asked - {split.alternating, *split.letters}):
        raise entry.error(
            Problem.DANGLING, "strength", f"has no session {unknown[0]!r}, which a week asks for"
        )
    return split


def _letter(entry: Entry, kinds: Mapping[str, str]) -> tuple[str, tuple[Share, ...]]:
    shares = tuple(_share(row, kinds) for row in entry.tables("holds", named_by="category"))
    letter = entry.text("id")
    if not shares:
        raise entry.error(Problem.MALFORMED, "holds", "names no exercise")
    entry.done()
    return letter, shares


def _share(entry: Entry, kinds: Mapping[str, str]) -> Share:
    loads = [category for category, kind in kinds.items() if kind in STRENGTH]
    share = Share(entry.choice("category", loads), entry.whole("place", 0))
    if share.place < 0:
        raise entry.error(Problem.MALFORMED, "place", "counts from 1")
    entry.done()
    return share
