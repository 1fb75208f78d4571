"""Movement screens as they were taken: one row a screen, one row an answered item.

What may be asked stands in the catalogue (definitions.py); these rows remember which version of it was used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.functional import cached_property

from assessments.screens import reading
from assessments.screens.answers import Answers, Refused
from assessments.screens.definitions import Item
from assessments.screens.definitions import Screen as Definition
from clinic.people.models import Patient

SHORTEST_REASON = 10  # characters of an amendment's reason, as for an overruled result
FROM_RECORD: dict[str, Callable[[Patient, dt.date], Any]] = {
    "age_years": lambda patient, day: patient.age_on(day),
}
"""Item → how the patient's record answers it, so that nobody is asked twice."""


class ScreenQuerySet(models.QuerySet["Screen"]):
    def drafts(self) -> ScreenQuerySet:
        return self.filter(signed_at__isnull=True)

    def signed(self) -> ScreenQuerySet:
        """Signed screens, the newest examination first; an amendment stands in the place of what it amends."""
        return self.filter(signed_at__isnull=False).order_by("-started_at", "-pk")


class Screen(models.Model):
    """One screen of one patient: a draft until it is signed, and then as it was for good."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="screens")
    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.PROTECT, related_name="screens", null=True, blank=True
    )
    catalogue = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=64, help_text="sha256 of the catalogue file it was taken with.")
    started_at = models.DateTimeField(help_text="An amendment keeps the hour of the examination it is about.")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    amends = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="amendments", null=True, blank=True
    )
    amended_because = models.CharField(max_length=500, blank=True)
    amended_at = models.DateTimeField(null=True, blank=True)

    objects = ScreenQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="a_screen_is_amended_once", fields=["amends"]),
            models.CheckConstraint(
                name="an_amendment_says_why",
                condition=Q(amends__isnull=True, amended_because="")
                | Q(amends__isnull=False)
                & Q(GreaterThanOrEqual(Length(Trim("amended_because")), SHORTEST_REASON)),
            ),
            models.CheckConstraint(
                name="a_screen_does_not_amend_itself", condition=Q(amends__isnull=True) | ~Q(amends=F("pk"))
            ),
            models.CheckConstraint(
                name="an_amendment_says_when_it_was_begun",
                condition=Q(amends__isnull=True, amended_at__isnull=True)
                | Q(amends__isnull=False, amended_at__isnull=False, amended_at__gte=F("started_at")),
            ),
            models.UniqueConstraint(
                name="one_open_draft_per_patient_and_screen",
                fields=["patient", "catalogue"],
                condition=Q(signed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_signature_says_when_and_by_whom",
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_screen_is_signed_after_it_was_started",
                condition=Q(signed_at__isnull=True) | Q(signed_at__gte=models.F("started_at")),
            ),
        ]
        indexes = [models.Index(fields=["patient", "-signed_at"], name="screens_of_a_patient")]

    def __str__(self) -> str:
        return f"screen {self.pk} ({self.label})"

    @property
    def label(self) -> str:
        """`name.vN` of the catalogue it is taken with."""
        return f"{self.catalogue}.v{self.version}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def amendment(self) -> Screen | None:
        """The version that takes this one's place, signed or still a draft."""
        return self.amendments.first()

    @property
    def definition(self) -> Definition:
        """What this screen asks, in the version it was started with. Raises KnowledgeError if that is gone."""
        return reading.load_screen(self.catalogue, self.version)

    @cached_property
    def answered(self) -> dict[str, Answer]:
        """Item id → its row, in one query; read once per instance."""
        return {answer.item: answer for answer in self.answers.select_related("answered_by", "confirmed_by")}

    @property
    def last_saved_at(self) -> dt.datetime | None:
        """When somebody last answered something; what the record answered at the start is nobody's."""
        entered = (answer.answered_at for name, answer in self.answered.items() if name not in FROM_RECORD)
        return max(entered, default=None)

    def record_says(self) -> dict[str, Any]:
        """Item → what the patient's record answers by itself, as of the day the screen was started."""
        day = timezone.localdate(self.started_at)
        items = self.definition.items
        known = {name: ask(self.patient, day) for name, ask in FROM_RECORD.items() if name in items}
        return {name: value for name, value in known.items() if items[name].refusal(value) is None}

    def said_by_record(self) -> dict[str, str]:
        """Item → where its answer comes from, in words to stand beside the field."""
        born = f"born {self.patient.birth_date:%-d %b %Y}"
        words = {}
        for name, value in self.record_says().items():
            row = self.answered.get(name)
            same = row is not None and row.value == value
            words[name] = f"From the record: {born}." if same else f"The record says {value}: {born}."
        return words

    def case(self) -> dict[str, Any]:
        """What the rules may read, in the shape of a worked case: {"history", "exam", "unable_due_to_pain"}.

        Unknown is left out, and so is what a patient said at home and no clinician has confirmed, but for a yes to a
        red flag: that counts at once, and nothing unconfirmed ever counts towards calm.
        """
        return self._case({name: one for name, one in self.answered.items() if self.counts(one)})

    def counts(self, answer: Answer) -> bool:
        """Whether the rules may read this answer now."""
        definition = self.definition
        return answer.is_confirmed or definition.warns(definition.items[answer.item], answer.value)

    @property
    def unconfirmed(self) -> list[str]:
        """Items the patient answered at home and no clinician has confirmed yet, in exam order."""
        waiting = {name for name, answer in self.answered.items() if not answer.is_confirmed}
        return [name for name in self.definition.items if name in waiting]

    def everything_said(self) -> Answers:
        """All answers, confirmed or not: for what to ask next and what to show, never for the rules."""
        return self._checked(self._case(self.answered))

    def _case(self, answered: Mapping[str, Answer]) -> dict[str, Any]:
        items = self.definition.items
        case: dict[str, Any] = {"history": {}, "exam": {}}
        unable = []
        for name, answer in sorted(answered.items()):
            if answer.unable:
                unable.append(name)
            elif answer.value is not None:
                case["history" if items[name].is_history else "exam"][name] = answer.value
        if unable:
            case["unable_due_to_pain"] = unable
        return case

    def answers_for_rules(self) -> Answers:
        """The case as the rules accept it."""
        return self._checked(self.case())

    def _checked(self, case: dict[str, Any]) -> Answers:
        """Every row was checked when it was saved, so a refusal is a fault of ours."""
        found = self.definition.validate(case)
        if isinstance(found, Refused):
            raise ValueError(f"{self} holds answers it may not hold: {[e.item for e in found.errors]}")
        return found


