"""What patients logged: a session, what became of each exercise in it, who has read it, and “not today”.

A logged session stays as written (a trigger holds that, migration 0002), and so does “not today” (migration 0008).
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When

from assessments.triage.models import Symptom
from programs.plans import flags


class SessionLogQuerySet(models.QuerySet["SessionLog"]):
    def with_level(self) -> SessionLogQuerySet:
        """Each log with `level`, its flag's (flags.Level) as the database counts it, for sorting."""
        level = Case(
            When(symptoms__len__gt=0, then=flags.Level.WARNING_SIGN.value),
            When(pain_during__gte=flags.RED_FROM, then=flags.Level.RED.value),
            When(pain_during__gte=flags.AMBER_FROM, then=flags.Level.AMBER.value),
            When(could_not=True, then=flags.Level.COULD_NOT.value),
            default=flags.Level.GREEN.value,
            output_field=models.IntegerField(),
        )
        return self.with_could_not().annotate(level=level)

    def asking_to_stop(self) -> SessionLogQuerySet:
        """Those after which the patient read “stop and ring” (flags.needs_safety_text)."""
        return self.filter(Q(symptoms__len__gt=0) | Q(pain_during__gte=flags.RED_FROM))

    def told_to_stop(self) -> SessionLogQuerySet:
        """Of those the ones no clinician has answered: who read that rests, and nobody nudges them."""
        return self.asking_to_stop().filter(go_on__isnull=True)

    def with_could_not(self) -> SessionLogQuerySet:
        """Each log with `could_not` (bool), for its flag."""
        failed = ExerciseLog.objects.filter(log=OuterRef("pk"), could_not=True)
        return self.annotate(could_not=Exists(failed))


