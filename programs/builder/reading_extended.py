"""Reads a recipe that `extends` an earlier version of itself: everything of that one, and what it says anew.

It adds the pace of the ladder where that one has none, and may give pieces of advice, the titles of categories and, by
later files of its library, the cues of exercises plainer words. It may tell holds and trunk work from other strength
work, for the order of a day, and say as a number what a phase's pain rule says of fast work in words. Nothing else that
decides about a patient (a phase, a condition, a dose) can be changed this way.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from assessments.triage.rules.reading import split_pin
from clinic.knowledge.files import KnowledgeFile
from clinic.knowledge.reading import Entry, Problem
from clinic.knowledge.sources import load_sources
from programs.builder.recipe import CAUTIOUS, Advice, Category, Pace, Phase, Recipe
from programs.builder.sessions import HOLD, PLAIN_STRENGTH, TRUNK
from programs.exercises.definitions import Library
from programs.exercises.reading import load_library


def with_additions(earlier: Recipe, file: KnowledgeFile, folder: Path) -> Recipe:
    """The earlier version with what this file adds, under its name and fingerprint. Raises KnowledgeError.

    `folder` is the exercise library's.
    """
    entry, known = file.entry, frozenset(load_sources())
    library = _library_anew(entry, earlier.library, folder)
    categories = _kinds_anew(entry, _categories_anew(entry, earlier.categories))
    below = earlier.fingerprint + (library.fingerprint if library is not earlier.library else "")
    added = replace(
        earlier,
        head=file.head,
        fingerprint=hashlib.sha256((below + file.fingerprint).encode()).hexdigest(),
        library=library,
        ladder=replace(earlier.ladder, pace=_pace(entry, earlier, known)),
        advice=_advice_anew(entry, earlier.advice),
        categories=categories,
        phases=_with_speed_pain(entry, earlier.phases),
        sessions=replace(earlier.sessions, kinds={id: one.kind for id, one in categories.items()}),
    )
    entry.done()
    return added


def _pace(entry: Entry, earlier: Recipe, known: Collection[str]) -> Pace:
    """The pace it says, or the earlier version's; one of the two has to say it."""
    if earlier.ladder.pace is not CAUTIOUS and not entry.has("pace"):
        return earlier.ladder.pace
    row = entry.table("pace")
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


def _library_anew(entry: Entry, earlier: Library, folder: Path) -> Library:
    """The same exercises, with the files of `library_anew` in the place of earlier versions: only cues may differ."""
    pins = dict(split_pin(entry, "library", pin) for pin in earlier.files)
    for pin in entry.texts("library_anew", ()):
        name, number = split_pin(entry, "library_anew", pin)
        if number <= pins.get(name, number):
            raise entry.error(
                Problem.DANGLING, "library_anew", f"{pin!r} is no later version of a file taken before"
            )
        pins[name] = number
    files = tuple(f"{name}.v{number}" for name, number in pins.items())
    if files == earlier.files:
        return earlier
    found = load_library(files, folder).only(earlier.exercises)
    said = {
        id: replace(one, cue=found.exercises[id].cue)
        for id, one in earlier.exercises.items()
        if id in found.exercises
    }
    if said != found.exercises or set(said) != set(earlier.exercises):
        raise entry.error(Problem.MALFORMED, "library_anew", "differs in more than how a cue is said")
    return found


def _advice_anew(entry: Entry, earlier: tuple[Advice, ...]) -> tuple[Advice, ...]:
    """The same advice on the same conditions, in the words of `advice_anew` (id → text)."""
    said = entry.said_anew("advice_anew", {one.id for one in earlier})
    return tuple(replace(one, text=said.get(one.id, one.text)) for one in earlier)


def _categories_anew(entry: Entry, earlier: Mapping[str, Category]) -> Mapping[str, Category]:
    """The same categories, with the titles of `titles_anew` (category → title)."""
    said = entry.said_anew("titles_anew", earlier)
    return MappingProxyType({id: replace(one, title=said.get(id, one.title)) for id, one in earlier.items()})


def _with_speed_pain(entry: Entry, earlier: Mapping[str, Phase]) -> Mapping[str, Phase]:
    """The same phases, with the highest pain (0 to 10) that `speed_pain_limits` allows fast work in them."""
    table = entry.table_or_empty("speed_pain_limits")
    limits = {id: table.whole(id) for id in table.ids("speed_pain_limits", table.keys(), earlier)}
    if wrong := [id for id, limit in limits.items() if not 0 <= limit <= 10]:
        raise table.error(Problem.MALFORMED, wrong[0], "is 0 to 10")
    table.done()
    return MappingProxyType(
        {
            id: replace(one, speed_pain_limit=limits.get(id, one.speed_pain_limit))
            for id, one in earlier.items()
        }
    )


def _kinds_anew(entry: Entry, earlier: Mapping[str, Category]) -> Mapping[str, Category]:
    """The same categories; those of `kinds_anew` are a finer kind of strength work, done later in a session."""
    table = entry.table_or_empty("kinds_anew")
    plain = [id for id, one in earlier.items() if one.kind in {PLAIN_STRENGTH, HOLD, TRUNK}]
    finer = {id: table.choice(id, (HOLD, TRUNK)) for id in table.ids("kinds_anew", table.keys(), plain)}
    table.done()
    return MappingProxyType({id: replace(one, kind=finer.get(id, one.kind)) for id, one in earlier.items()})
