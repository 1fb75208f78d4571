"""A reminder as it would look, of nobody and for nobody: for the preview and for the test somebody sends themselves."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinic.people.models import Patient
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Wording
from clinic.reminders.sources import Message
from clinic.reminders.wording import Letter, letter, link_to, moment

DAYS_AHEAD = 9
NOTHING = "…"  # in place of words
NOBODY = "home"  # a test mail leads to the front page: there is no visit behind it


def sample(kind: Kind, name: str, words: Wording | None, *, now: dt.datetime, stop: str = "") -> Letter:
    """The letter for a made-up patient, about ten o'clock in nine days where the kind is about a visit.

    `stop` stands where a patient's mail has the link that ends it.
    """
    zone = ZoneInfo(str(timezone.get_default_timezone()))
    day = now.astimezone(zone).date() + dt.timedelta(days=DAYS_AHEAD)
    at = dt.datetime.combine(day, dt.time(10), tzinfo=zone)
    patient = Patient(legal_given_name="Sam", legal_family_name="Sample", time_zone=zone.key)
    facts = {
        "change_until": moment(at - dt.timedelta(days=1), zone),
        "until": moment(at - dt.timedelta(days=2), zone),
        "times": [{"when": moment(at, zone), "there": ""}],
    }
    timed = at if kind.timed or not kind.worded else None
    answers = dict.fromkeys(kind.answers, (NOBODY, ""))
    message = Message(kind.template_of(name), NOBODY, at=timed, facts=facts, answers=answers)
    return letter(message, patient, words, stop=stop)


def a_link() -> str:
    """In place of one that is a patient's own."""
    return link_to(NOBODY)


def added(kind: Kind, name: str, language: str, *, now: dt.datetime, stop: str = "") -> str:
    """What stands below whatever the clinic writes in that language, to the end of the mail."""
    written = Wording(language=language, subject=NOTHING, text=NOTHING, short=NOTHING)
    return sample(kind, name, written, now=now, stop=stop).text.removeprefix(NOTHING).lstrip()
