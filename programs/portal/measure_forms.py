"""The questions a patient answers about how it goes: a number from 0 to 10, the change they see, a new activity."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from clinic.ui.fields import ChoiceCardsField, PainScaleField
from clinic.ui.widgets import PainScale
from programs.outcomes.models import LONGEST_WORDS
from programs.outcomes.schedule import Asked
from programs.portal.widgets import HowMuch

BETTER, SAME, WORSE = "better", "same", "worse"
WAYS = ((BETTER, "Better"), (SAME, "About the same"), (WORSE, "Worse"))


class _Keyed(forms.Form):
    """A form with a key of its own, so that it is stored once however often it is sent."""

    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"client_key": uuid.uuid4()})


class RatingForm(_Keyed):
    """One number from 0 to 10. After `is_valid()`, `given` is what is stored."""

    value = PainScaleField()

    def __init__(self, asked: Asked, data: Any = None, *, about: str = "") -> None:
        super().__init__(data)
        self.fields["value"] = _scale(asked, f"{about} {asked.ask}".strip())

    @property
    def given(self) -> int:
        return int(self.cleaned_data["value"])


class ChangeForm(_Keyed):
    """Better, the same or worse, and how much: −7 to +7 as `given`."""

    way = ChoiceCardsField(
        choices=WAYS,
        error_messages={
            "required": "Choose “Better”, “About the same” or “Worse”.",
        },
    )
    value = forms.TypedChoiceField(
        label="How much?",
        help_text="Only if it is better or worse.",
        coerce=int,
        empty_value=None,
        choices=[(number, str(number)) for number in range(1, 8)],
        error_messages={
            "required": "Choose how much, from 1 (a tiny bit) to 7 (very much).",
            "invalid_choice": "Choose a number from 1 to 7.",
        },
    )

    def __init__(self, asked: Asked, data: Any = None) -> None:
        super().__init__(data)
        way, value = self.fields["way"], self.fields["value"]
        way.label, way.help_text = asked.ask, asked.help
        numbers = value.choices  # type: ignore[attr-defined]
        value.widget = HowMuch(low=asked.low, high=asked.high, choices=numbers)
        value.required = data is None or data.get("way") in {BETTER, WORSE}

    @property
    def given(self) -> int:
        """What is about the same is 0, whatever number was touched before."""
        sign = {BETTER: 1, SAME: 0, WORSE: -1}[self.cleaned_data["way"]]
        return sign * int(self.cleaned_data["value"] or 0)


class ActivityForm(_Keyed):
    """A new activity in the patient's own words, with its first number."""

    words = forms.CharField(
        label="What would you like to do again?",
        help_text="In your own words, such as “tie my shoes” or “run to the park”.",
        max_length=LONGEST_WORDS,
        error_messages={
            "required": "Write what you would like to do again.",
            "max_length": f"Say it in a few words, at most {LONGEST_WORDS} letters.",
        },
    )
    value = PainScaleField()

    def __init__(self, asked: Asked, data: Any = None) -> None:
        super().__init__(data)
        self.fields["value"] = _scale(asked, asked.ask)


def _scale(asked: Asked, label: str) -> PainScaleField:
    return PainScaleField(
        label=label,
        help_text=asked.help,
        widget=PainScale(low=asked.low, high=asked.high),
        error_messages={
            "required": f"Choose a number from 0 ({asked.low.lower()}) to 10 ({asked.high.lower()})."
        },
    )
