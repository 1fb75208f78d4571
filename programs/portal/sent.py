"""A session, or the morning after one, as a phone sends it: JSON, told once and perhaps sent again, perhaps days later.

The same form checks it and the same action stores it as on the page. A key that is stored already answers with its
row, before anything else is asked: a phone that missed the first answer must not be refused on the second try.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.datastructures import MultiValueDict

from clinic.people.actors import Actor
from clinic.people.models import Account, Patient
from programs.plans import diary
from programs.plans.models import SessionLog, Version
from programs.plans.refusals import Refusal
from programs.portal import mornings
from programs.portal.forms import LONGEST_ID, SessionForm, field_name

LONGEST_BODY = 64 * 1024
MOST_ENTRIES = 100
PLAIN = ("version", "client_key", "pain_during", "note", "on_day", "effort", "run_minutes", "run_km")
PARTS = {"said": "exercise", "why": "why", "pain": "pain", "sets": "sets", "instead": "instead"}
TOLD_WITHIN = dt.timedelta(days=60)  # a clock further off than this tells nothing

UNREADABLE = "This log could not be read. It stays on this phone: show it to your therapist."
SOMEBODY_ELSE = "This log was made by somebody else on this phone, so it was not sent."
NOT_YOURS = (
    "This session is not in your program any more, so it was not stored. It stays on this phone: ring us."
)
NO_SESSION = "This morning was not stored, because its session was not stored. Tell your therapist instead."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the phone is told: 200 stored (or stored before; 201 a morning told now), 409 and 422 never, with why."""

    status: int
    body: dict[str, Any]


def who(patient: Patient) -> str:
    """A word that stands for this patient on a phone and says nothing of them."""
    return salted_hmac("programs.portal.phone", str(patient.pk), algorithm="sha256").hexdigest()[:32]


def keep(body: bytes, *, patient: Patient, by: Account, now: dt.datetime) -> Answer:
    """Store what the phone sent, or say why not."""
    told = _read(body)
    if told is None:
        return Answer(422, {"refused": UNREADABLE})
    if not constant_time_compare(str(told.get("who", "")), who(patient)):
        return Answer(409, {"refused": SOMEBODY_ELSE})
    if "morning_of" in told:
        return _keep_morning(told, patient, by=by, now=now)
    if before := _log_of(told.get("client_key"), patient):
        return _kept(before)
    on_day = _day(told.get("on_day"))
    version = _version(told, patient, now=now, on_day=on_day)
    if version is None:
        return Answer(409, {"refused": NOT_YOURS})
    form = form_for(_posted(told), version, patient, now=now)
    if not form.is_valid():
        return Answer(422, {"refused": " ".join(_said(form)), "at": _where(form)})
    try:
        log = store(form, version, patient, by=by, now=now, told_at=_told_at(told, now))
    except Refusal as refusal:
        return Answer(409, {"refused": str(refusal)})
    return _kept(log)


def _keep_morning(told: Mapping[str, Any], patient: Patient, *, by: Account, now: dt.datetime) -> Answer:
    """The morning after a session, which the phone names by the session's own key: it sent that one before."""
    log = _log_of(told["morning_of"], patient)
    if log is None:
        return Answer(409, {"refused": NO_SESSION})
    told_before, pain = hasattr(log, "morning"), told.get("pain")
    if not told_before:
        if type(pain) is not int or not 0 <= pain <= 10:
            return Answer(422, {"refused": mornings.NO_NUMBER})
        try:
            log.morning = diary.tell_morning(log=log, pain=pain, by=by, now=now)
        except Refusal as refusal:
            return Answer(409, {"refused": str(refusal)})
    return Answer(200 if told_before else 201, {"log": log.pk, "morning": log.morning.pain})


def form_for(data: Any, version: Version, patient: Patient, *, now: dt.datetime) -> SessionForm:
    """The form over the exercises it names, whichever day they stand on: a phone may log another day's session."""
    every = version.every_exercise
    listed = [one for one in every if one.instead_of_id is None and field_name(one.pk) in data]
    swaps = {one.pk: [swap for swap in every if swap.instead_of_id == one.pk] for one in listed}
    return SessionForm(data, exercises=listed, swaps=swaps, **days_of(patient, now=now))


