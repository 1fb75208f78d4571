"""What the clinic wants of its reminders: which kinds, how early, which way, in which words, and when to be quiet."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.reminders.models.outbox import Way


class KindWish(models.Model):
    """What a manager has changed of one kind; a kind without a row is as its source made it."""

    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    is_on = models.BooleanField(default=True)
    lead = models.DurationField(null=True, blank=True, help_text="Null: as the source has it.")
    first_way = models.CharField(
        max_length=10, choices=Way.choices, blank=True, help_text="Blank: as the patient prefers."
    )
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind"], name="a_kind_is_wished_for_once"),
            models.CheckConstraint(
                name="a_lead_is_not_negative", condition=Q(lead=None) | Q(lead__gte=dt.timedelta())
            ),
            models.CheckConstraint(
                name="first_way_is_one_we_know",
                condition=Q(first_way__in=["", *(way.value for way in Way)]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {'on' if self.is_on else 'off'}"


class Wording(models.Model):
    """What the clinic says instead of ours, for one kind in one language. Never changed: the newest counts.

    With a blank subject it says "ours again". `short` is what a text message and a notice on the phone say.
    """

    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField(max_length=2000, blank=True)
    short = models.CharField(max_length=240, blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["source", "kind", "language", "-id"], name="wording_newest_first")]
        constraints = [
            models.CheckConstraint(
                name="a_wording_is_whole_or_ours_again",
                condition=Q(subject="", text="", short="") | (~Q(subject="") & ~Q(text="") & ~Q(short="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.language}: {self.subject or 'as we have it'}"


class Quiet(models.Model):
    """The hours in which patients' phones stay quiet, on the patient's own clock. One row, or none for the usual."""

    only = models.BooleanField(primary_key=True, default=True, editable=False)
    is_on = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=dt.time(21, 0))
    quiet_to = models.TimeField(default=dt.time(8, 0))
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="quiet_hours_are_one_row", condition=Q(only=True)),
            models.CheckConstraint(name="quiet_hours_leave_a_day", condition=~Q(quiet_from=F("quiet_to"))),
        ]

    def __str__(self) -> str:
        if not self.is_on:
            return "quiet at no time"
        return f"quiet from {self.quiet_from:%H:%M} to {self.quiet_to:%H:%M}"
