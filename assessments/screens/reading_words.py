"""Reads a screen's own words for what it takes from another: of an item, of its options, and of a whole test."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from assessments.screens.definitions import Item, Section, Test
from clinic.knowledge.reading import Entry, Problem

OF_AN_ITEM = {"label": "label", "short": "short", "ask": "ask_clinician", "note": "note"}
OF_A_TEST = ("name", "how_to", "normal", "reliability", "positive_means", "avoid_when")


@dataclass(frozen=True, slots=True)
class Words:
    """What is said anew: item → fields, test → fields. An id may be both a test's and its item's."""

    of_items: dict[str, dict[str, Any]] = field(default_factory=dict)
    of_tests: dict[str, dict[str, Any]] = field(default_factory=dict)

    def items(self, items: Iterable[Item], without: Collection[str]) -> tuple[Item, ...]:
        """The items less `without`, as this screen says them."""
        return tuple(
            replace(item, **self.of_items.get(item.id, {})) for item in items if item.id not in without
        )

    def test(self, test: Test, without: Collection[str]) -> Test:
        """The test with its items less `without`; how it is done is told at each of its items too."""
        own = self.of_tests.get(test.id, {})
        items = self.items(test.items, without)
        if how_to := own.get("how_to"):
            items = tuple(replace(item, ask_clinician=how_to) for item in items)
        return replace(test, **own, items=items)


def read_words(entry: Entry, section: Section) -> Words:
    """`[words.<item or test of the section>]`: only words, never what may be answered. Raises KnowledgeError."""
    items = {item.id: item for item in section.items}
    tests = {test.id for test in section.tests}
    words = Words()
    for id, row in entry.named_tables("words").items():
        if id not in items and id not in tests:
            raise entry.error(
                Problem.DANGLING, "words", f"{id!r} is no item or test of the section {section.id}"
            )
        if id in items:
            words.of_items[id] = _of_an_item(row, items[id])
        if id in tests:
            words.of_tests[id] = {key: row.text(key) for key in OF_A_TEST if row.has(key)}
        row.done()
    return words


def _of_an_item(row: Entry, item: Item) -> dict[str, Any]:
    said: dict[str, Any] = {name: row.text(key) for key, name in OF_AN_ITEM.items() if row.has(key)}
    if row.has("options"):
        labels = row.take("options")
        row.ids("options", tuple(labels), item.options)
        said["option_labels"] = MappingProxyType({**item.option_labels, **labels})
    return said
