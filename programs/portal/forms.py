"""The form that logs one session: what became of each exercise, the run, pain once, and a note.

The page without JavaScript posts it; the phone's queue sends the same fields as JSON (sent.py).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django import forms

from clinic.ui.fields import DecimalWithUnitField, PainScaleField, SomeOfField, WholeWithUnitField
from clinic.ui.widgets import DateInput, PainScale, TimeInput
from programs.plans.diary import (
    LONGEST_NOTE,
    LONGEST_RUN_KM,
    LONGEST_RUN_MIN,
    Did,
    Ran,
    must_be_a_day,
    must_say_something,
)
from programs.plans.models import Exercise, ExerciseLog
from programs.plans.refusals import Refusal
from programs.portal.widgets import DoneOrNot
from programs.portal.words import WARNING_SIGNS

PREFIX = "exercise_"
DONE, COULD_NOT = "done", "could_not"
LONGEST_ID = 18  # digits; a longer number is nobody's, and Python refuses to read one of thousands
MOST_SETS_DONE = 20


def field_name(exercise_id: int, part: str = "exercise") -> str:
    """“exercise_7”, “why_7”, “pain_7”, “sets_7”, “instead_7”."""
    return f"{part}_{exercise_id}"


class OwnScaleField(PainScaleField):
    """0 to 10 in words of its own, or None where the patient leaves it out by leaving it out."""

    def __init__(self, *, low: str = "No pain", high: str = "Worst pain", **kwargs: Any) -> None:
        super().__init__(required=False, widget=PainScale(low=low, high=high), **kwargs)
        self.choices = [(number, str(number)) for number in range(11)]


class SessionForm(forms.Form):
    """One session. `exercises` are those asked about, `swaps` what may be done for each of them (id → rows).

    `today` is the patient's own day, `soon` the day it is for a phone whose clock is a little fast.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.CharField(widget=forms.HiddenInput, max_length=3, required=False)
    client_key = forms.UUIDField(widget=forms.HiddenInput)
    run_minutes = WholeWithUnitField(
        label="How long did you run?", unit="minutes", min_value=0, max_value=LONGEST_RUN_MIN, required=False
    )
    run_km = DecimalWithUnitField(
        label="How far?", unit="km", min_value=0, max_value=LONGEST_RUN_KM, decimal_places=2, required=False
    )
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
    effort = OwnScaleField(
        label="How hard was it?",
        help_text="0 is very easy, 10 is all you had.",
        low="Very easy",
        high="All I had",
    )
    note = forms.CharField(
        label="Anything your therapist should know?",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    on_day = forms.DateField(label="Which day was it?", widget=DateInput)

    def __init__(
        self,
        *args: Any,
        exercises: Sequence[Exercise],
        today: dt.date,
        soon: dt.date | None = None,
        swaps: dict[int, list[Exercise]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.soon = today, soon or today
        self.exercises = list(exercises)
        for exercise in self.exercises:
            self.fields |= _questions_of(exercise, (swaps or {}).get(exercise.pk, []))

    @classmethod
    def fresh(cls, *, version_id: int, day: str, today: dt.date, **asked: Any) -> SessionForm:
        """An empty form with a key of its own."""
        start = {"version": version_id, "day": day, "client_key": uuid.uuid4(), "on_day": today}
        return cls(initial=start, today=today, **asked)

    def clean(self) -> dict[str, Any]:
        """What the action would refuse one by one is told here all at once, each at its field."""
        said: dict[str, Any] = super().clean() or {}
        if "on_day" in said:
            day = self.today if self.today < said["on_day"] == self.soon else said["on_day"]
            self._refuse("on_day", lambda: must_be_a_day(day, today=self.today))
        asked = [field_name(exercise.pk) for exercise in self.exercises]
        enough = said.get("symptoms") or self.ran() is not None
        if not enough and not self.errors.keys() & set(asked):
            self._refuse(asked[0] if asked else None, lambda: must_say_something(self.entries()))
        return self.cleaned_data

    def _refuse(self, field: str | None, check: Callable[[], None]) -> None:
        try:
            check()
        except Refusal as refusal:
            self.add_error(field, str(refusal))

    def entries(self) -> list[Did]:
        """What was said of each exercise; an id the form never asked about is passed on, to be refused."""
        known = {field_name(exercise.pk) for exercise in self.exercises}
        asked = [self._did(exercise.pk) for exercise in self.exercises]
        strange = [name for name in self.data if name.startswith(PREFIX) and name not in known]
        return asked + [
            Did(_number(name), self.data[name] == DONE, self.data[name] == COULD_NOT) for name in strange
        ]

    def _did(self, pk: int) -> Did:
        def said(part: str) -> Any:
            return self.cleaned_data.get(field_name(pk, part))

        done, could_not = said("exercise") == DONE, said("exercise") == COULD_NOT
        return Did(
            pk,
            done=done,
            could_not=could_not,
            pain=said("pain") if done or could_not else None,
            sets_done=said("sets"),
            why=said("why") or "",
            instead_id=int(said("instead")) if done and said("instead") else None,
        )

    def ran(self) -> Ran | None:
        """The run, if anything of it was told."""
        minutes, km = self.cleaned_data.get("run_minutes"), self.cleaned_data.get("run_km")
        return None if minutes is None and km is None else Ran(minutes, km)


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


def _questions_of(exercise: Exercise, swaps: Sequence[Exercise]) -> dict[str, forms.Field]:
    name, pk = exercise.name, exercise.pk
    return {
        field_name(pk): forms.ChoiceField(
            label=name,
            required=False,
            choices=[(DONE, "Done"), (COULD_NOT, "Could not do")],
            widget=DoneOrNot,
            error_messages={"invalid_choice": "Choose “Done” or “Could not do”."},
        ),
        field_name(pk, "why"): forms.ChoiceField(
            label="If you could not: why?", required=False, choices=[("", "–"), *ExerciseLog.Why.choices]
        ),
        field_name(pk, "pain"): forms.TypedChoiceField(
            label="If it hurt: how much, 0 to 10?",
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", "–"), *[(n, str(n)) for n in range(11)]],
        ),
        field_name(pk, "sets"): forms.IntegerField(
            label="Sets done", required=False, min_value=0, max_value=MOST_SETS_DONE
        ),
        field_name(pk, "instead"): forms.ChoiceField(
            label="Which one did you do?",
            required=False,
            choices=[("", name), *[(str(one.pk), one.name) for one in swaps]],
        ),
    }


def _number(name: str) -> int:
    """The id in a field's name; 0, which no exercise has, where there is none."""
    digits = name.removeprefix(PREFIX)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < LONGEST_ID else 0
