"""Somebody who is not signed in books: what they typed, the code sent to their address, and the visit it becomes.

Whose record it is is looked up only once the code came back, by the address that is theirs now, family name and birth
date. Until then nobody can tell from anything here who is a patient.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from clinic.booking.models import Appointment, AppointmentType, CameBy, Hold, OnlineRequest
from clinic.booking.online import VISITOR, NotBooked, book_kept
from clinic.people.actions import (
    AlreadyRegistered,
    add_channel,
    give_consent,
    open_account_for,
    register_patient,
)
from clinic.people.details import Details
from clinic.people.folding import fold
from clinic.people.models import ChannelKind, Clinician, ContactChannel, Patient

CODE_LASTS = dt.timedelta(minutes=10)
MOST_TRIES = 5  # of one code
MOST_CODES = 3  # for one request
FORGOTTEN_AFTER = dt.timedelta(days=1)
MOST_AT_ONCE = 500  # rows forgotten in one go
MOST_SHARING_AN_ADDRESS = 10  # of one birth date
SHORTENED = 3  # letters that make one given name a short form of another: Ben, Benjamin


class CodeRefused(Exception):
    """The code does not count. Nothing was booked; what was typed is kept."""


class WrongCode(CodeRefused):
    def __init__(self, left: int) -> None:
        self.left = left
        again = f"You have {left} more {'try' if left == 1 else 'tries'}." if left else "Send a new code."
        super().__init__(f"That is not the code in our newest mail. {again}")


class CodeTooOld(CodeRefused):
    def __init__(self) -> None:
        super().__init__("This code is too old: each works for 10 minutes. Send a new code.")


class TooManyTries(CodeRefused):
    def __init__(self) -> None:
        super().__init__("This code was typed wrong too often, so it no longer works. Send a new code.")


@dataclass(frozen=True, slots=True)
class Contact:
    """Who wants to come, as typed and checked. `email` is in lower case, `phone` in E.164 or empty."""

    legal_given_name: str
    legal_family_name: str
    birth_date: dt.date
    email: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What the mail with a code says, and to whom."""

    email: str
    code: str
    works_until: dt.datetime


@transaction.atomic
def ask(
    *,
    type: AppointmentType,
    clinician: Clinician,
    starts_at: dt.datetime,
    hold: Hold | None,
    contact: Contact,
    now: dt.datetime,
    instead_of: OnlineRequest | None = None,
) -> OnlineRequest:
    """Keep what was typed. `instead_of` is what the same visitor asked for before: changed, or forgotten.

    Another e-mail address is another request, since a code that came back says nothing about it.
    """
    kept = _unbooked(instead_of)
    if kept is not None and kept.email != contact.email:
        kept.delete()
        kept = None
    request = kept or OnlineRequest(made_at=now, code_expires_at=now)
    request.type, request.clinician, request.starts_at, request.hold = type, clinician, starts_at, hold
    for name, value in asdict(contact).items():
        setattr(request, name, value)
    request.save()
    return request


def wants_code(request: OnlineRequest, *, again: bool, now: dt.datetime) -> bool:
    """Whether a code is still to be made: none is on its way, and none works or (`again`) they ask for another."""
    if request.confirmed_at is not None or request.codes_sent >= MOST_CODES or _is_due(request, now):
        return False
    works = bool(request.code_sha256) and request.may_be_tried(now, most=MOST_TRIES)
    return again or not works


def want_code(*, request: OnlineRequest, now: dt.datetime) -> None:
    """Write down that a code is due; a worker makes and mails it (`codes_due`). The older one dies now."""
    rows = OnlineRequest.objects.filter(pk=request.pk, confirmed_at=None, codes_sent__lt=MOST_CODES)
    rows.update(code_sha256="", code_expires_at=now + CODE_LASTS, tries=0)


def codes_due(*, now: dt.datetime) -> list[tuple[int, int]]:
    """(request, which of its codes, from 1): what is to be mailed. One that waited for ten minutes is given up."""
    rows = OnlineRequest.objects.filter(
        confirmed_at=None, code_sha256="", code_expires_at__gt=now, codes_sent__lt=MOST_CODES
    )
    due = rows.filter(made_at__gt=now - FORGOTTEN_AFTER).order_by("pk").values_list("pk", "codes_sent")
    return [(pk, sent + 1) for pk, sent in due[:MOST_AT_ONCE]]


@transaction.atomic
def new_code(*, request_id: int, nth: int, now: dt.datetime) -> Letter | None:
    """Make the code and keep its hash; None where a copy of the task was first, or it is no longer wanted.

    The code can be had only now.
    """
    waiting = OnlineRequest.objects.select_for_update().filter(pk=request_id, codes_sent=nth - 1)
    request = waiting.first()
    if request is None or not _is_due(request, now):
        return None
    code = f"{secrets.randbelow(1_000_000):06d}"
    request.code_sha256, request.code_expires_at = hashed(request.pk, code), now + CODE_LASTS
    request.codes_sent, request.tries = nth, 0
    request.save(update_fields=["code_sha256", "code_expires_at", "codes_sent", "tries"])
    return Letter(request.email, code, request.code_expires_at)


def code_not_sent(*, request_id: int, nth: int, now: dt.datetime) -> None:
    """The mail certainly did not go out, so it does not count: asking on the page has it made again."""
    rows = OnlineRequest.objects.filter(pk=request_id, codes_sent=nth, confirmed_at=None)
    rows.update(codes_sent=nth - 1, code_sha256="", code_expires_at=now)


