"""What the list of reminders is narrowed to."""

from __future__ import annotations

import datetime as dt

from django import forms

from clinic.desk.forms.booking import DAY_FORMATS, NOT_A_DAY
from clinic.desk.forms.numbers import strange_year
from clinic.reminders.wishes import all_kinds
from clinic.ui.widgets import DateInput


class NarrowForm(forms.Form):
    """One kind, one day, or both; neither shows everything. Where it refuses, what was typed stays in the fields."""

    kind = forms.ChoiceField(
        label="About",
        required=False,
        choices=lambda: [("", "Everything"), *((name, kind.label) for _, name, kind in all_kinds())],
        error_messages={"invalid_choice": "Choose one of the kinds listed, or “Everything”."},
    )
    day = forms.DateField(
        label="Due on",
        required=False,
        widget=DateInput(),
        input_formats=DAY_FORMATS,
        error_messages={"invalid": NOT_A_DAY},
    )

    def clean_day(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["day"]
        if day is not None and (refused := strange_year(day)):
            raise forms.ValidationError(refused)
        return day
