"""When a patient wants to be reminded at home, as they chose it on their own page."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

USUAL_MORNING = dt.time(9)


class Mornings(models.TextChoices):
    """After which sessions the question about the next morning is sent."""

    HARD = "hard", "After a session that hurt"
    EACH = "each", "After each session"
    NONE = "none", "Never"


class ReminderTimes(models.Model):
    """One patient's choice; without a row nothing is sent at a time, and mornings as usual.

    Times are on the clock of the patient's own zone (Patient.time_zone), wherever that is by then.
    """

    patient = models.OneToOneField("people.Patient", on_delete=models.PROTECT, related_name="reminder_times")
    sessions_at = models.TimeField(
        null=True, blank=True, help_text="On days with a session; null: not at all."
    )
    mornings = models.CharField(max_length=10, choices=Mornings.choices, default=Mornings.HARD)
    mornings_at = models.TimeField(default=USUAL_MORNING)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "reminder times"
        constraints = [
            models.CheckConstraint(
                name="mornings_are_asked_about_as_we_know", condition=Q(mornings__in=Mornings.values)
            )
        ]

    def __str__(self) -> str:
        return f"reminder times {self.pk}"
