"""The form that logs one session: a question for each exercise, pain once, and a note."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django import forms

from clinic.ui.fields import PainScaleField, SomeOfField
from clinic.ui.widgets import DateInput, TimeInput
from programs.plans.diary import LONGEST_NOTE, Did, must_be_a_day, must_say_something
from programs.plans.models import Exercise
from programs.plans.refusals import Refusal
from programs.portal.widgets import DoneOrNot
from programs.portal.words import WARNING_SIGNS

PREFIX = "exercise_"
DONE, COULD_NOT = "done", "could_not"
LONGEST_ID = 18  # digits; a longer number is nobody's, and Python refuses to read one of thousands


def field_name(exercise_id: int) -> str:
    return f"{PREFIX}{exercise_id}"


class SessionForm(forms.Form):
    """One session. `exercises` are those of the day; `today` is the patient's own day."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.CharField(widget=forms.HiddenInput, max_length=3)
    client_key = forms.UUIDField(widget=forms.HiddenInput)
    pain_during = PainScaleField(
        label="How much did it hurt at its worst?",
        help_text="0 is no pain, 10 is the worst you can think of.",
    )
    symptoms = SomeOfField(
        label="Did any of these happen since your last session?",
        help_text="Choose all that did. If none did, leave them empty.",
        choices=list(WARNING_SIGNS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label="Anything your therapist should know?",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    on_day = forms.DateField(label="Which day was it?", widget=DateInput)

    def __init__(self, *args: Any, exercises: Sequence[Exercise], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.exercises = list(exercises)
        for exercise in self.exercises:
            self.fields[field_name(exercise.pk)] = forms.ChoiceField(
                label=exercise.name,
                required=False,
                choices=[(DONE, "Done"), (COULD_NOT, "Could not do")],
                widget=DoneOrNot,
                error_messages={"invalid_choice": "Choose “Done” or “Could not do”."},
            )

    @classmethod
    def fresh(
        cls, *, version_id: int, day: str, today: dt.date, exercises: Sequence[Exercise]
    ) -> SessionForm:
        """An empty form with a key of its own."""
        start = {"version": version_id, "day": day, "client_key": uuid.uuid4(), "on_day": today}
        return cls(initial=start, exercises=exercises, today=today)

    def clean(self) -> dict[str, Any]:
        """What the action would refuse one by one is told here all at once, each at its field."""
        said: dict[str, Any] = super().clean() or {}
        if "on_day" in said:
            self._refuse("on_day", lambda: must_be_a_day(said["on_day"], today=self.today))
        asked = [field_name(exercise.pk) for exercise in self.exercises]
        if asked and not self.errors.keys() & set(asked):
            self._refuse(asked[0], lambda: must_say_something(self.entries()))
        return self.cleaned_data

    def _refuse(self, field: str, check: Callable[[], None]) -> None:
        try:
            check()
        except Refusal as refusal:
            self.add_error(field, str(refusal))

    def entries(self) -> list[Did]:
        """What was said of each exercise; an id the form never asked about is passed on, to be refused."""
        known = {field_name(exercise.pk) for exercise in self.exercises}
        asked = [_did(exercise.pk, self.cleaned_data[field_name(exercise.pk)]) for exercise in self.exercises]
        strange = [name for name in self.data if name.startswith(PREFIX) and name not in known]
        return asked + [_did(_number(name), str(self.data[name])) for name in strange]


class CalendarForm(forms.Form):
    """When a session begins in the patient's calendar."""

    time_of_day = forms.TimeField(
        label="When do you train?",
        help_text="Every session begins at this time, where you are.",
        widget=TimeInput,
        error_messages={
            "required": "Choose a time.",
            "invalid": "That is not a time. Write it like 18:00. Nothing was changed.",
        },
    )


def _did(exercise_id: int, said: str) -> Did:
    return Did(exercise_id, done=said == DONE, could_not=said == COULD_NOT)


def _number(name: str) -> int:
    """The id in a field's name; 0, which no exercise has, where there is none."""
    digits = name.removeprefix(PREFIX)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < LONGEST_ID else 0
