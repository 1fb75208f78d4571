"""Texts that only a person understands: shown with their name, time and words until somebody has seen them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import Entry
from clinic.people import actions as people
from clinic.reminders.models import Incoming
from clinic.reminders.replies import take_in

PAGE = "/desk/reminders/replies/"


@pytest.fixture
def dee(world):
    _ = world.ana  # made on first mention
    client = world.signed_in(world.dee)
    client.get(PAGE)
    return client


def texted(world, text, sid="1", sender="+447946000123"):
    return take_in(provider="twilio", provider_id=sid, sender=sender, text=text, now=world.now)


def test_shows_who_and_what_until_somebody_has_seen_it(world, dee):
    kept = texted(world, "Running <b>late</b>")
    texted(world, "STOP", "2")
    page = dee.get(PAGE)
    shown = page.content.decode()
    assert "Running &lt;b&gt;late&lt;/b&gt;" in shown
    assert "Ana Silva" in shown
    assert shown.count("<tr>") == 2
    assert Entry.objects.filter(
        request_id=page["X-Request-ID"], patient=world.ana, action="listed", account=world.dee
    ).exists()
    dee.post(f"{PAGE}{kept.pk}/seen/")
    assert "Running" not in dee.get(PAGE).content.decode()
    assert "Dee Hartley" in dee.get(PAGE + "?seen=1").content.decode()
    again = dee.post(f"{PAGE}{kept.pk}/seen/", follow=True)
    assert "Somebody had seen it already" in again.content.decode()
    assert Incoming.objects.get(pk=kept.pk).seen_by == world.dee


def test_everybody_with_that_number_is_named_and_a_stranger_is_nobody(world, dee):
    people.add_channel(patient=world.ben, kind="phone", value="+447946000123", by=world.dee, now=world.now)
    texted(world, "Who is it?")
    texted(world, "Hello", "2", "+447946000999")
    shown = dee.get(PAGE).content.decode()
    assert "Ben Nowak" in shown
    assert "Ana Silva" in shown
    assert "Nobody we know" in shown
    assert "+447946000999" in shown


def test_a_long_list_has_pages_and_costs_no_more(world, dee):
    counts = []
    for many in (3, 30):
        for number in range(many):
            texted(world, f"text {number}", f"{many}-{number}")
        with CaptureQueriesContext(connection) as asked:
            shown = dee.get(PAGE).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8
    assert "?before=" in shown


def test_clinicians_and_patients_are_refused(world):
    for account in (world.carl, world.ana.account):
        client = world.signed_in(account)
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}1/seen/").status_code == 403
