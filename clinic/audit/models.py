"""One row for each time somebody read or changed a record. The database refuses to alter or delete a row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Entry(models.Model):
    class Action(models.TextChoices):
        LISTED = "listed", "Listed"
        READ = "read", "Read"
        CREATED = "created", "Created"
        CHANGED = "changed", "Changed"
        SENT = "sent", "Sent"
        REFUSED = "refused", "Refused"

    at = models.DateTimeField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    job = models.CharField(max_length=60, blank=True, help_text="The system job, when no person did it.")
    role = models.CharField(max_length=20, blank=True)
    patient = models.ForeignKey(
        "people.Patient", on_delete=models.PROTECT, related_name="audit_entries", null=True, blank=True
    )
    action = models.CharField(max_length=10, choices=Action.choices)
    page = models.CharField(
        max_length=80, blank=True, help_text="The page's URL name, empty outside a request."
    )
    what = models.CharField(max_length=120, blank=True, help_text="Which row, never what it says.")
    request_id = models.CharField(max_length=32, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="an_entry_names_a_person_or_a_job",
                condition=(Q(account__isnull=False) & Q(job="")) | (Q(account__isnull=True) & ~Q(job="")),
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-id"], name="entries_about_a_patient"),
            models.Index(fields=["account", "-id"], name="entries_by_an_account"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.account or self.job} {self.action} {self.what}"
