"""Fields nobody asked for, posted along with a form, change nothing."""

from __future__ import annotations

import pytest
import time_machine

from assessments.screens import actions as screens
from assessments.triage import actions as triage
from clinic.booking.models import Appointment
from clinic.people.models import Account, Patient
from clinic.people.roles import Role

REGISTERED = {
    "legal_given_name": "Rosa",
    "legal_family_name": "Thorne",
    "birth_date": "14/3/1991",
    "time_zone": "Europe/London",
    "email": "rosa@runner.example",
}
PUSHY = {
    "id": "777777",
    "pk": "777777",
    "role": Role.MANAGER,
    "is_superuser": "1",
    "is_staff": "1",
    "is_active": "",
    "by": "1",
    "now": "2001-01-01",
    "patient_id": "1",
    "account": "1",
    "account_id": "1",
    "registered_at": "2001-01-01",
    "registered_by": "1",
    "consent_given_at": "2001-01-01",
    "knowing_duplicates": "1",
    "search_words": "x",
    "status": "done",
    "booked_at": "2001-01-01",
    "booked_by": "1",
    "booked_by_job": "somebody else",
    "ends_at": "2031-01-01T00:00:00+00:00",
    "urgent_since": "2001-01-01",
    "urgent_because": "let me in first",
    "made_by": "1",
    "made_at": "2001-01-01",
    "signed_at": "2001-01-01",
    "signed_by": "1",
    "started_by": "1",
    "result": "1",
    "screen": "1",
    "agrees": "1",
    "seen_at": "2001-01-01",
    "seen_by": "1",
    "logged_at": "2001-01-01",
    "state": "released",
    "released_at": "2001-01-01",
}


@pytest.fixture
def now(world):
    with time_machine.travel(world.now, tick=False):
        yield world.now


def test_registering(world, now):
    world.signed_in(world.dee).post("/desk/patients/register/", REGISTERED | PUSHY)
    rosa = Patient.objects.get(legal_family_name="Thorne")
    assert rosa.pk != 777777
    assert rosa.account is None
    assert (rosa.registered_at, rosa.registered_by) == (now, world.dee)
    assert rosa.channels.get().consent_given_at is None


def test_correcting_a_record(world, now):
    dee, ana = world.signed_in(world.dee), world.ana
    page = dee.get(f"/desk/patients/{ana.pk}/edit/")
    asked = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    before, account = Patient.objects.values().get(pk=ana.pk), Account.objects.values().get(pk=ana.account_id)
    dee.post(f"/desk/patients/{ana.pk}/edit/", PUSHY | asked | {"preferred_name": "Annie"})
    after = Patient.objects.values().get(pk=ana.pk)
    assert {name for name in after if after[name] != before[name]} == {"preferred_name", "search_words"}
    assert Account.objects.values().get(pk=ana.account_id) == account


def test_booking(world, now):
    asked = {
        "patient": world.ana.pk,
        "clinician": world.carl.clinician.pk,
        "type": world.assessment.slug,
        "day": "2026-03-05",
        "starts_at": "2026-03-05T10:00:00+00:00",
    }
    world.signed_in(world.dee).post("/desk/book/", PUSHY | asked)
    made = Appointment.objects.get()
    assert (made.status, made.booked_at, made.booked_by, made.booked_by_job) == ("booked", now, world.dee, "")
    assert made.ends_at - made.starts_at == world.assessment.lasts
    assert (made.urgent_since, made.urgent_because) == (None, "")


def test_answering_a_section_of_a_screen(world, now):
    screen = screens.start(patient=world.ana, by=world.carl, now=now)
    world.signed_in(world.carl).post(
        f"/chart/patients/{world.ana.pk}/screens/{screen.pk}/in/goal/",
        PUSHY | {"rf_saddle_numbness": "yes", "palp_defect": "yes"},
    )
    screen.refresh_from_db()
    assert (screen.signed_at, screen.signed_by, screen.started_by) == (None, None, world.carl)
    assert screen.patient == world.ana


def test_answering_a_result(world, now):
    screen = screens.start(patient=world.ana, by=world.carl, now=now)
    screens.load_case(screen=screen, case=world.case("O01"), by=world.carl, now=now)
    result = triage.sign_and_conclude(screen=screen, by=world.carl, now=now)
    kept = type(result).objects.values().get()
    world.signed_in(world.cleo).post(
        f"/chart/patients/{world.ana.pk}/results/{result.pk}/decision/",
        PUSHY
        | {
            "klass": "strain_mild",
            "reason_code": "examination",
            "reason": "It hurts where the tendon begins.",
        },
    )
    decision = result.decisions.get()
    assert (decision.made_by, decision.made_at, decision.agrees) == (world.cleo, now, False)
    assert type(result).objects.values().get() == kept


def test_changing_ones_password_changes_no_role(world, client):
    client = world.signed_in(world.dee)
    asked = {
        "oldpassword": "a long enough pass phrase",
        "password1": "another long phrase 7",
        "password2": "another long phrase 7",
    }
    before = Account.objects.values("role", "is_staff", "is_superuser", "username").get(pk=world.dee.pk)
    client.post("/accounts/password/change/", PUSHY | asked)
    assert (
        Account.objects.values("role", "is_staff", "is_superuser", "username").get(pk=world.dee.pk) == before
    )


def test_nobody_signs_themselves_up(world, client):
    answer = client.post(
        "/accounts/signup/", {"username": "eve", "email": "eve@example.org", "role": "manager"}
    )
    assert answer.status_code == 200
    assert not Account.objects.filter(username="eve").exists()
