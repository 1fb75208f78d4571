"""What triage concluded from a signed screen, what the clinician thought, decided and told the patient of it.

None of them is ever edited; only what a manager sets for the clinic (TriageSettings) is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from clinic.people.models import Patient

SHORTEST_REASON = 10  # characters: enough for a sentence somebody else can follow
ACTED_ON_TODAY = frozenset({"emergency_now", "same_day"})  # urgencies that nothing may hold up


class TriageSettings(models.Model):
    """How this clinic reads results: at most one row, and none means every default."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    impression_first = models.BooleanField(
        "my impression first",
        default=False,
        help_text=(
            "A clinician records what they think before a result opens to them. "
            "Results to act on the same day always open at once."
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "how results are read"
        constraints = [models.CheckConstraint(name="a_clinic_has_one_row_of_settings", condition=Q(id=1))]

    def __str__(self) -> str:
        return "how results are read"


class ResultQuerySet(models.QuerySet["Result"]):
    def to_read(self) -> ResultQuerySet:
        """Each result with what `is_sealed` needs: whether the clinic asks for an impression, and whether one is there.

        A page that forgets it fails, instead of showing a class too early.
        """
        return self.annotate(
            impression_first=Exists(TriageSettings.objects.filter(impression_first=True)),
            has_impression=Exists(Impression.objects.filter(result=OuterRef("pk"))),
        )


class Result(models.Model):
    """What the ruleset concluded from one signed screen, with everything it was concluded from.

    `inputs` is the case (Screen.case()), `outcome` what the page shows (assessments/triage/wording.py), so that it can
    be read years later as it was, whatever became of the rules.
    """

    screen = models.ForeignKey("screens.Screen", on_delete=models.PROTECT, related_name="results")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="triage_results")
    ruleset = models.CharField(max_length=80, help_text="name.vN of the rules.")
    ruleset_fingerprint = models.CharField(max_length=64)
    inputs = models.JSONField()
    outcome = models.JSONField()
    klass = models.CharField("class", max_length=60)
    urgency = models.CharField(max_length=20)
    target_days = models.PositiveSmallIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField()
    decided_for = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["screen", "ruleset"], name="a_screen_is_concluded_once_by_each_ruleset"
            ),
            models.CheckConstraint(
                name="a_result_has_an_urgency_we_know",
                condition=Q(urgency__in=["emergency_now", "same_day", "within_days", "routine"]),
            ),
        ]
        indexes = [models.Index(fields=["patient", "-decided_at"], name="results_of_a_patient")]

    def __str__(self) -> str:
        return f"result {self.pk} ({self.klass})"

    @property
    def label(self) -> str:
        """The class in the words of its ruleset."""
        return str(self.outcome["label"])

    @cached_property
    def standing_decision(self) -> Decision | None:
        """The newest decision, which is the one that counts; None while nobody has decided. Uses a prefetch."""
        return max(self.decisions.all(), key=lambda decision: decision.pk, default=None)

    @property
    def is_sealed(self) -> bool:
        """Whether it stays closed until a clinician has recorded an impression. Needs `to_read`.

        Never what is to be acted on the same day, nor what was answered already.
        """
        told = vars(self)
        if self.urgency in ACTED_ON_TODAY or not told["impression_first"] or told["has_impression"]:
            return False
        return self.standing_decision is None


class Impression(models.Model):
    """What a clinician thought before the result opened. `klass` is "" where they could not say."""

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="impressions")
    klass = models.CharField("class", max_length=60, blank=True)
    words = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["result", "made_by"], name="a_clinician_has_one_impression_of_a_result"
            )
        ]

    def __str__(self) -> str:
        return f"impression {self.pk}"


class Decision(models.Model):
    """A clinician's answer to a result: agreed, or overruled with a class of their own and the reason."""

    class Because(models.TextChoices):
        EXAMINATION = "examination", "What I found on examination points elsewhere"
        HISTORY = "history", "The history became clearer after the screen"
        REPORT = "report", "Imaging or another clinician's report"
        ENTRY = "entry", "An answer was entered wrongly"
        COURSE = "course", "The course since then"
        OTHER = "other", "Another reason"

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="decisions")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    agrees = models.BooleanField()
    klass = models.CharField("class", max_length=60, help_text="The class that now holds.")
    reason_code = models.CharField(max_length=20, choices=Because.choices, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="overruling_gives_a_coded_and_a_written_reason",
                condition=Q(agrees=True)
                | (~Q(reason_code="") & Q(GreaterThanOrEqual(Length(Trim("reason")), SHORTEST_REASON))),
            ),
            models.CheckConstraint(name="a_decision_names_a_class", condition=~Q(klass="")),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk} ({self.klass})"


class TellingQuerySet(models.QuerySet["Telling"]):
    def released_to_patient(self, patient: Patient) -> TellingQuerySet:
        """What this patient may read, the newest first.

        Never a text whose class was decided otherwise since, nor one that rests on a screen corrected since.
        """
        later = Decision.objects.filter(result=OuterRef("decision__result"), pk__gt=OuterRef("decision"))
        overtaken = Exists(later.exclude(klass=OuterRef("decision__klass")))
        corrected = Exists(
            Result.objects.filter(screen__amends=OuterRef("decision__result__screen"))  # signed, so concluded
        )
        theirs = self.filter(decision__result__patient=patient)
        return theirs.exclude(overtaken).exclude(corrected).order_by("-told_at", "-pk")


class Telling(models.Model):
    """A text released to the patient, as it was released. Never edited: another decision has its own."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="telling")
    text = models.TextField()
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = TellingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(name="a_telling_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"text {self.pk} for the patient"


class Symptom(models.TextChoices):
    """What a patient may report between visits that has triage run again. The labels are for clinicians."""

    SUDDEN_PAIN = "sudden_pain", "sudden sharp pain"
    POP = "pop", "a pop"
    BRUISE = "bruise", "a new bruise"
    SWELLING = "swelling", "new swelling"
    LIMP = "limp", "a limp"
    NUMBNESS = "numbness", "new numbness or tingling"
    SUDDEN = "sudden", "something sudden"  # of logs from before the symptoms had names; no longer asked


class Recheck(models.Model):
    """A patient reported `symptoms`, so the screen is to be taken again. A newer signed screen answers it."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="rechecks")
    symptoms = ArrayField(models.CharField(max_length=20))
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["patient", "-asked_at"], name="rechecks_of_a_patient")]
        constraints = [
            models.CheckConstraint(
                name="a_recheck_names_symptoms_we_know",
                condition=~Q(symptoms=[]) & Q(symptoms__contained_by=Symptom.values),
            )
        ]

    def __str__(self) -> str:
        return f"recheck {self.pk}"
