"""What patients text back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.people.models import Patient


class Understood(models.TextChoices):
    """What a text was taken for. Those taken for nothing wait for the desk."""

    STOP = "stop", "Stop: no more texts"
    START = "start", "Start: texts again"
    YES = "yes", "Yes to messages by text"
    DONE = "done", "Done as asked"
    NOTHING = "", "Not understood"


class Incoming(models.Model):
    """One text that came in. Kept whatever it says; families share a number, so it may be nobody's in particular."""

    provider = models.CharField(max_length=40)
    provider_id = models.CharField(max_length=120)
    from_digits = models.CharField(max_length=20, help_text="Country code first, no plus.")
    text = models.TextField(max_length=2000)
    received_at = models.DateTimeField()
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="incoming_texts", null=True, blank=True
    )
    understood_as = models.CharField(max_length=10, choices=Understood.choices, blank=True)
    for_the_desk = models.BooleanField(default=False, help_text="Somebody should read it.")
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_id"], name="a_text_comes_in_once"),
            models.CheckConstraint(
                name="a_text_seen_says_when_and_by_whom",
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"],
                name="texts_for_the_desk",
                condition=Q(for_the_desk=True, seen_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"text {self.pk}: {self.get_understood_as_display()}"
