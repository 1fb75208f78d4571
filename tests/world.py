"""The same few people in every test.

        Ana       a runner whose hamstring keeps pulling; the stories are mostly about her
        Ben       another runner; what is his must never turn up on her pages
        Dee       at the front desk
        Carl      the clinician who examines Ana
        Cleo      another clinician
        Mona      the manager

Made through the actions the pages use wherever there is one, so no test sees a state the app cannot make.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve
from PIL import Image

from assessments.screens import actions as screens
from assessments.screens.models import Recording, Screen
from assessments.screens.recordings import actions as recordings
from assessments.screens.recordings.actions import Subject
from assessments.triage import actions as triage
from assessments.triage import worked_cases
from clinic.booking import waiting
from clinic.booking.actions import book
from clinic.booking.models import Appointment, AppointmentType, WaitListEntry, WorkingHours
from clinic.people.belonging import PATIENT_FIELD
from clinic.people.models import Account, ChannelKind, Clinician, ContactChannel, Patient
from clinic.people.roles import Role
from clinic.reminders import actions as reminders
from programs.outcomes import actions as outcomes
from programs.outcomes.models import Activity
from programs.plans import actions as plans
from programs.plans import diary
from programs.plans.models import Version

# A Tuesday at nine in the clinic, in winter time.
NOW = dt.datetime(2026, 3, 3, 9, 0, tzinfo=dt.UTC)
PASSWORD = "a long enough pass phrase"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


class AtTheirPage(Client):
    """A client whose posts say whose record they belong to, as each form on a page of ours does."""

    def post(self, path: str, data: Any = None, *args: Any, **how: Any) -> Any:
        if data is None or (isinstance(data, dict) and PATIENT_FIELD not in data):
            try:
                whose = resolve(urlsplit(path).path).kwargs.get("patient_id")
            except Resolver404:
                whose = None
            if whose is not None:
                data = {} if data is None else data.copy()
                data[PATIENT_FIELD] = str(whose)
        return super().post(path, data, *args, **how)


@dataclass
class World:
    """People on demand: the first mention makes them."""

    now: dt.datetime = NOW

    @cached_property
    def dee(self) -> Account:
        return self.staff("dee", "Dee Hartley", Role.FRONT_DESK)

    @cached_property
    def mona(self) -> Account:
        return self.staff("mona", "Mona Okafor", Role.MANAGER)

    @cached_property
    def carl(self) -> Account:
        return self.clinician("carl", "Carl Jensen")

    @cached_property
    def cleo(self) -> Account:
        return self.clinician("cleo", "Cleo Marchetti")

    @cached_property
    def ana(self) -> Patient:
        return self.patient("Ana", "Silva", dt.date(1991, 3, 14), "+447946000123")

    @cached_property
    def ben(self) -> Patient:
        return self.patient("Ben", "Nowak", dt.date(1984, 11, 2), "+447946000456")

    def staff(self, username: str, name: str, role: Role, *, enrolled: bool = True) -> Account:
        account = Account.objects.create_user(
            username=username,
            email=f"{username}@clinic.example",
            password=PASSWORD,
            display_name=name,
            role=role,
            is_staff=role == Role.MANAGER,
            is_superuser=role == Role.MANAGER,
        )
        if enrolled:
            TOTP.activate(account, TOTP_SECRET)
        return account

    def clinician(self, username: str, name: str) -> Account:
        account = self.staff(username, name, Role.CLINICIAN)
        clinician = Clinician.objects.create(
            account=account, works_here_since=self.now.date() - dt.timedelta(days=900)
        )
        # Past the action, whose audit row every test of the audit would have to count.
        WorkingHours.objects.bulk_create(
            WorkingHours(clinician=clinician, weekday=day, starts=dt.time(8), ends=dt.time(18))
            for day in range(5)
        )
        return account

    @cached_property
    def assessment(self) -> AppointmentType:
        """An hour, with a movement screen."""
        call_command("loaddata", "appointment_types", verbosity=0)
        return AppointmentType.objects.get(slug="initial-assessment")

    @cached_property
    def follow_up(self) -> AppointmentType:
        """Half an hour."""
        call_command("loaddata", "appointment_types", verbosity=0)
        return AppointmentType.objects.get(slug="follow-up")

    def booked(
        self,
        *,
        patient: Patient | None = None,
        clinician: Account | None = None,
        type: AppointmentType | None = None,
        starts_at: dt.datetime | None = None,
        now: dt.datetime | None = None,
    ) -> Appointment:
        """Ana's assessment with Carl, Thursday at ten, booked by Dee: or as told."""
        return book(
            patient=patient or self.ana,
            clinician=(clinician or self.carl).clinician,
            type=type or self.assessment,
            starts_at=starts_at or self.now + dt.timedelta(days=2, hours=1),
            by=self.dee,
            now=now or self.now,
        )

    def waits(
        self,
        patient: Patient,
        *,
        type: AppointmentType | None = None,
        now: dt.datetime | None = None,
        **other: Any,
    ) -> WaitListEntry:
        """On the wait list for a follow-up at any time, put there by Dee: or as told."""
        instead_of = other.pop("instead_of", None)
        return waiting.add(
            patient=patient,
            type=type or (instead_of.type if instead_of else self.follow_up),
            wanted=waiting.Wanted(**other),
            instead_of=instead_of,
            by=self.dee,
            now=now or self.now,
        )

    def patient(self, given: str, family: str, born: dt.date, phone: str) -> Patient:
        patient = Patient.objects.create(
            legal_given_name=given,
            legal_family_name=family,
            birth_date=born,
            registered_at=self.now,
            registered_by=self.dee,
        )
        patient.account = Account.objects.create_user(
            username=patient.record_number.lower(),
            email=f"{given.lower()}@runner.example",
            password=PASSWORD,
            display_name=patient.full_name,
            role=Role.PATIENT,
        )
        patient.save(update_fields=["account"])
        for kind, value, digits in [
            (ChannelKind.EMAIL, f"{given.lower()}@runner.example", ""),
            (ChannelKind.PHONE, phone, phone.lstrip("+")),
        ]:
            ContactChannel.objects.create(
                patient=patient,
                kind=kind,
                value=value,
                digits=digits,
                consent_given_at=self.now,
                consent_recorded_by=self.dee,
            )
        return patient

    def whole_story(self, patient: Patient, *, hour: int = 1, case: str = "O01") -> Version:
        """Booked, examined, concluded, agreed, released, logged, measured, reminded: today, `hour` hours from now."""
        carl, seen_at = self.carl, self.now + dt.timedelta(hours=hour)
        appointment = self.booked(patient=patient, starts_at=seen_at)
        screen = screens.start(patient=patient, by=carl, now=seen_at, appointment=appointment)
        screens.load_case(screen=screen, case=self.case(case), by=carl, now=seen_at)
        self.photo(screen, now=seen_at)
        screen = screens.sign(screen=screen, by=carl, now=seen_at)
        result = triage.conclude(screen=screen, by=carl, now=seen_at)
        decision = triage.agree(result=result, by=carl, now=seen_at)
        version = plans.release(
            version=plans.propose(decision=decision, by=carl, now=seen_at), by=carl, now=seen_at
        )
        diary.log_session(
            version=version,
            patient=patient,
            on_day=seen_at.date(),
            entries=[diary.Did(pk, done=True) for pk in version.listed_now().values_list("pk", flat=True)],
            pain_during=2,
            by=patient.account,
            now=seen_at + dt.timedelta(hours=1),
            client_key=uuid.uuid4(),
        )
        self.measured(patient, now=seen_at + dt.timedelta(hours=1))
        reminders.collect(now=seen_at + dt.timedelta(hours=1))
        return version

    def measured(self, patient: Patient, *, now: dt.datetime, words: str = "Tie my shoes") -> Activity:
        """They name one activity and rate it; nothing else is answered."""
        return outcomes.name_activity(
            patient=patient,
            words=words,
            value=3,
            on_day=now.date(),
            where="home",
            by=patient.account,
            now=now,
            client_key=uuid.uuid4(),
        )

    def photo(self, screen: Screen, *, now: dt.datetime | None = None, caption: str = "") -> Recording:
        """A small blue photo of the screen's first section, by Carl."""
        out = BytesIO()
        Image.new("RGB", (40, 30), "navy").save(out, "JPEG")
        return recordings.add(
            screen=screen,
            subject=Subject(screen.definition.sections[0].id),
            file=ContentFile(out.getvalue(), name="IMG_0001.jpg"),
            caption=caption,
            by=self.carl,
            now=now or self.now,
        )

    def case(self, name: str) -> dict[str, Any]:
        """A worked case's input, to change as a test likes."""
        return next(case["input"] for case in worked_cases.load("hamstring") if case["id"] == name)

    def signed_in(self, account: Account) -> Client:
        client = AtTheirPage()
        client.force_login(account, backend="clinic.people.backends.ClinicBackend")
        return client

    def without_second_factor(self, account: Account) -> Account:
        Authenticator.objects.filter(user=account).delete()
        return account
