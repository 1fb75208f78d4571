"""Answers to a screen: the only shape the rules accept, and the refusal of everything that does not fit it.

An impossible answer is refused whole and by name. It is never clipped, rounded or dropped, because a silently
corrected number would then decide about a person.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from assessments.screens.definitions import Item

Answer: TypeAlias = bool | int | float | str | tuple[float, ...] | tuple[str, ...] | Mapping[str, Any]

PARTS = ("history", "exam", "unable_due_to_pain")
SIDES = ("left", "right")
SINGLE = (bool, int, float, str)  # asked for before Mapping, which is several times as slow to deny
TEXT_LENGTH = 2000
LIST_LENGTH = (4, 8)


@dataclass(frozen=True, slots=True)
class AnswerError:
    """One refused answer: the item, what it allows, what was given, and the way out. All texts are for people."""

    item: str
    label: str
    allowed: str
    given: str
    way_out: str

    @property
    def message(self) -> str:
        return f"{self.label} ({self.item}) allows {self.allowed}; given was {self.given}. {self.way_out}"

    def as_dict(self) -> dict[str, str]:
        return {"item": self.item, "allowed": self.allowed, "given": self.given, "message": self.message}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a case was refused: every reason, not only the first."""

    errors: tuple[AnswerError, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Checked answers of one case. A key that is not there is not known; `unable` are items pain prevented."""

    history: Mapping[str, Answer]
    exam: Mapping[str, Answer]
    unable: frozenset[str]

    @property
    def involved_side(self) -> str:
        """left, right, or empty when it is not known (both sides, and nobody said which is worse)."""
        side = self.history.get("side")
        if side in SIDES:
            return str(side)
        return str(self.history.get("worse_side", "")) if side == "bilateral" else ""

    def get(self, item: str) -> Answer | None:
        return self.history.get(item, self.exam.get(item))

    def complete(self, item: "Item") -> bool:
        """Whether the item is answered; a per-side item needs both sides."""
        value = self.get(item.id)
        if item.laterality == "per_side":
            return isinstance(value, Mapping) and len(value) == len(SIDES)
        return value is not None

    def as_case(self) -> dict[str, Any]:
        """The case as JSON would hold it, to be stored with a result."""
        case: dict[str, Any] = {
            "history": {name: _plain(value) for name, value in self.history.items()},
            "exam": {name: _plain(value) for name, value in self.exam.items()},
        }
        if self.unable:
            case["unable_due_to_pain"] = sorted(self.unable)
        return case


def checked(items: Mapping[str, "Item"], case: object) -> Answers | Refused:
    """See `Screen.validate`."""
    if not isinstance(case, Mapping):
        return Refused((_shape(case, "the case", 'Give {"history": {…}, "exam": {…}}.'),))
    errors = list(_shape_errors(items, case))
    parts: dict[str, dict[str, Answer]] = {"history": {}, "exam": {}}
    for part, found in parts.items():
        given = case.get(part) or {}
        for name, value in given.items() if isinstance(given, Mapping) else ():
            item = items.get(name)
            if item is None or item.is_history != (part == "history") or value is None:
                continue
            error = refusal(item, value)
            if error:
                errors.append(error)
            elif (kept := _kept(item, value)) != {}:
                found[name] = kept
    if errors:
        return Refused(tuple(errors))
    unable = frozenset(case.get("unable_due_to_pain") or ())
    return Answers(MappingProxyType(parts["history"]), MappingProxyType(parts["exam"]), unable)


def _shape_errors(items: Mapping[str, "Item"], case: Mapping[Any, Any]) -> Iterator[AnswerError]:
    for key in case:
        if key not in PARTS:
            yield _shape(
                key,
                "a case",
                "Give the case itself: history, exam and unable_due_to_pain, nothing around it.",
            )
    for part in ("history", "exam"):
        yield from _part_errors(items, part, case.get(part))
    unable = case.get("unable_due_to_pain")
    if unable is not None and not isinstance(unable, (list, tuple)):
        yield AnswerError(
            "unable_due_to_pain",
            "The shape",
            "a list of exam items",
            _shown(unable),
            "Put them between [ and ].",
        )
        return
    for name in unable or ():
        if not isinstance(name, str) or name not in items or items[name].is_history:
            yield AnswerError(
                str(name),
                "An item that pain prevented",
                "only exam items of this screen",
                _shown(name),
                "Check its spelling; an exam item is named by its id.",
            )


def _part_errors(items: Mapping[str, "Item"], part: str, given: object) -> Iterator[AnswerError]:
    if given is None:
        return
    if not isinstance(given, Mapping):
        way_out = f'Give {part} as {{"item": value}}.'
        yield AnswerError(part, "The shape", "items with their answers", _shown(given), way_out)
        return
    for name in given:
        item = items.get(name)
        if item is None:
            yield AnswerError(
                str(name), "This item", "only items of this screen", f"{name!r}", "Check its spelling."
            )
        elif item.is_history != (part == "history"):
            other = "history" if item.is_history else "exam"
            yield AnswerError(
                item.id, item.label, f"a place in {other}", f"a place in {part}", f"Move it to {other}."
            )


def _shape(given: object, label: str, way_out: str) -> AnswerError:
    return AnswerError(
        str(label), "The shape", "history, exam and unable_due_to_pain", _shown(given), way_out
    )


def refusal(item: "Item", value: object) -> AnswerError | None:
    """Why `value` cannot be the answer to `item`; None when it can. Null means not known and is always fine."""
    if value is None:
        return None
    if item.laterality == "per_side":
        return _side_refusal(item, value)
    if not isinstance(value, SINGLE) and isinstance(value, Mapping):
        return _refused(item, value, "Give one value: this item is not measured on each side.")
    way_out = _CHECKS[item.kind](item, value)
    return _refused(item, value, way_out) if way_out else None


def _side_refusal(item: "Item", value: object) -> AnswerError | None:
    if not isinstance(value, Mapping):
        return _refused(
            item, value, 'Give both sides: {"left": …, "right": …}; leave out a side not measured.'
        )
    for side, one in value.items():
        if side not in SIDES:
            return _refused(item, value, f"The sides are left and right; {side!r} is not one of them.")
        if not isinstance(one, SINGLE) and isinstance(one, Mapping):
            return _refused(item, value, "Give one value for each side.")
        way_out = _CHECKS[item.kind](item, one) if one is not None else ""
        if way_out:
            return _refused(item, one, f"On the {side} side: {way_out}")
    return None


def _refused(item: "Item", value: object, way_out: str) -> AnswerError:
    allowed = f"left and right, each {item.allowed}" if item.laterality == "per_side" else item.allowed
    return AnswerError(item.id, item.label, allowed, _shown(value), way_out)


def _shown(value: object) -> str:
    """What was given, as JSON writes it, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "…"


def _bool(item: "Item", value: object) -> str:
    return "" if isinstance(value, bool) else "Answer true or false, or leave it out if it was not asked."


def _number(item: "Item", value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "Give a number."
    if isinstance(value, float) and not math.isfinite(value):
        return "Give a number that was measured, or leave it out."
    if item.minimum is not None and value < item.minimum:
        return "Measure again, or leave it out: it is below the range."
    if item.maximum is not None and value > item.maximum:
        return "Measure again, check the unit, or leave it out: it is above the range."
    if item.kind == "int" and value != int(value):
        return "Round to a whole number."
    return ""


def _option(item: "Item", value: object) -> str:
    if isinstance(value, str) and value in item.options:
        return ""
    return "Choose one of the options, or leave it out if it was not asked."


def _options(item: "Item", value: object) -> str:
    if not isinstance(value, (list, tuple)) or not value:
        return "Give a list of options."
    if any(_option(item, one) for one in value):
        return "Choose only from the options."
    if len(set(value)) < len(value):
        return "Name each option once."
    return "Choose 'none' alone, or leave it out." if "none" in value and len(value) > 1 else ""


def _numbers(item: "Item", value: object) -> str:
    low, high = LIST_LENGTH
    if not isinstance(value, (list, tuple)) or not low <= len(value) <= high:
        return f"Give a list of {low} to {high} numbers."
    return next((problem for one in value if (problem := _number(item, one))), "")


def _marks(item: "Item", value: object) -> str:
    return item.chart.refusal(value) if item.chart else "Give nothing: there is no body chart to mark."


def _text(item: "Item", value: object) -> str:
    return "" if isinstance(value, str) and len(value) <= TEXT_LENGTH else "Give a shorter text."


_CHECKS = {
    "bool": _bool,
    "int": _number,
    "float": _number,
    "enum": _option,
    "multi": _options,
    "list_float": _numbers,
    "text": _text,
    "pain_map": _marks,
}


def _kept(item: "Item", value: Any) -> Answer:
    """The value as the rules read it: no nulls, whole numbers as int, lists as tuples."""
    if isinstance(value, SINGLE):
        return int(value) if item.kind == "int" else value
    if isinstance(value, Mapping):
        return MappingProxyType(
            {side: _kept(item, value[side]) for side in SIDES if value.get(side) is not None}
        )
    return tuple(value)


def _plain(value: Answer) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
