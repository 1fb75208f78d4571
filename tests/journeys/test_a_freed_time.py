"""A visit is called off, its time is offered, and whoever says yes first comes instead."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from clinic.booking.models import Appointment
from clinic.booking.status import Status
from tests.journeys.person import Person
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_cancelled_visit_is_offered_and_taken(stage: Stage) -> None:
    visit = given_a_visit_and_two_who_wait(stage)
    when_the_desk_puts_a_third_on_the_list(stage)
    when_the_desk_cancels_and_offers_the_time(stage, visit)
    then_whoever_says_yes_first_gets_it(stage, visit)
    then_the_desk_sees_who_comes(stage, visit)
    then_the_other_is_told_politely(stage)
    assert stage.faults == []


def given_a_visit_and_two_who_wait(stage: Stage) -> Appointment:
    world = stage.world
    visit = world.booked(starts_at=world.now + dt.timedelta(hours=3))
    world.waits(world.ben)
    world.waits(world.patient("Noor", "Haddad", dt.date(1990, 1, 1), "+447946000789"))
    return visit


def when_the_desk_puts_a_third_on_the_list(stage: Stage) -> None:
    world = stage.world
    bea = world.patient("Bea", "Nowicka", dt.date(1990, 1, 1), "+447946000999")
    dee = stage.signs_in("Dee", world.dee).opens(f"/desk/patients/{bea.pk}/")
    dee.presses(re.compile("^Wait list$")).passes("wait-form")
    dee.page.locator("select[name=type]").select_option("follow-up")
    dee.presses("Put on the list").sees("Bea Nowicka is on the wait list.").passes("wait-list")
    dee.presses(re.compile("^Change.*Bea")).passes("wait-change").presses("Take off the list")
    dee.sees("off the wait list")


def when_the_desk_cancels_and_offers_the_time(stage: Stage, visit: Appointment) -> None:
    dee = stage.person("Dee").opens("/desk/")
    card = dee.page.locator(f"#visit-{visit.pk}")
    card.locator(".visit-more").click()
    card.get_by_label("Reason for cancelling").fill("The patient rang.")
    card.get_by_role("button", name="Cancel the visit").click()
    dee.sees("2 people on the wait list fit the time that came free.").passes("desk-freed")
    dee.presses("See who").sees("Ben Nowak").sees("+447946000456").passes("who-waits")
    dee.presses("Offer it to the first 2 who fit")
    dee.sees("Offered to 2 people who wait").sees("Being offered now").passes("wait-list-offering")


def then_whoever_says_yes_first_gets_it(stage: Stage, visit: Appointment) -> None:
    noor = stage.person("Noor")
    stage.the_clinic_sends(lambda: offer_in_mail(noor, "noor@") != "")
    noor.opens(offer_in_mail(noor, "noor@")).is_on("A time has come free").passes("offer")
    noor.presses("Yes, book it for me").is_on("It is yours").passes("offer-taken")
    taken = Appointment.objects.get(status=Status.BOOKED)
    assert taken.starts_at == visit.starts_at
    assert taken.patient.legal_family_name == "Haddad"


def then_the_desk_sees_who_comes(stage: Stage, visit: Appointment) -> None:
    dee = stage.person("Dee").opens("/desk/wait-list/")
    dee.does_not_see("Being offered now").sees("Somebody else was first").sees("Ben Nowak")
    dee.does_not_see("Noor Haddad")
    dee.opens("/desk/").sees("Noor Haddad")


def then_the_other_is_told_politely(stage: Stage) -> None:
    stage.the_clinic_sends(lambda: stage.mailbox_shows("has gone"))
    ben = stage.person("Ben")
    ben.opens(offer_in_mail(ben, "ben@")).is_on("This time is no longer offered").passes("offer-closed")


def offer_in_mail(person: Person, whose: str) -> str:
    """The newest offer's link among the mails to that address, as the development mailbox shows it."""
    person.opens("/mailbox/")
    for address in [a.get_attribute("href") for a in person.page.locator("th a").all()]:
        page = person.opens(str(address)).page
        link = page.locator("a[href*='/my/offer/']")
        if link.count() and whose in page.locator("body").inner_text():
            return str(link.first.get_attribute("href"))
    return ""
