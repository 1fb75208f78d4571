"""Secret addresses and codes that open one thing for somebody who is not signed in. Only their hashes are kept."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q

from clinic.booking.models.appointments import Appointment
from clinic.booking.models.holds import Hold
from clinic.booking.models.types import AppointmentType
from clinic.people.models import Clinician


class AppointmentLink(models.Model):
    """A link in a message to one appointment at one time: see it, confirm, move or cancel it, within its windows.

    It dies when the appointment begins, or is moved: the message about the new time brings a new one. Each act
    works once: `confirmed_at` and `changed_at` say when it was used.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    starts_at = models.DateTimeField(help_text="The start the message spoke of.")
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it moved or cancelled the visit."
    )

    class Meta:
        indexes = [models.Index(fields=["starts_at"], name="visit_links_to_forget")]
        constraints = [
            models.CheckConstraint(
                name="a_visit_link_is_made_before_the_visit", condition=Q(starts_at__gt=F("made_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"link to appointment {self.appointment_id}"


class ClinicianFeed(models.Model):
    """The address a clinician's own calendar reads their appointments from. Taken away is deleted."""

    clinician = models.OneToOneField(Clinician, on_delete=models.CASCADE, related_name="feed")
    token_sha256 = models.CharField(max_length=64, unique=True)
    uid = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="The names of its events are made from it."
    )
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar address of clinician {self.clinician_id}"


class OnlineRequest(models.Model):
    """Somebody who is not signed in books: what they typed, until the code sent to them has come back.

    No record of a patient is made or looked for before that, so the page tells nobody who is a patient here.
    """

    type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+")
    hold = models.ForeignKey(Hold, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    clinician = models.ForeignKey(Clinician, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    legal_given_name = models.CharField(max_length=80)
    legal_family_name = models.CharField(max_length=80)
    birth_date = models.DateField()
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=32, blank=True)
    code_sha256 = models.CharField(max_length=64)
    code_expires_at = models.DateTimeField()
    codes_sent = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Wrong codes so far.")
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, related_name="online_request", null=True, blank=True
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["made_at"], name="online_requests_to_forget")]
        constraints = [
            models.CheckConstraint(
                name="a_confirmed_request_says_when",
                condition=Q(appointment__isnull=True) | Q(confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"online request {self.pk}"

    def may_be_tried(self, now: dt.datetime, *, most: int) -> bool:
        """Whether a code can still be entered: not confirmed, not too late, not guessed at too often."""
        return self.confirmed_at is None and now < self.code_expires_at and self.tries < most
