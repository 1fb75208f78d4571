"""Who carries text messages: a file in the demo, Twilio, or any gateway that takes JSON over HTTPS.

Each is a small value made from one address (settings.SMS_URL) and knows what the other side's answers mean. An answer
that says nothing we understand is unsure, never sent.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from django.core.exceptions import ImproperlyConfigured

from clinic.reminders import https
from clinic.reminders.sending import NotSent, Receipt

HOW_TO_SET = (
    "SMS_URL says how text messages leave:\n"
    "  twilio://SID:TOKEN@api.twilio.com/?from=+441234567890\n"
    "  https+json://USER:PASSWORD@gateway.example.org/send?from=Clinic&secret=…   (or ?bearer=… instead of USER)\n"
    "  console://   only for trying it out: each message is a file of the development mailbox"
)
NUMBER = re.compile(r"^\+[1-9]\d{4,14}$")


class Gateway(Protocol):
    """`hook_secret` is what its own calls to us are signed with; empty where it never calls."""

    @property
    def name(self) -> str: ...

    @property
    def hook_secret(self) -> str: ...

    def send(self, text: str, *, to: str, key: str, tell: str) -> Receipt:
        """Hand it over, or raise NotSent. `to` in E.164; `tell` is where it tells us what became of it, or empty."""
        ...


@dataclass(frozen=True, slots=True)
class Files:
    """The demo's: one file a message, beside the mails (clinic/desk/mail_files.py shows them)."""

    folder: Path
    name: str = "console"
    hook_secret: str = ""

    def send(self, text: str, *, to: str, key: str, tell: str) -> Receipt:
        now = dt.datetime.now(dt.UTC)
        mail = EmailMessage()
        mail["Subject"], mail["To"], mail["From"] = "Text message", to, "the clinic"
        mail["Date"], mail["Message-ID"] = format_datetime(now), key
        mail.set_content(text)
        stem = re.sub(r"[^\w-]", "-", key.strip("<>"))[:80]
        path = self.folder / f"text-{now:%Y%m%d-%H%M%S-%f}-{stem}.eml"
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_bytes(mail.as_bytes())
        os.replace(draft, path)
        return Receipt(self.name, path.stem)


@dataclass(frozen=True, slots=True)
class Twilio:
    """Twilio's Messages, without its library: one form, posted."""

    account: str
    token: str = field(repr=False)
    sender: str
    base: str = "https://api.twilio.com"
    name: str = "twilio"

    # What its error codes say of the number itself (twilio.com/docs/api/errors).
    DEAD = {
        21211: "There is no such phone number.",
        21214: "That phone number cannot be reached.",
        21610: "They have answered STOP, and the gateway sends them nothing more.",
        21614: "That number takes no text messages.",
    }
    LATER = frozenset({20003, 20429, 21611, 30001})

    @property
    def hook_secret(self) -> str:
        return self.token

    def send(self, text: str, *, to: str, key: str, tell: str) -> Receipt:
        form = {"From": self.sender, "To": to, "Body": text} | ({"StatusCallback": tell} if tell else {})
        answer = https.post(
            f"{self.base}/2010-04-01/Accounts/{self.account}/Messages.json",
            body=urlencode(form).encode(),
            headers={
                "Authorization": _basic(self.account, self.token),
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
                "I-Twilio-Idempotency-Token": key,
            },
            who="The text gateway",
        )
        return self._read(answer)

    def _read(self, answer: https.Answer) -> Receipt:
        told = answer.told
        code = _whole_number(told.get("error_code") if answer.taken else told.get("code"))
        if code in self.DEAD:
            raise NotSent(f"{self.DEAD[code]} (code {code})", dead=True)
        if code in self.LATER:
            raise NotSent(f"The text gateway asked us to try later (code {code}).")
        if refused := https.judged(answer, who="The text gateway"):
            raise refused
        if code or not answer.taken or told.get("status") in {"failed", "undelivered", "canceled"}:
            said = f"code {code}" if code else f"answer {answer.status}"
            raise NotSent(f"The text gateway refused it for good ({said}).", for_good=True)
        return _receipt(self.name, told.get("sid"))


