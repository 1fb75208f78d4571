"""Phones (and desktops) on which a patient opened their page and asked to be told there: web push."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from clinic.people.models import Patient


class Phone(models.Model):
    """One browser's subscription. Asking for it is the consent; taking it back, or the browser's, ends it."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="phones")
    endpoint = models.URLField(
        max_length=600, unique=True, help_text="Where its maker's push service takes notices."
    )
    p256dh = models.CharField(max_length=120, help_text="The browser's public key, base64url.")
    auth = models.CharField(max_length=40, help_text="The browser's secret, base64url.")
    called = models.CharField(
        max_length=60, blank=True, help_text="What the patient knows it by: Firefox on Android."
    )
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="a_phone_that_ended_says_why",
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
            )
        ]

    def __str__(self) -> str:
        return self.called or f"phone {self.pk}"
