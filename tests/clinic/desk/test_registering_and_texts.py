"""“They agree to texts” where the number is typed: a consent of its own, by the same door as the record's button."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.people.models import ContactChannel, Patient
from clinic.reminders.models import Reminder
from clinic.reminders.text_consent import ASKS
from tests.clinic.desk.test_registering_and_booking import MEI

TEXTED = MEI | {"texts_agreed": "on"}


@pytest.fixture
def dee(world):
    return world.signed_in(world.dee)


@pytest.fixture
def register(dee):
    def post(**changes) -> tuple[int, str]:
        answer = dee.post(reverse("desk:register"), TEXTED | changes, follow=True)
        return answer.status_code, unescape(answer.content.decode())

    return post


def test_the_phone_is_asked_before_anything_goes_there(world, register):
    _, page = register()
    assert "A text asks +447946000777 for a YES" in page
    assert "Texts: waits for their YES" in page
    phone = ContactChannel.objects.get(kind="phone")
    assert phone.texts_recorded_by == world.dee
    assert not phone.may_be_texted
    assert not phone.consent_given_at, "a call is another consent"
    assert Reminder.objects.get().kind == ASKS
    assert Entry.objects.filter(patient=phone.patient, what__contains="texts agreed to").exists()


def test_control_without_the_tick_nothing_is_asked(register):
    _, page = register(texts_agreed="")
    assert "Texts: not asked yet" in page
    assert not Reminder.objects.exists()


def test_without_a_number_there_is_nothing_to_ask(register):
    assert register(phone="")[0] == 200
    assert not Reminder.objects.exists()


def test_a_landline_is_registered_all_the_same_and_says_why_no_text_goes_there(register):
    _, page = register(phone="020 7946 0123")
    assert "Texts are not recorded. Texts do not reach this number" in page
    assert Patient.objects.exists()
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("number", [MEI["phone"], "020 7946 0123"])
def test_pressed_twice_it_asks_once(register, number):
    register(phone=number)
    status, page = register(phone=number)
    assert (status, "is already registered" in page) == (200, True)
    assert Reminder.objects.count() == (number == MEI["phone"])


def test_a_record_that_does_not_say_so_is_shown_and_the_tick_is_kept(register):
    register(texts_agreed="")
    status, page = register()
    assert status == 409
    assert "Already registered" in page
    (tick,) = re.findall(r'<input[^>]*name="texts_agreed"[^>]*>', page)
    assert "checked" in tick
    assert not Reminder.objects.exists()


def test_is_not_offered_where_the_clinic_sends_none(dee, settings):
    assert b"They agree to texts" in dee.get(reverse("desk:register")).content
    settings.SMS_URL = ""
    assert b"They agree to texts" not in dee.get(reverse("desk:register")).content
    dee.post(reverse("desk:register"), TEXTED)
    assert ContactChannel.objects.get(kind="phone").texts_agreed_at is None
