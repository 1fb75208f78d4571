"""A series of visits: what for, with whom, on which weekdays at what time, how often and how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from clinic.booking.free import bookable
from clinic.booking.models import Appointment, AppointmentType
from clinic.booking.patterns import MOST_WEEKS, NoSuchPattern, Pattern, Shift, When, last_day_of
from clinic.desk.forms.booking import DAY_FORMATS, FURTHEST_YEARS, NOT_A_DAY
from clinic.desk.forms.clocks import ClockField
from clinic.ui.widgets import ChoiceCards, DateInput, TimeInput

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Day(forms.DateField):
    """A day not further away than two years."""

    def __init__(self, *, label: str, required: bool = True, help_text: str = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            widget=DateInput(),
            input_formats=DAY_FORMATS,
            error_messages={"required": "Choose a day.", "invalid": NOT_A_DAY},
        )


class Time(ClockField):
    def __init__(self, *, label: str, required: bool = False) -> None:
        super().__init__(
            label=label,
            required=required,
            widget=TimeInput(),
            error_messages={"required": "Type the time."},
        )


class OneOf(forms.ChoiceField):
    """One of some rows that were read once: drawing it and checking it ask no more. Its value is the row, or None."""

    rows: Mapping[str, Any] = MappingProxyType({})

    def offer(self, rows: Mapping[str, Any], *, empty: str) -> None:
        self.rows = rows
        self.choices = [("", empty), *((key, str(row)) for key, row in rows.items())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))


class NearForm(forms.Form):
    """Asks about days near today, and about somebody who works here."""

    clinician = OneOf(
        label="With whom",
        required=False,
        error_messages={
            "invalid_choice": "Choose one of the clinicians listed; this one does not work here any more."
        },
    )
    anybody = "Any clinician, the same one where possible"

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.people = {str(person.pk): person for person in bookable(today)}
        field: Any = self.fields["clinician"]
        field.offer(self.people, empty=self.anybody)

    def check_near(self, name: str) -> None:
        day = self.cleaned_data.get(name)
        if day and abs(day.year - self.today.year) > FURTHEST_YEARS:
            self.add_error(name, f"{day:%d/%m/%Y} is more than {FURTHEST_YEARS} years away. Check the year.")


class SeriesForm(NearForm):
    """An empty time leaves its weekday out. A last day counts before a number of weeks."""

    type = OneOf(
        label="What for",
        error_messages={
            "required": "Choose what the appointments are for.",
            "invalid_choice": "Choose one of the appointment types listed.",
        },
    )
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        Time(label=day.capitalize()) for day in WEEKDAYS
    )
    first_day = Day(label="From")
    every_weeks = forms.TypedChoiceField(
        label="How often",
        coerce=int,
        initial=1,
        choices=[(1, "Every week"), *((n, f"Every {n} weeks") for n in (2, 3, 4))],
    )
    weeks = forms.IntegerField(
        label="For how many weeks",
        required=False,
        initial=6,
        min_value=1,
        max_value=MOST_WEEKS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": "Type a whole number of weeks, for example 6.",
            "min_value": "Type one week or more.",
            "max_value": f"A series takes {MOST_WEEKS} weeks at most.",
        },
    )
    until_day = Day(
        label="Or until", required=False, help_text="With a day here, the number of weeks is not used."
    )
    field_order = ["type", "clinician", *WEEKDAYS, "first_day", "every_weeks", "weeks", "until_day"]

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        types = {type.slug: type for type in AppointmentType.objects.offered(today).select_related("needs")}
        field: Any = self.fields["type"]
        field.offer(types, empty="Choose…")

    @property
    def weekdays(self) -> list[Any]:
        """The fields of the seven times, for the template."""
        return [self[day] for day in WEEKDAYS]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        self.check_near("first_day")
        self.check_near("until_day")
        if not self.errors and not told.get("until_day") and not told.get("weeks"):
            self.add_error("weeks", "Type for how many weeks, or choose a last day.")
        return told

    def dates(self, zone: ZoneInfo) -> list[When]:
        """The dates, or none with the refusal on the form."""
        told = self.cleaned_data
        first = told["first_day"]
        times = {number: told[day] for number, day in enumerate(WEEKDAYS) if told[day] is not None}
        last = told["until_day"] or last_day_of(first, told["weeks"])
        try:
            return Pattern(times, first, last, told["every_weeks"]).dates(zone)
        except NoSuchPattern as refused:
            self.add_error(None, str(refused))
            return []


ALL, SAME = "all", "same"


class RestForm(forms.Form):
    """This visit and those after it: all, or those on its weekday at its time."""

    which = forms.ChoiceField(
        label="Which of them",
        choices=[
            (ALL, "This one and all after it"),
            (SAME, "Only those on the same weekday at the same time"),
        ],
        initial=ALL,
        widget=ChoiceCards(),
        error_messages={"required": "Choose which.", "invalid_choice": "Choose one of the two."},
    )

    @property
    def only_its_time(self) -> bool:
        return bool(self.is_valid() and self.cleaned_data["which"] == SAME)


class MoveRestForm(NearForm, RestForm):
    """Where this visit goes; the others go as far on the wall."""

    day = Day(label="This one goes to")
    time = Time(label="At", required=True)
    anybody = "The clinician each one has now"
    field_order = ["day", "time", "clinician", "which"]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        self.check_near("day")
        return told

    def shift_of(self, visit: Appointment, zone: ZoneInfo) -> Shift:
        return Shift.between(visit.starts_at, self.cleaned_data["day"], self.cleaned_data["time"], zone)


class CancelRestForm(RestForm):
    because = forms.CharField(
        label="Why",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Say why they are cancelled.",
            "max_length": "Say it in 200 letters; the rest belongs into a note.",
        },
    )
