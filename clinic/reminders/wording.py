"""From a Message to the words that are sent: the clinic's name and address, a time with its zone, a link."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from clinic.people.models import Patient
from clinic.reminders.lint import ALWAYS, OF_A_VISIT
from clinic.reminders.models import Wording
from clinic.reminders.sources import Message


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: a subject and a text by mail, `short` and `link` as a text message or a notice on the phone."""

    subject: str
    text: str
    calendar: bytes = b""
    short: str = ""
    link: str = ""
    whole_by_text: bool = False  # its text is a text message as it stands, and says itself how to stop


def letter(message: Message, patient: Patient, words: Wording | None = None, *, stop: str = "") -> Letter:
    """Render it: in the clinic's own words where it has some, else in ours.

    A template's first line is the subject, the rest the text; both are plain text. Dates are told in the language of
    the words. `stop` is the link that ends mail to that address.
    """
    own = words if words is not None and words.subject else None
    with translation.override(own.language if own else settings.LANGUAGE_CODE):
        facts = {**_facts(message, patient), "stop": stop}
        if own is None:
            subject, text = _rendered(message.template, facts)
            short = _shortened(subject, message, facts)
        else:
            fill = {name: facts.get(name, "") for name in (*ALWAYS, *OF_A_VISIT)}
            said = {part: getattr(own, part).format(**fill) for part in ("subject", "text", "short")}
            ours_too = own.language == settings.LANGUAGE_CODE
            template = "reminders/own.txt" if ours_too else "reminders/own_language.txt"
            subject, text = _rendered(template, {**facts, "own": said, "ours": message.template})
            short = said["short"]
    return Letter(subject, text, message.calendar, " ".join(short.split()), facts["link"])


def _shortened(subject: str, message: Message, facts: dict[str, Any]) -> str:
    """Our own words for a lock screen: the subject, and the day and hour it is about."""
    if message.at is None:
        return subject
    clock = f"{message.at.astimezone(_clinic_zone()):%H:%M}"
    return f"{subject}, {clock}" if facts["day"] in subject else f"{subject}, {facts['day']} {clock}"


def _facts(message: Message, patient: Patient) -> dict[str, Any]:
    zone = _clinic_zone()
    facts: dict[str, Any] = {
        "clinic": settings.CLINIC_NAME,
        "phone": settings.CLINIC_PHONE,
        "place": " ".join(settings.CLINIC_ADDRESS.split()),
        "link": link_to(message.page, message.key),
        "answers": [(name, link_to(*where)) for name, where in message.answers.items()],
        "called": patient.called,
        **message.facts,
    }
    if message.at is not None:
        facts["day"] = date_format(message.at.astimezone(zone), "l j F")
        facts["when"] = moment(message.at, zone)
        facts["when_there"] = elsewhere(message.at, zone, patient.zone)
    return facts


def _rendered(template: str, facts: dict[str, Any]) -> tuple[str, str]:
    subject, _, text = render_to_string(template, facts).strip().partition("\n")
    return " ".join(subject.split()), text.strip() + "\n"


def _clinic_zone() -> ZoneInfo:
    return ZoneInfo(str(timezone.get_default_timezone()))


def our_words(template: str, *, timed: bool) -> dict[str, str]:
    """Our own words of a template as somebody would write them under Settings: {"subject", "text", "short"}."""
    names = {name: f"{{{name}}}" for name in (*ALWAYS, *OF_A_VISIT)}
    subject, text = _rendered(template, {**names, "words_only": True})
    return {"subject": subject, "text": text.strip(), "short": "{clinic}: {when}" if timed else subject}


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """A time on the wall of that zone, and which zone: Thursday 5 March 2026 at 10:00 (Europe/London, GMT)."""
    local = at.astimezone(zone)
    between = " at " if translation.get_language() == settings.LANGUAGE_CODE else ", "
    return f"{date_format(local, 'l j F Y')}{between}{local:%H:%M} ({zone.key}, {local.tzname()})"


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
