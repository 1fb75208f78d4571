"""The record's contacts: what was agreed to, what stopped it, and the buttons that change it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from clinic.desk.telling import hears_by_mail, who_hears_of_booking
from clinic.people import actions as people
from clinic.reminders import sign_in_links, unsubscribe
from clinic.reminders.models import Reminder, State
from clinic.reminders.replies import BY_TEXT
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
    said = "The clinic does not text numbers abroad, and this is one (ES +34)."
    assert f"The contact is added. {said} E-mail reaches them." in unescape(page.content.decode())
    assert f"{said} E-mail reaches them." in record()
    page = press(world, world.ana.channels.get(value="+34600111222"), "texts", "yes")
    assert f"Not recorded. {said} E-mail reaches them." in unescape(page.content.decode())
    people.withdraw_consent(channel=world.ana.channels.get(kind="email"), by=world.dee, now=world.now)
    assert f"{said} Ask for an e-mail address." in record()
    assert "SMS_COUNTRIES" not in record()


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


class TestCorrecting:
    """A mistyped contact, and one that looks mistyped."""

    def correct(self, world, channel, **typed):
        return world.dee_client.post(f"/desk/patients/{world.ana.pk}/contacts/{channel.pk}/correct/", typed)

    def test_it_is_corrected_from_the_record(self, world, record):
        email = world.ana.channels.get(kind="email")
        assert "Correct or replace ana@runner.example" in record()
        page = world.dee_client.get(f"/desk/patients/{world.ana.pk}/contacts/{email.pk}/correct/")
        assert 'value="ana@runner.example"' in page.content.decode()
        assert self.correct(world, email, value="ana.silva@runner.example").status_code == 302
        page = world.dee_client.get(f"/desk/patients/{world.ana.pk}/")
        assert "They have not agreed to reminders there yet: ask them." in unescape(page.content.decode())
        assert "ana.silva@runner.example Not asked yet" in contacts(page)

    def test_of_another_patient_it_is_not_found(self, world, record):
        theirs = world.ben.channels.get(kind="email")
        assert self.correct(world, theirs, value="x@runner.example").status_code == 404
        assert world.ben.channels.get(kind="email").value == "ben@runner.example"

    def test_a_slip_is_asked_about_once_and_nothing_is_lost(self, world, record):
        email = world.ana.channels.get(kind="email")
        typed = {"value": "ana@gmial.com", "agreed": "on"}
        answer = self.correct(world, email, **typed)
        asked = unescape(answer.content.decode())
        assert answer.status_code == 422
        assert "Did you mean ana@gmail.com?" in asked
        assert 'value="ana@gmial.com"' in asked
        assert "checked" in asked
        email.refresh_from_db()
        assert email.value == "ana@runner.example"
        assert 'name="meant" value="ana@gmial.com"' in asked
        assert self.correct(world, email, **typed, meant="ana@gmial.com").status_code == 302
        email.refresh_from_db()
        assert email.value == "ana@gmial.com"

    def test_another_slip_is_another_question(self, world, record):
        path = f"/desk/patients/{world.ana.pk}/contacts/new/"
        typed = {"kind": "email", "value": "ana@gmai.com", "meant": "ana@gmial.com"}
        assert world.dee_client.post(path, typed).status_code == 422
        assert world.dee_client.post(path, typed | {"kind": "phone"}).status_code == 422, "no number"
        assert world.dee_client.post(path, typed | {"meant": "ana@gmai.com"}).status_code == 302

    def test_registering_asks_too(self, world, record):
        typed = {
            "legal_given_name": "Zoe", "legal_family_name": "Tester", "birth_date": "14/3/1991",
            "email": "zoe.tester@gmial.com",
        }  # fmt: skip
        answer = world.dee_client.post("/desk/patients/register/", typed)
        assert "Did you mean zoe.tester@gmail.com?" in unescape(answer.content.decode())
        assert (
            world.dee_client.post("/desk/patients/register/", typed | {"meant": typed["email"]}).status_code
            == 302
        )


class TestTextsTheyStopped:
    """They agree once more only when somebody has asked them, knowing that they stopped."""

    def test_their_own_stop_is_named_and_one_press_is_not_enough(self, world, record, phone):
        people.agree_to_texts(channel=phone, by=world.dee, now=world.now)
        people.verify(channel=phone, by=world.dee, now=world.now)
        people.stop_texts(channel=phone, by=BY_TEXT, now=world.now)
        assert "Texts stopped by the patient with STOP, 3 Mar 2026" in record()
        assert "They stopped texts with STOP from that phone on 3 Mar 2026. Have they said" in record()
        page = press(world, phone, "texts", "yes")
        said = unescape(page.content.decode())
        assert "Nothing was recorded, and no text was sent. They stopped texts with STOP" in said
        assert not Reminder.objects.exists()
        phone.refresh_from_db()
        assert phone.texts_stopped_at
        path = f"/desk/patients/{world.ana.pk}/contacts/{phone.pk}/texts/"
        world.dee_client.post(path, {"agreed": "yes", "asked_again": "yes"})
        assert Reminder.objects.get().kind == ASKS

    def test_what_the_desk_stopped_is_not_said_to_be_theirs(self, world, record, phone):
        people.agree_to_texts(channel=phone, by=world.dee, now=world.now)
        people.stop_texts(channel=phone, by=world.dee, now=world.now)
        assert "Texts were stopped on 3 Mar 2026. Have they said" in record()

    def test_each_button_says_what_it_stops(self, world, record, phone):
        people.agree_to_texts(channel=phone, by=world.dee, now=world.now)
        assert "Stop e-mail to ana@runner.example" in record()
        assert "Stop calls to +447946000123" in record()
        assert "Stop texts to +447946000123" in record()
