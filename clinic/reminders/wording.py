"""From a Message to the words that are sent: the clinic's name and address, a time with its zone, a link."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
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
    """What is sent: a subject and a text by mail, `short` and `link` as a text message or a notice on the phone.

    `how_to_stop` ends a text message; empty: in English.
    """

    subject: str
    text: str
    calendar: bytes = b""
    short: str = ""
    link: str = ""
    how_to_stop: str = ""
    whole_by_text: bool = False  # its text is a text message as it stands, and says itself how to stop


LINK = "[link]"  # where one stood
WITHOUT_A_COMMA = frozenset({"fr", "it", "nl"})  # between the weekday and the day


def letter(message: Message, patient: Patient, words: Wording | None = None, *, stop: str = "") -> Letter:
    """Render it: in the clinic's own words where it has some, else in ours.

    A template's first line is the subject, the rest the text; both are plain text. Dates are told in the language of
    the words. `stop` is the link that ends mail to that address.
    """
    own = words if words is not None and words.subject else None
    ends = how_to_stop(own.language if own else settings.LANGUAGE_CODE)
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
            told = {"own": said, "ours": message.template, "how_to_stop": ends}
            subject, text = _rendered(template, facts | told)
            short = said["short"]
    short = " ".join(short.split())
    return Letter(subject, text, message.calendar, short, facts["link"], ends.get("by_text", ""))


def how_to_stop(language: str) -> Mapping[str, str]:
    """{"by_link", "by_phone", "by_text"} in a language that is not ours; empty for ours, whose templates say it."""
    return _how_to_stop().get(language, {})


@cache
def _how_to_stop() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "how_to_stop.toml").read_text(encoding="utf-8"))


def _shortened(subject: str, message: Message, facts: dict[str, Any]) -> str:
    """Our own words for a lock screen: the subject, and the day and hour it is about."""
    return subject if message.at is None else _with_its_time(subject, facts["day"], facts["time"])


def _with_its_time(subject: str, day: str, time: str) -> str:
    return f"{subject}, {time}" if day in subject else f"{subject}, {day} {time}"


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
        facts["day"] = day_of(message.at.astimezone(zone), year=False)
        facts["time"] = f"{message.at.astimezone(zone):%H:%M}"
        facts["when"] = moment(message.at, zone)
        facts["when_there"] = elsewhere(message.at, zone, patient.zone)
    return facts


def _rendered(template: str, facts: dict[str, Any]) -> tuple[str, str]:
    subject, _, text = render_to_string(template, facts).strip().partition("\n")
    return " ".join(subject.split()), text.strip() + "\n"


def _clinic_zone() -> ZoneInfo:
    return ZoneInfo(str(timezone.get_default_timezone()))


def our_words(template: str, *, timed: bool, language: str) -> dict[str, str]:
    """Our own words of a template as somebody would write them under Settings: {"subject", "text", "short"}.

    For another language they are a text to translate: with the link, which our own lines bring in ours alone.
    """
    names = {name: f"{{{name}}}" for name in (*ALWAYS, *OF_A_VISIT)}
    subject, text = _rendered(template, {**names, "words_only": True})
    short = _with_its_time(subject, "{day}", "{time}") if timed else subject
    link = "" if language == settings.LANGUAGE_CODE else "\n\n{link}"
    return {"subject": subject, "text": text.strip() + link, "short": short}


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """A time on the wall of that zone, and which zone: Thursday 5 March 2026 at 10:00 (Europe/London, GMT)."""
    local = at.astimezone(zone)
    between = " at " if translation.get_language() == settings.LANGUAGE_CODE else ", "
    return f"{day_of(local, year=True)}{between}{local:%H:%M} ({zone.key}, {local.tzname()})"


def day_of(local: dt.datetime, *, year: bool) -> str:
    """The weekday and the date as the language of the words writes them: Dienstag, 8. Dezember 2026."""
    if translation.get_language() == settings.LANGUAGE_CODE:
        return date_format(local, "l j F Y" if year else "l j F")
    between = " " if translation.get_language() in WITHOUT_A_COMMA else ", "
    return (
        date_format(local, "l") + between + date_format(local, "DATE_FORMAT" if year else "MONTH_DAY_FORMAT")
    )


def elsewhere(at: dt.datetime, clinic: ZoneInfo, patient: ZoneInfo) -> str:
    """The same moment where the patient is; empty when their clock shows the same."""
    same = at.astimezone(clinic).utcoffset() == at.astimezone(patient).utcoffset()
    return "" if same else moment(at, patient)


def without_links(text: str) -> str:
    """The text with a word in place of each address of ours; it may hold no other (lint)."""
    ours = re.escape(settings.CLINIC_BASE_URL.rstrip("/"))
    return re.sub(rf"{ours}[^\s<>]*", LINK, text)


def link_to(page: str, key: str = "") -> str:
    """The page's full address. A page that went away must not cost a reminder: the front page leads on."""
    try:
        path = reverse(page, args=[key] if key else [])
    except NoReverseMatch:
        path = "/"
    return settings.CLINIC_BASE_URL.rstrip("/") + path
