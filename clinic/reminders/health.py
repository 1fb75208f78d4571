"""Whether reminders go out. A worker that is alive but deaf looks well; an old reminder does not."""

from __future__ import annotations

import datetime as dt
from itertools import islice

from django.db.models import Min

from clinic.reminders import sources
from clinic.reminders.models import Reminder

LOOKED_AT = 200
LATE = dt.timedelta(minutes=5)


def oldest_due_age(now: dt.datetime) -> dt.timedelta:
    """How long the oldest reminder that should be out has waited; zero when none waits.

    Counts what sources name and nobody has written down, so a dead scheduler shows as well as a dead sender.
    """
    waiting = Reminder.objects.claimable(now).aggregate(since=Min("try_at"))["since"]
    moments = [waiting] if waiting else []
    for name, source in sources.every():
        named = list(islice(source.due(now=now), LOOKED_AT))
        written = set(
            Reminder.objects.filter(
                source=name, subject_id__in={due.subject_id for due in named}
            ).values_list("kind", "subject_id", "about_at")
        )
        moments += [d.due_at for d in named if (d.kind, d.subject_id, d.about_at) not in written]
    return max((now - at for at in moments if at <= now), default=dt.timedelta())


def is_late(now: dt.datetime) -> bool:
    """Whether something written down has waited for longer than a working sender ever needs. One query."""
    return Reminder.objects.claimable(now - LATE).exists()
