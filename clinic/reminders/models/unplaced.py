"""What a provider told of a message before we had written down what it is called there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from clinic.reminders.models.outbox import Way


class Told(models.TextChoices):
    """What became of a message."""

    DELIVERED = "delivered", "It arrived"
    BOUNCED = "bounced", "It came back"
    COMPLAINED = "complained", "They call it unwanted"


class Unplaced(models.Model):
    """A receipt nobody can place yet: a provider may be quicker than our own note. No address, no name, for a day."""

    way = models.CharField(max_length=10, choices=Way.choices)
    provider_id = models.CharField(max_length=120)
    told = models.CharField(max_length=10, choices=Told.choices)
    because = models.CharField(max_length=240, blank=True, help_text="Of what came back: why.")
    hard = models.BooleanField(default=False, help_text="That address takes nothing from us.")
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["way", "provider_id", "told", "hard"], name="a_receipt_nobody_can_place_waits_once"
            ),
            models.CheckConstraint(
                name="a_receipt_that_waits_names_its_message", condition=~Q(provider_id="")
            ),
        ]
        indexes = [models.Index(fields=["told_at"], name="receipts_that_wait_by_age")]

    def __str__(self) -> str:
        return f"unplaced {self.pk}: {self.told} by {self.way}"
