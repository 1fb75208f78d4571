"""Celery's door. Each may be lost, doubled or late without anybody being asked or booked twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from clinic.booking import freed, offering, waiting


@shared_task  # type: ignore[untyped-decorator]
def look_after_wait_list() -> None:
    """Close what ran out, let offers lapse and ask the next, and offer what came free."""
    now = timezone.now()
    waiting.run_out(now=now)
    offering.lapse(now=now)
    freed.offer_freed(now=now)
