"""A patient's record as the desk's pages show it, as finished facts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking.models import Appointment
from clinic.booking.series import with_place
from clinic.desk import contact_lines
from clinic.desk.wish import Wish
from clinic.people.languages import language_name
from clinic.people.models import Patient
from clinic.reminders.models import Way
from clinic.reminders.wishes import kind_of

LATEST_APPOINTMENTS = 25
LATEST_REMINDERS = 10
LATEST_READERS = 10


@dataclass(frozen=True, slots=True)
class Found:
    """One line of a list of patients; `url` is where it leads on to. `why`: why it is here."""

    pk: int
    name: str
    preferred_name: str
    birth_date: dt.date
    record_number: str
    url: str
    record_url: str
    book_url: str
    why: str

    @classmethod
    def of(cls, patient: Patient, wish: Wish, why: str = "", *, leads_to: str = "desk:patient") -> Found:
        book_url = wish.with_patient(patient.pk).url
        record_url = reverse("desk:patient", args=[patient.pk])
        found_url = reverse(leads_to, args=[patient.pk])
        return cls(
            pk=patient.pk,
            name=patient.full_name,
            preferred_name=patient.preferred_name,
            birth_date=patient.birth_date,
            record_number=patient.record_number,
            url=book_url if wish.book else found_url,
            record_url=record_url,
            book_url=book_url,
            why=why,
        )


def bar(patient: Patient, today: dt.date) -> dict[str, Any]:
    """What the identity bar shows."""
    return {
        "name": patient.full_name,
        "preferred_name": patient.preferred_name,
        "birth_date": patient.birth_date,
        "age": patient.age_on(today),
        "record_number": patient.record_number,
    }


def page(patient: Patient, *, now: dt.datetime, with_readers: bool) -> dict[str, Any]:
    """Five queries at most, whatever the record holds."""
    visits = with_place(patient.appointments.select_related("type", "clinician__account"))
    visits = visits.order_by("-starts_at")
    latest: list[Appointment] = list(visits[:LATEST_APPOINTMENTS])
    channels = list(patient.channels.all())
    emergency = [patient.emergency_name, patient.emergency_relation, patient.emergency_phone]
    return {
        "patient": patient,
        "bar": bar(patient, now.date()),
        "channels": contact_lines.lines(channels),
        "may_send_link": any(c.kind == "email" and c.may_be_used for c in channels),
        "facts": [
            ("Legal name", patient.full_name),
            ("Preferred name", patient.preferred_name or "The same"),
            ("Emergency contact", ", ".join(filter(None, emergency)) or "None given"),
            ("Time zone", patient.time_zone.replace("_", " ")),
            ("Reminders", _wished(patient)),
        ],
        "coming": [visit for visit in reversed(latest) if visit.starts_at >= now],
        "earlier": [visit for visit in latest if visit.starts_at < now],
        "reminders": [
            (kind_of(reminder.source, reminder.kind).label, reminder)
            for reminder in patient.reminders.order_by("-pk")[:LATEST_REMINDERS]
        ],
        "book_url": Wish().with_patient(patient.pk).url,
        "with_readers": with_readers,
        "readers": _readers(patient) if with_readers else [],
    }


def _wished(patient: Patient) -> str:
    """In which language and by which way first, in words."""
    language = language_name(patient.language) if patient.language else "the clinic’s language"
    way = Way(patient.first_way).label if patient.first_way in Way.values else "any way they agreed to"
    return f"In {language}, by {way[:1].lower()}{way[1:]}"


def _readers(patient: Patient) -> list[dict[str, Any]]:
    """Who opened or changed the record last, as events of a time line."""
    entries = patient.audit_entries.exclude(action=Entry.Action.LISTED).select_related("account")
    return [
        {
            "at": entry.at,
            "what": f"{entry.get_action_display()}: {entry.what or 'the record'}",
            "who": str(entry.account) if entry.account else f"the clinic itself ({entry.job})",
            "icon": "eye" if entry.action == Entry.Action.READ else "pencil",
        }
        for entry in entries.order_by("-pk")[:LATEST_READERS]
    ]
