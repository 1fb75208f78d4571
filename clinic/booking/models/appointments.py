"""The calendar: appointment types, working hours, appointments, and every change made to one."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import BigIntegerRangeField
from django.db import models
from django.db.models import F, Func, Q, Value

from clinic.booking.status import HOLDS_A_SLOT, MAY_MOVE, Status
from clinic.people.models import Clinician, Patient

SLOT_CONSTRAINT = "one_appointment_at_a_time"
# How the two columns compare inside the constraint; see clinic/decisions/2026-11-one-appointment-at-a-time.md.
THIS_CLINICIAN = Func(
    "clinician",
    "clinician",
    Value("[]"),
    function="int8range",
    output_field=BigIntegerRangeField(),
)
THIS_TIME = Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField())


class AppointmentTypeQuerySet(models.QuerySet["AppointmentType"]):
    def get_by_natural_key(self, slug: str) -> AppointmentType:
        return self.get(slug=slug)


class AppointmentType(models.Model):
    """What a patient comes for, and how long it takes. The clinic's own are in fixtures/appointment_types.json."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField()
    is_assessment = models.BooleanField(default=False, help_text="A movement screen belongs to it.")

    objects = AppointmentTypeQuerySet.as_manager()

    class Meta:
        ordering = ["minutes", "name"]
        constraints = [
            models.CheckConstraint(
                name="an_appointment_takes_five_minutes_to_a_day",
                condition=Q(minutes__gte=5, minutes__lte=24 * 60),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.minutes} min)"

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def lasts(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.minutes)


class WorkingHours(models.Model):
    """One stretch of a clinician's week, in the clinic's wall-clock time. A lunch break is two stretches."""

    clinician = models.ForeignKey(Clinician, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday, 6 is Sunday.")
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        verbose_name_plural = "working hours"
        ordering = ["weekday", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinician", "weekday", "starts"], name="a_stretch_of_work_is_listed_once"
            ),
            models.CheckConstraint(name="work_ends_after_it_starts", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(name="a_week_has_seven_days", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.clinician_id}: day {self.weekday}, {self.starts:%H:%M} to {self.ends:%H:%M}"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def on_day(self, day: dt.date, zone: ZoneInfo) -> AppointmentQuerySet:
        """Those starting on that day as the clinic's wall shows it."""
        midnight = dt.datetime.combine(day, dt.time(), zone)
        next_midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
        return self.filter(starts_at__gte=midnight, starts_at__lt=next_midnight)

    def standing(self) -> AppointmentQuerySet:
        """Those that keep their slot: not cancelled, not missed."""
        return self.filter(status__in=HOLDS_A_SLOT)

    def overlapping(self, starts_at: dt.datetime, ends_at: dt.datetime) -> AppointmentQuerySet:
        """Those sharing at least a moment with it; one that ends as the other begins does not."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class Appointment(models.Model):
    """One patient with one clinician for one stretch of time. Changed only through clinic.booking.actions."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    clinician = models.ForeignKey(Clinician, on_delete=models.PROTECT, related_name="appointments")
    type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.BOOKED)
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    booked_by_job = models.CharField(max_length=60, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True, help_text="When it was last moved, if ever.")
    urgent_since = models.DateTimeField(null=True, blank=True)
    urgent_because = models.CharField(max_length=200, blank=True)
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
        ]
        constraints = [
            ExclusionConstraint(
                name=SLOT_CONSTRAINT,
                index_type="gist",
                expressions=[
                    (THIS_CLINICIAN, RangeOperators.OVERLAPS),
                    (THIS_TIME, RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=sorted(HOLDS_A_SLOT)),
                violation_error_message="That time is taken. Pick another.",
            ),
            models.CheckConstraint(
                name="an_appointment_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
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

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="a_change_is_made_by_a_person_or_a_job",
                condition=(Q(account__isnull=False) & Q(job="")) | (Q(account__isnull=True) & ~Q(job="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.from_status or 'new'} to {self.to_status}"
