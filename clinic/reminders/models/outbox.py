"""The outbox. A reminder is a row here before anything is sent, and stays here afterwards."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.people.models import Patient


class State(models.TextChoices):
    DUE = "due", "Due"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Not sent"


class Way(models.TextChoices):
    """How a message reaches a patient."""

    EMAIL = "email", "E-mail"
    TEXT = "text", "Text message"
    PUSH = "push", "Notice on the phone"


QUIET = "Quiet hours: "  # how the reason begins of what waits for the morning alone
FINAL = frozenset({State.SENT, State.FAILED, State.SKIPPED})


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def claimable(self, now: dt.datetime) -> ReminderQuerySet:
        """Waiting and at its time, or taken by a sender that was never heard of again."""
        waiting = Q(state=State.DUE, try_at__lte=now)
        abandoned = Q(state=State.SENDING, lease_until__lt=now)
        return self.filter(waiting | abandoned)

    def to_ring_for(self, now: dt.datetime) -> models.QuerySet[Reminder, int]:
        """Ids of those a worker should be called for, oldest first: read from reminders_to_ring_for alone."""
        waiting = self.filter(state__in=[State.DUE, State.SENDING], ring_at__lte=now)
        return waiting.order_by("ring_at", "pk").values_list("pk", flat=True)

    def write_at_once(
        self, *, source: str, kind: str, subject_id: int, patient_id: int, now: dt.datetime
    ) -> Reminder:
        """What somebody asked for just now: due and about this moment, so that no source has to name it."""
        moments = dict.fromkeys(("about_at", "due_at", "try_at", "ring_at"), now)
        return self.create(source=source, kind=kind, subject_id=subject_id, patient_id=patient_id, **moments)

    def decide_again(self, now: dt.datetime) -> int:
        """Ask at once about those that wait for the morning alone: something they were decided by has changed."""
        held = self.filter(state=State.DUE, attempts=0, because__startswith=QUIET)
        return held.update(try_at=now, ring_at=now)

    def about(self, source: str, subject_ids: Iterable[int]) -> dict[int, list[Reminder]]:
        """The reminders about some rows of a source, newest first, in one query: {subject id: [Reminder]}."""
        found: dict[int, list[Reminder]] = defaultdict(list)
        for reminder in self.filter(source=source, subject_id__in=list(subject_ids)).order_by("-pk"):
            found[reminder.subject_id].append(reminder)
        return dict(found)


class Reminder(models.Model):
    """One thing to say to one patient about one moment."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reminders")
    source = models.CharField(max_length=80, help_text="The module that knows what it is about.")
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(help_text="The row of that module it is about.")
    about_at = models.DateTimeField(help_text="The moment it is about; part of the key.")
    way = models.CharField(
        max_length=10, choices=Way.choices, blank=True, help_text="Chosen by the sender; blank before."
    )
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    try_at = models.DateTimeField(
        help_text="Not before this: when it was written down at first, later after a failed try."
    )
    ring_at = models.DateTimeField(
        help_text="When a worker is next called for it: at its time, after a call unanswered, at the end of a lease."
    )
    lease_until = models.DateTimeField(
        null=True, blank=True, help_text="Until then one sender has it to itself."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    unsure_sends = models.PositiveSmallIntegerField(
        default=0, help_text="Sends of which nobody knows whether they went out."
    )
    message_id = models.CharField(max_length=160, blank=True)
    sent_to = models.CharField(max_length=254, blank=True)
    said = models.TextField(
        blank=True, help_text="What its reader was shown; links, which open things, left out."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(
        max_length=40, blank=True, help_text="Who took it from us: a mail server, a gateway."
    )
    provider_id = models.CharField(max_length=120, blank=True, help_text="What it is called there.")
    delivered_at = models.DateTimeField(
        null=True, blank=True, help_text="When its provider said it had arrived."
    )
    bounced_at = models.DateTimeField(
        null=True, blank=True, help_text="When its provider said it had come back."
    )
    because = models.CharField(max_length=240, blank=True, help_text="Why it failed or was not sent.")
    resends = models.PositiveSmallIntegerField(default=0)
    resent_at = models.DateTimeField(null=True, blank=True)
    resent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "subject_id", "about_at"],
                name="a_reminder_is_written_once",
            ),
            models.CheckConstraint(
                name="reminder_state_is_one_we_know",
                condition=Q(state__in=[state.value for state in State]),
            ),
            models.CheckConstraint(
                name="a_sent_reminder_says_when_and_where",
                condition=~Q(state=State.SENT) | (Q(sent_at__isnull=False) & ~Q(sent_to="")),
            ),
            models.CheckConstraint(
                name="a_reminder_not_sent_says_why",
                condition=~Q(state__in=[State.FAILED, State.SKIPPED]) | ~Q(because=""),
            ),
            models.CheckConstraint(
                name="a_sender_has_a_lease",
                condition=Q(state=State.SENDING, lease_until__isnull=False)
                | (~Q(state=State.SENDING) & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_reminder_goes_a_way_we_know",
                condition=Q(way__in=["", *(way.value for way in Way)]),
            ),
            models.CheckConstraint(
                name="a_reminder_that_came_back_has_failed",
                condition=Q(bounced_at__isnull=True) | Q(state=State.FAILED),
            ),
            models.CheckConstraint(name="no_third_copy_is_risked", condition=Q(unsure_sends__lte=2)),
        ]
        indexes = [
            # Those that wait are few, however many went out. The poll reads nothing else, not even the table.
            models.Index(
                F("ring_at"),
                F("id"),
                name="reminders_to_ring_for",
                condition=Q(state__in=[State.DUE, State.SENDING]),
            ),
            models.Index(fields=["due_at"], name="reminders_by_due_time"),
            models.Index(
                fields=["sent_at"], name="reminders_by_sent_time", condition=Q(sent_at__isnull=False)
            ),
            models.Index(
                fields=["provider_id"], name="reminders_by_provider_id", condition=~Q(provider_id="")
            ),
            models.Index(fields=["state", "-id"], name="reminders_by_state"),
            models.Index(fields=["patient", "-id"], name="reminders_of_a_patient"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}: {self.kind}, {self.state}"

    @property
    def may_be_resent(self) -> bool:
        return self.state in FINAL


class EarlierSend(models.Model):
    """What became of a reminder before somebody had it sent again. Written once and never changed."""

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="earlier")
    state = models.CharField(max_length=10, choices=State.choices)
    way = models.CharField(max_length=10, choices=Way.choices, blank=True)
    sent_to = models.CharField(max_length=254, blank=True)
    said = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(max_length=40, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    because = models.CharField(max_length=240, blank=True)
    resent_at = models.DateTimeField(help_text="When it was asked for again, which ended this.")
    resent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="None: the clinic itself, once the patient could be reached.",
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["sent_at"], name="earlier_sends_by_time")]

    def __str__(self) -> str:
        return f"before, of reminder {self.reminder_id}: {self.state}"


class Asked(models.Model):
    """When a source was last asked what is due, and could say. One that was not asked lately is dead or deaf."""

    source = models.CharField(primary_key=True, max_length=80)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source} at {self.asked_at:%Y-%m-%d %H:%M:%S}"
