"""Who waits for an earlier or a certain time, and what they were offered."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.booking.models.appointments import Appointment
from clinic.booking.models.holds import Hold
from clinic.booking.models.types import AppointmentType, Resource
from clinic.people.models import Clinician, Patient


class Urgency(models.IntegerChoices):
    """The larger, the sooner; lists are sorted by it."""

    ROUTINE = 0, "When there is room"
    SOON = 1, "As soon as possible"
    WITHIN_DAYS = 2, "Within days"
    SAME_DAY = 3, "The same day"


class WaitListQuerySet(models.QuerySet["WaitListEntry"]):
    def open(self) -> WaitListQuerySet:
        return self.filter(closed_at__isnull=True)

    def by_urgency(self) -> WaitListQuerySet:
        """Most urgent first, then whose day comes first, then who waits longest."""
        return self.order_by("-urgency", F("target_day").asc(nulls_last=True), "added_at", "pk")


class WaitListEntry(models.Model):
    """One patient's wish: for what, with whom, when. Closed once they have a place, or no longer want one."""

    class Outcome(models.TextChoices):
        BOOKED = "booked", "Booked"
        WITHDRAWN = "withdrawn", "No longer wanted"
        RAN_OUT = "ran_out", "Its last day passed"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="wait_list_entries")
    type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+")
    clinicians = models.ManyToManyField(
        Clinician, related_name="+", blank=True, help_text="With whom. Nobody named: with anybody."
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, help_text="0 is Monday. None: any day."
    )
    from_time = models.TimeField(
        null=True, blank=True, help_text="Not to start before, on the clinic's clock."
    )
    until_time = models.TimeField(null=True, blank=True, help_text="To end by then, on the clinic's clock.")
    from_day = models.DateField(null=True, blank=True)
    until_day = models.DateField(null=True, blank=True, help_text="The last day that would do.")
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.ROUTINE)
    target_day = models.DateField(null=True, blank=True, help_text="The day by which they are to be seen.")
    note = models.CharField(max_length=200, blank=True)
    instead_of = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        related_name="wait_list_entries",
        null=True,
        blank=True,
        help_text="The appointment they have, and would move.",
    )
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    added_by_job = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    became = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects = WaitListQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "wait list"
        ordering = ["-urgency", "added_at", "pk"]
        indexes = [
            models.Index(fields=["type", "-urgency"], name="who_waits", condition=Q(closed_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_wish_is_added_by_a_person_or_a_job",
                condition=(Q(added_by__isnull=False) & Q(added_by_job=""))
                | (Q(added_by__isnull=True) & ~Q(added_by_job="")),
            ),
            models.CheckConstraint(
                name="a_closed_wish_says_how_it_ended",
                condition=(Q(closed_at__isnull=True) & Q(outcome=""))
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="a_wish_ends_after_it_begins",
                condition=Q(from_day__isnull=True)
                | Q(until_day__isnull=True)
                | Q(until_day__gte=F("from_day")),
            ),
        ]

    def __str__(self) -> str:
        return f"wait list entry {self.pk}"


class Answer(models.TextChoices):
    """What became of an offer."""

    OPEN = "open", "Waiting for an answer"
    YES = "yes", "Taken"
    NO = "no", "Not wanted"
    TOO_LATE = "too_late", "Somebody else was first"
    LAPSED = "lapsed", "No answer in time"
    WITHDRAWN = "withdrawn", "Taken back by the clinic"


class Offer(models.Model):
    """One freed time, offered to one of those who wait. Offers of the same `round` are for the same time.

    The first yes wins. The hold keeps the time meanwhile; it goes with the answer or when all have lapsed.
    """

    entry = models.ForeignKey(WaitListEntry, on_delete=models.PROTECT, related_name="offers")
    round = models.UUIDField(db_index=True)
    hold = models.ForeignKey(Hold, on_delete=models.SET_NULL, related_name="offers", null=True, blank=True)
    clinician = models.ForeignKey(Clinician, on_delete=models.PROTECT, related_name="+")
    type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    expires_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    token_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the newest link that was mailed; empty before the first."
    )

    class Meta:
        ordering = ["-offered_at", "pk"]
        indexes = [
            models.Index(fields=["expires_at"], name="offers_to_lapse", condition=Q(answer="open")),
            models.Index(fields=["token_sha256"], name="offer_behind_a_link"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "entry"], name="a_time_is_offered_to_each_once"),
            models.UniqueConstraint(
                fields=["round"], name="one_yes_to_an_offered_time", condition=Q(answer="yes")
            ),
            models.CheckConstraint(
                name="an_answer_says_when",
                condition=Q(answer="open", answered_at__isnull=True)
                | (~Q(answer="open") & Q(answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk} for {self.starts_at:%Y-%m-%d %H:%M} UTC"


class WaitListPolicy(models.Model):
    """How this clinic offers freed times: one row, kept by managers."""

    automatic = models.BooleanField(
        default=False, help_text="Offer a freed time without anybody pressing a button."
    )
    how_many = models.PositiveSmallIntegerField(
        default=3, help_text="How many of those who fit are asked at once; the first yes gets it."
    )
    answer_minutes = models.PositiveSmallIntegerField(
        default=60, help_text="How long an offer waits for its answer."
    )
    notice_minutes = models.PositiveSmallIntegerField(
        default=120, help_text="A time that begins sooner than this is not offered by itself."
    )

    class Meta:
        verbose_name_plural = "wait list policy"
        constraints = [
            models.CheckConstraint(name="one_wait_list_policy", condition=Q(pk=1)),
            models.CheckConstraint(
                name="offers_are_made_to_somebody_and_wait",
                condition=Q(
                    how_many__gte=1, how_many__lte=10, answer_minutes__gte=5, answer_minutes__lte=1440
                ),
            ),
        ]

    def __str__(self) -> str:
        return "How freed times are offered"

    @classmethod
    def now(cls) -> WaitListPolicy:
        """What holds; the defaults while nobody has chosen."""
        return cls.objects.first() or cls(pk=1)

    @property
    def answer_within(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.answer_minutes)

    @property
    def notice(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.notice_minutes)