class SessionLog(models.Model):
    """One session as the patient logged it. Never edited; pain 0 to 10 is the session's worst."""

    version = models.ForeignKey("plans.Version", on_delete=models.PROTECT, related_name="logs")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="session_logs")
    on_day = models.DateField()
    logged_at = models.DateTimeField()
    client_key = models.UUIDField(help_text="Made by the form, so that a form sent twice is stored once.")
    pain_during = models.PositiveSmallIntegerField()
    symptoms = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        help_text="Warning signs (triage's Symptom).",
    )
    effort = models.PositiveSmallIntegerField(null=True, blank=True, help_text="RPE, 0 to 10.")
    run_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    run_km = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    told_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was written on the phone, by the phone's own clock."
    )
    note = models.TextField(blank=True)

    objects = SessionLogQuerySet.as_manager()

    class Meta:
        ordering = ["-on_day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["client_key"], name="a_session_is_logged_once"),
            models.CheckConstraint(
                name="pain_of_a_session_is_zero_to_ten", condition=Q(pain_during__gte=0, pain_during__lte=10)
            ),
            models.CheckConstraint(
                name="effort_of_a_session_is_zero_to_ten",
                condition=Q(effort__isnull=True) | Q(effort__lte=10),
            ),
            models.CheckConstraint(
                name="a_run_is_of_a_distance_and_a_time_people_run",
                condition=(Q(run_minutes__isnull=True) | Q(run_minutes__lte=1440))
                & (Q(run_km__isnull=True) | Q(run_km__gte=0, run_km__lte=250)),
            ),
            models.CheckConstraint(
                name="symptoms_of_a_session_are_known", condition=Q(symptoms__contained_by=Symptom.values)
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-on_day"], name="sessions_of_a_patient"),
            models.Index(fields=["version", "-logged_at"], name="sessions_of_a_version"),
            models.Index(fields=["logged_at"], name="sessions_by_time"),
        ]

    def __str__(self) -> str:
        return f"session of {self.on_day:%Y-%m-%d}"

    @property
    def flag(self) -> flags.Flag:
        """Needs `could_not` from the queryset (with_could_not); without it only pain and symptoms count."""
        could_not = bool(getattr(self, "could_not", False))
        return flags.flag(pain_during=self.pain_during, warned=bool(self.symptoms), could_not=could_not)

    @property
    def asks_to_stop(self) -> bool:
        """Whether the patient is shown the fixed “stop and ring” text."""
        return flags.needs_safety_text(pain_during=self.pain_during, warned=bool(self.symptoms))

    @property
    def symptoms_in_words(self) -> str:
        """For clinicians: “a pop, a limp”; empty without any."""
        return ", ".join(Symptom(one).label for one in self.symptoms)


class ExerciseLog(models.Model):
    """What became of one exercise in one session: done, could not be done, or (neither) left out.

    `exercise` is the listed one; `instead` the one kept ready for it that was done in its place.
    """

    class Why(models.TextChoices):
        PAIN = "pain", "It hurt"
        TOO_HARD = "too_hard", "Too hard"
        NO_EQUIPMENT = "no_equipment", "No equipment"
        NO_TIME = "no_time", "No time"
        UNSURE = "unsure", "Not sure how"
        OTHER = "other", "Something else"

    log = models.ForeignKey(SessionLog, on_delete=models.CASCADE, related_name="entries")
    exercise = models.ForeignKey("plans.Exercise", on_delete=models.PROTECT, related_name="entries")
    done = models.BooleanField(default=False)
    could_not = models.BooleanField(default=False)
    pain = models.PositiveSmallIntegerField(null=True, blank=True)
    sets_done = models.PositiveSmallIntegerField(null=True, blank=True)
    why = models.CharField(max_length=20, choices=Why.choices, blank=True)
    instead = models.ForeignKey(
        "plans.Exercise", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["exercise__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["log", "exercise"], name="an_exercise_is_logged_once_in_a_session"
            ),
            models.CheckConstraint(
                name="done_or_could_not_but_never_both", condition=~Q(done=True, could_not=True)
            ),
            models.CheckConstraint(
                name="pain_of_an_exercise_is_zero_to_ten",
                condition=Q(pain__isnull=True) | Q(pain__gte=0, pain__lte=10),
            ),
            models.CheckConstraint(
                name="only_what_could_not_be_done_says_why", condition=Q(why="") | Q(could_not=True)
            ),
        ]

    def __str__(self) -> str:
        return f"exercise {self.exercise_id} of session {self.log_id}"


class LogSeen(models.Model):
    """A clinician has read this log; its flag no longer waits for anybody."""

    log = models.OneToOneField(SessionLog, on_delete=models.CASCADE, related_name="seen")
    seen_at = models.DateTimeField()
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "logs seen"

    def __str__(self) -> str:
        return f"session {self.log_id} seen"


class MorningLog(models.Model):
    """How the leg felt the morning after a session, 0 to 10; told later, and once."""

    log = models.OneToOneField(SessionLog, on_delete=models.CASCADE, related_name="morning")
    pain = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="pain_of_a_morning_is_zero_to_ten", condition=Q(pain__lte=10))
        ]

    def __str__(self) -> str:
        return f"morning after session {self.log_id}"


class GoOn(models.Model):
    """A clinician has looked at a log that stopped everything, and lets the patient go on."""

    log = models.OneToOneField(SessionLog, on_delete=models.CASCADE, related_name="go_on")
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    because = models.TextField(help_text="What was looked at; for clinicians.")

    class Meta:
        verbose_name_plural = "go-ons"
        constraints = [models.CheckConstraint(name="going_on_says_why", condition=~Q(because=""))]

    def __str__(self) -> str:
        return f"going on after session {self.log_id}"


class NotToday(models.Model):
    """A patient said that this day's session does not happen. A session logged for it all the same counts."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="not_todays")
    on_day = models.DateField(help_text="A day in the patient's own zone.")
    said_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "not todays"
        ordering = ["-on_day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "on_day"], name="a_day_is_put_off_once"),
        ]

    def __str__(self) -> str:
        return f"not today of {self.on_day:%Y-%m-%d}"
