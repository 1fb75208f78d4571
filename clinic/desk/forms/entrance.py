"""Asking for a sign-in link."""

from __future__ import annotations

import datetime as dt
import time

from django import forms

from clinic.people.models import ChannelKind, ContactChannel
from clinic.people.roles import Role
from clinic.reminders.sign_in_links import ask_for_link

MOST_SHARING_AN_ADDRESS = 5  # a family may; more would be a list
ANSWER_SECONDS = 0.2  # several times what writing five rows takes; the throttle keeps waiting threads few


class LinkRequestForm(forms.Form):
    email = forms.EmailField(
        label="Your e-mail address",
        help_text="The one you gave the clinic.",
        error_messages={
            "required": "Enter your e-mail address.",
            "invalid": "That is not an e-mail address. It needs one @, and a dot after it, such as ana@example.org.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def send(self, *, now: dt.datetime) -> None:
        """Put a link in the outbox for each patient with that address; a family may share one.

        Takes as long for an address nobody has, or a clock would tell whose address is a patient's.
        """
        until = time.monotonic() + ANSWER_SECONDS
        fitting = ContactChannel.objects.filter(kind=ChannelKind.EMAIL, value=self.cleaned_data["email"])
        usable = fitting.exclude(patient__account__is_active=False).exclude(
            patient__account__isnull=False, patient__account__role__in=set(Role) - {Role.PATIENT}
        )
        for channel in usable.select_related("patient")[:MOST_SHARING_AN_ADDRESS]:
            ask_for_link(channel=channel, by=None, now=now)
        time.sleep(max(0.0, until - time.monotonic()))
