"""The record's contacts: what was agreed to, what stopped it, and the buttons that change it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from clinic.desk.telling import hears_by_mail, who_hears_of_booking
from clinic.people import actions as people
from clinic.reminders import sign_in_links, unsubscribe
from clinic.reminders.models import Reminder, State
from clinic.reminders.text_consent import ASKS


def contacts(response) -> str:
    """The words of the contacts on a record."""
    (part,) = re.findall(r'<ul class="channels">(.*?)</ul>', response.content.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())


@pytest.fixture
def record(world):
    world.dee_client = world.signed_in(world.dee)
    return lambda: contacts(world.dee_client.get(f"/desk/patients/{world.ana.pk}/"))


@pytest.fixture
def phone(world):
    return world.ana.channels.get(kind="phone")


def press(world, channel, what, agreed):
    path = f"/desk/patients/{world.ana.pk}/contacts/{channel.pk}/{what}/"
    return world.dee_client.post(path, {"agreed": agreed}, follow=True)


def test_texts_are_agreed_to_by_the_desk_and_by_the_phone(world, record, phone):
    assert "Agreed to calls 3 Mar 2026" in record()
    assert "Texts: not asked yet" in record()
    page = press(world, phone, "texts", "yes")
    assert "A text asks +447946000123 for a YES" in unescape(page.content.decode())
    assert "Texts: waits for their YES" in contacts(page)
    assert Reminder.objects.get().kind == ASKS
    people.verify(channel=phone, by=world.dee, now=world.now)
    assert re.search(r"Texts agreed \d+ \w+ \d{4}", record())
    assert "Texts stopped" in contacts(press(world, phone, "texts", "no"))
    phone.refresh_from_db()
    assert not phone.may_be_texted


def test_a_landline_says_why_and_has_no_button(world, record):
    line = people.add_channel(
        patient=world.ana, kind="phone", value="020 7946 0123", by=world.dee, now=world.now
    )
    assert "it is a landline" in record()
    page = press(world, line, "texts", "yes")
    assert "Not recorded. Texts do not reach this number" in unescape(page.content.decode())
    assert not Reminder.objects.exists()


def test_a_number_of_another_country_is_told_when_it_is_typed(world, record):
    path = f"/desk/patients/{world.ana.pk}/contacts/new/"
    typed = {"kind": "phone", "value": "+34 600 111 222", "agreed": "on"}
    page = world.dee_client.post(path, typed, follow=True)
    assert "The contact is added. Texts do not reach this number" in unescape(page.content.decode())
    assert world.ana.channels.filter(value="+34600111222").exists()


def test_a_stopped_address_says_why_and_is_put_right(world, record):
    email = world.ana.channels.get(kind="email")
    people.stop_channel(channel=email, because="It came back.", by=world.dee, now=world.now)
    assert "Stopped 3 Mar 2026 It came back. Nothing is sent there." in record()
    page = press(world, email, "consent", "yes")
    assert "Stopped" not in contacts(page)
    email.refresh_from_db()
    assert email.may_be_used


def test_a_stopped_address_is_no_way_to_tell_them(world, record):
    """The desk is told to call, not that a mail goes out."""
    visit = world.booked()
    assert hears_by_mail(world.ana)
    email = world.ana.channels.get(kind="email")
    people.stop_channel(channel=email, because="It came back.", by=world.dee, now=world.now)
    assert not hears_by_mail(world.ana)
    assert "call +447946000123" in who_hears_of_booking(visit)
    phone = people.agree_to_texts(channel=world.ana.channels.get(kind="phone"), by=world.dee, now=world.now)
    people.verify(channel=phone, by=world.dee, now=world.now)
    visit.patient.refresh_from_db()
    assert "will be texted a confirmation" in who_hears_of_booking(visit)


def test_an_opened_link_verifies_the_address_it_went_to(world, record, client):
    email = world.ana.channels.get(kind="email")
    sign_in_links.ask_for_link(channel=email, by=world.dee, now=world.now)
    sign_in_links.came_back(patient=world.ana, now=world.now)
    email.refresh_from_db()
    assert email.verified_at is None, "it was never sent"
    Reminder.objects.update(state=State.SENT, sent_at=world.now, sent_to=email.value)
    sign_in_links.came_back(patient=world.ana, now=world.now)
    assert "Opened a link sent there" in record()


def test_the_record_knows_who_stopped_mail(world, record):
    email = world.ana.channels.get(kind="email")
    unsubscribe.stop(channel=email, now=world.now)
    assert "Stopped by the patient with the link in a mail, 3 Mar 2026" in record()
    people.give_consent(channel=email, by=world.dee, now=world.now)
    people.withdraw_consent(channel=email, by=world.dee, now=world.now)
    assert "Withdrawn 3 Mar 2026" in record()
