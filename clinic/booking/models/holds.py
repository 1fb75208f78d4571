"""A time kept for somebody who has not said yes: while they type, or while an offer waits for its answer."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from clinic.booking.models.spans import one_at_a_time
from clinic.booking.models.types import AppointmentType, Resource
from clinic.people.models import Clinician


class HoldQuerySet(models.QuerySet["Hold"]):
    def living(self, now: dt.datetime) -> HoldQuerySet:
        """Those that still keep their time."""
        return self.filter(expires_at__gt=now)

    def overlapping(self, starts_at: dt.datetime, held_until: dt.datetime) -> HoldQuerySet:
        return self.filter(starts_at__lt=held_until, held_until__gt=starts_at)


class Hold(models.Model):
    """Nobody else gets this time before `expires_at`. Deleted once it became an appointment, or was let go.

    An expired row keeps nothing; whoever wants its time removes it (clinic.booking.holding).
    """

    class Purpose(models.TextChoices):
        ONLINE = "online", "Being booked online"
        OFFER = "offer", "Offered to the wait list"

    clinician = models.ForeignKey(Clinician, on_delete=models.CASCADE, related_name="holds")
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="holds", null=True, blank=True
    )
    type = models.ForeignKey(AppointmentType, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    held_until = models.DateTimeField(help_text="Its end and the buffer after it.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            one_at_a_time("clinician", name="one_hold_at_a_time"),
            one_at_a_time(
                "resource", name="one_hold_of_a_resource_at_a_time", condition=Q(resource__isnull=False)
            ),
            models.CheckConstraint(
                name="a_hold_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at"), held_until__gte=F("ends_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk} at {self.starts_at:%Y-%m-%d %H:%M} UTC"
