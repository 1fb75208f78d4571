"""The links “Done” and “Not today” in the mail about a session: what their key opens, and what is done by them.

The key names a version and a day and is signed, as the key that stops mail is (clinic.reminders.unsubscribe), and as
long as every other secret in an address of ours. It opens nothing but these two pages, which say nothing of the
program, and it dies by itself: at noon of the day after, where the patient is, or when the program is another one or
none, or asks for rest (Asked.rests). Looking changes nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import struct
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.datastructures import MultiValueDict

from clinic.booking.hours import instant
from clinic.people.actors import Actor
from clinic.people.models import Patient
from programs.plans.models import SessionLog, Version
from programs.plans.refusals import LoggedAlready
from programs.plans.reminders import was_told_to_stop
from programs.portal import sent, session
from programs.portal.forms import DONE, SessionForm, field_name

SALT = "programs.portal.day_links"
PAGES = {"Done": "portal:day_done", "Not today": "portal:day_not_today"}  # as the mail calls them
NAMED, SIGNED = struct.Struct(">QI"), 20  # the version, the day; bytes: 32 together, which are 43 characters
UNTIL = dt.time(12)  # of the next day: who trains in the evening says so at breakfast
DAY = dt.timedelta(days=1)


def key(version_id: int, day: dt.date) -> str:
    """43 characters that fit into an address."""
    signed = salted_hmac(SALT, f"{version_id} {day.isoformat()}", algorithm="sha256").digest()[:SIGNED]
    return base64.urlsafe_b64encode(NAMED.pack(version_id, day.toordinal()) + signed).decode().rstrip("=")


def answers(version_id: int, day: dt.date) -> dict[str, tuple[str, str]]:
    """The links of a mail (clinic.reminders.sources.Message.answers)."""
    opens = key(version_id, day)
    return {name: (page, opens) for name, page in PAGES.items()}


@dataclass(frozen=True)
class Asked:
    """The day a living key asks about, in a program that is the patient's still."""

    version: Version
    day: dt.date
    key: str

    @property
    def patient(self) -> Patient:
        return self.version.patient

    @cached_property
    def state(self) -> session.State:
        """As the patient's own page of that day has it."""
        return session.state_of(self.version, day=self.day)

    @property
    def rests(self) -> bool:
        """Whether nothing is to be done that day: they were told to stop and ring, or a red day asks for rest."""
        return was_told_to_stop(self.version.patient_id) or self.state.now.rests

    @property
    def client_key(self) -> uuid.UUID:
        """The same for every copy of the mail and every press, so that all of them are one session."""
        return uuid.UUID(bytes=salted_hmac(SALT + ".log", self.key, algorithm="sha256").digest()[:16])

    def logged(self) -> SessionLog | None:
        """What is logged of that day; where there are two, the one this link made."""
        logs = self.patient.session_logs.filter(on_day=self.day)
        return max(logs, key=lambda log: log.client_key == self.client_key, default=None)


def behind(key_shown: str, *, now: dt.datetime) -> Asked | None:
    """What a key asks about; None for a wrong, old or foreign one, alike."""
    try:
        raw = base64.urlsafe_b64decode(key_shown.encode("ascii") + b"=")
        version_id, number = NAMED.unpack(raw[: NAMED.size])
        day = dt.date.fromordinal(number)
    except (ValueError, OverflowError, struct.error):  # also what is not ASCII
        return None
    if version_id >= 2**63 or not constant_time_compare(key(version_id, day), key_shown):
        return None
    rows = Version.objects.in_force().with_exercises().select_related("program", "patient__account")
    version = rows.filter(pk=version_id).first()
    return Asked(version, day, key_shown) if version and _is_asked(day, version.patient, now) else None


def _is_asked(day: dt.date, patient: Patient, now: dt.datetime) -> bool:
    begins, ends = instant(day, dt.time(), patient.zone), instant(day + DAY, UNTIL, patient.zone)
    return begins <= now < ends


# --- Done ----------------------------------------------------------------------------------------------------


def as_planned(asked: Asked, said: MultiValueDict[str, str], *, now: dt.datetime) -> SessionForm:
    """The portal's own form, filled in: all of that day done as planned, and of `said` the pain and the warning signs.

    The run is as long as planned, which is what “As planned” says of it in the player.
    """
    plan = asked.state.of_day("")
    facts: dict[str, Any] = {
        "version": asked.version.pk,
        "client_key": asked.client_key,
        "on_day": asked.day,
        "run_minutes": plan.run_minutes,
        "run_km": plan.run_km,
    } | {field_name(one.pk): DONE for one in plan.exercises}
    posted: MultiValueDict[str, str] = MultiValueDict(
        {name: [str(fact)] for name, fact in facts.items() if fact is not None}
    )
    for name in ("pain_during", "symptoms"):
        posted.setlist(name, said.getlist(name))
    return sent.form_for(posted, asked.version, asked.patient, now=now)


def can_be_said(asked: Asked) -> bool:
    """Whether “done” says enough: a day of a run nobody can say the length of has to be told by its numbers."""
    plan = asked.state.of_day("")
    return bool(plan.exercises) or plan.run_minutes is not None or plan.run_km is not None


@transaction.atomic
def log(asked: Asked, form: SessionForm, *, by: Actor, now: dt.datetime) -> SessionLog:
    """The valid form as a session, once: pressed again it is the one there is. Raises LoggedAlready, other Refusals."""
    Patient.objects.select_for_update().get(pk=asked.patient.pk)
    before = asked.logged()
    if before is not None and before.client_key != asked.client_key:
        raise LoggedAlready("You logged a session of that day already, so nothing was changed.")
    return before or sent.store(form, asked.version, asked.patient, by=by, now=now)
