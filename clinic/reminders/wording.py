"""From a Message to the words that are sent: the clinic's name and address, a time with its zone, a link."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format

from clinic.people.models import Patient
from clinic.reminders.sources import Message


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    calendar: bytes = b""


def letter(message: Message, patient: Patient) -> Letter:
    """Render it. The template's first line is the subject, the rest the text; both are plain text."""
    clinic_zone = ZoneInfo(str(timezone.get_default_timezone()))
    facts = {
        "clinic": settings.CLINIC_NAME,
        "phone": settings.CLINIC_PHONE,
        "place": " ".join(settings.CLINIC_ADDRESS.split()),
        "link": link_to(message.page, message.key),
        "called": patient.called,
        **message.facts,
    }
    if message.at is not None:
        facts["day"] = date_format(message.at.astimezone(clinic_zone), "l j F")
        facts["when"] = moment(message.at, clinic_zone)
        facts["when_there"] = elsewhere(message.at, clinic_zone, patient.zone)
    subject, _, text = render_to_string(message.template, facts).strip().partition("\n")
    return Letter(" ".join(subject.split()), text.strip() + "\n", message.calendar)


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """A time on the wall of that zone, and which zone: Thursday 5 March 2026 at 10:00 (Europe/London, GMT)."""
    local = at.astimezone(zone)
    return f"{date_format(local, 'l j F Y')} at {local:%H:%M} ({zone.key}, {local.tzname()})"


def elsewhere(at: dt.datetime, clinic: ZoneInfo, patient: ZoneInfo) -> str:
    """The same moment where the patient is; empty when their clock shows the same."""
    same = at.astimezone(clinic).utcoffset() == at.astimezone(patient).utcoffset()
    return "" if same else moment(at, patient)


def link_to(page: str, key: str = "") -> str:
    """The page's full address. A page that went away must not cost a reminder: the front page leads on."""
    try:
        path = reverse(page, args=[key] if key else [])
    except NoReverseMatch:
        path = "/"
    return settings.CLINIC_BASE_URL.rstrip("/") + path
