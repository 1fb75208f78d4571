"""Types of appointment, rooms and machines: what is asked, and in what words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from clinic.booking.kinds import TypeDetails, everybody, fingerprint
from clinic.booking.models import AppointmentType, ResourceKind
from clinic.booking.taking import LONGEST, SHORTEST
from clinic.desk import type_leads
from clinic.reminders import wishes

OFF = {"autocomplete": "off"}


def name_field(label: str, *, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=80,
        help_text=help_text,
        widget=forms.TextInput(attrs=OFF),
        error_messages={
            "required": "Type a name.",
            "max_length": "At most 80 letters; this has %(show_value)s.",
        },
    )


def number_field(
    label: str, least: int, most: int, *, unit: str, help_text: str = "", required: bool = True
) -> forms.IntegerField:
    said = f"Type a whole number of {unit}, {least} to {most}."
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=least,
        max_value=most,
        help_text=help_text,
        widget=forms.TextInput(attrs={**OFF, "inputmode": "numeric", "class": "form-control number-input"}),
        error_messages={"required": said, "invalid": said, "min_value": said, "max_value": said},
    )


class TypeForm(forms.Form):
    """Everything about a type of appointment."""

    name = name_field("Name", help_text="Patients read it too.")
    minutes = number_field("Length in minutes", SHORTEST, LONGEST, unit="minutes")
    buffer_minutes = number_field(
        "Kept free after each visit, in minutes",
        0,
        120,
        unit="minutes",
        help_text="To write notes or clean up.",
    )
    is_assessment = forms.BooleanField(label="A movement screen belongs to it", required=False)
    needs = forms.ModelChoiceField(
        label="Needs a room or machine",
        queryset=ResourceKind.objects.all(),
        required=False,
        empty_label="Nothing",
        error_messages={"invalid_choice": "Choose one of the kinds listed."},
    )
    clinicians = forms.MultipleChoiceField(
        label="Who may do it",
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text="If nobody is ticked, everybody may.",
        error_messages={"invalid_choice": "Choose among the clinicians listed."},
    )
    bookable_online = forms.BooleanField(
        label="Patients may book it online", required=False, help_text="Also people who have never been here."
    )
    notice_hours = number_field("Online booking closes, in hours before the visit", 0, 24 * 30, unit="hours")
    change_hours = number_field(
        "Moving and cancelling by patients closes, in hours before the visit", 0, 24 * 30, unit="hours"
    )
    ahead_days = number_field("Online booking opens, in days before the visit", 1, 366, unit="days")
    first_reminder_days = number_field(
        "First reminder, in days before the visit",
        0,
        14,
        unit="days",
        required=False,
    )
    last_reminder_hours = number_field(
        "Last reminder, in hours before the visit",
        0,
        24,
        unit="hours",
        required=False,
    )
    based_on = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, *args: Any, today: dt.date, type: AppointmentType | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = TypeDetails.of(type).clinicians if type else frozenset()
        choices = [(str(person.pk), str(person)) for person in everybody(named, today)]
        self.fields["clinicians"].choices = choices  # type: ignore[attr-defined]
        for name, hint in type_leads.hints(wishes.read()).items():
            self.fields[name].help_text = hint

    @classmethod
    def showing(cls, type: AppointmentType | None, *, today: dt.date) -> TypeForm:
        """The type as it is kept; for a new one the usual windows."""
        told = TypeDetails.of(type) if type else TypeDetails(name="", minutes=30)
        initial = told.columns | {"clinicians": [str(pk) for pk in told.clinicians]}
        if type:
            initial |= {"based_on": fingerprint(type), "needs": type.needs_id}
        return cls(initial=initial, today=today, type=type)

    @property
    def details(self) -> TypeDetails:
        """What the actions want to know, once the form is valid."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "based_on"}
        return TypeDetails(**told | {"clinicians": frozenset(int(pk) for pk in told["clinicians"])})

    def builds_on(self, type: AppointmentType) -> None:
        """They have now been told that it was changed: the next save goes over that."""
        told = self.data.copy()  # type: ignore[attr-defined]  # a form that was sent has a QueryDict
        told["based_on"] = fingerprint(type)
        self.data = told


class ResourceForm(forms.Form):
    """A room or a machine."""

    name = name_field("Name", help_text="For example Treadmill 2")
    kind = name_field("Kind", help_text="A new kind is made by typing it: Treadmill, Quiet room.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].widget.attrs["list"] = "kinds"


class NameForm(forms.Form):
    """Another name for it."""

    name = name_field("Name")
