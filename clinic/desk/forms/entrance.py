"""Asking for a sign-in link."""

from __future__ import annotations

from django import forms
from kombu.exceptions import OperationalError

from clinic.desk.tasks import send_sign_in_links
from clinic.people.models import ChannelKind, ContactChannel
from clinic.people.roles import Role

MOST_SHARING_AN_ADDRESS = 5  # a family may; more would be a list


class LinkRequestForm(forms.Form):
    email = forms.EmailField(
        label="Your e-mail address",
        help_text="The one you gave the clinic.",
        error_messages={
            "required": "Enter your e-mail address.",
            "invalid": "That is not an e-mail address. It needs one @ and a name after it, such as ana@example.org.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def send(self) -> bool:
        """Ask for the mail. A known address and an unknown one take the same way through the broker."""
        fitting = ContactChannel.objects.filter(kind=ChannelKind.EMAIL, value=self.cleaned_data["email"])
        usable = fitting.exclude(patient__account__is_active=False).exclude(
            patient__account__isnull=False, patient__account__role__in=set(Role) - {Role.PATIENT}
        )
        return ask_for_links(list(usable.values_list("pk", flat=True)[:MOST_SHARING_AN_ADDRESS]), None)


def ask_for_links(channel_ids: list[int], asked_by_id: int | None) -> bool:
    """False when the broker does not answer; nothing was asked for then."""
    try:
        send_sign_in_links.apply_async((channel_ids, asked_by_id), retry=False)
    except OperationalError:
        return False
    return True
