"""Every change to a person's record: registering, correcting, contacts and consent.

Each refusal is an exception with a name whose text can be shown as it is. Each change writes its journal row
in the same transaction. Sign-in links have their own page: clinic/people/links.py.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone

from clinic.people import details as detail_rules
from clinic.people import journal, phones
from clinic.people.actors import Actor
from clinic.people.addresses import what_is_wrong
from clinic.people.alike import Alike, Newcomer, likely_duplicates
from clinic.people.channels import (
    NoTextsThere,
    agree_to_texts,
    give_consent,
    start_texts,
    stop_channel,
    stop_texts,
    take_withdrawal_back,
    verify,
    withdraw_consent,
)
from clinic.people.details import FIELD_NAMES, Details, InvalidDetails
from clinic.people.links import kill_links, make_sign_in_link, open_account_for, use_sign_in_link
from clinic.people.models import Account, ChannelKind, ContactChannel, Patient

__all__ = [
    "AlreadyRegistered",
    "ChangedMeanwhile",
    "LikelyDuplicates",
    "NoTextsThere",
    "add_channel",
    "agree_to_texts",
    "change_patient",
    "correct_channel",
    "fingerprint",
    "give_consent",
    "make_sign_in_link",
    "open_account_for",
    "prefer_way",
    "register_patient",
    "start_texts",
    "stop_channel",
    "stop_texts",
    "take_withdrawal_back",
    "use_sign_in_link",
    "verify",
    "withdraw_consent",
]

REGISTERING = 2_001  # first key of the advisory lock, so that it meets no other package's lock


class LikelyDuplicates(ValueError):
    """Nothing was saved: these may be this person already, the most alike first."""

    def __init__(self, alike: Sequence[Alike]) -> None:
        super().__init__(
            "Records that may be this person already exist. Open one, or say this is somebody else."
        )
        self.alike = list(alike)


class AlreadyRegistered(ValueError):
    """Nothing was saved: `patient` is this person. `adds_nothing`: the record holds all that was typed."""

    def __init__(self, patient: Patient, *, adds_nothing: bool) -> None:
        super().__init__(
            f"{patient.full_name} is already registered as {patient.record_number}. "
            "Nothing was saved a second time."
        )
        self.patient = patient
        self.adds_nothing = adds_nothing


class ChangedMeanwhile(ValueError):
    """Nothing was saved: somebody else changed the record since the form was opened."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else changed this record while you were editing it, so yours was not saved over theirs. "
            "What you typed is below; compare it with the record and save again."
        )


def register_patient(
    *,
    details: Details,
    by: Actor,
    now: dt.datetime,
    email: str = "",
    phone: str = "",
    agreed: Collection[str] = (),
    knowing_duplicates: bool = False,
) -> Patient:
    """A new record, with its contact channels. `agreed` names the channel kinds the patient consented to.

    Raises InvalidDetails (problems by field, also `email` and `phone`); AlreadyRegistered where nothing tells
    this person from one we know, as when the button is pressed twice; and LikelyDuplicates unless the person
    at the desk has seen them.
    """
    details = details.tidied()
    reached, problems = read_channels(email=email, phone=phone)
    details, more = _checked(details, now)
    if problems | more:
        raise InvalidDetails(more | problems)
    with transaction.atomic():
        _one_at_a_time(details.birth_date)
        alike = _alike(details, reached)
        if twin := next((each.patient for each in alike if each.is_the_same), None):
            raise AlreadyRegistered(twin, adds_nothing=_adds_nothing(twin, details, reached, agreed))
        if alike and not knowing_duplicates:
            raise LikelyDuplicates(alike)
        patient = Patient(registered_at=now, registered_by=by if isinstance(by, Account) else None)
        _write(patient, details)
        journal.write(action="created", patient=patient, by=by, what="record")
        for kind, (value, _) in reached.items():
            add_channel(patient=patient, kind=kind, value=value, by=by, now=now, agreed=kind in agreed)
    return patient


def change_patient(
    *, patient: Patient, details: Details, by: Actor, now: dt.datetime, based_on: str = ""
) -> Patient:
    """Correct who a patient is. `based_on` is the fingerprint the form was opened with.

    Raises InvalidDetails, and ChangedMeanwhile when the record is no longer the one the form showed.
    """
    details, problems = _checked(details.tidied(), now)
    if problems:
        raise InvalidDetails(problems)
    with transaction.atomic():
        current = Patient.objects.select_for_update().get(pk=patient.pk)
        if based_on and based_on != fingerprint(current):
            raise ChangedMeanwhile
        changed = [name for name in FIELD_NAMES if getattr(current, name) != getattr(details, name)]
        if changed:
            _write(current, details)
            if current.account_id is not None:
                Account.objects.filter(pk=current.account_id).update(display_name=current.full_name)
            journal.write(
                action="changed", patient=current, by=by, what=f"record: {', '.join(changed)}"[:120]
            )
    return current


def prefer_way(*, patient: Patient, way: str, by: Actor, now: dt.datetime) -> Patient:
    """By which way they would rather hear from us, `way` "" for no wish. Raises InvalidDetails (`first_way`)."""
    with transaction.atomic():
        current = Patient.objects.select_for_update().get(pk=patient.pk)
        told = {name: getattr(current, name) for name in FIELD_NAMES} | {"first_way": way}
        return change_patient(patient=current, details=Details(**told), by=by, now=now)


