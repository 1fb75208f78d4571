"""What a drag, a key or a button says of a visit: where the page showed it, and where or how long it should be."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from clinic.booking.as_shown import Shown
from clinic.people.models import Clinician

A_STEP = 15  # minutes
NUDGES = {"longer": A_STEP, "shorter": -A_STEP}
UNREADABLE = "Nothing was changed: the page did not say from where to where. Reload it and try again."


class PutForm(forms.Form):
    """What is not said stays as it was shown."""

    shown = forms.CharField(max_length=120, error_messages={"required": UNREADABLE})
    starts_at = forms.CharField(required=False, max_length=40)
    clinician = forms.ModelChoiceField(
        queryset=Clinician.objects.select_related("account"),
        required=False,
        error_messages={"invalid_choice": "Nothing was changed: that clinician has no calendar here."},
    )
    minutes = forms.IntegerField(required=False, error_messages={"invalid": UNREADABLE})
    nudge = forms.ChoiceField(
        choices=[(name, name) for name in NUDGES],
        required=False,
        error_messages={"invalid_choice": UNREADABLE},
    )

    def clean_shown(self) -> Shown:
        try:
            return Shown.read(self.cleaned_data["shown"])
        except ValueError:
            raise forms.ValidationError(UNREADABLE) from None

    def clean_starts_at(self) -> dt.datetime | None:
        typed = self.cleaned_data["starts_at"]
        if not typed:
            return None
        try:
            moment = dt.datetime.fromisoformat(typed)
        except ValueError:
            raise forms.ValidationError(UNREADABLE) from None
        if timezone.is_naive(moment) or not 2000 <= moment.year <= 2100:
            raise forms.ValidationError(UNREADABLE)
        return moment

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        shown = told.get("shown")
        if shown and told.get("clinician") is None and "clinician" not in self.errors:
            told["clinician"] = Clinician.objects.filter(pk=shown.clinician_id).first()
            if told["clinician"] is None:
                self.add_error("shown", UNREADABLE)
        return told

    @property
    def asked(self) -> dict[str, Any]:
        """What clinic.booking.as_shown.put wants to know, once the form is valid."""
        told = self.cleaned_data
        shown: Shown = told["shown"]
        minutes = shown.minutes if told["minutes"] is None else told["minutes"]
        return {
            "shown": shown,
            "starts_at": told["starts_at"] or shown.starts_at,
            "clinician": told["clinician"],
            "minutes": minutes + NUDGES.get(told["nudge"], 0),
        }

    @property
    def sent(self) -> dict[str, Any]:
        """The same as hidden fields, for the buttons that choose another time."""
        asked = self.asked
        return {
            "shown": asked["shown"].text,
            "clinician": asked["clinician"].pk,
            "minutes": asked["minutes"],
        }

    @property
    def to_overbook(self) -> dict[str, Any]:
        """The same once more as the moving page's form names it, where overbooking asks for a reason."""
        asked = self.asked
        starts_at: dt.datetime = asked["starts_at"]
        return {
            "clinician": asked["clinician"].pk,
            "day": timezone.localdate(starts_at).isoformat(),
            "minutes": asked["minutes"],
            "at": starts_at.isoformat(),
        }


class UndoForm(forms.Form):
    change = forms.IntegerField(min_value=1, max_value=2**62)
