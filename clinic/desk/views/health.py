"""Whether this instance can do its work, for load balancers and whoever is woken at night. No records."""

from __future__ import annotations

import datetime as dt

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from clinic.audit.guards import open_to_everyone
from clinic.reminders.health import LATE, last_sign_age, oldest_due_age


@open_to_everyone(because="load balancers ask it; it tells states and seconds, never a record")
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when all is well, else 503: {"database": "ok", "cache": "ok", "reminders": "ok", …}.

    `?for=start` leaves the reminders out: after a break they are late until worker and beat have caught up, and
    whoever starts the clinic cannot wait for what only a started clinic does. `?for=watchdog` also tells how long ago a
    sender was last seen at work.
    """
    asked_for = request.GET.get("for")
    told: dict[str, str | int | None] = {"database": _database(), "cache": _cache()}
    if asked_for != "start":
        told |= _reminders(timezone.now(), with_signs=asked_for == "watchdog")
    well = all(told.get(part, "ok") == "ok" for part in ("database", "cache", "reminders"))
    return JsonResponse(told, status=200 if well else 503, headers={"Cache-Control": "no-store"})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        return "does not answer"
    return "ok"


def _cache() -> str:
    try:
        cache.set("healthz", 1, timeout=10)
        return "ok" if cache.get("healthz") == 1 else "does not keep"
    except (RedisError, OSError):
        return "does not answer"


def _reminders(now: dt.datetime, *, with_signs: bool) -> dict[str, str | int | None]:
    try:
        age = oldest_due_age(now)
        sign = last_sign_age(now) if with_signs else None
    except Error:
        return {"reminders": "not known"}
    told: dict[str, str | int | None] = {
        "reminders": "late" if age > LATE else "ok",
        "oldest_due_seconds": int(age.total_seconds()),
    }
    if with_signs:
        told["last_sign_seconds"] = None if sign is None else int(sign.total_seconds())
    return told