def fingerprint(patient: Patient) -> str:
    """Tells whether two readings of a record's details are the same."""
    text = "\x1f".join(str(getattr(patient, name)) for name in FIELD_NAMES)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def add_channel(
    *, patient: Patient, kind: str, value: str, by: Actor, now: dt.datetime, agreed: bool = False
) -> ContactChannel:
    """One more way to reach a patient; adding one that is listed already gives back that one.

    Raises InvalidDetails with the problem under `email` or `phone`.
    """
    reached, problems = read_channels(**{kind: value})
    if not reached:
        raise InvalidDetails(problems or {kind: "Nothing was typed. Enter what you want to add."})
    stored, digits = reached[ChannelKind(kind)]
    with transaction.atomic():
        channel, is_new = ContactChannel.objects.get_or_create(
            patient=patient, kind=kind, value=stored, defaults={"digits": digits}
        )
        if is_new:
            journal.write(action="changed", patient=patient, by=by, what=f"{kind} channel {channel.pk} added")
        if agreed:
            channel = give_consent(channel=channel, by=by, now=now)
    return channel


def correct_channel(
    *, channel: ContactChannel, value: str, by: Actor, now: dt.datetime, agreed: bool
) -> ContactChannel:
    """It was mistyped, and is this. `agreed`: they agree to be reached at this one; nothing else carries over.

    What was said of the mistyped one, that it was agreed to, verified or stopped, was said of somebody else's. Sign-in
    links that may have gone there die. Raises InvalidDetails under the channel's kind.
    """
    reached, problems = read_channels(**{channel.kind: value})
    if not reached:
        raise InvalidDetails(problems or {channel.kind: "Nothing was typed. Enter what it should be."})
    stored, digits = reached[ChannelKind(channel.kind)]
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=channel.patient_id)
        if patient.channels.filter(kind=channel.kind, value=stored).exclude(pk=channel.pk).exists():
            raise InvalidDetails({channel.kind: f"{stored} is listed already. Nothing was changed."})
        fresh = patient.channels.get(pk=channel.pk)
        if fresh.value != stored:
            blank = ContactChannel(pk=fresh.pk, patient=patient, kind=fresh.kind, value=stored, digits=digits)
            blank.save(force_update=True)
            kill_links(patient=patient, now=now)
            journal.write(
                action="changed", patient=patient, by=by, what=f"{fresh.kind} channel {fresh.pk} corrected"
            )
            fresh = blank
        return give_consent(channel=fresh, by=by, now=now) if agreed else fresh


def _checked(details: Details, now: dt.datetime) -> tuple[Details, dict[str, str]]:
    """The details with the emergency phone in E.164, and what is wrong with them."""
    found = detail_rules.problems(details, today=timezone.localdate(now))
    if not details.emergency_phone:
        return details, found
    try:
        phone = phones.normalised(details.emergency_phone, region=settings.PHONENUMBER_DEFAULT_REGION)
    except phones.NotAPhone as refused:
        return details, found | {"emergency_phone": str(refused)}
    told = {name: getattr(details, name) for name in FIELD_NAMES} | {"emergency_phone": phone.e164}
    return Details(**told), found


def read_channels(
    *, email: str = "", phone: str = ""
) -> tuple[dict[ChannelKind, tuple[str, str]], dict[str, str]]:
    """Each channel typed as (value, digits) by kind, and what is wrong with the others by field name."""
    reached: dict[ChannelKind, tuple[str, str]] = {}
    problems: dict[str, str] = {}
    if email := email.strip().lower():
        try:
            validate_email(email)
            reached[ChannelKind.EMAIL] = (email, "")
        except ValidationError:
            problems["email"] = (
                f"\u201c{email}\u201d is not an e-mail address. {what_is_wrong(email)} "
                "It looks like ana@example.org."
            )
    if phone := phone.strip():
        try:
            number = phones.normalised(phone, region=settings.PHONENUMBER_DEFAULT_REGION)
            reached[ChannelKind.PHONE] = (number.e164, number.digits)
        except phones.NotAPhone as refused:
            problems["phone"] = str(refused)
    return reached, problems


def _alike(details: Details, reached: dict[ChannelKind, tuple[str, str]]) -> list[Alike]:
    return likely_duplicates(
        Newcomer(
            given_name=details.legal_given_name,
            family_name=details.legal_family_name,
            birth_date=details.birth_date,
            phone_digits=reached.get(ChannelKind.PHONE, ("", ""))[1],
            email=reached.get(ChannelKind.EMAIL, ("", ""))[0],
        )
    )


def _adds_nothing(
    twin: Patient,
    details: Details,
    reached: dict[ChannelKind, tuple[str, str]],
    agreed: Collection[str],
) -> bool:
    """Whether the record says already all that was typed, consent included."""
    if any(getattr(twin, name) != getattr(details, name) for name in FIELD_NAMES):
        return False
    known = {(channel.kind, channel.value): channel.may_be_used for channel in twin.channels.all()}
    typed = [(kind.value, value) for kind, (value, _) in reached.items()]
    return all(channel in known and (known[channel] or channel[0] not in agreed) for channel in typed)


def _one_at_a_time(born: dt.date) -> None:
    """Two desks registering the same person wait for each other; everybody else does not."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [REGISTERING, born.toordinal()])


def _write(patient: Patient, details: Details) -> None:
    for name in FIELD_NAMES:
        setattr(patient, name, getattr(details, name))
    patient.save()
