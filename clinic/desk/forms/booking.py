"""Booking an appointment: whom, with whom, what for and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from clinic.booking.free import bookable, clinic_zone, instant
from clinic.booking.models import Appointment, AppointmentType
from clinic.people.models import Clinician, Patient
from clinic.ui.widgets import DateInput

FURTHEST_YEARS = 2
DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"]


def readable_day(typed: str, today: dt.date) -> dt.date | None:
    """The day as the form would read it; None where it would refuse."""
    try:
        day: dt.date = forms.DateField(input_formats=DAY_FORMATS).clean(typed)
    except forms.ValidationError:
        return None
    return day if abs(day.year - today.year) <= FURTHEST_YEARS else None


class ClinicianChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none at run time
    def label_from_instance(self, clinician: Any) -> str:
        return str(clinician)


class DayForm(forms.Form):
    """With whom and on which day."""

    clinician = ClinicianChoice(
        label="With whom",
        queryset=Clinician.objects.none(),
        error_messages={
            "required": "Choose a clinician.",
            "invalid_choice": "Choose one of the clinicians listed; this one does not work here any more.",
        },
    )
    day = forms.DateField(
        label="Day",
        widget=DateInput(),
        input_formats=DAY_FORMATS,
        error_messages={
            "required": "Choose a day.",
            "invalid": "That is not a day in the calendar. Choose another, for example 14/3/2027.",
        },
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinician"].queryset = bookable(today)  # type: ignore[attr-defined]
        self.today = today

    def offer(self, *, clinicians: list[Clinician], types: list[AppointmentType] | None = None) -> None:
        """Draw the selects from rows the page has read already."""
        self.fields["clinician"].choices = [("", "Choose…"), *((c.pk, str(c)) for c in clinicians)]  # type: ignore[attr-defined]
        if types is not None:
            self.fields["type"].choices = [("", "Choose…"), *((t.slug, str(t)) for t in types)]  # type: ignore[attr-defined]

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if abs(day.year - self.today.year) > FURTHEST_YEARS:
            raise forms.ValidationError(
                f"{day:%d/%m/%Y} is more than {FURTHEST_YEARS} years away. Check the year."
            )
        return day


class TimeForm(DayForm):
    """A moment on that day. A pressed time (`take`) counts before a typed one, a typed one before a picked one."""

    starts_at = forms.CharField(required=False, widget=forms.HiddenInput())
    other_time = forms.TimeField(
        label="Or another time",
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H%M", "%H"],
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="For example 14:20",
        error_messages={"invalid": "That is not a time of day. Type hours and minutes, for example 14:20."},
    )
    take = forms.CharField(required=False, widget=forms.HiddenInput())

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        typed, day = told.get("other_time"), told.get("day")
        if told.get("take"):
            told["moment"] = self._sent(told["take"])
        elif typed and day:
            told["moment"] = self._on_the_wall(day, typed)
        elif told.get("starts_at") and not typed:
            told["moment"] = moment = self._sent(told["starts_at"])
            if moment and day and timezone.localdate(moment) != day:
                self.add_error(
                    "day", "The day was changed after the time was picked. Pick a time on the new day."
                )
        elif "other_time" not in self.errors and not typed:
            self.add_error("other_time", "Pick a free time, or type one, for example 14:20.")
        return told

    def _sent(self, value: str) -> dt.datetime | None:
        """A moment as our own buttons send it; whatever else arrives is refused."""
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            moment = None
        near = moment is not None and abs(moment.year - self.today.year) <= FURTHEST_YEARS
        if moment is None or not near or timezone.is_naive(moment):
            self.add_error(None, "That time could not be read. Pick one from the list.")
            return None
        return moment

    def _on_the_wall(self, day: dt.date, typed: dt.time) -> dt.datetime:
        """The moment the clinic's clock shows that time; refused where the clock skips it."""
        moment = instant(day, typed, clinic_zone())
        if timezone.localtime(moment, clinic_zone()).time() != typed:
            self.add_error("other_time", f"The clocks skip {typed:%H:%M} on that day. Choose another time.")
        return moment


class BookForm(TimeForm):
    """The whole booking."""

    patient = forms.ModelChoiceField(
        queryset=Patient.objects.all(),
        widget=forms.HiddenInput(),
        error_messages={
            "required": "Find or register the patient first.",
            "invalid_choice": "That patient has no record any more. Find the patient again.",
        },
    )
    type = forms.ModelChoiceField(
        label="What for",
        queryset=AppointmentType.objects.all(),
        to_field_name="slug",
        error_messages={
            "required": "Choose what the appointment is for.",
            "invalid_choice": "Choose one of the appointment types listed.",
        },
    )
    field_order = ["patient", "type", "clinician", "day"]

    @property
    def asked(self) -> dict[str, Any]:
        """What booking.actions.book wants to know, once the form is valid."""
        told = self.cleaned_data
        return {name: told[name] for name in ("patient", "clinician", "type")} | {"starts_at": told["moment"]}

    def is_answered_by(self, holder: Appointment) -> bool:
        """The second press of one button: what holds the slot is what was asked for."""
        asked = self.asked
        wanted = (asked["patient"].pk, asked["clinician"].pk, asked["type"].pk, asked["starts_at"])
        return (holder.patient_id, holder.clinician_id, holder.type_id, holder.starts_at) == wanted


class MoveForm(TimeForm):
    """Another time for an appointment, perhaps with another clinician; what it is for stays."""

    @property
    def asked(self) -> dict[str, Any]:
        """What booking.actions.move wants to know, once the form is valid."""
        return {"clinician": self.cleaned_data["clinician"], "starts_at": self.cleaned_data["moment"]}
