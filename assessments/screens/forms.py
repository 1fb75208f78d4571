"""One section of a screen as a form, drawn from the catalogue: nothing about any item is written here.

What a tab saw when it was opened travels with it (`seen`), so that only what was changed in this tab is saved, and
a newer answer from another tab is never overwritten unseen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assessments.screens.actions import Change
from assessments.screens.answers import LIST_LENGTH, SIDES, TEXT_LENGTH
from assessments.screens.definitions import Item, Section
from assessments.screens.definitions import Screen as Definition
from assessments.screens.marking import MarksField
from assessments.screens.models import Answer, may_be_unable
from clinic.ui import fields

UNABLE = "unable-"
CHOSEN, AGAINST = "choose-", "against-"
MOST_CARDS = 6  # more options than this are a list to pick from
UNKNOWN = "unknown"


class WeeksField(forms.CharField):
    """A few numbers, oldest first: “28, 30, 31, 32” → [28, 30, 31, 32]; empty → None."""

    default_error_messages = {
        "numbers": "Enter %(low)d to %(high)d numbers with a comma between, oldest first."
    }

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        parts = text.replace(";", ",").split(",") if "," in text or ";" in text else text.split()
        low, high = LIST_LENGTH
        try:
            numbers = [fields.DecimalWithUnitField().clean(part) for part in parts]
        except ValidationError:
            numbers = []
        if not low <= len(numbers) <= high or None in numbers:
            raise ValidationError(
                f"{self.error_messages['numbers'] % {'low': low, 'high': high}} {fields.quoted(value)} was given.",
                code="numbers",
            )
        return [plain(number) for number in numbers]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{number:g}" for number in value) if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class Seen:
    """What the tab was showing for one item when it was opened."""

    revision: int
    value: Any
    unable: bool


class SectionForm(forms.Form):
    """The items of one section. After `is_valid()`, `changes()` is what this tab changed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        definition: Definition,
        section: Section,
        answered: Mapping[str, Answer],
        last: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self.definition, self.section, self.answered = definition, section, answered
        self.initial["seen"] = as_seen(answered, section)
        for item in section.items:
            self.fields[item.id] = field_for(item, last=(last or {}).get(item.id, ""))
            row = answered.get(item.id)
            if row is not None and not row.unable:
                self.initial[item.id] = initial_for(item, row.value)
            if may_be_unable(definition, item):
                self.fields[UNABLE + item.id] = forms.BooleanField(
                    label="Unable because of pain", required=False, initial=bool(row and row.unable)
                )

    def changes(self) -> dict[str, Change]:
        """Item → what it should say, for each accepted item that differs from what this tab was showing."""
        seen = read_seen(self.data.get("seen", ""))
        found = {}
        for item in self.section.items:
            if item.id in self.errors:
                continue
            value, unable = (
                plain(self.cleaned_data.get(item.id)),
                bool(self.cleaned_data.get(UNABLE + item.id)),
            )
            before = seen.get(item.id)
            if before is None and value is None and not unable and not self._says_unknown(item):
                continue
            if before is not None and (before.value, before.unable) == (value, unable):
                continue
            revision = before.revision if before else 0
            if (change := self._chosen(item, Change(value, revision, unable))) is not None:
                found[item.id] = change
        return found

    def _says_unknown(self, item: Item) -> bool:
        """“Not known” was picked: asked, and still a different thing from never asked."""
        names = [item.id, *(f"{item.id}_{side}" for side in SIDES)]
        return item.kind == "bool" and any(self.data.get(name) == UNKNOWN for name in names)

    def _chosen(self, item: Item, change: Change) -> Change | None:
        """After a clash the clinician has seen both answers and picked one; None keeps the other one."""
        chosen, against = self.data.get(CHOSEN + item.id), self.data.get(AGAINST + item.id, "")
        if chosen == "theirs":
            return None
        if chosen == "mine" and against.isdecimal() and len(against) < 9:
            return Change(change.value, int(against), change.unable)
        return change


def field_for(item: Item, *, last: str = "") -> forms.Field:
    """The field of one item: a pair where both sides are asked. Never required: not asked is an answer we can keep."""
    about = item.note if item.is_history else ""
    hint = f"{about} {last}".strip()
    if item.laterality == "per_side":
        return fields.LeftRightField(_single(item), label=item.label, help_text=hint)
    field = _single(item)
    asked = item.ask_clinician if item.is_history else ""  # an exam item asks nothing: its test says how
    field.label, field.help_text = asked or item.label, hint
    return field


def _single(item: Item) -> forms.Field:
    if item.kind == "bool":
        return fields.YesNoUnknownField(required=False)
    if item.kind == "enum":
        return _one_of(item)
    if item.kind == "multi":
        return fields.SomeOfField(choices=item.choices, required=False, widget=forms.CheckboxSelectMultiple)
    if item.kind == "list_float":
        return WeeksField(required=False, max_length=200)
    if item.chart is not None:
        return MarksField(item.chart, required=False)
    if item.kind == "text":
        return forms.CharField(
            required=False, max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
        )
    return _number(item)


def _one_of(item: Item) -> forms.Field:
    if item.laterality != "per_side" and len(item.options) <= MOST_CARDS:
        return fields.ChoiceCardsField(choices=item.choices, required=False)
    return fields.OneOfField(choices=[("", "Not asked yet"), *item.choices], required=False)


def _number(item: Item) -> forms.Field:
    low, high = item.minimum, item.maximum
    if item.unit == "NPRS" and item.laterality != "per_side":
        return fields.PainScaleField(required=False)
    kind = fields.WholeWithUnitField if item.kind == "int" else fields.DecimalWithUnitField
    return kind(unit=item.unit, required=False, min_value=_exact(low), max_value=_exact(high))


def _exact(limit: float | None) -> Decimal | None:
    return None if limit is None else Decimal(f"{limit:g}")


def initial_for(item: Item, value: Any) -> Any:
    """What a field shows for a stored answer; null on a yes-or-no is “not known”, elsewhere an empty field."""
    return UNKNOWN if value is None and item.kind == "bool" and item.laterality != "per_side" else value


def plain(value: Any) -> Any:
    """A cleaned value as it is stored in JSON: numbers as int or float, nothing as None."""
    if isinstance(value, Mapping):
        sides = {side: plain(one) for side, one in value.items()}
        return {side: one for side, one in sides.items() if one is not None} or None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value] or None
    return None if value == "" else value


def as_seen(answered: Mapping[str, Answer], section: Section) -> str:
    """`seen` for a page drawn from these answers: item → [revision, value, unable]."""
    rows = [answered[item.id] for item in section.items if item.id in answered]
    return json.dumps({row.item: [row.revision, row.value, row.unable] for row in rows})


def read_seen(text: str) -> dict[str, Seen]:
    """What the tab says it saw. Something unreadable counts as having seen nothing, so that nothing is overwritten."""
    try:
        given = json.loads(text)
    except ValueError:
        return {}
    found = {}
    for item, entry in given.items() if isinstance(given, dict) else ():
        if isinstance(entry, list) and len(entry) == 3 and type(entry[0]) is int:
            found[item] = Seen(entry[0], entry[1], entry[2] is True)
    return found
