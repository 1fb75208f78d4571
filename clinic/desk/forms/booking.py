"""Booking an appointment: whom, with whom, what for and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from clinic.booking.free import bookable, clinic_zone
from clinic.booking.models import Appointment, AppointmentType
from clinic.booking.taking import LONGEST, SHORTEST
from clinic.desk.forms.clocks import ClockField
from clinic.desk.free_times import both
from clinic.desk.wish import ANYBODY
from clinic.people.models import Clinician, Patient
from clinic.ui.widgets import DateInput, UnitInput

FURTHEST_YEARS = 2
NOT_A_LENGTH = "A visit takes 5 minutes to 8 hours. Type its length in whole minutes, for example 45."
NOT_A_DAY = "That is not a day in the calendar. Choose another, for example 14/3/2027."
DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"]


def readable_day(typed: str, today: dt.date) -> dt.date | None:
    """The day as the form would read it; None where it would refuse."""
    try:
        day: dt.date = forms.DateField(input_formats=DAY_FORMATS).clean(typed)
    except forms.ValidationError:
        return None
    return day if abs(day.year - today.year) <= FURTHEST_YEARS else None


def all_the_same(other: Appointment, moment: dt.datetime) -> str:
    """What the button sends that books that moment although the patient has the other visit then."""
    return f"{other.pk} {moment.isoformat()}"


class ClinicianChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none at run time
    """One of them, or ANYBODY."""

    def label_from_instance(self, clinician: Any) -> str:
        return str(clinician)

    def to_python(self, value: Any) -> Any:
        return value if value == ANYBODY else super().to_python(value)


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
            "invalid": NOT_A_DAY,
        },
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinician"].queryset = bookable(today)  # type: ignore[attr-defined]
        self.today = today

    def offer(self, *, clinicians: list[Clinician], types: list[AppointmentType] | None = None) -> None:
        """Draw the selects from rows the page has read already."""
        anybody = [(ANYBODY, "Any clinician")] if len(clinicians) > 1 else []
        people = [(c.pk, str(c)) for c in clinicians]
        self.fields["clinician"].choices = [("", "Choose…"), *anybody, *people]  # type: ignore[attr-defined]
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
    """A moment on that day, and how long from then. A pressed time (`take`, `overbook`, `all_the_same`) counts before a
    typed one, a typed one before a picked one."""

    minutes = forms.IntegerField(
        label="Length",
        required=False,
        min_value=SHORTEST,
        max_value=LONGEST,
        widget=UnitInput(unit="min", whole=True),
        error_messages={"invalid": NOT_A_LENGTH, "min_value": NOT_A_LENGTH, "max_value": NOT_A_LENGTH},
    )
    usual = forms.CharField(required=False, widget=forms.HiddenInput())  # what was filled in as the length
    starts_at = forms.CharField(required=False, widget=forms.HiddenInput())
    other_time = ClockField(
        label="Or another time",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="For example 14:20, or 14",
    )
    which = forms.ChoiceField(label="Which of the two", required=False, widget=forms.RadioSelect())
    take = forms.CharField(required=False, widget=forms.HiddenInput())
    overbook = forms.CharField(required=False, widget=forms.HiddenInput())
    all_the_same = forms.CharField(required=False, widget=forms.HiddenInput())
    because = forms.CharField(
        label="Reason for overbooking",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "Say it in 200 letters or fewer."},
    )
    comes_twice = False  # the time typed is one the clock shows twice on that day

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = [("first", "The first"), ("second", "The second")]  # type: ignore[attr-defined]

    def show_length(self, minutes: str, *, usual: int | None) -> None:
        """A length nobody touched is the usual one, also after what is usual has changed."""
        told = {"minutes": minutes or str(usual or ""), "usual": str(usual or "")}
        if self.is_bound:
            self.data = dict(self.data.items()) | told  # the last of each name, as a form reads it
        else:
            self.initial = {**self.initial, **told}

    @property
    def is_for_anybody(self) -> bool:
        return bool(self.cleaned_data.get("clinician") == ANYBODY)

    @property
    def wanted(self) -> dict[str, Any]:
        """With whom, when, how long, and why on top of another: what booking.actions wants to know of a time."""
        told = self.cleaned_data
        untouched = str(told["minutes"]) == told["usual"]
        return {
            "clinician": told["clinician"],
            "starts_at": told["moment"],
            "minutes": None if untouched else told["minutes"],
            "overbooking": told["because"] if told["overbook"] else "",
        }

    def knows_of(self, other: Appointment) -> bool:
        """Whether they pressed “all the same” when told of that visit, or said why they overbook."""
        told = self.cleaned_data
        return bool(told["overbook"]) or told["all_the_same"] == all_the_same(other, told["moment"])

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("overbook"):
            self._must_say_why(told)
        typed, day = told.get("other_time"), told.get("day")
        _, _, same = told.get("all_the_same", "").partition(" ")
        pressed = told.get("take") or told.get("overbook") or same
        if pressed:
            told["moment"] = self._sent(pressed)
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

    def _must_say_why(self, told: dict[str, Any]) -> None:
        if told.get("clinician") == ANYBODY:
            self.add_error(
                "clinician", "Choose with whom: an overbooking goes on top of one clinician’s visit."
            )
        if "because" not in self.errors and not told.get("because"):
            self.add_error("because", "Say why before you overbook: the manager reads it.")

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

    def _on_the_wall(self, day: dt.date, typed: dt.time) -> dt.datetime | None:
        """When the clinic's clock shows that time: refused where it skips it, asked which where it comes twice."""
        first, last = both(day, typed)
        if timezone.localtime(first, clinic_zone()).time() != typed:
            self.add_error("other_time", f"The clocks skip {typed:%H:%M} on that day. Choose another time.")
            return None
        if first == last:
            return first
        zones = [timezone.localtime(at, clinic_zone()).tzname() for at in (first, last)]
        self.comes_twice = True
        names = (("first", "The first"), ("second", "The second"))
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            (value, f"{words} ({zone})") for (value, words), zone in zip(names, zones, strict=True)
        ]
        if which := self.cleaned_data.get("which"):
            return first if which == "first" else last
        self.add_error(
            "which",
            f"{typed:%H:%M} comes twice on that day: the first ({zones[0]}) or the second ({zones[1]})?",
        )
        return None


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
    field_order = ["patient", "type", "clinician", "day", "minutes", "other_time", "which"]

    @property
    def asked(self) -> dict[str, Any]:
        """What booking.actions.book wants to know, once the form is valid."""
        told = self.cleaned_data
        return {"patient": told["patient"], "type": told["type"]} | self.wanted

    def is_answered_by(self, holder: Appointment) -> bool:
        """The second press of one button: what holds the slot is what was asked for."""
        asked = self.asked
        wanted = (asked["patient"].pk, asked["type"].pk, asked["starts_at"])
        same = (holder.patient_id, holder.type_id, holder.starts_at) == wanted
        return same and (self.is_for_anybody or holder.clinician_id == asked["clinician"].pk)


class MoveForm(TimeForm):
    """Another time for an appointment, perhaps with another clinician or longer; what it is for stays."""

    field_order = ["clinician", "day", "minutes", "other_time", "which"]
