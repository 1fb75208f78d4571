"""Registering and correcting a patient. The rules are in clinic.people; here is what is asked, and in what words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings

from clinic.desk.forms.contacts import AsksWhatWasMeant
from clinic.people.actions import fingerprint, read_channels
from clinic.people.details import FIELD_NAMES, Details, InvalidDetails
from clinic.people.languages import LANGUAGES, language_name
from clinic.people.models import ChannelKind, ContactChannel, Patient
from clinic.people.search import birth_date
from clinic.reminders import texts
from clinic.reminders.models import Way

NEAR_ZONES = (
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Paris",
    "Europe/Berlin",
    "America/New_York",
)


class BirthDateField(forms.CharField):
    """Typed, not picked: nobody should page through 35 years of calendar. A wrong day stays on the page as typed."""

    default_error_messages = {
        "required": "Enter the birth date as day, month and year, for example 14/3/1991.",
        "no_such_day": (
            "\u201c%(typed)s\u201d is not a day in the calendar. Type day, month and the year with four digits, "
            "for example 14/3/1991."
        ),
    }

    def clean(self, value: Any) -> dt.date:
        typed = str(super().clean(value)).strip()
        if (day := birth_date(typed)) is None:
            raise forms.ValidationError(
                self.error_messages["no_such_day"], code="no_such_day", params={"typed": typed[:40]}
            )
        return day


class DetailsForm(forms.Form):
    """Who the patient is."""

    legal_given_name = forms.CharField(
        label="Legal given name",
        error_messages={"required": "Enter the legal given name, as on an identity card."},
    )
    legal_family_name = forms.CharField(
        label="Legal family name",
        error_messages={"required": "Enter the legal family name, as on an identity card."},
    )
    preferred_name = forms.CharField(
        label="Preferred name", required=False, help_text="What we call them, if it is another name."
    )
    birth_date = BirthDateField(
        label="Birth date",
        help_text="Such as 14/3/1991",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    emergency_name = forms.CharField(label="Emergency contact", required=False)
    emergency_phone = forms.CharField(label="Their phone", required=False, widget=forms.TelInput())
    emergency_relation = forms.CharField(
        label="Relation to the patient", required=False, help_text="For example sister or trainer"
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        help_text="Where the patient reads our reminders.",
    )

    language = forms.ChoiceField(
        label="Language",
        required=False,
        choices=[("", "The clinic’s"), *((code, language_name(code)) for code in LANGUAGES)],
        help_text="For reminders, where the clinic has written them in it.",
    )
    first_way = forms.ChoiceField(
        label="Reminders first by",
        required=False,
        choices=[("", "No wish"), *Way.choices],
        help_text="Where they have agreed to it. Else it goes another way they agreed to.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = str(self.initial.get("time_zone", "")) or settings.TIME_ZONE
        zones = list(dict.fromkeys([settings.TIME_ZONE, own, *NEAR_ZONES]))
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]  # type: ignore[attr-defined]
        self.initial.setdefault("time_zone", settings.TIME_ZONE)
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput):  # a desk types other people's data, never its own
                field.widget.attrs.setdefault("autocomplete", "off")

    def clean_emergency_phone(self) -> str:
        typed: str = self.cleaned_data["emergency_phone"]
        _, problems = read_channels(phone=typed)
        if problems:
            raise forms.ValidationError(problems["phone"])
        return typed

    def details(self) -> Details:
        told = {name: self.cleaned_data[name] for name in FIELD_NAMES}
        return Details(**told | {"time_zone": told["time_zone"] or settings.TIME_ZONE})

    def refuse(self, refused: InvalidDetails) -> None:
        """Put each problem beside its field."""
        for name, problem in refused.problems.items():
            self.add_error(name if name in self.fields else None, problem)


class RegisterForm(AsksWhatWasMeant, DetailsForm):
    """A new patient, and how they may be reached."""

    phone = forms.CharField(label="Phone", required=False, widget=forms.TelInput())
    phone_agreed = forms.BooleanField(label="They agree to calls on this number", required=False)
    texts_agreed = forms.BooleanField(
        label="They agree to texts on this number",
        required=False,
        help_text="A text asks the phone for a YES first.",
    )
    email = forms.CharField(label="E-mail", required=False, widget=forms.EmailInput())
    email_agreed = forms.BooleanField(label="They agree to reminders at this address", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not texts.can_be_sent():
            del self.fields["texts_agreed"]

    def clean(self) -> dict[str, Any]:
        """Every wrong number and address at once with the rest, not in a second round."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        _, problems = read_channels(email=told.get("email", ""), phone=told.get("phone", ""))
        for name, problem in problems.items():
            self.add_error(name, problem)
        if told.get("email") and not problems:
            self.ask_about("email", told["email"])
        return self.cleaned_data

    @property
    def agreed(self) -> set[str]:
        return {kind.value for kind in ChannelKind if self.cleaned_data[f"{kind.value}_agreed"]}

    def wants_texts_at(self, patient: Patient) -> ContactChannel | None:
        """The number of theirs that was typed, if texts there were agreed to; whether any can go there is not asked."""
        if not self.cleaned_data.get("texts_agreed"):
            return None
        reached, _ = read_channels(phone=self.cleaned_data["phone"])
        number = reached.get(ChannelKind.PHONE, ("", ""))[0]
        return patient.channels.filter(kind=ChannelKind.PHONE, value=number).first()

    @staticmethod
    def begun_with(searched: str) -> dict[str, object]:
        """What was searched for in the field it belongs to; one word alone is a family name."""
        searched = " ".join(searched.split())[:80]
        if birth_date(searched):
            return {"birth_date": searched}
        if "@" in searched:
            return {"email": searched}
        if not any(letter.isalpha() for letter in searched):
            return {"phone": searched}
        given, _, family = searched.rpartition(" ")
        names = {"legal_given_name": given, "legal_family_name": family}
        as_written = any(letter.isupper() for letter in searched)
        return {name: text if as_written else text.title() for name, text in names.items()}


class EditForm(DetailsForm):
    """Correcting who a patient is; `based_on` tells whether somebody else did so meanwhile."""

    based_on = forms.CharField(required=False, widget=forms.HiddenInput())

    def builds_on(self, patient: Patient) -> None:
        """They have now been told what changed: the next save goes over that."""
        self.data = dict(self.data.items()) | {"based_on": fingerprint(patient)}

    @classmethod
    def showing(cls, patient: Patient) -> EditForm:
        told = {name: getattr(patient, name) for name in FIELD_NAMES}
        born = patient.birth_date
        told["birth_date"] = f"{born.day}/{born.month}/{born.year}"
        return cls(initial=told | {"based_on": fingerprint(patient)})
