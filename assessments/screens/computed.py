"""What follows from the answers so far, in words, to stand beside the fields it comes from.

The values are the ones triage is decided on (`Screen.derive`): nothing is computed a second time elsewhere. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assessments.screens.answers import SIDES, Answers
from assessments.screens.definitions import Item, Screen
from assessments.screens.derived import BY_SIDE, Derived
from assessments.screens.showing import named, unit_word
from clinic.knowledge.conditions import Facts, Value

COMPARED = ("int", "float")


@dataclass(frozen=True, slots=True)
class Computed:
    """One computed value by name. `value` is in words with its unit; empty while the items in `needs` are open."""

    name: str
    value: str
    needs: tuple[str, ...] = ()


def computed(screen: Screen, answers: Answers, items: Iterable[Item]) -> dict[str, list[Computed]]:
    """Item id → the values to show behind it: those whose last item here it is, once one of their items is answered.

    Every item that can ever have such a value is a key. A pair that no value of the catalogue compares is compared by
    its plain side difference.
    """
    shown_items = {item.id: item for item in items}
    facts = screen.derive(answers)
    using = [rule for rule in screen.derived.values() if rule.how != "involved_side"]
    compared = {name for rule in using if rule.unit for name in rule.inputs}
    found: dict[str, list[Computed]] = {}
    for rule in using:
        behind = [name for name in shown_items if name in screen.items_behind(rule.id)]
        if not behind or not set(rule.inputs).intersection(behind):
            continue
        values = found.setdefault(behind[-1], [])
        if any(name in answers.unable or answers.get(name) is not None for name in behind):
            values.append(_of(rule, screen, answers, facts))
    for name, item in shown_items.items():
        if name not in compared and item.laterality == "per_side" and item.kind in COMPARED:
            found.setdefault(name, []).extend(_gap(item, answers))
    return found


def _of(rule: Derived, screen: Screen, answers: Answers, facts: Facts) -> Computed:
    value = facts.get(rule.id)
    if value is not None:
        return Computed(rule.short, _words(rule, value))
    open_items = screen.unanswered(rule.id, answers)
    return Computed(rule.short, "", tuple(named(screen, screen.items[name]) for name in open_items))


def _words(rule: Derived, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g} {unit_word(rule)}".strip() if isinstance(value, int | float) else str(value)


def _gap(item: Item, answers: Answers) -> Iterator[Computed]:
    """“3 cm, left larger”; nothing until both sides are known."""
    sides = answers.get(item.id)
    gap = BY_SIDE["side_gap"](sides) if isinstance(sides, Mapping) else None
    if gap is None or not isinstance(sides, Mapping):
        return
    larger = max(SIDES, key=lambda side: sides[side])
    unit = unit_word(item) if item.unit != "NPRS" else "points"
    words = f"{gap:.3g} {unit}".strip() + f", {larger} larger" if gap else "none"
    yield Computed(f"{item.label}, side difference", words)
