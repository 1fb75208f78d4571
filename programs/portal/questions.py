"""The history from home, one question a page: what stands on each page, and its form in the patient's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse

from assessments.screens.definitions import Item
from assessments.screens.forms import field_for, plain
from assessments.screens.from_home import AtHome
from clinic.ui.fields import ChoiceCardsField, YesNoUnknownField

YES_NO = (("yes", "Yes"), ("no", "No"), ("unknown", "I do not know"))
NOTHING_CHOSEN = "Choose or write an answer, or press “Skip this question”."


class QuestionForm(forms.Form):
    """One question as the patient is asked it. After `is_valid()`, `value` is what the screen stores."""

    def __init__(self, item: Item, data: Any = None, *, stands: Any = None, was_said: bool = False) -> None:
        super().__init__(data)
        self.item = item
        self.fields["answer"] = _field(item)
        if was_said:
            self.initial["answer"] = _shown(item, stands)

    @property
    def value(self) -> Any:
        given = self.cleaned_data["answer"]
        return YesNoUnknownField.words[given] if self.item.kind == "bool" else plain(given)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands among those asked now. `before` and `after` are addresses; `before` may be empty."""

    number: int
    of: int
    before: str
    after: str


def _field(item: Item) -> forms.Field:
    words = item.plain
    assert words is not None  # noqa: S101 - only such items are asked here
    if item.kind == "bool":
        field: forms.Field = ChoiceCardsField(choices=YES_NO)
    elif item.kind == "enum":
        field = ChoiceCardsField(choices=_choices(item))
    elif item.kind == "multi":
        field = forms.MultipleChoiceField(choices=_choices(item), widget=forms.CheckboxSelectMultiple)
    else:
        field = field_for(item)
    field.label, field.help_text, field.required = words.ask, words.help, True
    field.error_messages["required"] = NOTHING_CHOSEN
    return field


def _choices(item: Item) -> list[tuple[str, str]]:
    words = item.plain.option_labels if item.plain else {}
    return [(value, words.get(value, label)) for value, label in item.choices]


def _shown(item: Item, value: Any) -> Any:
    """What a stored answer picks in the patient's form."""
    if item.kind == "bool":
        return next(word for word, meant in YesNoUnknownField.words.items() if meant is value)
    return value


def place_of(here: AtHome, item: Item) -> Place | None:
    """None for a question that is not asked with what was said so far."""
    asked = here.questions()
    if item not in asked:
        return None
    at = asked.index(item)
    before = address(asked[at - 1]) if at else ""
    after = address(asked[at + 1]) if at + 1 < len(asked) else reverse("portal:questions_done")
    return Place(at + 1, len(asked), before, after)


def go_on_at(here: AtHome) -> Item | None:
    """The first question behind the last one answered; None when there is none."""
    asked = here.questions()
    answered = [place for place, item in enumerate(asked) if item.id in here.answered]
    behind = asked[answered[-1] + 1 :] if answered else asked
    return next(iter(behind), None)


def skipped(here: AtHome) -> list[Item]:
    """What is asked and was not answered."""
    return [item for item in here.questions() if item.id not in here.answered]


def address(item: Item) -> str:
    return reverse("portal:question", args=[item.id])
