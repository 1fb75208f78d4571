"""An offered time as a patient answers it: by link, without signing in, and nothing more than a time is told."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.booking import offer_reminders, offering
from clinic.booking.models import Appointment, Offer
from clinic.reminders import actions as outbox
from clinic.reminders.models import Reminder, State
from tests.world import NOW

TEN = NOW + dt.timedelta(days=1, hours=1)


@pytest.fixture(autouse=True)
def _nine_on_a_tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def links(world):
    """Ana's and Ben's for tomorrow at ten."""
    for one in (world.ana, world.ben):
        world.waits(one)
    made = offering.offer(clinician=world.carl.clinician, starts_at=TEN, by=world.dee, now=NOW)
    return [
        reverse(
            "portal:offer",
            args=[offer_reminders.message(kind="time_offered", subject_id=one.pk, about_at=NOW, now=NOW).key],
        )
        for one in made
    ]


def text(response):
    return response.content.decode()


def test_the_page_shows_the_time_and_names_nobody(links, world):
    page = text(Client().get(links[0]))
    assert "Wed 4 Mar 2026, 10:00" in page
    assert "Europe/London" in page
    assert "Where you are" not in page
    assert not [word for word in ("Ana", "Silva", "Carl", "Jensen", "Follow-up") if word in page]


def test_the_patients_own_clock_is_told_where_it_differs(links, world):
    world.ana.time_zone = "America/New_York"
    world.ana.save()
    assert "05:00 (America/New_York" in text(Client().get(links[0]))


def test_opening_it_answers_nothing(links):
    Client().get(links[0])
    Client().head(links[0])
    assert set(Offer.objects.values_list("answer", flat=True)) == {"open"}
    assert not Appointment.objects.exists()


def test_yes_books_it_and_the_other_gets_a_polite_no(links, world):
    page = Client().post(links[0], {"answer": "yes"})
    assert "It is yours" in text(page)
    assert Appointment.objects.get().patient == world.ana
    late = Client().post(links[1], {"answer": "yes"})
    assert late.status_code == 409
    assert "has gone to somebody else" in text(late)
    assert "Ring us" in text(late)
    assert "It is yours" in text(Client().post(links[0], {"answer": "yes"}))
    assert Appointment.objects.count() == 1


def test_no_thank_you_changes_nothing_for_them(links, world):
    assert "You stay on the list" in text(Client().post(links[0], {"answer": "no"}))
    assert world.ana.wait_list_entries.open().exists()


def test_an_answer_that_is_neither_is_asked_again(links):
    page = Client().post(links[0], {"answer": "perhaps"})
    assert page.status_code == 422
    assert "could not read your answer" in text(page)
    assert set(Offer.objects.values_list("answer", flat=True)) == {"open"}


def test_wrong_old_and_used_links_answer_alike(links, world):
    Client().post(links[0], {"answer": "no"})
    renewed = Offer.objects.get(entry__patient=world.ben)
    offer_reminders.message(kind="time_offered", subject_id=renewed.pk, about_at=NOW, now=NOW)
    wrong = reverse("portal:offer", args=["x" * 43])
    pages = [Client().get(address) for address in (wrong, links[0], links[1])]
    assert {page.status_code for page in pages} == {410}
    assert len({text(page) for page in pages}) == 1
    assert "Ring us" in text(pages[0])


def test_trying_many_links_is_slowed_down(db):
    client = Client()
    statuses = [client.get(reverse("portal:offer", args=[f"{n}" * 20])).status_code for n in range(61)]
    assert statuses[:60] == [410] * 60
    assert statuses[60] == 429


def test_the_visit_they_have_moves(world):
    visit = world.booked(type=world.follow_up, starts_at=TEN + dt.timedelta(days=2))
    world.waits(world.ana, instead_of=visit)
    (made,) = offering.offer(clinician=world.carl.clinician, starts_at=TEN, by=world.dee, now=NOW)
    told = offer_reminders.message(kind="time_offered", subject_id=made.pk, about_at=NOW, now=NOW)
    address = reverse("portal:offer", args=[told.key])
    assert "Your visit moves to this time" in text(Client().get(address))
    assert "It is yours" in text(Client().post(address, {"answer": "yes"}))
    visit.refresh_from_db()
    assert visit.starts_at == TEN


def test_the_mail_carries_the_link_and_nothing_else(world, mailoutbox, settings):
    settings.CLINIC_BASE_URL = "https://clinic.example"
    world.waits(world.ana)
    offering.offer(clinician=world.carl.clinician, starts_at=TEN, by=world.dee, now=NOW)
    outbox.collect(now=NOW)
    reminder = Reminder.objects.get(kind="time_offered")
    assert outbox.claim_and_send(reminder_id=reminder.pk, now=NOW) == State.SENT
    (mail,) = mailoutbox
    assert "Wednesday 4 March 2026 at 10:00 (Europe/London, GMT)" in mail.body
    (link,) = [word for word in mail.body.split() if "/my/offer/" in word]
    assert Client().get(link.removeprefix("https://clinic.example")).status_code == 200
    assert not [word for word in ("Silva", "Carl", "Follow-up") if word in mail.body + mail.subject]
    assert link.split("/")[-2] not in str(list(Offer.objects.values_list("token_sha256", flat=True)))
