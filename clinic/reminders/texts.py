"""Text messages: one to one phone, by the gateway the settings name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from clinic.people import phones
from clinic.reminders import gateways
from clinic.reminders.gateways import Gateway
from clinic.reminders.sending import NotSent, Receipt

# Named as a string: the door it is lies above this.
TELL_US = "hooks:texts_status"


def send(text: str, *, to: str, key: str) -> Receipt:
    """Hand one text to the gateway. `to` in E.164; `key` is the same for every copy of one message. Raises NotSent."""
    if refused := phones.why_no_texts(to, countries=settings.SMS_COUNTRIES):
        raise NotSent(refused, for_good=True)
    carrier = gateway()
    if carrier is None:
        raise NotSent("The clinic has no text gateway (SMS_URL is not set).", for_good=True)
    return carrier.send(text, to=to, key=key, tell=_where_to_tell())


def can_be_sent() -> bool:
    """Whether the clinic has a gateway at all."""
    return bool(settings.SMS_URL)


def gateway() -> Gateway | None:
    """The one the settings name."""
    return _gateway(settings.SMS_URL, Path(settings.TEXTS_DIR))


@cache
def _gateway(url: str, files: Path) -> Gateway | None:
    return gateways.named_by(url, files=files)


def _where_to_tell() -> str:
    """Our page for what became of it; empty where nobody outside can open it."""
    base = settings.CLINIC_BASE_URL.rstrip("/")
    if not base.startswith("https://"):
        return ""
    try:
        return base + reverse(TELL_US)
    except NoReverseMatch:
        return ""
