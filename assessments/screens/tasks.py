"""Celery's door."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from assessments.screens.recordings import actions


@shared_task  # type: ignore[untyped-decorator]
def sweep_recordings() -> None:
    """Take away files of photos and videos that no row knows."""
    actions.sweep(now=timezone.now())
