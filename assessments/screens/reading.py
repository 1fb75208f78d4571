"""Reads a catalogue file into a Screen, refusing anything it does not know."""

import hashlib
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

from assessments.screens.body import load_body
from assessments.screens.definitions import (
    KINDS,
    LATERALITIES,
    Cutoff,
    Item,
    Kind,
    Laterality,
    Screen,
    Section,
    Test,
)
from assessments.screens.derived import WAYS, Derived, Score
from assessments.screens.offered import CATALOGUE, usual_screen
from assessments.screens.reading_asking import read_safety_text, with_added_items, with_asking
from assessments.screens.reading_shared import Shared, must_be_askable
from clinic.knowledge.files import KnowledgeFile, earlier_version, open_file
from clinic.knowledge.reading import REQUIRED, Entry, Problem, unique
from clinic.knowledge.sources import load_sources

NUMBERS = ("int", "float", "list_float")


@lru_cache(maxsize=16)
def load_screen(name: str = "", version: int | None = None, folder: Path = CATALOGUE) -> Screen:
    """One screen, or the usual one, verified against PUBLISHED; without `version`, the newest. Raises KnowledgeError.

    A file that `extends` an earlier version holds only what it adds, and what it says anew to patients; what may be
    answered in that version, and what is computed from it, cannot be changed by it.
    """
    file = open_file(folder, name or usual_screen(), version)
    entry, sources = file.entry, load_sources()
    base = (
        load_screen(file.head.name, earlier_version(file, folder), folder) if entry.has("extends") else None
    )
    shared = Shared(load_screen, folder, file.head.name)
    conventions = entry.take("conventions", base.conventions if base else REQUIRED)
    sections = (
        *(base.sections if base else ()),
        *(_section(row, sources, shared) for row in entry.tables("sections")),
    )
    sections = with_added_items(entry, sections, lambda row, section: _question(row, section, sources))
    items, _ = _items(entry, sections)
    vocabulary = _item_vocabulary(items)
    taken = dict(base.derived) if base else {}
    shared.values(entry, taken, {*vocabulary, *items, *taken})
    derived = _derived(entry, items, vocabulary, taken)
    must_be_askable(entry, sections, vocabulary)
    sections = with_asking(entry, sections, vocabulary)
    items, tests = _items(entry, sections)
    safety_text = read_safety_text(entry, {item.group for item in items.values()}) or (
        base.safety_text if base else None
    )
    entry.done()
    return Screen(
        head=file.head,
        fingerprint=_fingerprint(file, base, shared),
        conventions=MappingProxyType(conventions),
        sections=sections,
        derived=MappingProxyType(derived),
        items=MappingProxyType(items),
        tests=MappingProxyType(tests),
        vocabulary=MappingProxyType(vocabulary),
        extends=(base.label, *base.extends) if base else (),
        safety_text=safety_text,
    )


def _fingerprint(file: KnowledgeFile, base: Screen | None, shared: Shared) -> str:
    """Of the file alone, or of everything it rests on: nothing under it can change unseen."""
    below = (base.fingerprint if base else "") + shared.fingerprint
    return hashlib.sha256((below + file.fingerprint).encode()).hexdigest() if below else file.fingerprint


def _section(entry: Entry, sources: Collection[str], shared: Shared) -> Section:
    id = entry.text("id")
    tests = tuple(_test(row, id, sources) for row in entry.tables("tests"))
    asked = tuple(_question(row, id, sources) for row in entry.tables("items"))
    if entry.has("from"):
        section = shared.section(entry, id, asked, tests)
        entry.done()
        return section
    measured = tuple(item for test in tests for item in test.items)
    section = Section(id, entry.text("title"), entry.text("intro", ""), tests, asked + measured)
    entry.done()
    return section


def _question(entry: Entry, section: str, sources: Collection[str]) -> Item:
    item = Item(
        id=entry.text("id"),
        label=entry.text("label"),
        short=entry.text("short", ""),
        section=section,
        group=entry.text("group"),
        core_triage=entry.flag("core_triage", default=False),
        ask_clinician=entry.text("ask"),
        note=entry.text("note", ""),
        source=entry.sources(sources),
        **_values(entry),  # type: ignore[arg-type]
    )
    return _finished(entry, item)


def _finished(entry: Entry, item: Item) -> Item:
    if item.chart is not None and (item.test or item.core_triage):
        raise entry.error(Problem.MALFORMED, "kind", "a pain map is history, and nothing triage decides on")
    entry.done()
    return item


