"""A patient's record in a real browser, narrow and wide: nothing on it is squeezed, and it passes every check."""

from __future__ import annotations

import pytest

from clinic.people import actions as people
from clinic.reminders import unsubscribe
from clinic.reminders.replies import BY_TEXT
from tests.journeys.conftest import SIZES
from tests.journeys.person import Person
from tests.world import World


@pytest.fixture
def world(transactional_db) -> World:
    """As everywhere, but committed, so that the server sees it."""
    return World()


@pytest.fixture(params=SIZES, ids=lambda window: window.name)
def dee(world, browser, live_server, request):
    person = Person.arrives("Dee", browser, live_server.url, request.param).brings(world.signed_in(world.dee))
    yield person
    person.leaves()
    assert person.faults == []


def test_a_record_with_a_visit_to_come_is_whole(world, dee):
    world.booked()
    dee.opens(f"/desk/patients/{world.ana.pk}/").sees("Wants earlier").passes("record")


def test_what_they_stopped_themselves_is_asked_about_before_it_starts_again(world, dee):
    phone = people.agree_to_texts(channel=world.ana.channels.get(kind="phone"), by=world.dee, now=world.now)
    people.stop_texts(channel=phone, by=BY_TEXT, now=world.now)
    unsubscribe.stop(channel=world.ana.channels.get(kind="email"), now=world.now)
    dee.opens(f"/desk/patients/{world.ana.pk}/").sees("Stopped by the patient with the link in a mail")
    dee.page.get_by_text("They agree to texts").focus()
    dee.page.keyboard.press("Enter")
    dee.sees("They stopped texts with STOP from that phone").passes("record-stopped")
    dee.presses("Yes, they want texts again").sees("A text asks +447946000123 for a YES")
    dee.presses("Correct or replace ana@runner.example").is_on("Correct or replace a contact").passes(
        "correct-contact"
    )
    dee.types("E-mail", "ana.silva@gmial.com").presses("Correct").sees("Did you mean ana.silva@gmail.com?")
    dee.passes("correct-contact-asked").page.get_by_role("button", name="Correct").click()
    dee.sees("It is ana.silva@gmial.com now.")
