"""Programs, their versions and the exercises of a version; what patients logged stands in logs.py.

A version is a proposal until a clinician releases it. From then on neither it nor its exercises change (a trigger
holds that, migration 0002): another version takes its place, and the first stays readable.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject

from assessments.triage.models import Decision
from programs.builder.block import Block
from programs.builder.sessions import Split
from programs.plans import proposals
from programs.plans.blocks import block_of
from programs.plans.doses import Dose
from programs.plans.logs import ExerciseLog, GoOn, LogSeen, MorningLog, NotToday, SessionLog
from programs.plans.reminder_times import ReminderTimes
from programs.plans.waivers import HandsOn, StartingPoint, Waiver

STILL_LOGGED_FOR = dt.timedelta(days=1)  # a form opened before its version was replaced is not lost
SENT_LATE_FOR = dt.timedelta(days=14)  # nor is a session from a phone that had no signal

__all__ = [
    "Exercise",
    "ExerciseLog",
    "GoOn",
    "HandsOn",
    "LogSeen",
    "MorningLog",
    "NotToday",
    "Program",
    "ReminderTimes",
    "SessionLog",
    "StartingPoint",
    "Version",
    "Waiver",
]


class Program(models.Model):
    """What follows from one clinician's decision. Its versions hold the exercises."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="programs")
    decision = models.OneToOneField("triage.Decision", on_delete=models.PROTECT, related_name="program")
    klass = models.CharField("class", max_length=60)
    recipe = models.CharField(max_length=80, help_text="name.vN of the recipe it was built with.")
    library = models.CharField(max_length=80, help_text="name.vN of the exercise library it was built with.")
    track = models.CharField(max_length=40)
    phase = models.CharField(max_length=10)
    running = models.CharField(max_length=20, help_text="The running policy, e.g. ladder.")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"program {self.pk} ({self.klass})"


class VersionQuerySet(models.QuerySet["Version"]):
    def released_to(self, patient: Any) -> VersionQuerySet:
        """What this patient may see: released, and resting on a decision no other class has overtaken since.

        The patient's pages reach programs through this and `loggable_by` alone.
        """
        return self.in_force().filter(patient=patient)

    def in_force(self) -> VersionQuerySet:
        """Every patient's released version, for the outbox: what patients may see, whoever they are."""
        return self.filter(state=Version.State.RELEASED).exclude(_overtaken())

    def loggable_by(
        self, patient: Any, *, now: dt.datetime, on_day: dt.date | None = None
    ) -> VersionQuerySet:
        """`released_to`, and what was replaced or ended within a day: a form opened before is not lost.

        A session done `on_day` (a day of theirs) and sent late belongs to what they had on that day, for two weeks.
        """
        rows = Q(state=Version.State.RELEASED)
        began = dt.datetime.combine(on_day, dt.time.min, tzinfo=patient.zone) if on_day else None
        for state, field in ((Version.State.REPLACED, "replaced_at"), (Version.State.ENDED, "ended_at")):
            late = Q(**{f"{field}__gt": now - STILL_LOGGED_FOR})
            if began is not None:
                late |= Q(**{f"{field}__gt": now - SENT_LATE_FOR}) & Q(**{f"{field}__gte": began})
            rows |= late & Q(state=state)
        return self.filter(rows, patient=patient).exclude(_overtaken())

    def was_ended_for(self, patient: Any) -> bool:
        """Whether the last program this patient had was ended, for the words where it stood."""
        last = self.filter(patient=patient, released_at__isnull=False).order_by("-released_at", "-pk")
        return last.values_list("state", flat=True).first() == Version.State.ENDED

    def with_exercises(self) -> VersionQuerySet:
        """Each version with its exercises in the same query; read them from `listed`."""
        rows = Exercise.objects.filter(version=OuterRef("pk")).order_by("position", "pk")
        columns = {field.attname: F(field.attname) for field in Exercise._meta.concrete_fields}
        return self.annotate(exercise_rows=ArraySubquery(rows.values(row=JSONObject(**columns))))

    def with_put_off(self) -> VersionQuerySet:
        """Each version with the days its patient put off, in the same query; read them from `put_off`."""
        said = NotToday.objects.filter(patient=OuterRef("patient"))
        return self.annotate(put_off_days=ArraySubquery(said.values("on_day")))


