"""The link that stops mail: for one address, by one button or a mail program's own, and not by looking."""

from __future__ import annotations

import pytest
from django.test import Client

from clinic.audit.models import Entry
from clinic.people import actions as people
from clinic.people.models import ContactChannel
from clinic.reminders import unsubscribe


@pytest.fixture
def email(world) -> ContactChannel:
    return world.ana.channels.get(kind="email")


def path(channel) -> str:
    return f"/stop-mail/{unsubscribe.key(channel)}/"


def fresh(channel) -> ContactChannel:
    channel.refresh_from_db()
    return channel


def test_looking_changes_nothing_and_names_nobody(world, email):
    page = Client().get(path(email))
    assert page.status_code == 200
    assert fresh(email).may_be_used
    assert "Stop e-mails to this address" in page.content.decode()
    assert "Silva" not in page.content.decode()
    assert email.value not in page.content.decode()
    assert Entry.objects.filter(patient=world.ana, job="link that stops mail", action="read").exists()


@pytest.mark.parametrize("posted", [{}, {"List-Unsubscribe": "One-Click"}])
def test_one_post_stops_it_for_everybody_with_that_address(world, email, posted):
    """Also a mail program's own, which has no form and no cookie of ours."""
    theirs = people.add_channel(
        patient=world.ben, kind="email", value=email.value, by=world.dee, now=world.now, agreed=True
    )
    answer = Client(enforce_csrf_checks=True).post(path(email), posted)
    assert "E-mails are stopped" in answer.content.decode()
    assert not fresh(email).may_be_used
    assert not fresh(theirs).may_be_used
    assert "E-mails are stopped" in Client().get(path(email)).content.decode()
    assert Client().post(path(email), posted).status_code == 200, "twice is once"


def test_a_key_is_for_one_address_as_it_is_now(world, email):
    key = unsubscribe.key(email)
    assert len(key) == 43
    other = world.ben.channels.get(kind="email")
    wrong = ["x" * 43, key[:-1], key + "A", unsubscribe.key(other)[:11] + key[11:], "é" * 43, "", "_" * 43]
    assert [each for each in wrong if unsubscribe.behind(each)] == []
    ContactChannel.objects.filter(pk=email.pk).update(value="corrected@runner.example")
    assert Client().post(f"/stop-mail/{key}/").status_code == 404
    assert fresh(email).may_be_used


def test_the_headers_carry_the_same_link(email, settings):
    settings.CLINIC_BASE_URL = "https://clinic.example"
    assert unsubscribe.headers(email) == {
        "List-Unsubscribe": f"<https://clinic.example{path(email)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
