"""A form that was drawn for one patient saves nothing into another's record, however it came there."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from assessments.screens import actions
from assessments.screens.models import Answer
from clinic.audit.models import Entry
from clinic.people.belonging import PATIENT_FIELD

SECTION = "person"


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def carl(world):
    """Carl with nothing added to what he posts."""
    client = Client()
    client.force_login(world.carl, backend="clinic.people.backends.ClinicBackend")
    return client


@pytest.fixture
def screens(world):
    """Ana's draft and Ben's, open in two tabs."""
    return [actions.start(patient=one, by=world.carl, now=world.now) for one in (world.ana, world.ben)]


def at(screen):
    return reverse("charting:screen", args=[screen.patient_id, screen.pk, SECTION])


def posted(whose, **fields):
    return {PATIENT_FIELD: str(whose.patient_id), "body_mass_kg": "61", **fields}


def test_the_page_says_whose_it_is_and_its_own_save_is_kept(carl, screens):
    ana, _ = screens
    notes = re.findall(rf'name="{PATIENT_FIELD}" value="(\d+)"', carl.get(at(ana)).content.decode())
    assert set(notes) == {str(ana.patient_id)}
    assert carl.post(at(ana), posted(ana)).status_code == 302
    assert Answer.objects.get().screen == ana


def test_a_save_from_anothers_page_is_refused_and_shows_what_was_typed(world, carl, screens):
    ana, ben = screens
    answer = carl.post(at(ben), posted(ana))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "This page belongs to Ana Silva; nothing was saved" in html
    assert "body mass kg" in html
    assert "61" in html
    assert not Answer.objects.exists()


def test_both_records_that_the_refusal_names_are_audited(world, carl, screens):
    ana, ben = screens
    request = carl.post(at(ben), posted(ana))["X-Request-ID"]
    rows = Entry.objects.filter(request_id=request).values_list("patient", "action")
    assert set(rows) == {(ben.patient_id, "refused"), (ana.patient_id, "read")}


def test_the_script_is_told_in_words(carl, screens):
    ana, ben = screens
    answer = carl.post(at(ben), posted(ana), headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json()["refused"].startswith("This page belongs to Ana Silva; nothing was saved")


@pytest.mark.parametrize("said", ["", "0", "-1", "٣", "9" * 40, "ana", "🦵", "1 or 1=1"])
def test_a_page_that_does_not_say_whose_it_is_saves_nothing(carl, screens, said):
    ana, _ = screens
    answer = carl.post(at(ana), {"body_mass_kg": "61", PATIENT_FIELD: said})
    assert answer.status_code == 409
    assert "does not say whose it is" in answer.content.decode()
    assert not Answer.objects.exists()


def test_a_page_without_any_note_saves_nothing(carl, screens):
    assert carl.post(at(screens[0]), {"body_mass_kg": "61"}).status_code == 409
    assert not Answer.objects.exists()


def test_a_page_that_names_two_patients_saves_nothing(carl, screens):
    ana, ben = screens
    both = {"body_mass_kg": "61", PATIENT_FIELD: [str(ana.patient_id), str(ben.patient_id)]}
    assert carl.post(at(ben), both).status_code == 409
    assert not Answer.objects.exists()


def test_of_a_thousand_saves_from_the_wrong_tab_none_is_kept(carl, screens):
    ana, ben = screens
    script = {"accept": "application/json"}
    answers = {
        carl.post(at(here), posted(there, body_mass_kg=str(40 + number % 60)), headers=script).status_code
        for number in range(500)
        for here, there in ((ana, ben), (ben, ana))
    }
    assert answers == {409}
    assert not Answer.objects.exists()


def test_the_same_saves_from_their_own_tabs_are_all_kept(carl, screens):
    """The control: it is the note that refuses them, and nothing else about these posts."""
    for screen in screens:
        assert carl.post(at(screen), posted(screen)).status_code == 302
    assert Answer.objects.count() == 2
