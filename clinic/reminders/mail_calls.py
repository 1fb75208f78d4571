"""What a mail provider says to us by itself. django-anymail reads and checks each provider's own way of saying it.

Its views would send a signal; the house has none (one door for changes), so they are asked for what they read instead.
"""

from __future__ import annotations

import datetime as dt
import logging
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from clinic.reminders import receipts
from clinic.reminders.models import Way

log = logging.getLogger(__name__)

OURS = "anymail.backends."
UNWANTED = frozenset({RejectReason.SPAM, RejectReason.UNSUBSCRIBED})
GONE = frozenset({RejectReason.INVALID, RejectReason.BOUNCED})
CAME_BACK = frozenset({EventType.BOUNCED, EventType.REJECTED, EventType.FAILED})


def reader() -> Any | None:
    """Anymail's view for the provider the settings name; None without one, or without the secret it has to show."""
    if not settings.EMAIL_BACKEND.startswith(OURS) or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        return None
    name = settings.EMAIL_BACKEND.removeprefix(OURS).partition(".")[0]
    try:
        found = [
            view for view in vars(import_module(f"anymail.webhooks.{name}")).values() if _reads_tracking(view)
        ]
        return found[0]() if found else None
    except (ImportError, ImproperlyConfigured):
        log.exception("the mail provider's calls cannot be read")
        return None


def _reads_tracking(view: object) -> bool:
    named = getattr(view, "__name__", "")
    is_view = isinstance(view, type) and issubclass(view, AnymailCoreWebhookView)
    return is_view and named.endswith(("TrackingWebhookView", "CombinedWebhookView"))


def is_signed(view: Any, request: HttpRequest) -> bool:
    """Whether that provider made it."""
    try:
        view.run_validators(request)
    except AnymailWebhookValidationFailure:
        return False
    return True


def take(view: Any, request: HttpRequest, *, now: dt.datetime) -> int:
    """Do what each event asks for; how many changed something."""
    events = [event for event in view.parse_events(request) if isinstance(event, AnymailTrackingEvent)]
    return sum(_heard(event, now) for event in events)


def _heard(event: AnymailTrackingEvent, now: dt.datetime) -> bool:
    name, reason = str(event.message_id or ""), event.reject_reason
    if event.event_type == EventType.DELIVERED:
        return receipts.delivered(name, way=Way.EMAIL, now=now)
    unwanted = event.event_type in {EventType.COMPLAINED, EventType.UNSUBSCRIBED}
    if unwanted or (event.event_type in CAME_BACK and reason in UNWANTED):
        return receipts.complained(name, way=Way.EMAIL, now=now)
    if event.event_type not in CAME_BACK:
        return False
    # What else it says may pass: a full mailbox, a server that was away, a rule of the provider's.
    unexplained = event.event_type == EventType.BOUNCED and reason in {None, RejectReason.OTHER}
    hard = reason in GONE or unexplained
    because = (
        "It came back: that address takes no mail." if hard else "It came back: it could not be delivered."
    )
    return receipts.bounced(name, because, way=Way.EMAIL, hard=hard, now=now)
