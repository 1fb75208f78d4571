"""When clinicians work: the usual week, and the days that are not as usual."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.people.models import Clinician


class WorkingHours(models.Model):
    """One stretch of a clinician's week, in the clinic's wall-clock time. A lunch break is two stretches.

    Every `every_weeks` weeks, counted from the week of `from_day`; without one it holds in every week.
    """

    clinician = models.ForeignKey(Clinician, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday, 6 is Sunday.")
    starts = models.TimeField()
    ends = models.TimeField()
    from_day = models.DateField(null=True, blank=True, help_text="The first day it holds for.")
    until_day = models.DateField(null=True, blank=True, help_text="The last day it holds for.")
    every_weeks = models.PositiveSmallIntegerField(default=1, help_text="1: every week; 2: every other week.")

    class Meta:
        verbose_name_plural = "working hours"
        ordering = ["weekday", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinician", "weekday", "starts", "from_day"],
                name="a_stretch_of_work_is_listed_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="work_ends_after_it_starts", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(name="a_week_has_seven_days", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="working_hours_end_after_their_first_day",
                condition=Q(from_day__isnull=True)
                | Q(until_day__isnull=True)
                | Q(until_day__gte=F("from_day")),
            ),
            models.CheckConstraint(
                name="every_other_week_says_which",
                condition=Q(every_weeks=1)
                | Q(every_weeks__gte=2, every_weeks__lte=8, from_day__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clinician_id}: day {self.weekday}, {self.starts:%H:%M} to {self.ends:%H:%M}"

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is worked on that very day, the days that are not as usual left aside."""
        if day.weekday() != self.weekday:
            return False
        if (self.from_day and day < self.from_day) or (self.until_day and day > self.until_day):
            return False
        if self.every_weeks == 1 or self.from_day is None:
            return True
        return (_monday(day) - _monday(self.from_day)).days // 7 % self.every_weeks == 0


class ExtraHours(models.Model):
    """A stretch worked on one day only, in the clinic's wall-clock time: a Saturday now and then."""

    clinician = models.ForeignKey(Clinician, on_delete=models.CASCADE, related_name="extra_hours")
    on_day = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        verbose_name_plural = "extra hours"
        ordering = ["on_day", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinician", "on_day", "starts"], name="extra_hours_are_listed_once"
            ),
            models.CheckConstraint(
                name="extra_hours_end_after_they_start", condition=Q(ends__gt=F("starts"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clinician_id}: {self.on_day}, {self.starts:%H:%M} to {self.ends:%H:%M}"


class AbsenceKind(models.TextChoices):
    LEAVE = "leave", "Leave"
    TRAINING = "training", "Training"
    MEETING = "meeting", "Meeting"
    SICK = "sick", "Sick"
    HOLIDAY = "holiday", "Holiday"
    ELSEWHERE = "elsewhere", "Busy in another calendar"


class Absence(models.Model):
    """A time nobody can be booked although it lies in working hours. Without a clinician the whole clinic is shut."""

    clinician = models.ForeignKey(
        Clinician, on_delete=models.CASCADE, related_name="absences", null=True, blank=True
    )
    kind = models.CharField(max_length=12, choices=AbsenceKind.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=120, blank=True)
    imported_as = models.CharField(
        max_length=200,
        blank=True,
        help_text="The name an imported calendar gives it; the next import finds it.",
    )
    imported_from = models.CharField(
        max_length=60, blank=True, help_text="Which calendar that is, as the manager calls it."
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["ends_at", "clinician"], name="absences_to_come")]
        constraints = [
            models.CheckConstraint(
                name="an_absence_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                fields=["clinician", "imported_from", "imported_as"],
                name="an_imported_absence_is_listed_once",
                condition=~Q(imported_as=""),
            ),
            models.CheckConstraint(
                name="an_imported_absence_says_from_where",
                condition=Q(imported_as="", imported_from="") | (~Q(imported_as="") & ~Q(imported_from="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.clinician_id or 'everybody'} from {self.starts_at:%Y-%m-%d %H:%M}"


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
