"""Accounts, clinicians, patients, their contact channels, and one-time sign-in links."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse

from clinic.people.folding import FoldedSearchVector
from clinic.people.roles import STAFF, Role


class AccountQuerySet(models.QuerySet["Account"]):
    def with_doors(self) -> AccountQuerySet:
        """Everything a guard asks of an account, in the query that loads it."""
        from allauth.mfa.models import Authenticator

        enrolled = Authenticator.objects.filter(user=models.OuterRef("pk"), type=Authenticator.Type.TOTP)
        return self.select_related("patient", "clinician").annotate(has_second_factor=models.Exists(enrolled))


class AccountManager(UserManager.from_queryset(AccountQuerySet)):  # type: ignore[misc]  # made at run time
    use_in_migrations = False


class Account(AbstractUser):
    """Somebody who can sign in. What they may open follows from `role` alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_demo = models.BooleanField(
        default=False, help_text="Made by the demo clinic, with a printed password. Never in production."
    )

    objects: ClassVar[AccountManager] = AccountManager()

    REQUIRED_FIELDS = ["email", "display_name", "role"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_role_is_one_we_know", condition=Q(role__in=[role.value for role in Role])
            ),
            models.CheckConstraint(
                name="only_managers_open_the_admin", condition=Q(is_staff=False) | Q(role=Role.MANAGER)
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name.split(" ")[0]

    @property
    def works_here(self) -> bool:
        return self.role in STAFF


class Clinician(models.Model):
    """Somebody who examines patients and has a column in the calendar."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="clinician")
    title = models.CharField(max_length=80, default="Physical therapist")
    works_here_since = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["account__display_name"]

    def __str__(self) -> str:
        return self.account.display_name


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"\u201c{name}\u201d is not a time zone. Pick one such as Europe/London.")


class Patient(models.Model):
    """A person we treat. Their record number is R and six digits, made from the row's id."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="patient", null=True, blank=True
    )
    legal_given_name = models.CharField("legal given name", max_length=80)
    legal_family_name = models.CharField("legal family name", max_length=80)
    preferred_name = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField()
    time_zone = models.CharField(max_length=64, default="Europe/London", validators=[validate_time_zone])
    language = models.CharField(
        max_length=10, blank=True, help_text="In which we write to them; blank: the clinic's first."
    )
    first_way = models.CharField(
        max_length=10,
        blank=True,
        help_text="How they would rather hear from us (reminders.Way); blank: no wish.",
    )
    emergency_name = models.CharField("emergency contact", max_length=120, blank=True)
    emergency_phone = models.CharField("emergency contact's phone", max_length=32, blank=True)
    emergency_relation = models.CharField("relation to the patient", max_length=60, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", null=True)
    search_words = models.GeneratedField(
        expression=FoldedSearchVector("legal_given_name", "legal_family_name", "preferred_name"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["legal_family_name", "legal_given_name", "pk"]
        indexes = [
            GinIndex(fields=["search_words"], name="patient_found_by_name", fastupdate=False),
            models.Index(fields=["birth_date"], name="patient_found_by_birth_date"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def record_number(self) -> str:
        return f"R{self.pk:06d}"

    @property
    def full_name(self) -> str:
        return f"{self.legal_given_name} {self.legal_family_name}"

    @property
    def called(self) -> str:
        """What to say when speaking to them."""
        return self.preferred_name or self.legal_given_name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def age_on(self, day: dt.date) -> int:
        """Whole years on that day; somebody born on 29 February turns a year older on 1 March."""
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (0 if had_birthday else 1)


class ChannelKind(models.TextChoices):
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"


class ContactChannel(models.Model):
    """One way to reach a patient, and whether they agreed to be reached by it."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=10, choices=ChannelKind.choices)
    value = models.CharField(max_length=254, help_text="An e-mail address, or a phone number in +44… form.")
    digits = models.CharField(
        max_length=20, blank=True, help_text="The phone number's digits, country code first."
    )
    consent_given_at = models.DateTimeField(null=True, blank=True)
    consent_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    consent_withdrawn_at = models.DateTimeField(null=True, blank=True)
    texts_agreed_at = models.DateTimeField(
        null=True, blank=True, help_text="To text messages, which is more than being rung."
    )
    texts_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    texts_stopped_at = models.DateTimeField(
        null=True, blank=True, help_text="By their own STOP, or by the desk for them."
    )
    verified_at = models.DateTimeField(
        null=True, blank=True, help_text="When its owner answered from it, or opened a link sent there."
    )
    stopped_at = models.DateTimeField(
        null=True, blank=True, help_text="Messages came back: none is sent there until somebody has looked."
    )
    stopped_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                name="texts_agreed_says_when_and_who_recorded_it",
                condition=Q(texts_agreed_at__isnull=True, texts_recorded_by__isnull=True)
                | Q(texts_agreed_at__isnull=False, texts_recorded_by__isnull=False),
            ),
            models.CheckConstraint(
                name="texts_stopped_only_after_they_were_agreed",
                condition=Q(texts_stopped_at__isnull=True) | Q(texts_agreed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="only_phones_take_texts",
                condition=Q(texts_agreed_at__isnull=True) | Q(kind=ChannelKind.PHONE),
            ),
            models.CheckConstraint(
                name="a_stopped_channel_says_why",
                condition=Q(stopped_at__isnull=True, stopped_because="")
                | (Q(stopped_at__isnull=False) & ~Q(stopped_because="")),
            ),
            models.UniqueConstraint(fields=["patient", "kind", "value"], name="a_channel_is_listed_once"),
            models.CheckConstraint(
                name="consent_says_when_and_who_recorded_it",
                condition=Q(consent_given_at__isnull=True, consent_recorded_by__isnull=True)
                | Q(consent_given_at__isnull=False, consent_recorded_by__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_withdrawn_only_after_it_was_given",
                condition=Q(consent_withdrawn_at__isnull=True) | Q(consent_given_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(OpClass("digits", name="varchar_pattern_ops"), name="channel_found_by_first_digits"),
            models.Index(
                OpClass(Reverse("digits"), name="text_pattern_ops"), name="channel_found_by_last_digits"
            ),
            models.Index("value", name="channel_found_by_value"),
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def may_be_used(self) -> bool:
        agreed = self.consent_given_at is not None and self.consent_withdrawn_at is None
        return agreed and self.stopped_at is None

    @property
    def may_be_texted(self) -> bool:
        """Agreed, not stopped, and shown to be theirs: a number one digit off must not hear of a visit."""
        agreed = self.texts_agreed_at is not None and self.texts_stopped_at is None
        return agreed and self.verified_at is not None and self.stopped_at is None


class SignInLink(models.Model):
    """A link that signs one patient in once. Only the token's hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_in_links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_link_expires_after_it_is_made", condition=Q(expires_at__gt=models.F("made_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"link for {self.account} until {self.expires_at:%Y-%m-%d %H:%M}"