def _is_due(request: OnlineRequest, now: dt.datetime) -> bool:
    return request.confirmed_at is None and not request.code_sha256 and now < request.code_expires_at


def hashed(request_id: int, code: str) -> str:
    """What is kept of a code; 64 hex digits. Keyed: who reads the table could soon try out all six digits."""
    told = f"{request_id}:{code}"
    return salted_hmac("clinic.booking.online_requests", told, algorithm="sha256").hexdigest()


def confirm(*, request: OnlineRequest, code: str, now: dt.datetime) -> Appointment:
    """The code came back: find or make the record and book, all in one. Confirming twice is the same visit.

    Raises WrongCode, CodeTooOld or TooManyTries, which count the try; or NotBooked, and then the code need not be
    typed again.
    """
    with transaction.atomic():
        done = _confirmed(OnlineRequest.objects.select_for_update().get(pk=request.pk), code, now)
    if isinstance(done, Exception):  # raised out here, so that what was counted stays
        raise done
    return done


def _confirmed(request: OnlineRequest, code: str, now: dt.datetime) -> Appointment | CodeRefused | NotBooked:
    if request.appointment is not None:
        return request.appointment
    if request.confirmed_at is None:
        if refused := _checked(request, code, now):
            return refused
        request.confirmed_at = now
        request.save(update_fields=["confirmed_at"])
    try:
        with transaction.atomic():
            patient = _patient_of(request, now)
            appointment = book_kept(
                patient=patient,
                type=request.type,
                clinician=request.clinician,
                starts_at=request.starts_at,
                holding=request.hold,
                came_by=CameBy.ONLINE,
                by=VISITOR,
                now=now,
            )
    except NotBooked as refused:
        return refused
    request.appointment, request.hold = appointment, None
    request.save(update_fields=["appointment", "hold"])
    return appointment


def _checked(request: OnlineRequest, code: str, now: dt.datetime) -> CodeRefused | None:
    if request.tries >= MOST_TRIES:
        return TooManyTries()
    if not request.may_be_tried(now, most=MOST_TRIES):
        return CodeTooOld()
    if constant_time_compare(hashed(request.pk, code), request.code_sha256):
        return None
    request.tries += 1
    request.save(update_fields=["tries"])
    return WrongCode(MOST_TRIES - request.tries)


def _patient_of(request: OnlineRequest, now: dt.datetime) -> Patient:
    """Their record, or a new one; they agreed to be mailed, and their own account says so."""
    patient = _known(request)
    if patient is None:
        try:
            patient = register_patient(
                details=_details(request),
                by=VISITOR,
                now=now,
                email=request.email,
                knowing_duplicates=True,  # the desk is shown them (clinic.desk.newcomers); a visitor never is
            )
        except AlreadyRegistered as first:  # the same person in another window, a moment ago
            patient = first.patient
        # A phone number is only typed: it may say how to reach them, and must not say who they are.
        if request.phone:
            add_channel(patient=patient, kind=ChannelKind.PHONE, value=request.phone, by=VISITOR, now=now)
    account = open_account_for(patient=patient, by=VISITOR, now=now)
    address = patient.channels.get(kind=ChannelKind.EMAIL, value=request.email)
    give_consent(channel=address, by=account, now=now)
    return patient


def _details(request: OnlineRequest) -> Details:
    return Details(
        legal_given_name=request.legal_given_name,
        legal_family_name=request.legal_family_name,
        birth_date=request.birth_date,
        time_zone=settings.TIME_ZONE,
    )


def _known(request: OnlineRequest) -> Patient | None:
    """The patient with this address, family name and birth date, where the given name does not say it is a twin."""
    channels = ContactChannel.objects.filter(
        kind=ChannelKind.EMAIL, value=request.email, patient__birth_date=request.birth_date
    )
    for channel in channels.select_related("patient").order_by("pk")[:MOST_SHARING_AN_ADDRESS]:
        patient = channel.patient
        if _words(patient.legal_family_name) == _words(request.legal_family_name) and any(
            _same_given(request.legal_given_name, name)
            for name in (patient.legal_given_name, patient.preferred_name)
        ):
            return patient
    return None


def _same_given(one: str, other: str) -> bool:
    """Equal, or one the short form of the other."""
    first, second = (next(iter(_words(name)), "") for name in (one, other))
    short, long = sorted((first, second), key=len)
    return first == second or (len(short) >= SHORTENED and long.startswith(short))


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+", fold(text)) if word]


def _unbooked(request: OnlineRequest | None) -> OnlineRequest | None:
    """It as it is now; None once it became a visit, or was forgotten."""
    if request is None:
        return None
    return OnlineRequest.objects.select_for_update().filter(pk=request.pk, appointment=None).first()


def forget(*, now: dt.datetime) -> int:
    """What was typed more than a day ago, and holds that ended before then. How many requests; safe to repeat."""
    old = OnlineRequest.objects.filter(made_at__lt=now - FORGOTTEN_AFTER).order_by("made_at")
    count, _ = OnlineRequest.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:MOST_AT_ONCE])
    ).delete()
    ended = Hold.objects.filter(expires_at__lt=now - FORGOTTEN_AFTER).order_by("pk")
    Hold.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:MOST_AT_ONCE])).delete()
    return count
