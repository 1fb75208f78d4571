"""Reads how a screen is asked: questions a newer version adds, when each is asked, and the patient's words for it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from assessments.screens.definitions import Item, PlainWords, SafetyText, Section
from clinic.knowledge.reading import Entry, Problem

Vocabulary = Mapping[str, Collection[str]]


def with_added_items(
    entry: Entry, sections: tuple[Section, ...], read: Callable[[Entry, str], Item]
) -> tuple[Section, ...]:
    """The sections with each of the file's own `[[items]]` in the section and after the item it names."""
    for row in entry.tables("items"):
        place = {section.id: section for section in sections}
        section = place[row.choice("in", tuple(place))]
        asked = [item.id for item in section.items if item.is_history]
        behind = asked.index(row.choice("after", asked)) + 1
        added = read(row, section.id)
        grown = replace(section, items=(*section.items[:behind], added, *section.items[behind:]))
        sections = tuple(grown if one is section else one for one in sections)
    return sections


def with_asking(entry: Entry, sections: tuple[Section, ...], vocabulary: Vocabulary) -> tuple[Section, ...]:
    """The sections with `[asked_when]` and `[in_plain_words]` on the items they name."""
    items = {item.id: item for section in sections for item in section.items}
    for name, row in entry.named_tables("in_plain_words").items():
        _known(entry, "in_plain_words", name, items)
        items[name] = replace(items[name], plain=_plain(row, items[name]))
    when = entry.table_or_empty("asked_when")
    follow_ups = when.keys()
    for name in follow_ups:
        _known(entry, "asked_when", name, items)
        condition = when.condition(name, vocabulary)
        if name in condition.names():
            raise when.error(Problem.MALFORMED, name, "is asked when its own answer is known")
        items[name] = replace(items[name], asked_when=condition)
    return tuple(_section(section, items) for section in sections)


def _known(entry: Entry, key: str, name: str, items: Mapping[str, Item]) -> None:
    if name not in items:
        raise entry.error(Problem.DANGLING, key, f"{name!r} is no item of this screen")


def _plain(row: Entry, item: Item) -> PlainWords:
    if not item.is_history:
        raise row.error(Problem.MALFORMED, "ask", "only history is asked at home: a test needs a clinician")
    labels = row.take("options", {})
    row.ids("options", tuple(labels), item.options)
    plain = PlainWords(row.text("ask"), row.text("help", ""), MappingProxyType(labels))
    row.done()
    return plain


def read_safety_text(entry: Entry, groups: Collection[str]) -> SafetyText | None:
    """`[safety_text]`, or None when the file has none. `groups` are those of the screen's items."""
    if not entry.has("safety_text"):
        return None
    row = entry.table("safety_text")
    found = SafetyText(row.text("title"), row.text("text"), row.choice("after_yes_in", groups))
    row.done()
    return found


def _section(section: Section, items: Mapping[str, Item]) -> Section:
    tests = tuple(replace(test, items=_same(test.items, items)) for test in section.tests)
    return replace(section, tests=tests, items=_same(section.items, items))


def _same(old: Iterable[Item], items: Mapping[str, Item]) -> tuple[Item, ...]:
    return tuple(items[item.id] for item in old)
