"""A patient switches notices on and off: which of their browsers take them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Actor
from clinic.people.models import Patient
from clinic.reminders import push
from clinic.reminders.models import Phone

MOST = 10  # browsers of one patient
POINT, SECRET = 65, 16  # bytes of a browser's public key and of its secret


class CannotTell(ValueError):
    """Nothing was switched on. str() is fit for the patient."""


@transaction.atomic
def switch_on(
    *, patient: Patient, endpoint: str, p256dh: str, auth: str, called: str, by: Actor, now: dt.datetime
) -> Phone:
    """That browser takes notices for this patient from now on, and for nobody else. Raises CannotTell."""
    if not push.is_push_service(endpoint) or len(endpoint) > 600:
        raise CannotTell("Notices were not switched on: we cannot reach this browser. Try another one.")
    if not (_is_long(p256dh, POINT) and _is_long(auth, SECRET)):
        raise CannotTell(
            "Notices were not switched on: the browser gave no keys. Load the page and try again."
        )
    Patient.objects.select_for_update().get(pk=patient.pk)
    others = Phone.objects.filter(patient=patient, ended_at=None).exclude(endpoint=endpoint)
    if others.count() >= MOST:
        raise CannotTell(f"Notices go to {MOST} browsers at most. Switch one of them off first.")
    phone, _ = Phone.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "patient": patient,
            "p256dh": p256dh,
            "auth": auth,
            "called": called[:60],
            "asked_at": now,
            "ended_at": None,
            "ended_because": "",
        },
    )
    record(action=Entry.Action.CHANGED, patient=patient, by=by, what=f"phone {phone.pk}: notices on")
    return phone


@transaction.atomic
def end(*, phone: Phone, because: str, by: Actor, now: dt.datetime) -> bool:
    """No notice goes there any more. Whether one could have gone before."""
    ended = Phone.objects.filter(pk=phone.pk, ended_at=None).update(ended_at=now, ended_because=because[:120])
    if ended:
        what = f"phone {phone.pk}: notices off"
        record(action=Entry.Action.CHANGED, patient=phone.patient, by=by, what=what)
    return bool(ended)


def living(patient: Patient) -> Sequence[Phone]:
    """The browsers that take notices for them, the newest first."""
    return list(patient.phones.filter(ended_at=None).order_by("-asked_at", "-pk"))


def mark(phone: Phone) -> str:
    """By which a browser knows itself on the page, without the page telling where it takes notices."""
    return hashlib.sha256(phone.endpoint.encode()).hexdigest()[:32]


def _is_long(given: str, many: int) -> bool:
    """Whether it is so many bytes in base64url."""
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
    except ValueError:
        return False
    return len(raw) == many and len(given) <= 120
