"""What is booked, and every change made to it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.booking.models.spans import one_at_a_time
from clinic.booking.models.types import AppointmentType, Resource
from clinic.booking.status import HOLDS_A_SLOT, MAY_MOVE, Status
from clinic.people.models import Clinician, Patient

SLOT_CONSTRAINT = "one_appointment_at_a_time"
RESOURCE_CONSTRAINT = "one_appointment_of_a_resource_at_a_time"
LONGEST_HELD = dt.timedelta(hours=26)  # the longest type, a day, and the longest buffer
# A deliberate overbooking steps aside from the constraints, and says why.
TAKES_ITS_TIME_ALONE = Q(status__in=sorted(HOLDS_A_SLOT), overbooked_because="")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def on_day(self, day: dt.date, zone: ZoneInfo) -> AppointmentQuerySet:
        """Those starting on that day as the clinic's wall shows it."""
        midnight = dt.datetime.combine(day, dt.time(), zone)
        next_midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
        return self.filter(starts_at__gte=midnight, starts_at__lt=next_midnight)

    def standing(self) -> AppointmentQuerySet:
        """Those that keep their slot: not cancelled, not missed."""
        return self.filter(status__in=HOLDS_A_SLOT)

    def overlapping(self, starts_at: dt.datetime, held_until: dt.datetime) -> AppointmentQuerySet:
        """Those sharing at least a moment with it, buffers included; one that ends as the other begins does not."""
        near = self.filter(
            starts_at__gt=starts_at - LONGEST_HELD
        )  # so that an index finds them among years of visits
        return near.filter(starts_at__lt=held_until, held_until__gt=starts_at)


class CameBy(models.TextChoices):
    """By which way an appointment came into the calendar."""

    DESK = "desk", "Front desk"
    PORTAL = "portal", "Patient, signed in"
    ONLINE = "online", "Booked online"
    OFFER = "offer", "Wait list"


class Series(models.Model):
    """Appointments that were made together: twice a week for six weeks."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="series")
    type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "series"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"series {self.pk}"


class Appointment(models.Model):
    """One patient with one clinician for one stretch of time. Changed only through clinic.booking.actions."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    clinician = models.ForeignKey(
        Clinician,
        on_delete=models.PROTECT,
        related_name="appointments",
        db_index=False,  # appointments_of_a_clinician begins with it
    )
    type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    held_until = models.DateTimeField(help_text="Its end and the buffer after it.")
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    came_by = models.CharField(max_length=8, choices=CameBy.choices, default=CameBy.DESK)
    overbooked_because = models.CharField(
        max_length=200, blank=True, help_text="Why it was put on top of another on purpose."
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.BOOKED)
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    booked_by_job = models.CharField(max_length=60, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True, help_text="When it was last moved, if ever.")
    urgent_since = models.DateTimeField(null=True, blank=True)
    urgent_because = models.CharField(max_length=200, blank=True)
    target_day = models.DateField(null=True, blank=True, help_text="The day by which they are to be seen.")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    cancelled_by_job = models.CharField(max_length=60, blank=True)
    cancelled_because = models.CharField(max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["starts_at"], name="appointments_of_a_day"),
            models.Index(fields=["patient", "-starts_at"], name="appointments_of_a_patient"),
            models.Index(fields=["clinician", "starts_at"], name="appointments_of_a_clinician"),
            models.Index(fields=["id"], name="overbooked_visits", condition=~Q(overbooked_because="")),
        ]
        constraints = [
            one_at_a_time("clinician", name=SLOT_CONSTRAINT, condition=TAKES_ITS_TIME_ALONE),
            one_at_a_time(
                "resource",
                name=RESOURCE_CONSTRAINT,
                condition=TAKES_ITS_TIME_ALONE & Q(resource__isnull=False),
            ),
            models.CheckConstraint(
                name="an_appointment_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at"), held_until__gte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="an_appointment_holds_its_time_for_26_hours_at_most",
                condition=Q(held_until__lte=F("starts_at") + LONGEST_HELD),
            ),
            models.CheckConstraint(
                name="appointment_status_is_one_we_know",
                condition=Q(status__in=[status.value for status in Status]),
            ),
            models.CheckConstraint(
                name="an_appointment_is_booked_by_a_person_or_a_job",
                condition=(Q(booked_by__isnull=False) & Q(booked_by_job=""))
                | (Q(booked_by__isnull=True) & ~Q(booked_by_job="")),
            ),
            models.CheckConstraint(
                name="urgent_says_since_when_and_why",
                condition=(Q(urgent_since__isnull=True) & Q(urgent_because=""))
                | (Q(urgent_since__isnull=False) & ~Q(urgent_because="")),
            ),
            models.CheckConstraint(
                name="cancelled_says_when_who_and_why",
                condition=Q(
                    ~Q(status=Status.CANCELLED),
                    cancelled_at__isnull=True,
                    cancelled_by__isnull=True,
                    cancelled_by_job="",
                    cancelled_because="",
                )
                | (
                    Q(status=Status.CANCELLED, cancelled_at__isnull=False)
                    & ~Q(cancelled_because="")
                    & (
                        Q(cancelled_by__isnull=False, cancelled_by_job="")
                        | (Q(cancelled_by__isnull=True) & ~Q(cancelled_by_job=""))
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk} at {self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def minutes(self) -> int:
        """How long it takes, what is kept after it left out."""
        return int((self.ends_at - self.starts_at) / dt.timedelta(minutes=1))

    @property
    def is_urgent(self) -> bool:
        return self.urgent_since is not None

    @property
    def may_become(self) -> frozenset[Status]:
        """The statuses it may be given next, for the buttons beside it."""
        return Status(self.status).may_become

    @property
    def may_move(self) -> bool:
        return Status(self.status) in MAY_MOVE


class AppointmentChange(models.Model):
    """What was done to an appointment, when and by whom. Rows are only ever added."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    job = models.CharField(max_length=60, blank=True)
    from_status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    to_status = models.CharField(max_length=12, choices=Status.choices)
    note = models.CharField(max_length=240, blank=True)
    # What it was before, where the change moved it: so that it can be taken back.
    was_clinician = models.ForeignKey(
        Clinician, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    was_resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    was_starts_at = models.DateTimeField(null=True, blank=True)
    was_ends_at = models.DateTimeField(null=True, blank=True)
    was_moved_at = models.DateTimeField(null=True, blank=True)
    was_overbooked_because = models.CharField(max_length=200, blank=True)
    takes_back = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="taken_back_by", null=True, blank=True
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["at"], name="changes_by_time")]
        constraints = [
            models.CheckConstraint(
                name="a_change_is_made_by_a_person_or_a_job",
                condition=(Q(account__isnull=False) & Q(job="")) | (Q(account__isnull=True) & ~Q(job="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.from_status or 'new'} to {self.to_status}"
