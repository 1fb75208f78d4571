"""The stretch of days whose numbers are asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from clinic.booking.opening import Days, monday
from clinic.desk.forms.booking import DAY_FORMATS, NOT_A_DAY
from clinic.ui.widgets import DateInput

WEEKS = 8
LONGEST = dt.timedelta(days=2 * 366)
YEARS = range(2000, 2101)


def last_weeks(today: dt.date, zone: ZoneInfo) -> Days:
    """This week up to today, and the seven before it."""
    return Days(monday(today) - dt.timedelta(weeks=WEEKS - 1), today, zone)


def strange_year(day: dt.date) -> str:
    """Why a day is refused that lies in no year of the clinic's; empty for any other."""
    return (
        "" if day.year in YEARS else f"The year {day.year} is not one this clinic has seen. Check the year."
    )


class DaysForm(forms.Form):
    """Both ends are counted. Where it refuses, what was typed stays in the fields."""

    first = forms.DateField(
        label="From",
        widget=DateInput(),
        input_formats=DAY_FORMATS,
        error_messages={
            "required": "Choose the first day.",
            "invalid": NOT_A_DAY,
        },
    )
    last = forms.DateField(
        label="Until",
        widget=DateInput(),
        input_formats=DAY_FORMATS,
        error_messages={
            "required": "Choose the last day.",
            "invalid": NOT_A_DAY,
        },
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        for name in ("first", "last"):
            if told.get(name) and (refused := strange_year(told[name])):
                self.add_error(name, refused)
        first, last = told.get("first"), told.get("last")
        if self.errors or not first or not last:
            return told
        if last < first:
            self.add_error("last", "The last day lies before the first. Choose a later one, or swap the two.")
        elif last - first > LONGEST:
            self.add_error("first", "That is more than two years. Choose a later first day.")
        return told

    def days(self, zone: ZoneInfo) -> Days:
        return Days(self.cleaned_data["first"], self.cleaned_data["last"], zone)
