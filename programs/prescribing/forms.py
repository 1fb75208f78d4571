"""The small forms of a draft: one dose, one note; and the end of a program."""

from __future__ import annotations

from typing import Any

from django import forms

from clinic.ui.fields import WholeWithUnitField
from programs.plans.actions import LONGEST_NOTE as LONGEST_REASON
from programs.plans.doses import LONGEST_REST_S, MOST_SETS
from programs.plans.edits import LONGEST_NOTE
from programs.plans.models import Exercise


class DoseForm(forms.Form):
    """Sets, how often, hold and rest of one exercise; ids carry the exercise's, since a page holds many."""

    sets = WholeWithUnitField(label="Sets", min_value=1, max_value=MOST_SETS)
    reps = forms.CharField(label="How often, or how long", max_length=120)
    hold_s = forms.CharField(label="Hold, seconds", max_length=20, required=False)
    rest_s = WholeWithUnitField(label="Rest", unit="s", min_value=0, max_value=LONGEST_REST_S)

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"dose_{exercise.pk}_%s")
        kwargs["initial"] = {name: getattr(exercise, name) for name in ("sets", "reps", "hold_s", "rest_s")}
        super().__init__(*args, **kwargs)


class NoteForm(forms.Form):
    """What the therapist tells the patient above the program."""

    note = forms.CharField(
        label="Note to the patient",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="Shown on top of their program. Plain words.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EndForm(forms.Form):
    """Why a released program ends without another in its place."""

    because = forms.CharField(
        label="Why it ends",
        max_length=LONGEST_REASON,
        help_text="For the record; the patient does not read it.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why the program ends. Nothing was changed."},
    )
