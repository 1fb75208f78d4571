"""What is asked of “Next free”: what for, with whom, on which days and at which times."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from clinic.booking.free import clinic_zone, instant
from clinic.booking.models import Appointment, AppointmentType
from clinic.booking.taking import LONGEST, SHORTEST
from clinic.desk.forms import parts
from clinic.desk.forms.booking import DAY_FORMATS, FURTHEST_YEARS, NOT_A_DAY, NOT_A_LENGTH
from clinic.desk.forms.clocks import ClockField
from clinic.people.models import Clinician
from clinic.ui.widgets import DateInput, UnitInput

if TYPE_CHECKING:
    from clinic.desk.suggestions import Shelf

WEEKDAYS = [("0", "Mon"), ("1", "Tue"), ("2", "Wed"), ("3", "Thu"), ("4", "Fri"), ("5", "Sat"), ("6", "Sun")]


def clock(label: str) -> ClockField:
    return ClockField(
        label=label,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class FindForm(forms.Form):
    """Asked for in the address: it names nobody. Whatever is left empty asks for nothing."""

    type = forms.ChoiceField(
        label="What for", error_messages={"required": "Choose what the appointment is for."}
    )
    minutes = forms.IntegerField(
        label="Length, if not as usual",
        required=False,
        min_value=SHORTEST,
        max_value=LONGEST,
        widget=UnitInput(unit="min", whole=True),
        error_messages={"invalid": NOT_A_LENGTH, "min_value": NOT_A_LENGTH, "max_value": NOT_A_LENGTH},
    )
    who = forms.MultipleChoiceField(
        label="With whom", required=False, help_text="Nobody ticked: any clinician.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of them does not work here any more. Choose again."},
    )  # fmt: skip
    weekday = forms.MultipleChoiceField(
        label="Days", required=False, help_text="None ticked: any day.",
        choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "A week has seven days. Tick those that would do."},
    )  # fmt: skip
    part = parts.part_field()
    from_time = clock("Not before")
    until_time = clock("Finished by")
    day = forms.DateField(
        label="From day", required=False, widget=DateInput(), input_formats=DAY_FORMATS,
        error_messages={"invalid": NOT_A_DAY},
    )  # fmt: skip
    after = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, given: QueryDict | None, *, shelf: Shelf, today: dt.date, moving: Appointment | None
    ) -> None:
        super().__init__(given, auto_id="find_%s")  # the booking's box may lie over it, with ids of its own
        types = [moving.type] if moving else shelf.types
        self.types = {type.slug: type for type in types}
        self.people = {str(person.pk): person for person in shelf.clinicians}
        self.today = today
        choices: dict[str, Any] = {
            "type": [("", "Choose…"), *((slug, str(type)) for slug, type in self.types.items())],
            "who": [(pk, str(person)) for pk, person in self.people.items()],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean_type(self) -> AppointmentType:
        return self.types[self.cleaned_data["type"]]

    def clean_who(self) -> list[Clinician]:
        return [self.people[pk] for pk in self.cleaned_data["who"]]

    def clean_day(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["day"]
        if day and abs(day.year - self.today.year) > FURTHEST_YEARS:
            raise forms.ValidationError(
                f"{day:%d/%m/%Y} is more than {FURTHEST_YEARS} years away. Check the year."
            )
        return day

    def clean_after(self) -> dt.datetime | None:
        """Where the page before ended; whatever else arrives there begins at the beginning."""
        try:
            after = dt.datetime.fromisoformat(self.cleaned_data["after"])
        except ValueError:
            return None
        near = abs(after.year - self.today.year) <= FURTHEST_YEARS
        return None if timezone.is_naive(after) or not near else after

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        begins, ends = told.get("from_time"), told.get("until_time")
        if begins and ends and begins >= ends:
            self.add_error("until_time", f"{ends:%H:%M} is not after {begins:%H:%M}. Change one of the two.")
        elif refused := parts.refusal(told):
            self.add_error(*refused)
        return told

    @property
    def hours(self) -> tuple[dt.time | None, dt.time | None]:
        """Not before and finished by, of what was ticked and what was typed the narrower."""
        return parts.narrowed(self.cleaned_data)

    @property
    def begins(self) -> dt.datetime:
        """The moment to look from: the page before's end, else the first moment of the day asked for."""
        after: dt.datetime | None = self.cleaned_data["after"]
        return after or instant(self.cleaned_data["day"] or self.today, dt.time(), clinic_zone())
