"""The address a patient's calendar reads their sessions from. Only the hash of its secret is kept."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models

USUAL_TIME = dt.time(18)


class FeedQuerySet(models.QuerySet["Feed"]):
    def living(self) -> FeedQuerySet:
        """Those of patients who may still sign in."""
        return self.filter(patient__account__is_active=True)


class Feed(models.Model):
    """One patient's address. Taken away is deleted: nothing is left that could tell whether it ever was."""

    patient = models.OneToOneField("people.Patient", on_delete=models.PROTECT, related_name="calendar_feed")
    token_sha256 = models.CharField(max_length=64, unique=True)
    uid = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="The names of its events are made from it."
    )
    time_of_day = models.TimeField(
        default=USUAL_TIME, help_text="When a session begins, where the patient is."
    )
    made_at = models.DateTimeField(help_text="When this address was made; an older one died then.")
    changed_at = models.DateTimeField()

    objects = FeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_feed_changes_after_its_address_was_made",
                condition=models.Q(changed_at__gte=models.F("made_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"calendar address {self.pk}"
