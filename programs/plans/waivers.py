"""What a clinician set aside with a reason, the clinic's starting points, and hands-on treatment given."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Waiver(models.Model):
    """A guard that one version sets aside for one exercise, by whom and why."""

    version = models.ForeignKey("plans.Version", on_delete=models.CASCADE, related_name="waivers")
    library_id = models.SlugField(max_length=60, help_text="The exercise it is about.")
    guard = models.CharField(
        max_length=20,
        help_text="room (no day was free of a guard), wish (the patient's limits), dose (more than twice as much) "
        "or runs (where they start).",
    )
    words = models.TextField(help_text="What the guard said.")
    because = models.TextField(help_text="For clinicians.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "library_id", "guard"],
                name="a_guard_is_set_aside_once_for_an_exercise",
            ),
            models.CheckConstraint(name="a_waiver_says_why", condition=~Q(because="")),
        ]

    def __str__(self) -> str:
        return f"{self.guard} set aside for {self.library_id} in version {self.version_id}"


class StartingPoint(models.Model):
    """A program kept as the clinic's own starting point: which exercises with which doses, no patient's name.

    `exercises` is [{library_id, sets, reps, hold_s, rest_s}], in order.
    """

    name = models.CharField(max_length=80)
    catalogue = models.CharField(max_length=60, help_text="The screen it is for.")
    phase = models.CharField(max_length=10)
    exercises = models.JSONField()
    note = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(retired_at__isnull=True),
                name="a_starting_point_in_use_has_its_own_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HandsOn(models.Model):
    """Hands-on treatment given at a visit, in the clinician's words. A correction is another row."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="hands_on")
    on_day = models.DateField()
    what = models.TextField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "hands-on treatments"
        ordering = ["-on_day", "-pk"]
        constraints = [models.CheckConstraint(name="hands_on_treatment_says_what", condition=~Q(what=""))]

    def __str__(self) -> str:
        return f"hands-on treatment of {self.on_day:%Y-%m-%d}"
