"""The demo clinic: full of true things, and never where real people are."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.test import override_settings

from assessments.screens.offered import offered_screens
from assessments.triage.models import Result
from assessments.triage.worked_cases import load
from clinic.booking.models import Absence, Appointment
from clinic.people.models import Account, Clinician, Patient
from programs.plans.models import Version

PATIENTS = 57


@pytest.fixture(scope="module")
def accounts(rows_of_a_file, tmp_path_factory):
    """The demo clinic, filled once for this file; what it printed of its accounts."""
    folder = tmp_path_factory.mktemp("data")
    with rows_of_a_file(), override_settings(CLINIC_DATA_DIR=folder, RECORDINGS_DIR=folder / "recordings"):
        call_command("demo", "--if-empty", verbosity=0)
    return json.loads((folder / "demo-accounts.json").read_text())


@pytest.fixture
def printed(accounts, db):
    return accounts


def test_it_shows_every_worked_case_as_its_expected_class(printed):
    found = sorted(Result.objects.values_list("klass", flat=True))
    every = [case for screen in offered_screens() for case in load(screen)]
    assert found == sorted(case["expected"]["class"] for case in every)
    assert len({case["id"] for case in every}) == len(every), "an id names one case, whatever its region"


def test_everybody_is_as_old_as_their_case_says(printed):
    for result in Result.objects.select_related("patient", "screen"):
        seen_on = result.screen.started_at.date()
        assert result.patient.age_on(seen_on) == result.inputs["history"]["age_years"], result.patient


def test_every_page_has_something_true_to_show(printed):
    assert Patient.objects.count() == PATIENTS
    assert Account.objects.filter(role="clinician").count() == 3
    assert Version.objects.filter(state="released").count() >= 5
    assert {"booked", "confirmed", "done"} <= set(Appointment.objects.values_list("status", flat=True))
    assert Appointment.objects.filter(urgent_since__isnull=False).exists()


def test_clinicians_have_a_lunch_break_and_time_off(printed):
    for clinician in Clinician.objects.all():
        week = clinician.working_hours.values_list("weekday", "starts", "ends")
        assert {day for day, _, _ in week} == set(range(7)), "a Sunday's demo has a day to show too"
        assert not any(starts < dt.time(13, 15) < ends for _, starts, ends in week)
    assert set(Absence.objects.values_list("kind", "clinician__account__username")) == {
        ("training", "clinician2"),
        ("leave", "clinician"),
        ("holiday", None),
    }
    assert Appointment.objects.filter(type__slug="gait-retraining", resource__isnull=False).exists()


def test_each_role_has_a_printed_name_and_password_that_work(printed, client):
    assert {entry["role"] for entry in printed} == {"Patient", "Front desk", "Clinician", "Manager"}
    for entry in printed:
        account = Account.objects.get(username=entry["name"])
        assert account.is_demo
        assert account.check_password(entry["password"])


def test_a_second_fill_changes_nothing(printed):
    call_command("demo", "--if-empty", verbosity=0)
    assert Patient.objects.count() == PATIENTS