def _values(entry: Entry) -> dict[str, object]:
    """What may be answered: kind, unit, range, options."""
    kind = cast(Kind, entry.choice("kind", KINDS))
    options = entry.texts("options", ())
    labels = entry.take("option_labels", {})
    entry.ids("option_labels", tuple(labels), options)
    values: dict[str, object] = {
        "kind": kind,
        "unit": entry.text("unit", ""),
        "minimum": entry.number_or_none("min"),
        "maximum": entry.number_or_none("max"),
        "step": entry.number_or_none("step"),
        "options": options,
        "option_labels": MappingProxyType(labels),
        "chart": load_body(entry.whole("body")) if kind == "pain_map" else None,
    }
    if kind in NUMBERS and (values["minimum"] is None or values["maximum"] is None):
        raise entry.error(Problem.MALFORMED, "min, max", "a number needs its allowed range")
    if kind in ("enum", "multi") and not options:
        raise entry.error(Problem.MALFORMED, "options", "is missing")
    return values


def _test(entry: Entry, section: str, sources: Collection[str]) -> Test:
    id, provocative, source = entry.text("id"), entry.flag("provocative"), entry.sources(sources)
    how_to = entry.text("how_to")
    items = tuple(
        _field(row, section=section, test=id, how_to=how_to, provocative=provocative, source=source)
        for row in entry.tables("fields")
    )
    test = Test(
        id=id,
        name=entry.text("name"),
        aliases=entry.texts("aliases", ()),
        regions=entry.texts("regions"),
        how_to=how_to,
        normal=entry.text("normal"),
        cutoffs=tuple(_cutoff(row, sources) for row in entry.tables("cutoffs", named_by=None)),
        reliability=entry.text("reliability"),
        positive_means=entry.text("positive_means"),
        evidence_quality=entry.text("evidence_quality"),
        avoid_when=entry.text("avoid_when", ""),
        licence_note=entry.text("licence_note", ""),
        source=source,
        provocative=provocative,
        items=items,
    )
    entry.done()
    return test


def _field(
    entry: Entry, *, section: str, test: str, how_to: str, provocative: bool, source: tuple[str, ...]
) -> Item:
    item = Item(
        id=entry.text("id"),
        label=entry.text("label"),
        short=entry.text("short", ""),
        section=section,
        group=test,
        laterality=cast(Laterality, entry.choice("laterality", LATERALITIES)),
        core_triage=entry.flag("core_triage", default=False),
        provocative=provocative,
        ask_clinician=how_to,
        source=source,
        test=test,
        unable=entry.take("unable", None),
        **_values(entry),  # type: ignore[arg-type]
    )
    return _finished(entry, item)


def _cutoff(entry: Entry, sources: Collection[str]) -> Cutoff:
    cutoff = Cutoff(entry.text("when"), entry.text("meaning"), entry.sources(sources))
    entry.done()
    return cutoff


def _items(entry: Entry, sections: tuple[Section, ...]) -> tuple[dict[str, Item], dict[str, Test]]:
    items: dict[str, Item] = {}
    tests: dict[str, Test] = {}
    for section in sections:
        for item in section.items:
            unique(items, entry, "items", item.id)
            items[item.id] = item
        for test in section.tests:
            unique(tests, entry, "tests", test.id)
            tests[test.id] = test
    return items, tests


def _item_vocabulary(items: Mapping[str, Item]) -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for item in items.values():
        if item.chart is not None:
            continue  # so that no condition can name it
        names = (f"{item.id}_inv", f"{item.id}_uninv") if item.laterality == "per_side" else (item.id,)
        words.update(dict.fromkeys(names, item.options))
    return words


def _derived(
    entry: Entry,
    items: Mapping[str, Item],
    vocabulary: dict[str, tuple[str, ...]],
    extended: Mapping[str, Derived],
) -> dict[str, Derived]:
    """In the order of the file: a derived value may use those above it. Adds each to the vocabulary."""
    found: dict[str, Derived] = dict(extended)
    vocabulary.update({name: one.options for name, one in extended.items()})
    for name, row in entry.named_tables("derived").items():
        unique(found, row, "derived", name)
        known = {*vocabulary, *items, *found}
        found[name] = Derived(
            id=name,
            formula=row.text("formula"),
            how=row.choice("how", WAYS),
            of=row.ids("of", row.texts("of", ()), known),
            inputs=row.ids("inputs", row.texts("inputs"), known),
            short=row.text("short"),
            unit=row.text("unit", ""),
            note=row.text("note", ""),
            unable=row.take("unable", None),
            yes_when=row.condition_or_none("yes_when", vocabulary),
            unknown_when=row.condition_or_none("unknown_when", vocabulary),
            decided_by=row.ids("decided_by", row.texts("decided_by", ()), known),
            otherwise=row.condition_or_none("otherwise", vocabulary),
            scores=tuple(_score(score, vocabulary) for score in row.tables("scores", named_by=None)),
            options=row.texts("options", ()),
        )
        vocabulary[name] = found[name].options
        row.done()
    return found


def _score(entry: Entry, vocabulary: Mapping[str, tuple[str, ...]]) -> Score:
    score = Score(entry.condition("when", vocabulary), entry.whole("points"))
    entry.done()
    return score
