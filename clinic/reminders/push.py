"""Notices on a patient's phone: web push, encrypted for that one browser, through the push service of its maker.

Where a notice goes was given by a browser, that is by anybody: only the known push services are ever spoken to, over
HTTPS, and no redirect is followed.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from email.utils import parseaddr
from functools import cache
from io import BytesIO
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.conf import settings
from webpush import WebPush, WebPushException
from webpush.types import WebPushSubscription

from clinic.reminders import https
from clinic.reminders.models import Phone
from clinic.reminders.sending import NotSent, Receipt

WHO = "The phone’s push service"
STEP, WHOLE = 5.0, 10.0  # seconds
KEPT = dt.timedelta(
    hours=4
)  # by the push service, for a phone that is off; a notice of yesterday helps nobody
LONGEST = 2000  # bytes of what is shown; a notice holds 4096 with its wrapping
GONE = "The phone no longer takes notices from us: they were switched off there."


def can_be_sent() -> bool:
    """Whether the clinic has a key that push services know it by."""
    return bool(settings.VAPID_PRIVATE_KEY)


def send(text: str, link: str, *, to: Phone, key: str) -> Receipt:
    """Hand one notice to the push service. `text` is read by whoever sees the phone lie there; `link` opens with it.

    `key` is the same for every copy of one message: while the phone is off a later copy takes the first one's place.
    Raises NotSent; `dead` when that browser has switched notices off.
    """
    if not can_be_sent():
        raise NotSent("The clinic sends no notices (VAPID_PRIVATE_KEY is not set).", for_good=True)
    if not is_push_service(to.endpoint):
        raise NotSent("That phone’s push service is not one we know (PUSH_SERVICES).", for_good=True)
    topic = base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:18]).decode()
    shown = json.dumps({"title": settings.CLINIC_NAME, "text": text, "link": link, "tag": topic}).encode()
    if len(shown) > LONGEST:
        raise NotSent("It is too long for a notice on a phone.", for_good=True)
    body, headers = _sealed(shown, to)
    answer = https.post(
        to.endpoint,
        body=body,
        headers={**headers, "Urgency": "high", "Topic": topic, "Content-Type": "application/octet-stream"},
        who=WHO,
        step=STEP,
        whole=WHOLE,
    )
    if answer.status in {404, 410}:
        raise NotSent(GONE, dead=True)
    if refused := https.judged(answer, who=WHO):
        raise refused
    if not answer.taken:
        raise NotSent(f"{WHO} refused it for good (answer {answer.status}).", for_good=True)
    return Receipt(urlsplit(to.endpoint).hostname or "push", topic)


def is_push_service(endpoint: str) -> bool:
    """Whether that address is at one of settings.PUSH_SERVICES; a name with a dot before it stands for all under it."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    known = any(
        host == name or (name.startswith(".") and host.endswith(name)) for name in settings.PUSH_SERVICES
    )
    return known and parts.scheme == "https" and port in {None, 443} and "@" not in parts.netloc


def application_key() -> str:
    """The clinic's public key as browsers take it, base64url; empty without one."""
    if not can_be_sent():
        return ""
    point = _private(settings.VAPID_PRIVATE_KEY).public_key()
    return _base64url(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _sealed(shown: bytes, to: Phone) -> tuple[bytes, dict[str, str]]:
    """Readable by that browser alone, and signed as ours."""
    try:
        where = WebPushSubscription.model_validate(
            {"endpoint": to.endpoint, "keys": {"auth": to.auth, "p256dh": to.p256dh}}
        )
        made = _sealer(settings.VAPID_PRIVATE_KEY).get(
            shown,
            where,
            subscriber=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
            ttl=int(KEPT.total_seconds()),
        )
    except (ValueError, WebPushException) as error:
        raise NotSent("That phone’s keys are not ones a notice can be sealed with.", dead=True) from error
    return made.encrypted, {name.title(): value for name, value in made.headers.items()}


@cache
def _sealer(private_key: str) -> WebPush:
    private = _private(private_key)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return WebPush(private_key=pem, public_key=BytesIO(public))


@cache
def _private(key: str) -> ec.EllipticCurvePrivateKey:
    """32 bytes in base64url are a private key of the curve push services ask for."""
    raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    if len(raw) != 32:
        raise ValueError("A private key is 32 bytes in base64url.")
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
