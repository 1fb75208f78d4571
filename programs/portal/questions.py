"""The history from home, one question a page: what stands on each page, and its form in the patient's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse

from assessments.screens import offered
from assessments.screens.definitions import Item
from assessments.screens.forms import field_for, plain
from assessments.screens.from_home import AtHome
from clinic.ui.fields import ChoiceCardsField, YesNoUnknownField

YES_NO = (("yes", "Yes"), ("no", "No"), ("unknown", "I do not know"))
NOTHING_CHOSEN = "Choose or write an answer, or press “Skip this question”."
NO_PLACE = "Choose a place, so that you are asked the right questions."


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


class WhereForm(forms.Form):
    """Which place troubles the patient. After `is_valid()`, `catalogue` is the screen that asks about it."""

    answer = ChoiceCardsField(
        label="Where is the trouble?",
        help_text="Choose what troubles you most. Tell your therapist of anything else at the visit.",
        error_messages={"required": NO_PLACE, "invalid_choice": NO_PLACE},
    )

    def __init__(self, data: Any = None, *, chosen: str = "") -> None:
        super().__init__(data)
        choices = [(one.screen, one.say_patient) for one in offered.places()]
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]
        self.initial["answer"] = chosen

    @property
    def catalogue(self) -> str:
        return str(self.cleaned_data["answer"])


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
    before = address(here, asked[at - 1]) if at else where(here)
    after = address(here, asked[at + 1]) if at + 1 < len(asked) else thanks(here)
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


def way_in(here: AtHome) -> str:
    """Where a patient who comes back goes on: the place, while nothing was said; the first open question; the end."""
    if here.asks_where and not here.in_progress:
        return reverse("portal:questions_where")
    return first_open(here)


def first_open(here: AtHome) -> str:
    """The first question behind the last one answered, or the end."""
    item = go_on_at(here)
    return address(here, item) if item else thanks(here)


def where(here: AtHome) -> str:
    """The page that asks for the place, with the one chosen so far; empty where it is no question."""
    return f"{reverse('portal:questions_where')}?place={here.catalogue}" if here.asks_where else ""


def address(here: AtHome, item: Item) -> str:
    return reverse("portal:question", args=[here.catalogue, item.id])


def thanks(here: AtHome) -> str:
    return reverse("portal:questions_done", args=[here.catalogue])
