"""How many messages a minute each provider takes. What is over it waits for the next minute and costs no try."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from clinic.reminders.models import Way
from clinic.reminders.sources import NotYet

log = logging.getLogger(__name__)

MINUTE = 60  # seconds


def wait_for_room(way: Way, now: dt.datetime) -> NotYet | None:
    """None while there is room in this minute, which is then one fewer.

    Counted in the cache, by all senders together. Without the cache nothing is held up: the provider says itself when
    it is too much, and is asked again later.
    """
    most = settings.MOST_A_MINUTE.get(str(way), 0)
    if not most:
        return None
    minute = int(now.timestamp()) // MINUTE
    key = f"sent-in-a-minute:{way}:{minute}"
    try:
        cache.add(key, 0, timeout=2 * MINUTE)
        sent = cache.incr(key)
    except (RedisError, OSError, ValueError):  # gone, or away between the two
        log.warning("nobody counts what goes out by %s: the cache does not answer", way)
        return None
    if sent <= most:
        return None
    # The next minutes are shared out at once, so that a thousand do not wake together to be told to wait again.
    turns = 1 + (sent - 1 - most) // most
    again = dt.datetime.fromtimestamp((minute + turns) * MINUTE, tz=dt.UTC)
    return NotYet(f"The provider takes {most} a minute; this one waits for its turn.", again)
