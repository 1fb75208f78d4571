"""Finding an item of a screen by its name, whichever section it stands in."""

from __future__ import annotations

from assessments.charting.section_page import ScreenPage
from assessments.screens.definitions import Item, Section
from assessments.screens.showing import named

Found = list[tuple[Section, list[tuple[str, str]]]]


def find(page: ScreenPage, typed: str) -> list[Item]:
    """The items with every word of `typed` in their name, test or section, in exam order; one called just so, alone.

    Nothing typed finds every item.
    """
    wanted = typed.casefold().split()
    items = [item for section in page.sections for item in section.items]
    exact = [item for item in items if named(page.screen.definition, item).casefold().split() == wanted]
    return exact or [item for item in items if all(word in _words_of(page, item) for word in wanted)]


def listed(page: ScreenPage, items: list[Item]) -> Found:
    """Each section with (name, address) of those of its items."""
    rows = [
        (
            section,
            [
                (named(page.screen.definition, item), page.link(item))
                for item in section.items
                if item in items
            ],
        )
        for section in page.sections
    ]
    return [(section, found) for section, found in rows if found]


def _words_of(page: ScreenPage, item: Item) -> str:
    definition = page.screen.definition
    test = definition.tests[item.test].name if not item.is_history else ""
    section = page.find(item.section)
    return " ".join([named(definition, item), item.label, test, section.title if section else ""]).casefold()
