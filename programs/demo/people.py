"""The demo clinic's staff and runners."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from clinic.booking.hours import clinic_zone, day_window, instant
from clinic.booking.models import AbsenceKind
from clinic.booking.rosters import add_absence, set_working_hours
from clinic.people import actions as people
from clinic.people.actors import Job
from clinic.people.details import Details
from clinic.people.models import Account, Clinician, Patient
from clinic.people.roles import Role

DEMO = Job("demo clinic")
RUNNER = "runner"  # the patient whose name and password are printed
# Before lunch and after it.
HOURS = ((dt.time(8), dt.time(13)), (dt.time(13, 30), dt.time(20)))


@dataclass(slots=True)
class Staff:
    """Who works here, by the short name they sign in with, and what to print about each."""

    accounts: dict[str, Account] = field(default_factory=dict)
    printed: list[dict[str, str]] = field(default_factory=list)

    def clinician(self, name: str) -> Clinician:
        return self.accounts[name].clinician

    @property
    def desk(self) -> Account:
        return next(account for account in self.accounts.values() if account.role == Role.FRONT_DESK)


def a_password() -> str:
    """Easy to type from a terminal, different on every machine."""
    return "-".join(secrets.choice(WORDS) for _ in range(3))


WORDS = """
    amble brisk canter daily easy fartlek gentle hill interval jog kilometre lap mile negative outdoor pace
    quick relay stride tempo uphill vest walk yard zigzag track trail sprint loop bridge river park forest
""".split()


def hire(entries: list[Mapping[str, Any]], *, now: dt.datetime) -> Staff:
    """Accounts, second factors and working weeks for everybody in the file."""
    staff = Staff()
    for entry in entries:
        password, secret = a_password(), ""
        account = Account.objects.create_user(
            username=entry["name"],
            email=f"{entry['name']}@clinic.example",
            password=password,
            display_name=entry["display_name"],
            role=entry["role"],
            is_demo=True,
            is_staff=entry["role"] == Role.MANAGER,
            is_superuser=entry["role"] == Role.MANAGER,
        )
        if entry.get("second_factor", True):
            secret = generate_totp_secret()
            TOTP.activate(account, secret)
        if account.role == Role.CLINICIAN:
            _give_a_working_week(account, entry, now)
        staff.accounts[entry["name"]] = account
        staff.printed.append(_printed(account, password, secret, entry.get("note", "")))
    return staff


def _give_a_working_week(account: Account, entry: Mapping[str, Any], now: dt.datetime) -> None:
    # Open every day of the week, so that a Sunday's demo has a day to show too.
    clinician = Clinician.objects.create(
        account=account, title=entry["title"], works_here_since=(now - dt.timedelta(days=700)).date()
    )
    set_working_hours(
        clinician=clinician, week=[(day, *hours) for day in range(7) for hours in HOURS], by=DEMO
    )


def take_time_off(entries: list[Mapping[str, Any]], *, staff: Staff, now: dt.datetime) -> None:
    """Leave, training and days on which nobody is here: whole days, or from one time to another."""
    zone = clinic_zone()
    today = now.astimezone(zone).date()
    for entry in entries:
        first, last = (today + dt.timedelta(days=entry[name]) for name in ("first", "last"))
        starts_at, ends_at = day_window(first, zone)[0], day_window(last, zone)[1]
        if "from" in entry:
            starts_at, ends_at = (
                instant(first, entry["from"], zone),
                instant(last, entry["to"], zone, last=True),
            )
        add_absence(
            clinician=staff.clinician(entry["clinician"]) if "clinician" in entry else None,
            kind=AbsenceKind(entry["kind"]),
            starts_at=starts_at,
            ends_at=ends_at,
            note=entry.get("note", ""),
            by=DEMO,
            now=now,
        )


def register(entry: Mapping[str, Any], *, age: int, number: int, staff: Staff, now: dt.datetime) -> Patient:
    """A runner with a phone, nearly always an e-mail address, and consent to both."""
    given, family = entry["given"], entry["family"]
    address = f"{given}.{family}@runner.example".lower().replace(" ", "").replace("'", "")
    return people.register_patient(
        details=Details(
            legal_given_name=given,
            legal_family_name=family,
            preferred_name=entry.get("preferred", ""),
            birth_date=_birthday(age, number, now.date()),
            emergency_name=f"Alex {family}",
            emergency_phone="+447700900999",
            emergency_relation="Partner" if age >= 18 else "Parent",
        ),
        email=address if entry.get("email", True) else "",
        phone=entry["phone"],
        agreed=("email", "phone"),
        knowing_duplicates=True,
        by=staff.desk,
        now=now,
    )


def _birthday(age: int, number: int, today: dt.date) -> dt.date:
    """Some day that makes them `age` now and for the days around now."""
    return today.replace(year=today.year - age, day=1) - dt.timedelta(days=40 + 7 * (number % 40))


def let_in(patient: Patient, *, now: dt.datetime) -> dict[str, str]:
    """Give one runner a printed name and password."""
    account = people.open_account_for(patient=patient, by=DEMO, now=now)
    password = a_password()
    account.username, account.is_demo = RUNNER, True
    account.set_password(password)
    account.save(update_fields=["username", "is_demo", "password"])
    return _printed(account, password, "", "with a released program")


def _printed(account: Account, password: str, secret: str, note: str) -> dict[str, str]:
    return {
        "role": Role(account.role).label,
        "person": account.display_name,
        "name": account.username,
        "password": password,
        "totp_secret": secret,
        "note": note,
    }