class Answer(models.Model):
    """One item of one screen as it stands now.

    `value` is JSON: true/false, a number, an option, a list, or {"left": …, "right": …}; null means asked and not
    known. `unable` means the test could not be done because of pain. `revision` counts the changes, so that an
    older tab cannot overwrite a newer answer unseen.
    """

    class SaidBy(models.TextChoices):
        CLINICIAN = "clinician", "Clinician"
        PATIENT = "patient", "Patient, at home"

    screen = models.ForeignKey(Screen, on_delete=models.PROTECT, related_name="answers")
    item = models.CharField(max_length=60)
    value = models.JSONField(null=True, blank=True)
    unable = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_by = models.CharField(max_length=10, choices=SaidBy.choices, default=SaidBy.CLINICIAN)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["screen", "item"]
        constraints = [
            models.CheckConstraint(
                name="only_a_patients_answer_is_confirmed_and_by_somebody",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, said_by="patient"),
            ),
            models.UniqueConstraint(fields=["screen", "item"], name="an_answer_is_listed_once"),
            models.CheckConstraint(
                name="an_answer_counts_its_changes_from_one", condition=Q(revision__gte=1)
            ),
            models.CheckConstraint(
                name="an_item_pain_prevented_has_no_value", condition=Q(unable=False) | Q(value__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} of {self.screen_id}"

    @property
    def is_confirmed(self) -> bool:
        """Whether a clinician stands behind it: they entered it, or confirmed what the patient said at home."""
        return self.said_by == self.SaidBy.CLINICIAN or self.confirmed_at is not None


class RecordingQuerySet(models.QuerySet["Recording"]):
    def standing(self) -> RecordingQuerySet:
        """Those that were not removed, in the order they were added."""
        return self.filter(removed_at__isnull=True).order_by("added_at", "pk")


class Recording(models.Model):
    """A photo or short video of a movement, for people to look at; no rule reads it.

    `test` is empty when it shows a section as a whole. The file lies on the shelf (recordings/shelf.py) under
    `stored_name`; what its sender called it is kept nowhere. `bytes` and `sha256` are of the stored file.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", "Photo"
        VIDEO = "video", "Video"

    screen = models.ForeignKey(Screen, on_delete=models.PROTECT, related_name="recordings")
    section = models.CharField(max_length=60)
    test = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    stored_name = models.CharField(max_length=32)
    content_type = models.CharField(max_length=20)
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    caption = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    removed_because = models.CharField(max_length=200, blank=True)

    objects = RecordingQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["stored_name"], name="a_recording_has_a_file_of_its_own"),
            models.CheckConstraint(name="a_recording_is_not_empty", condition=Q(bytes__gte=1)),
            models.CheckConstraint(
                name="a_recording_is_of_a_type_we_hand_out",
                condition=Q(kind="photo", content_type="image/jpeg")
                | Q(kind="video", content_type__in=["video/mp4", "video/quicktime", "video/webm"]),
            ),
            models.CheckConstraint(
                name="a_removal_says_when_by_whom_and_why",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removed_because="")
                | Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of screen {self.screen_id}"


def may_be_unable(definition: Definition, item: Item) -> bool:
    """Whether "unable because of pain" means something to the rules: the item, or a value computed from it, has a worst
    value to take."""
    if item.is_history:
        return False
    return item.unable is not None or any(
        rule.unable is not None and item.id in rule.inputs for rule in definition.derived.values()
    )
