"""The mail with a code: the clinic, the code and until when it works. Nothing about a visit, and nobody's name."""

from __future__ import annotations

from email.utils import make_msgid

from django.conf import settings
from django.template.loader import render_to_string

from clinic.booking import free
from clinic.booking.online_requests import Letter as Told
from clinic.reminders.wording import Letter

TEMPLATE = "emails/booking_code.txt"


def letter(told: Told) -> Letter:
    local = told.works_until.astimezone(free.clinic_zone())
    facts = {
        "clinic": settings.CLINIC_NAME,
        "phone": settings.CLINIC_PHONE,
        "code": told.code,
        "until": f"{local:%H:%M} ({local.tzname()})",
    }
    subject, _, text = render_to_string(TEMPLATE, facts).strip().partition("\n")
    return Letter(subject=" ".join(subject.split()), text=text.strip() + "\n")


def message_id() -> str:
    """Each mail has its own: a second code is a second mail."""
    return make_msgid(domain=settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >"))
