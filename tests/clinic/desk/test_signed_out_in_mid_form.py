"""A session that runs out while somebody types: after the real sign-in, password and code, it is all there again."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from clinic.booking.models import Appointment, AppointmentChange
from clinic.people.models import ContactChannel, Patient
from tests.signed_out import away_too_long, owner_in, sign_in
from tests.world import AtTheirPage

FORMS = ("register", "book", "edit", "move", "contact")


@pytest.fixture
def forms(world):
    """Each form's address, and what is typed into it; also what no field of it would accept."""
    visit = world.booked()
    ana, carl = world.ana.pk, str(world.carl.clinician.pk)
    details = {
        "legal_given_name": "Mei", "legal_family_name": "Tanaka-Ørsted", "preferred_name": "Mimi",
        "birth_date": "39/7/1993", "emergency_name": "Kenji", "emergency_phone": "07946 nine",
        "emergency_relation": "Brother", "time_zone": "Europe/Paris",
    }  # fmt: skip
    when = {"clinician": carl, "day": "2026-03-06", "other_time": "14:35"}
    return {
        "register": (
            reverse("desk:register"),
            details | {"phone": "07946 000 777", "email": "mei@", "email_agreed": "on"},
        ),
        "book": (reverse("desk:book"), when | {"patient": str(ana), "type": world.follow_up.slug}),
        "edit": (reverse("desk:edit_patient", args=[ana]), details),
        "move": (reverse("desk:move", args=[ana, visit.pk]), when),
        "contact": (
            reverse("desk:add_channel", args=[ana]),
            {"kind": "email", "value": "mei at home", "agreed": "on"},
        ),
    }


def signed_out_in_mid_form(client, clock, address, typed):
    """Sign in, open the form, be away too long, send it. What the browser is sent to then."""
    sign_in(client, "dee", reverse("account_login"))
    owner = owner_in(client.get(address))
    away_too_long(clock, "staff")
    return client.post(address, typed | {"form_owner": owner})["Location"]


def stored():
    """Every row these forms could write, as it stands."""
    kinds = (Patient, ContactChannel, Appointment, AppointmentChange)
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}


def missing(page, typed):
    """What was typed and is not in the page again: values, chosen options and ticks."""
    text = page.content.decode().replace("&quot;", '"')
    gone = []
    for name, value in typed.items():
        if value == "on":
            there = any(
                "checked" in tag for tag in text.split("<input") if f'name="{name}"' in tag.split(">")[0]
            )
        else:
            there = f'value="{value}"' in text
        gone += [] if there else [name]
    return gone


@pytest.mark.parametrize("name", FORMS)
def test_everything_typed_is_there_again_after_signing_in(world, forms, clock, name):
    address, typed = forms[name]
    assert world.dee
    client, before = AtTheirPage(), stored()
    sent_to = signed_out_in_mid_form(client, clock, address, typed)
    assert urlsplit(sent_to).path == reverse("account_login")
    assert parse_qs(urlsplit(sent_to).query)["next"] == [address]
    lands = sign_in(client, "dee", sent_to)
    assert lands["Location"] == address
    page = client.get(address)
    assert "not saved yet" in page.content.decode()
    assert missing(page, typed) == []
    assert stored() == before, "nothing was saved, not even half"
    assert "not saved yet" not in client.get(address).content.decode(), "and it is shown once"


@pytest.mark.parametrize("name", FORMS)
def test_somebody_else_who_signs_in_there_sees_nothing_of_it(world, forms, clock, name):
    address, typed = forms[name]
    assert world.dee
    assert world.mona
    client = AtTheirPage()
    sign_in(client, "mona", signed_out_in_mid_form(client, clock, address, typed))
    page = client.get(address).content.decode()
    assert "not saved yet" not in page
    seen = [value for value in ("Tanaka", "14:35", "mei at home", "07946 000 777") if value in page]
    assert seen == []


@pytest.mark.parametrize("name", ["book", "move"])
def test_a_form_that_came_back_is_then_saved_once(world, forms, clock, name):
    """The other control: what `stored` compares does change once the form is really sent."""
    address, typed = forms[name]
    assert world.dee
    client = AtTheirPage()
    sign_in(client, "dee", signed_out_in_mid_form(client, clock, address, typed))
    before = stored()
    assert client.post(address, typed).status_code == 302
    assert stored() != before


def test_a_form_that_forgot_something_would_be_seen(world, forms, clock):
    """The negative control: a page as it opens for the first time holds none of it."""
    address, typed = forms["register"]
    assert world.dee
    client = AtTheirPage()
    sign_in(client, "dee", reverse("account_login"))
    assert set(missing(client.get(address), typed)) >= {"legal_family_name", "birth_date", "email_agreed"}
