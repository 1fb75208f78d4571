"""What must hold before we start: every source named in the settings can be asked, and every way out can be read.

One that is missing is a warning, since the outbox goes on with the others; one that is half there is an error.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from clinic.reminders import gateways, push, sources, texts


@register
def every_source_can_be_asked(**kwargs: Any) -> list[CheckMessage]:
    return [fault for name in settings.REMINDER_SOURCES for fault in _faults(name)]


@register("production")
def every_way_out_can_be_read(**kwargs: Any) -> list[CheckMessage]:
    """A text gateway or a key that nothing can be sent with would only show when the first message waits."""
    found: list[CheckMessage] = []
    try:
        texts.gateway()
    except ImproperlyConfigured as error:
        found.append(Error("SMS_URL cannot be read.", hint=str(error).strip(), id="reminders.E004"))
    if settings.SMS_URL.startswith("console:") and not settings.DEVELOPMENT_PAGES:
        hint = "Name a gateway, or leave SMS_URL empty. " + gateways.HOW_TO_SET
        found.append(
            Error("SMS_URL writes texts to a file, which nobody reads.", hint=hint, id="reminders.E005")
        )
    try:
        push.application_key()
    except ValueError:
        hint = "Make one with  python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        found.append(Error("VAPID_PRIVATE_KEY is no key.", hint=hint, id="reminders.E006"))
    return found


@register
def every_kind_has_a_name_of_its_own(**kwargs: Any) -> list[CheckMessage]:
    """Settings and pages know a kind by its name alone."""
    seen: dict[str, str] = {}
    found: list[CheckMessage] = []
    for name in settings.REMINDER_SOURCES:
        try:
            kinds = getattr(sources.named(name), "KINDS", {})
        except ImportError:
            continue  # reminders.W001 has said so
        for kind in kinds:
            if kind in seen:
                hint = "Give one of them another name; the outbox keeps the old one for what was sent."
                found.append(
                    Error(f"{seen[kind]} and {name} both call a kind {kind}.", hint=hint, id="reminders.E003")
                )
            seen[kind] = name
    return found


def _faults(name: str) -> list[CheckMessage]:
    try:
        source = sources.named(name)
    except ImportError as error:
        hint = (
            "Correct settings.REMINDER_SOURCES; clinic/reminders/sources.py shows what a source looks like."
        )
        return [Warning(f"Reminders cannot be asked of {name}: {error}.", hint=hint, id="reminders.W001")]
    return [
        Error(
            f"{name} has no function {function}().",
            hint="clinic/reminders/sources.py shows what a source looks like.",
            id="reminders.E002",
        )
        for function in ("due", "message")
        if not callable(getattr(source, function, None))
    ]