def days_of(patient: Patient, *, now: dt.datetime) -> dict[str, dt.date]:
    """The patient's day, and what a phone whose clock is fast by as much as we allow calls its day."""
    today, soon = (at.astimezone(patient.zone).date() for at in (now, now + diary.FAST_CLOCK))
    return {"today": today, "soon": soon}


def store(
    form: SessionForm,
    version: Version,
    patient: Patient,
    *,
    by: Actor,
    now: dt.datetime,
    told_at: dt.datetime | None = None,
) -> SessionLog:
    """A valid form as a logged session. Raises Refusal."""
    said = form.cleaned_data
    return diary.log_session(
        version=version,
        patient=patient,
        on_day=said["on_day"],
        entries=form.entries(),
        pain_during=said["pain_during"],
        symptoms=said["symptoms"],
        note=said["note"],
        effort=said["effort"],
        ran=form.ran(),
        client_key=said["client_key"],
        told_at=told_at,
        by=by,
        now=now,
    )


def loggable(
    patient: Patient, version_id: str, *, now: dt.datetime, on_day: dt.date | None = None
) -> Version | None:
    """The patient's own version, released or just replaced; None for anybody else's, as for one that is none."""
    if not (version_id.isascii() and version_id.isdigit() and len(version_id) < LONGEST_ID):
        return None
    theirs = Version.objects.loggable_by(patient, now=now, on_day=on_day).with_exercises()
    return theirs.select_related("released_by", "program").filter(pk=int(version_id)).first()


def _read(body: bytes) -> dict[str, Any] | None:
    if len(body) > LONGEST_BODY:
        return None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    entries = told.get("entries", []) if isinstance(told, dict) else None
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        return None
    return told if all(isinstance(one, dict) for one in entries) else None


def _log_of(key: Any, patient: Patient) -> SessionLog | None:
    """The patient's own session of this key, with its morning."""
    try:
        sought = uuid.UUID(str(key))
    except ValueError:
        return None
    return patient.session_logs.select_related("morning").filter(client_key=sought).first()


def _version(
    told: Mapping[str, Any], patient: Patient, *, now: dt.datetime, on_day: dt.date | None
) -> Version | None:
    return loggable(patient, str(told.get("version", "")), now=now, on_day=on_day)


def _posted(told: Mapping[str, Any]) -> MultiValueDict[str, str]:
    """The fields as the page's form would have posted them."""
    posted: MultiValueDict[str, str] = MultiValueDict()
    for name in PLAIN:
        if told.get(name) is not None:
            posted[name] = str(told[name])
    signs = told.get("symptoms", [])
    posted.setlist("symptoms", [str(one) for one in signs] if isinstance(signs, list) else [])
    for entry in told.get("entries", []):
        number = str(entry.get("id", ""))
        digits = number if number.isascii() and number.isdigit() and len(number) < LONGEST_ID else "x"
        posted[f"exercise_{digits}"] = ""  # one that was left out is named as well
        for part, field in PARTS.items():
            if entry.get(part) not in (None, ""):
                posted[f"{field}_{digits}"] = str(entry[part])
    return posted


def _said(form: SessionForm) -> list[str]:
    """Every mistake once, in the words of the form."""
    return list(dict.fromkeys(str(error) for errors in form.errors.values() for error in errors))


def _where(form: SessionForm) -> str:
    """The first field that was refused, where the phone leads the patient to correct it."""
    return next((name for name in form.errors if name != NON_FIELD_ERRORS), "pain_during")


def _kept(log: SessionLog) -> Answer:
    url = reverse("portal:logged", args=[log.pk])
    return Answer(
        200, {"log": log.pk, "url": url, "on_day": log.on_day.isoformat(), "stop": log.asks_to_stop}
    )


def _day(said: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(said))
    except ValueError:
        return None


def _told_at(told: Mapping[str, Any], now: dt.datetime) -> dt.datetime | None:
    """When it was told, by the phone's clock; None where that clock cannot be meant."""
    try:
        at = dt.datetime.fromisoformat(str(told.get("told_at")))
    except ValueError:
        return None
    if at.tzinfo is None or not now - TOLD_WITHIN < at < now + dt.timedelta(days=1):
        return None
    return at
