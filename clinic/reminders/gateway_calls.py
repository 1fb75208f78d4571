"""What a text gateway says to us by itself: what became of a text, and what a patient texted back.

Plain values, no database: whether a call is signed as that gateway signs, and what it says. A call that says nothing
we need is None; one that is not signed is never read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.utils.crypto import constant_time_compare

from clinic.reminders.gateways import Gateway, Json, Twilio

SECRET_HEADER = "X-Clinic-Secret"  # noqa: S105  # the header's name
# Twilio's codes for a number that will never take a text from us; the others may pass (a phone that is off).
DEAD = frozenset({"21211", "21214", "21610", "21614", "30004", "30005", "30006"})
ARRIVED = frozenset({"delivered", "read"})
CAME_BACK = frozenset({"undelivered", "failed", "undeliverable", "rejected", "bounced", "expired"})


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came: `url` is the address the gateway was told, not the one a proxy made of it."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Status:
    """`arrived` or not; `because` is for the desk, `hard` when that number takes nothing from us."""

    provider_id: str
    arrived: bool
    because: str = ""
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A text that came in."""

    provider_id: str
    sender: str
    text: str


def is_signed(gateway: Gateway, call: Call) -> bool:
    """Whether that gateway made it. One without a secret never calls, so nothing it seems to say is believed."""
    secret = gateway.hook_secret
    if not secret:
        return False
    if isinstance(gateway, Twilio):
        return constant_time_compare(
            call.headers.get("X-Twilio-Signature", ""), twilio_signature(secret, call)
        )
    shown = call.headers.get(SECRET_HEADER) or call.headers.get("Authorization", "").removeprefix("Bearer ")
    return constant_time_compare(shown, secret)


def twilio_signature(token: str, call: Call) -> str:
    """Twilio's: HMAC-SHA1 over the address and every field with its value, in the order of their names."""
    said = call.url + "".join(name + value for name, value in sorted(_form(call.body)))
    digest = hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def status_of(gateway: Gateway, call: Call) -> Status | None:
    """What became of a text; None for a step on its way."""
    told = _told(gateway, call)
    ids = ["MessageSid", "SmsSid"] if isinstance(gateway, Twilio) else _ids(gateway)
    name = _first(told, ids)
    status = _first(told, ["MessageStatus", "SmsStatus", "status"]).lower()
    if not name or status not in ARRIVED | CAME_BACK:
        return None
    if status in ARRIVED:
        return Status(name, arrived=True)
    code = _first(told, ["ErrorCode", "error_code", "code", "error"])
    hard = code in DEAD or (isinstance(gateway, Json) and code.lower() in gateway.dead_codes)
    return Status(name, arrived=False, because=_why(code, hard=hard), hard=hard)


def text_of(gateway: Gateway, call: Call) -> Said | None:
    """The text that came in; None where there is no sender or no name to tell it from another."""
    told = _told(gateway, call)
    ids = ["MessageSid", "SmsSid"] if isinstance(gateway, Twilio) else _ids(gateway)
    name, sender = _first(told, ids), _first(told, ["From", "from", "sender"])
    return Said(name, sender, _first(told, ["Body", "text", "body"])) if name and sender else None


def _why(code: str, *, hard: bool) -> str:
    known = (
        f" (code {code})" if code.isascii() and code.replace("_", "").isalnum() and len(code) <= 40 else ""
    )
    if hard:
        return f"That number takes no texts from us{known}."
    return f"The text did not reach the phone{known}."


def _ids(gateway: Gateway) -> list[str]:
    return list(gateway.id_fields) if isinstance(gateway, Json) else []


def _told(gateway: Gateway, call: Call) -> Mapping[str, Any]:
    if isinstance(gateway, Twilio):
        return dict(_form(call.body))
    try:
        told = json.loads(call.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _form(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=None)


def _first(told: Mapping[str, Any], names: list[str]) -> str:
    for name in names:
        if isinstance(found := told.get(name), str | int) and not isinstance(found, bool) and str(found):
            return str(found)
    return ""
