"""The activities a patient named, and every answer to an outcome measure.

An answer is never edited: another one of the same day stands in its place, and the first stays readable. An activity
changes once, when it is taken off the list (triggers hold both, migration 0002).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from programs.outcomes.schedule import ACTIVITIES, CHANGE, MOST_ACTIVITIES, PAIN

LONGEST_WORDS = 80


class Activity(models.Model):
    """Something this patient wants to do again, in their own words. `place` keeps them to three at a time."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="activities")
    words = models.CharField(max_length=LONGEST_WORDS, help_text="In the patient's own words.")
    place = models.PositiveSmallIntegerField(help_text="1 to 3: which of the three places it has.")
    named_on = models.DateField(help_text="In the patient's own zone.")
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client_key = models.UUIDField(help_text="Made by the form, so that a form sent twice names it once.")
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["named_at", "pk"]
        verbose_name_plural = "activities"
        constraints = [
            models.UniqueConstraint(fields=["client_key"], name="an_activity_is_named_once"),
            models.UniqueConstraint(
                fields=["patient", "place"],
                condition=Q(retired_at__isnull=True),
                name="a_place_holds_one_activity_at_a_time",
            ),
            models.CheckConstraint(
                name="a_patient_has_three_places_for_activities",
                condition=Q(place__gte=1, place__lte=MOST_ACTIVITIES),
            ),
            models.CheckConstraint(name="an_activity_has_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="a_retired_activity_says_when_and_by_whom",
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"activity {self.pk}"

    @property
    def is_listed(self) -> bool:
        """Still on the patient's list; otherwise only its history is kept."""
        return self.retired_at is None


class Answer(models.Model):
    """One answer to one measure on one day, as it was given."""

    class Where(models.TextChoices):
        HOME = "home", "At home"
        CLINIC = "clinic", "At the clinic"

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="outcome_answers")
    measure = models.CharField(max_length=40, help_text="The measure's id in the file of measures.")
    outcomes = models.CharField(max_length=80, help_text="name.vN of that file.")
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="answers", null=True, blank=True
    )
    value = models.SmallIntegerField()
    on_day = models.DateField(help_text="In the patient's own zone.")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    where = models.CharField(max_length=10, choices=Where.choices)
    client_key = models.UUIDField(help_text="Made by the form, so that a form sent twice is stored once.")

    class Meta:
        ordering = ["on_day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["client_key"], name="an_answer_is_given_once"),
            models.CheckConstraint(
                name="an_activity_is_rated_and_nothing_else_is",
                condition=Q(measure=ACTIVITIES, activity__isnull=False)
                | (~Q(measure=ACTIVITIES) & Q(activity__isnull=True)),
            ),
            models.CheckConstraint(
                name="pain_and_activities_are_rated_zero_to_ten",
                condition=~Q(measure__in=[PAIN, ACTIVITIES]) | Q(value__gte=0, value__lte=10),
            ),
            models.CheckConstraint(
                name="a_change_is_rated_minus_seven_to_seven",
                condition=~Q(measure=CHANGE) | Q(value__gte=-7, value__lte=7),
            ),
            models.CheckConstraint(
                name="a_total_is_zero_to_a_hundred",
                condition=Q(measure=CHANGE) | Q(value__gte=0, value__lte=100),
            ),
            models.CheckConstraint(
                name="an_answer_says_where_it_was_given", condition=Q(where__in=["home", "clinic"])
            ),
        ]
        indexes = [models.Index(fields=["patient", "on_day"], name="answers_of_a_patient")]

    def __str__(self) -> str:
        return f"answer {self.pk}"
