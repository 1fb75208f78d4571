"""What can be booked, how long it takes, who may do it and what it needs."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from clinic.people.models import Clinician


class ResourceKindQuerySet(models.QuerySet["ResourceKind"]):
    def get_by_natural_key(self, slug: str) -> ResourceKind:
        return self.get(slug=slug)


class ResourceKind(models.Model):
    """Something a visit may need that is not a person: a treadmill, a quiet room."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)

    objects = ResourceKindQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class ResourceQuerySet(models.QuerySet["Resource"]):
    def get_by_natural_key(self, name: str) -> Resource:
        return self.get(name=name)


class Resource(models.Model):
    """One of that kind. It can serve one visit at a time, as a clinician can."""

    kind = models.ForeignKey(ResourceKind, on_delete=models.PROTECT, related_name="resources")
    name = models.CharField(max_length=80, unique=True)
    retired_on = models.DateField(null=True, blank=True, help_text="The last day it could be booked.")

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)


class AppointmentTypeQuerySet(models.QuerySet["AppointmentType"]):
    def get_by_natural_key(self, slug: str) -> AppointmentType:
        return self.get(slug=slug)

    def offered(self, today: dt.date) -> AppointmentTypeQuerySet:
        """Those that can be booked now."""
        return self.exclude(retired_on__lt=today)


class AppointmentType(models.Model):
    """What a patient comes for, and how long it takes. The clinic's own are in fixtures/appointment_types.json."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField()
    is_assessment = models.BooleanField(default=False, help_text="A movement screen belongs to it.")
    buffer_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="Kept free after each visit, to write notes or to clean up."
    )
    needs = models.ForeignKey(
        ResourceKind,
        on_delete=models.PROTECT,
        related_name="types",
        null=True,
        blank=True,
        help_text="A room or a piece of equipment it cannot do without.",
    )
    clinicians = models.ManyToManyField(
        Clinician, related_name="types", blank=True, help_text="Who may do it. Nobody named: everybody."
    )
    bookable_online = models.BooleanField(
        default=False, help_text="Patients may book it themselves, also people who have never been here."
    )
    notice_hours = models.PositiveSmallIntegerField(
        default=24, help_text="How long before its start patients may still book it themselves."
    )
    change_hours = models.PositiveSmallIntegerField(
        default=24, help_text="How long before its start patients may still move or cancel it themselves."
    )
    ahead_days = models.PositiveSmallIntegerField(
        default=56, help_text="How many days ahead patients may book it themselves."
    )
    first_reminder_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Days before the visit its first reminder goes out; 0: none goes, blank: as the clinic has it.",
    )
    last_reminder_hours = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Hours before the visit its last reminder goes out; 0: none goes, blank: as the clinic has it.",
    )
    retired_on = models.DateField(null=True, blank=True, help_text="The last day it could be booked.")

    objects = AppointmentTypeQuerySet.as_manager()

    class Meta:
        ordering = ["minutes", "name"]
        constraints = [
            models.CheckConstraint(
                name="an_appointment_takes_five_minutes_to_a_day",
                condition=Q(minutes__gte=5, minutes__lte=24 * 60),
            ),
            models.CheckConstraint(
                name="a_buffer_is_two_hours_at_most", condition=Q(buffer_minutes__lte=120)
            ),
            models.CheckConstraint(
                name="reminders_of_a_type_come_in_its_last_two_weeks",
                condition=(Q(first_reminder_days=None) | Q(first_reminder_days__lte=14))
                & (Q(last_reminder_hours=None) | Q(last_reminder_hours__lte=24)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.minutes} min)"

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def lasts(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.minutes)

    @property
    def buffer(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.buffer_minutes)
