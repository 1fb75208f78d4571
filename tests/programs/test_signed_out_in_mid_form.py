"""A session that runs out over a dose or a log: after signing in for real, what was typed is there, unsaved."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.people.actions import make_sign_in_link
from programs.plans.models import SessionLog
from tests.signed_out import away_too_long, owner_in, sign_in


@pytest.fixture
def dose(ana_story):
    """The first exercise of a draft, its page, its form's address, and a dose nobody may save as it is."""
    exercise = ana_story.proposed.exercises.first()
    page = reverse("prescribing:program", args=[ana_story.patient.pk, ana_story.proposed.pk])
    address = reverse("prescribing:exercise", args=[ana_story.patient.pk, ana_story.proposed.pk, exercise.pk])
    return (
        exercise,
        page,
        address,
        {"change": "dose", "sets": "4x", "reps": "6 slow", "hold_s": "soon", "rest_s": "75"},
    )


def lost_dose(dose, clock):
    _, page, address, typed = dose
    client = Client()
    sign_in(client, "carl", reverse("account_login"))
    owner = owner_in(client.get(page))
    away_too_long(clock, "staff")
    return client, client.post(address, typed | {"form_owner": owner})["Location"]


def test_a_dose_is_there_again_after_signing_in(dose, clock):
    exercise, _, address, typed = dose
    client, sent_to = lost_dose(dose, clock)
    assert sign_in(client, "carl", sent_to)["Location"] == address
    page = client.get(address).content.decode()
    assert "not saved yet" in page
    assert all(f'value="{typed[name]}"' in page for name in ("sets", "reps", "hold_s", "rest_s"))
    exercise.refresh_from_db()
    assert (exercise.sets, exercise.reps) == (3, "8-10"), "nothing was saved"
    assert client.get(address).status_code == 302, "and it is shown once"


def test_another_clinician_who_signs_in_there_sees_no_dose(dose, clock, world):
    assert world.cleo
    client, sent_to = lost_dose(dose, clock)
    sign_in(client, "cleo", sent_to)
    page = client.get(dose[2], follow=True).content.decode()
    assert "not saved yet" not in page
    assert "6 slow" not in page


def test_where_runs_start_is_there_again_after_signing_in(ana_story, clock):
    where = [ana_story.patient.pk, ana_story.proposed.pk]
    address, client = reverse("prescribing:runs", args=where), Client()
    sign_in(client, "carl", reverse("account_login"))
    owner = owner_in(client.get(reverse("prescribing:program", args=where)))
    away_too_long(clock, "staff")
    typed = {"stage": "7", "because": "Ran it here.", "form_owner": owner}
    assert sign_in(client, "carl", client.post(address, typed)["Location"])["Location"] == address
    page = client.get(address).content.decode()
    assert "not saved yet" in page
    assert '<option value="7" selected>' in page
    assert "Ran it here." in page
    assert client.get(address).status_code == 302, "and it is shown once"


@pytest.fixture
def typed(ana_story):
    """A log with a mistake in it: kept as typed, right or wrong."""
    version = ana_story.released
    today = version.block(list(version.exercises.all())).week(1).days[1]
    answers = {f"exercise_{e.pk}": "could_not" for e in today.all}
    return answers | {
        "version": version.pk,
        "day": "Tue",
        "client_key": str(uuid.uuid4()),
        "on_day": "2026-03-09",
        "pain_during": "3",
        "symptoms": "pop",
        "note": "It pulled on the stairs.",
    }


def by_link(client, patient, desk):
    token = make_sign_in_link(patient=patient, by=desk, now=timezone.now())
    return client.post(reverse("link", args=[token]))


def lost_log(ana_story, clock, typed):
    client = Client()
    by_link(client, ana_story.patient, ana_story.world.dee)
    owner = owner_in(client.get(reverse("portal:session")))
    away_too_long(clock, "patient")
    answer = client.post(reverse("portal:log"), typed | {"form_owner": owner})
    assert reverse("account_login") in answer["Location"]
    assert not SessionLog.objects.exists()
    return client


def test_a_log_is_there_again_after_coming_back_by_a_new_link(ana_story, clock, typed):
    client = lost_log(ana_story, clock, typed)
    lands = by_link(client, ana_story.patient, ana_story.world.dee)
    page = client.get(lands["Location"], follow=True).content.decode()
    assert "This was not saved yet" in page
    assert "It pulled on the stairs." in page
    assert 'value="2026-03-09"' in page
    assert re.search(r'name="pain_during" value="3"[^>]*checked', page)
    assert re.search(r'name="symptoms" value="pop"[^>]*checked', page)
    assert page.count("checked") == sum(name.startswith("exercise_") for name in typed) + 2
    assert not SessionLog.objects.exists(), "nothing was saved"
    assert "not saved yet" not in client.get(reverse("portal:today")).content.decode(), "and it is shown once"


def test_another_patient_who_signs_in_there_sees_nothing_of_it(ana_story, ben_story, clock, typed):
    assert ben_story.released
    client = lost_log(ana_story, clock, typed)
    lands = by_link(client, ben_story.patient, ana_story.world.dee)
    page = client.get(lands["Location"], follow=True).content.decode()
    assert "not saved yet" not in page
    assert "pulled on the stairs" not in page
