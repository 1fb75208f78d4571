"""An answer in words, the same wherever it is read: beside the next field, in a review, in a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assessments.screens.answers import SIDES
from assessments.screens.definitions import Item
from assessments.screens.definitions import Screen as Definition
from assessments.screens.derived import Derived

UNABLE = "unable because of pain"


def shown(item: Item, value: Any, *, unable: bool = False) -> str:
    """“left 76 deg, right 74 deg”, “yes”, “28, 30, 31, 32 km”; null is “not known”."""
    if unable:
        return UNABLE
    if isinstance(value, Mapping):
        return ", ".join(f"{side} {_one(item, value[side])}" for side in SIDES if value.get(side) is not None)
    return _one(item, value)


def named(definition: Definition, item: Item) -> str:
    """What the item is called where its test does not stand above it: “Slump test”."""
    if item.short or item.is_history:
        return item.short or item.label
    return f"{definition.tests[item.test].name}: {item.label[:1].lower()}{item.label[1:]}"


def _one(item: Item, value: Any) -> str:
    if item.chart is not None:
        return "; ".join(item.chart.in_words(mark) for mark in value or ()) or "nothing marked"
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        parts = [item.option_label(one) if isinstance(one, str) else f"{one:g}" for one in value]
        return f"{', '.join(parts)} {item.unit}".strip()
    if isinstance(value, str):
        return item.option_label(value) if item.options else value
    return f"{value:g} {unit_word(item)}".strip()


def unit_word(measured: Item | Derived) -> str:
    """The unit as it is written behind a number; pain scores say what they are out of."""
    return {"NPRS": "of 10", "0-3": "of 3"}.get(measured.unit, measured.unit)