@dataclass(frozen=True, slots=True)
class Json:
    """Any gateway that takes {to, text, from, key} as JSON. Which words of its answer count is set by name."""

    url: str
    sender: str = ""
    authorization: str = field(default="", repr=False)
    hook_secret: str = field(default="", repr=False)
    id_fields: tuple[str, ...] = ("id", "message_id", "messageId", "sid")
    error_fields: tuple[str, ...] = ("error", "errors", "error_message")
    code_fields: tuple[str, ...] = ("code", "error_code")
    dead_codes: frozenset[str] = frozenset(
        {"invalid_number", "unknown_number", "not_a_mobile", "landline", "opted_out", "unsubscribed"}
    )
    name: str = "gateway"

    def send(self, text: str, *, to: str, key: str, tell: str) -> Receipt:
        said = {"to": to, "text": text, "key": key, "from": self.sender, "callback": tell}
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Idempotency-Key": key,
        }
        if self.authorization:
            headers["Authorization"] = self.authorization
        answer = https.post(
            self.url,
            body=json.dumps({name: value for name, value in said.items() if value}).encode(),
            headers=headers,
            who="The text gateway",
        )
        return self._read(answer)

    def _read(self, answer: https.Answer) -> Receipt:
        error, code = _first(answer.told, self.error_fields), _first(answer.told, self.code_fields)
        words = {str(word).strip().lower() for word in (error, code) if word}
        if words & self.dead_codes:
            raise NotSent("The gateway says that this number takes no messages from us.", dead=True)
        if refused := https.judged(answer, who="The text gateway"):
            raise refused
        if not answer.taken:
            raise NotSent(f"The text gateway refused it for good (answer {answer.status}).", for_good=True)
        if error:  # it says itself that it did not take it, so a copy cannot come of trying again
            raise NotSent("The text gateway answered with an error. It is tried again.")
        return _receipt(self.name, _first(answer.told, self.id_fields))


def named_by(url: str, *, files: Path) -> Gateway | None:
    """The gateway that SMS_URL names; None where it is empty. Raises ImproperlyConfigured with what it may say."""
    if not url:
        return None
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query.replace("+", "%2B")).items()}
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "console":
        return Files(files)
    if parts.scheme == "twilio" and user and password and asked.get("from"):
        return Twilio(account=user, token=password, sender=asked["from"], base=f"https://{host}")
    nearby = parts.scheme == "http+json" and parts.hostname in {"127.0.0.1", "localhost"}
    if (parts.scheme == "https+json" or nearby) and host:
        return _json_gateway(
            f"{parts.scheme.removesuffix('+json')}://{host}{parts.path}", user, password, asked
        )
    raise ImproperlyConfigured(f"\n\nSMS_URL cannot be read.\n\n{HOW_TO_SET}\n")


def _json_gateway(url: str, user: str, password: str, asked: Mapping[str, str]) -> Json:
    bearer = asked.get("bearer", "")
    made = Json(
        url=url,
        sender=asked.get("from", ""),
        authorization=f"Bearer {bearer}" if bearer else _basic(user, password) if user else "",
        hook_secret=asked.get("secret", ""),
    )
    lists = {
        field_name: tuple(word.strip() for word in asked[name].split(",") if word.strip())
        for name, field_name in (("id", "id_fields"), ("error", "error_fields"), ("code", "code_fields"))
        if name in asked
    }
    dead = {word.strip().lower() for word in asked.get("dead", "").split(",") if word.strip()}
    others = {"dead_codes": frozenset(dead)} if dead else {}
    return Json(**{name: getattr(made, name) for name in Json.__slots__} | lists | others)


def _receipt(provider: str, provider_id: Any) -> Receipt:
    """A yes without the message's name there is one nobody can be sure of."""
    if isinstance(provider_id, str | int) and str(provider_id).strip():
        return Receipt(provider, str(provider_id).strip()[:120])
    raise NotSent("The text gateway answered with nothing we understand.", unsure=True)


def _first(told: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The first of these fields that says something; a dot leads into an inner object: “data.id”."""
    for name in names:
        found: Any = told
        for part in name.split("."):
            if isinstance(found, list):
                found = found[0] if found else None
            found = found.get(part) if isinstance(found, dict) else None
        if found not in (None, "", False, 0, [], {}):
            return found
    return None


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _whole_number(said: Any) -> int:
    try:
        return int(said or 0)
    except (TypeError, ValueError):
        return 0
