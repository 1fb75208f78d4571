"""Forms beside a program: hands-on treatment, and a version kept as a starting point of the clinic."""

from __future__ import annotations

from typing import Any

from django import forms

from clinic.ui.widgets import DateInput
from programs.plans.hands_on import LONGEST_WHAT
from programs.plans.starting_points import LONGEST_NAME, LONGEST_NOTE


class HandsOnForm(forms.Form):
    """What was done with the hands, and when."""

    what = forms.CharField(
        label="What was done",
        max_length=LONGEST_WHAT,
        help_text="For clinicians. What is written stays; a correction is another note.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write what was done. Nothing was stored."},
    )
    on_day = forms.DateField(label="Day", widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "hands_on_%s")
        super().__init__(*args, **kwargs)


class StartingPointForm(forms.Form):
    """The name and note of a starting point. It is for everybody, so it names no patient."""

    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, help_text="For everybody: no patient’s name."
    )
    note = forms.CharField(
        label="When to use it",
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "starting_point_%s")
        super().__init__(*args, **kwargs)