def _overtaken() -> Exists:
    """A later decision about the same result names another class."""
    later = Decision.objects.filter(
        result=OuterRef("program__decision__result"), pk__gt=OuterRef("program__decision")
    )
    return Exists(later.exclude(klass=OuterRef("program__klass")))


class Version(models.Model):
    """One state of a program. `proposal` is what the builder answered (plans/proposals.py says its shape)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        RELEASED = "released", "Released"
        REPLACED = "replaced", "Replaced"
        ENDED = "ended", "Ended"

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="versions")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="program_versions")
    number = models.PositiveSmallIntegerField()
    proposal = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    note = models.TextField(blank=True, help_text="From the therapist to the patient.")
    starts_on = models.DateField(
        null=True, blank=True, help_text="The first day of its block, in the patient's own zone."
    )
    steps_up_alone = models.BooleanField(
        default=False,
        help_text="Harder exercises kept ready may take over without waiting for the therapist.",
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    replaced_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_because = models.TextField(blank=True, help_text="For clinicians.")

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="a_version_number_is_used_once"),
            models.UniqueConstraint(
                fields=["program"], condition=Q(state="proposed"), name="one_open_proposal_per_program"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(state="released"), name="one_released_version_per_patient"
            ),
            models.CheckConstraint(
                name="a_release_says_when_and_by_whom",
                condition=Q(state="proposed", released_at__isnull=True, released_by__isnull=True)
                | (~Q(state="proposed") & Q(released_at__isnull=False, released_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="an_ended_program_says_when_by_whom_and_why",
                condition=(
                    Q(state="ended", ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")
                )
                | (~Q(state="ended") & Q(ended_at__isnull=True, ended_by__isnull=True, ended_because="")),
            ),
            models.CheckConstraint(
                name="a_replaced_version_says_since_when",
                condition=Q(state="replaced", replaced_at__isnull=False)
                | (~Q(state="replaced") & Q(replaced_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_version_is_replaced_after_its_release",
                condition=Q(replaced_at__isnull=True) | Q(replaced_at__gte=F("released_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["released_by", "state"], name="versions_of_a_caseload"),
            models.Index(fields=["released_at"], name="versions_by_release"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of program {self.program_id}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.PROPOSED

    @property
    def listed(self) -> list[Exercise]:
        """The exercises in their order; needs `with_exercises`."""
        return [one for one in self.every_exercise if one.role == Exercise.Role.LISTED]

    @property
    def every_exercise(self) -> list[Exercise]:
        """The same with what is kept ready for them."""
        rows: list[dict[str, Any]] = getattr(self, "exercise_rows", [])
        fields = Exercise._meta.concrete_fields
        names = [field.attname for field in fields]
        return [
            Exercise.from_db("default", names, [field.to_python(row[field.attname]) for field in fields])
            for row in rows
        ]

    @property
    def put_off(self) -> list[dt.date]:
        """The days of which the patient said “not today”; needs `with_put_off`."""
        found: list[dt.date] = self.put_off_days  # type: ignore[attr-defined]  # annotated
        return found

    def listed_now(self) -> models.QuerySet[Exercise]:
        """The listed exercises as they stand in the database, in their order."""
        return self.exercises.filter(role=Exercise.Role.LISTED)

    @property
    def split(self) -> Split:
        """How its exercises are spread over a week."""
        return proposals.split_of(self.proposal, built_with=lambda: self.program.recipe)

    def block(self, exercises: Sequence[Exercise]) -> Block[Exercise]:
        """The weeks of this version with these exercises (its own, in their order)."""
        return block_of(self.proposal, exercises, split=lambda: self.split, starts_on=self.starts_on)


class Exercise(models.Model):
    """One exercise of one version, with everything the library said of it that day.

    Beside the listed ones stand those kept ready for one of them: an easier or equal `swap` the patient may choose, and
    the harder one that comes `next`.
    """

    class Role(models.TextChoices):
        LISTED = "listed", "Listed"
        SWAP = "swap", "May be chosen instead"
        NEXT = "next", "Comes next"

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="exercises")
    library_id = models.SlugField(max_length=60, help_text="The exercise's id in the library.")
    name = models.CharField(max_length=120)
    slot = models.CharField(max_length=80, help_text="The place in the recipe it fills.")
    category = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    sets = models.PositiveSmallIntegerField()
    reps = models.CharField(max_length=120)
    hold_s = models.CharField("hold, seconds", max_length=20, blank=True)
    rest_s = models.PositiveSmallIntegerField("rest, seconds", default=0)
    tempo = models.CharField(max_length=120, blank=True)
    effort = models.CharField(max_length=20, blank=True, help_text="RPE, 0 to 10.")
    per_week = models.CharField(max_length=40)
    each_side = models.BooleanField(default=False)
    minutes = models.DecimalField(max_digits=5, decimal_places=1)
    proposed_sets = models.PositiveSmallIntegerField()
    proposed_minutes = models.DecimalField(max_digits=5, decimal_places=1)
    proposed_reps = models.CharField(
        max_length=120, blank=True, help_text="As proposed_sets: of the library’s dose. Empty in older rows."
    )
    proposed_hold_s = models.CharField("proposed hold, seconds", max_length=20, blank=True)
    proposed_rest_s = models.PositiveSmallIntegerField("proposed rest, seconds", default=0)
    step = models.SmallIntegerField(
        default=0, help_text="Steps its dose has gone up (below 0: down) in the blocks before this one."
    )
    points = models.PositiveSmallIntegerField(default=0, help_text="Of the supported causes it serves.")
    hours_between = models.PositiveSmallIntegerField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LISTED)
    instead_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, related_name="kept_ready", null=True, blank=True
    )
    cue = models.TextField(blank=True)
    why = models.TextField(help_text="For clinicians: which cause, finding or rule.")
    why_patient = models.TextField(help_text="For the patient, in plain words.")
    sources = ArrayField(models.CharField(max_length=20), default=list, help_text="Ids of the sources.")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "library_id"],
                condition=Q(role="listed"),
                name="an_exercise_is_listed_once_in_a_version",
            ),
            models.UniqueConstraint(
                fields=["instead_of", "library_id"], name="an_exercise_is_kept_ready_once_for_another"
            ),
            models.UniqueConstraint(
                fields=["instead_of"], condition=Q(role="next"), name="one_exercise_comes_next_after_another"
            ),
            models.UniqueConstraint(
                fields=["version", "position"],
                name="a_position_holds_one_exercise",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="what_is_kept_ready_says_for_which",
                condition=Q(role="listed", instead_of__isnull=True)
                | (~Q(role="listed") & Q(instead_of__isnull=False)),
            ),
            models.CheckConstraint(
                name="an_exercise_has_one_to_ten_sets", condition=Q(sets__gte=1, sets__lte=10)
            ),
            models.CheckConstraint(name="an_exercise_says_why", condition=~Q(why="") & ~Q(why_patient="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def dose(self) -> str:
        """The dose in words, as the patient reads it."""
        return self.asks.in_words()

    @property
    def asks(self) -> Dose:
        """The dose it has now."""
        return Dose(self.sets, self.reps, self.hold_s, self.rest_s, self.each_side)

    @property
    def proposed(self) -> Dose:
        """The library's dose, that `proposed_minutes` are for."""
        return Dose(
            self.proposed_sets, self.proposed_reps, self.proposed_hold_s, self.proposed_rest_s, self.each_side
        )
