"""The public pages of booking: they take anything, weigh little, and show a stranger no patient."""

from __future__ import annotations

import pytest
from django.test import Client

from clinic.booking.models import Hold, OnlineRequest
from clinic.people.models import Patient
from tests.programs.portal.booking.visitor import TOLD, Visitor, emergencies, open_online, others
from tests.promises.test_hostile_input import HOSTILE, faults
from tests.promises.test_page_weight import MOST_BYTES, MOST_REQUESTS, files_of, weight
from tests.test_doors import body

pytestmark = pytest.mark.usefixtures("clock")
STEPS = ("", "questions/", "visit/", "times/", "you/", "code/")


def at_every_step(client: Client | None = None) -> Visitor:
    visitor = Visitor(client).is_cleared().has_kept()
    visitor.tells()
    return visitor


@pytest.mark.parametrize("bad", sorted(HOSTILE))
def test_every_form_takes_anything(world, bad):
    open_online(world)
    client = Client(raise_request_exception=False)
    visitor = at_every_step(client)
    typed = HOSTILE[bad]
    fields = [*TOLD, "place", "type", "start", "with", "from", "code", "website", *emergencies(), *others()]
    people = Patient.objects.count()
    for step in ("you/", "code/", "times/", "visit/", "questions/", "questions/more/", ""):
        assert faults(visitor.post(step, dict.fromkeys(fields, typed))) == [], step
        assert faults(visitor.get(step, **dict.fromkeys(fields, typed))) == [], step
    at_every_step(client)
    for name in TOLD:
        answer = visitor.post("you/", TOLD | {name: typed})
        assert faults(answer) == [], name
        if answer.status_code == 302:  # taken, and so shown from now on
            for step in STEPS:
                assert faults(visitor.get(step)) == [], (name, step)
            Hold.objects.all().delete()
            at_every_step(client)
    assert Patient.objects.count() == people


@pytest.mark.parametrize("bad", sorted(HOSTILE))
def test_every_form_of_a_patient_takes_anything(world, bad):
    open_online(world)
    client = world.signed_in(world.ana.account)
    client.raise_request_exception = False
    visitor = Visitor(client, base="/my/book/").is_cleared().has_kept()
    fields = ["place", "type", "start", "with", "from", *emergencies(), *others()]
    for step in ("times/", "visit/", "questions/", ""):
        assert faults(visitor.post(step, dict.fromkeys(fields, HOSTILE[bad]))) == [], step
        assert faults(visitor.get(step, **dict.fromkeys(fields, HOSTILE[bad]))) == [], step


def test_every_page_is_light(world):
    open_online(world)
    visitor = at_every_step()
    for step in (*STEPS, "emergency/", "ring-us/"):
        files = files_of(visitor.get(step))
        assert len(files) <= MOST_REQUESTS, sorted(files)
        assert weight(files) <= MOST_BYTES


def test_no_page_shows_a_patient(world):
    open_online(world)
    world.booked(), world.booked(patient=world.ben, starts_at=world.now.replace(day=4, hour=9))
    visitor = at_every_step()
    for step in (*STEPS, "emergency/", "ring-us/", "booked/"):
        shown = body(visitor.get(step))
        assert [word for word in ("Silva", "Nowak", "ana@runner.example") if word in shown] == []
    shown = body(visitor.keeps("2026-03-04T09:00Z", str(world.carl.clinician.pk)))
    assert "is not free any more" in shown
    assert "Nowak" not in shown


def test_a_session_holds_nothing_that_names_anybody(world):
    open_online(world)
    visitor = at_every_step()
    assert OnlineRequest.objects.exists()
    kept = str(dict(visitor.client.session))
    assert [word for word in TOLD.values() if word != "on" and word in kept] == []
