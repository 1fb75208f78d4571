"""Whether reminders go out. A worker that is alive but deaf looks well; an old reminder does not."""

from __future__ import annotations

import datetime as dt
import logging
from itertools import islice

from django.conf import settings
from django.db.models import Max, Min

from clinic.reminders import sources
from clinic.reminders.claims import LEASE
from clinic.reminders.models import Asked, Reminder, State

log = logging.getLogger(__name__)

LOOKED_AT = 200
LATE = dt.timedelta(minutes=5)
LATELY = dt.timedelta(minutes=1)  # the scheduler asks every five seconds


def oldest_due_age(now: dt.datetime) -> dt.timedelta:
    """How long the oldest reminder that should be out has waited; zero when none waits.

    A source nobody asked lately is asked here, so a dead scheduler shows as well as a dead sender. Two queries while
    all is well.
    """
    waiting = Reminder.objects.claimable(now).aggregate(since=Min("try_at"))["since"]
    moments = [waiting] if waiting else []
    lately = set(Asked.objects.filter(asked_at__gt=now - LATELY).values_list("source", flat=True))
    for name in settings.REMINDER_SOURCES:
        if name not in lately:
            moments += _unwritten(name, now)
    return max((now - at for at in moments if at <= now), default=dt.timedelta())


def _unwritten(source: str, now: dt.datetime) -> list[dt.datetime]:
    """When the things a source names, and the outbox has not, were due. A source that fails is in the log."""
    try:
        named = list(islice(sources.named(source).due(now=now), LOOKED_AT))
    except Exception:
        log.exception("%s could not say what is due", source)
        return []
    written = set(
        Reminder.objects.filter(source=source, subject_id__in={due.subject_id for due in named}).values_list(
            "kind", "subject_id", "about_at"
        )
    )
    return [due.due_at for due in named if (due.kind, due.subject_id, due.about_at) not in written]


def last_sign_age(now: dt.datetime) -> dt.timedelta | None:
    """How long ago a sender was last seen at work; None where none was lately.

    It is at work on the newest it has taken, or it has sent one of the newest: those are sent last. Both are read from
    an index, however many rows there are.
    """
    taken = Reminder.objects.filter(state=State.SENDING).aggregate(until=Max("lease_until"))["until"]
    newest = Reminder.objects.filter(state=State.SENT).order_by("-pk").values_list("sent_at", flat=True)
    signs = [at for at in newest[:LOOKED_AT] if at is not None] + ([taken - LEASE] if taken else [])
    return now - max(signs) if signs else None


def is_late(now: dt.datetime) -> bool:
    """Whether something written down has waited for longer than a working sender ever needs. One query."""
    return Reminder.objects.claimable(now - LATE).exists()
