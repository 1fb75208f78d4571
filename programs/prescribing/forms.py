"""The small forms of a draft: one dose, one note, a reason; and those of a program that is with the patient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from clinic.ui.fields import WholeWithUnitField
from programs.plans.actions import LONGEST_NOTE as LONGEST_REASON
from programs.plans.doses import LONGEST_REST_S, MOST_SETS
from programs.plans.edits import LONGEST_NOTE
from programs.plans.models import Exercise
from programs.plans.seen import SeenExercise, mark, read_seen_exercise, seen_exercise

LONGEST_BECAUSE = 500


class SeenForm(forms.Form):
    """A form that says what its page showed of what it changes (plans/seen.py)."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def now_shows(self, seen: object) -> None:
        """Drawn again with what was typed, beside what stands now: saved again, it goes through."""
        posted = QueryDict(mutable=True)
        posted.update(self.data)
        posted["seen"] = str(seen)
        self.data = posted


class DoseForm(SeenForm):
    """Sets, how often, hold and rest of one exercise; ids carry the exercise's, since a page holds many.

    `ready` is what is kept ready for it.
    """

    sets = WholeWithUnitField(label="Sets", min_value=1, max_value=MOST_SETS)
    reps = forms.CharField(label="Repetitions, or time", max_length=120)
    hold_s = forms.CharField(label="Hold, seconds", max_length=20, required=False)
    rest_s = WholeWithUnitField(label="Rest", unit="s", min_value=0, max_value=LONGEST_REST_S)
    because = forms.CharField(
        label="Reason to do it all the same",
        max_length=LONGEST_BECAUSE,
        required=False,
        help_text="Kept with the program for clinicians.",
    )

    def __init__(self, *args: Any, exercise: Exercise, ready: Iterable[Exercise] = (), **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"dose_{exercise.pk}_%s")
        kwargs["initial"] = {name: getattr(exercise, name) for name in ("sets", "reps", "hold_s", "rest_s")}
        kwargs["initial"]["seen"] = str(seen_exercise(exercise, ready))
        super().__init__(*args, **kwargs)
        self.asks = False

    def clean_seen(self) -> SeenExercise:
        return read_seen_exercise(self.cleaned_data["seen"])

    def ask(self, words: str) -> None:
        """A guard is in the way: from now on the form shows where to say why it is set aside."""
        self.asks = self.fields["because"].required = True
        self.add_error("because", words)

    @property
    def shows_reason(self) -> bool:
        return self.asks or bool(self.is_bound and self["because"].value())


class ReasonForm(forms.Form):
    """Why a guard is set aside for one change."""

    because = forms.CharField(
        label="Reason to do it all the same",
        max_length=LONGEST_BECAUSE,
        required=False,
        help_text="Kept with the program for clinicians.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "reason_%s")
        super().__init__(*args, **kwargs)

    @property
    def said(self) -> str:
        """The reason; empty while it is missing or too long to be kept."""
        return str(self.cleaned_data["because"]) if self.is_valid() else ""


class NoteForm(SeenForm):
    """What the therapist tells the patient above the program.

    `stands` is the note of another window, where this one was refused over it.
    """

    stands: str | None = None

    note = forms.CharField(
        label="Note to the patient",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="Shown on top of their program. Plain words.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @classmethod
    def of(cls, note: str) -> NoteForm:
        """As the page shows it first."""
        return cls(initial={"note": note, "seen": mark(note)})

    def beside(self, note: str) -> None:
        """What was typed, with the note that stands now."""
        self.stands = note
        self.now_shows(mark(note))


class EndForm(forms.Form):
    """Why a released program ends without another in its place."""

    because = forms.CharField(
        label="Why it ends",
        max_length=LONGEST_REASON,
        help_text="For the record; the patient does not read it.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why the program ends. Nothing was changed."},
    )


class GoOnForm(forms.Form):
    """What was looked at before a patient may go on after a warning sign."""

    because = forms.CharField(
        label="What you looked at",
        max_length=LONGEST_REASON,
        help_text="For the record. Everything rests until you say this.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what you looked at. Nothing was changed."},
    )

    def __init__(self, *args: Any, log_id: int, **kwargs: Any) -> None:
        self.log_id = log_id
        kwargs.setdefault("auto_id", f"go_on_{log_id}_%s")
        super().__init__(*args, **kwargs)
