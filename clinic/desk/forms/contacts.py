"""A patient's contacts: one more, or one that was mistyped. An address with a likely slip in it is asked about once."""

from __future__ import annotations

from typing import Any

from django import forms

from clinic.people.addresses import probably_meant
from clinic.people.models import ChannelKind


class AsksWhatWasMeant(forms.Form):
    """Where an address looks mistyped it is not taken at the first press. At the second it is, as it stands."""

    meant = forms.CharField(required=False, widget=forms.HiddenInput())

    def ask_about(self, field: str, address: str) -> None:
        """Put the question beside that field, unless this very address was asked about already."""
        address = address.strip().lower()
        guess = probably_meant(address)
        if not guess or self.data.get("meant") == address:
            return
        self.add_error(
            field,
            f"Did you mean {guess}? Correct it; or press again if {address} is right. Nothing was saved yet.",
        )
        self.data = dict(self.data.items()) | {"meant": address}


class ChannelForm(AsksWhatWasMeant):
    """One more way to reach a patient."""

    kind = forms.ChoiceField(label="Kind", choices=ChannelKind.choices, initial=ChannelKind.PHONE)
    value = forms.CharField(
        label="Number or address",
        error_messages={"required": "Enter the phone number or e-mail address."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    agreed = forms.BooleanField(label="They agree to be reached by it", required=False)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("kind") == ChannelKind.EMAIL and told.get("value"):
            self.ask_about("value", told["value"])
        return self.cleaned_data


class CorrectForm(AsksWhatWasMeant):
    """What a mistyped contact should be."""

    value = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    agreed = forms.BooleanField(required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        value, agreed = self.fields["value"], self.fields["agreed"]
        if kind == ChannelKind.EMAIL:
            value.label, agreed.label = "E-mail", "They agree to reminders at this one"
            value.error_messages["required"] = "Enter the e-mail address as it should be."
        else:
            value.label, agreed.label = "Phone", "They agree to calls on this one"
            value.error_messages["required"] = "Enter the phone number as it should be."

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if self.kind == ChannelKind.EMAIL and told.get("value"):
            self.ask_about("value", told["value"])
        return self.cleaned_data
