"""Fill an empty database with the demo clinic. Refuses in production and over real records."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from assessments.screens.offered import offered_screens
from assessments.triage import worked_cases
from clinic.booking.models import AppointmentType
from clinic.people.models import Account, Patient
from programs.demo import people, stories

CLINIC = Path(__file__).parents[2] / "clinic.toml"


class Command(BaseCommand):
    help = "Fill an empty database with the demo clinic: staff, some sixty runners, each worked case as a patient."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing, without complaint, when anybody is there already",
        )

    def handle(self, *_: Any, if_empty: bool, **options: Any) -> None:
        if not settings.DEVELOPMENT_PAGES:
            raise CommandError("The demo clinic is never put into production: its passwords are printed.")
        if Account.objects.exists() or Patient.objects.exists():
            if if_empty:
                return
            raise CommandError(
                "This database holds people already, so nothing was written. `make reset` starts an empty one."
            )
        printed = fill(now=timezone.now())
        path = settings.CLINIC_DATA_DIR / "demo-accounts.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(printed, indent=2))
        path.chmod(0o600)
        self.stdout.write(
            f"The demo clinic is ready: {Patient.objects.count()} patients. Names are in {path}."
        )


def every_case() -> dict[str, stories.Case]:
    """The worked cases of every screen the clinic takes, by their ids."""
    return {
        one["id"]: stories.Case(screen, one["input"])
        for screen in offered_screens()
        for one in worked_cases.load(screen)
    }


@transaction.atomic
def fill(*, now: dt.datetime) -> list[dict[str, str]]:
    """Everything of the demo clinic, relative to `now`; what to print about each account that can sign in."""
    call_command("loaddata", "appointment_types", verbosity=0)
    # Off for every type until a clinic switches it on: here for what a runner books first, and for what comes after.
    AppointmentType.objects.filter(slug__in=["initial-assessment", "follow-up"]).update(bookable_online=True)
    file = tomllib.loads(CLINIC.read_text())
    cases = every_case()
    staff = people.hire(file["staff"], now=now)
    calendar = stories.Calendar(
        now=now,
        zone=ZoneInfo(settings.TIME_ZONE),
        types={type.slug: type for type in AppointmentType.objects.all()},
    )
    printed = staff.printed
    for place, entry in enumerate(file["patients"]):
        case = cases.get(entry.get("case", ""))
        age = case.found["history"]["age_years"] if case else entry["age"]
        # Some days before they were first examined, who may have been coming for weeks.
        registered_at = now - dt.timedelta(days=max(30, 10 - entry.get("examined", 0)))
        patient = people.register(entry, age=age, number=place, staff=staff, now=registered_at)
        for appointment in entry.get("appointments", []):
            stories.visit(patient, tuple(appointment), staff=staff, calendar=calendar)
        if case is None:
            continue
        version = stories.examined(patient, entry, case, staff=staff, calendar=calendar)
        if version and not any(account["name"] == people.RUNNER for account in printed):
            printed.append(people.let_in(patient, now=now))
    people.take_time_off(file["time_off"], staff=staff, now=now)
    stories.see_in_time(staff=staff, calendar=calendar)
    return printed
