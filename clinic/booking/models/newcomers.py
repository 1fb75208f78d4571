"""Whether a record that was made by a booking online is a second one of somebody we know."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.people.models import Patient


class NewcomerCheck(models.Model):
    """Somebody at the desk compared it with those that look like it. `same_as` is the record they have already."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="newcomer_check")
    same_as = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="None: it is another person.",
    )
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_record_is_not_its_own_double",
                condition=Q(same_as__isnull=True) | ~Q(same_as=F("patient")),
            ),
        ]

    def __str__(self) -> str:
        return f"newcomer check {self.pk}"
