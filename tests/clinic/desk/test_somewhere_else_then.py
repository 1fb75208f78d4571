"""A patient who has another visit at that time is not booked twice unawares; whoever means it presses once more."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from clinic.booking.actions import cancel
from clinic.booking.models import Appointment
from clinic.desk.in_a_box import ASKED
from clinic.people.models import Patient
from tests.clinic.desk.test_booking_by_the_desk import THURSDAY, at, book, dee, text, wish

__all__ = ["dee", "wish"]
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def there(world):
    """Ana is with Cleo on Thursday from ten to eleven."""
    return world.booked(starts_at=at(10), clinician=world.cleo)


def test_it_is_refused_with_the_other_visit_named_and_nothing_lost(world, dee, wish, there):
    answer = book(dee, wish, other_time="10:30", minutes="45", usual="30")
    assert answer.status_code == 409
    assert "Ana Silva has another visit then: 10:00–11:00 with Cleo Marchetti. Nothing was changed." in text(
        answer
    )
    assert 'value="45"' in text(answer)
    assert Appointment.objects.get() == there


def test_pressing_once_more_books_it(world, dee, wish, there):
    answer = book(dee, wish, other_time="10:30")
    again = re.search(r'name="all_the_same" value="([^"]+)"', text(answer))
    assert book(dee, wish, other_time="10:30", all_the_same=again[1]).status_code == 302
    made = Appointment.objects.exclude(pk=there.pk).get()
    assert (made.starts_at, made.clinician, made.overbooked_because) == (at(10, 30), world.carl.clinician, "")


def test_another_visit_meanwhile_is_asked_about_anew(world, dee, wish, there):
    answer = book(dee, wish, other_time="10:30")
    again = re.search(r'name="all_the_same" value="([^"]+)"', text(answer))
    cancel(appointment=there, because="cannot come", by=world.dee, now=world.now)
    cora = world.clinician("cora", "Cora Lind")
    world.booked(starts_at=at(10, 45), clinician=cora)
    answer = book(dee, wish, other_time="10:30", all_the_same=again[1])
    assert answer.status_code == 409
    assert "with Cora Lind" in text(answer)


def test_for_any_clinician_too(world, dee, wish, there):
    assert book(dee, wish, other_time="10:30", clinician="any").status_code == 409
    assert book(dee, wish, other_time="11:00", clinician="any").status_code == 302


@pytest.mark.parametrize(
    "sent", ["", "1", "x 2026-03-05T10:30:00+00:00", "999999999999999999999 x", "1 " + "9" * 400]
)
def test_what_cannot_be_read_does_not_say_yes(dee, wish, there, sent):
    assert book(dee, wish, other_time="10:30", all_the_same=sent).status_code in {409, 422}
    assert Appointment.objects.count() == 1


def test_back_to_back_or_called_off_is_nobodys_business(world, dee, wish, there):
    assert book(dee, wish, other_time="11:00").status_code == 302
    cancel(appointment=there, because="cannot come", by=world.dee, now=world.now)
    assert book(dee, wish, other_time="10:15").status_code == 302


def test_the_second_press_of_one_button_still_meets_the_first(dee, wish):
    for _ in range(2):
        assert book(dee, wish, other_time="10:30").status_code == 302
    assert Appointment.objects.count() == 1


def test_with_a_reason_to_overbook_nobody_is_asked_twice(world, dee, wish, there):
    world.booked(patient=world.ben, starts_at=at(10))
    answer = book(dee, wish, overbook=at(10).isoformat(), because="cannot come again")
    assert answer.status_code == 302
    assert Patient.objects.get(pk=world.ana.pk).appointments.filter(starts_at=at(10)).count() == 2


def test_the_box_asks_the_same(dee, wish, there):
    answer = dee.post(reverse("desk:book"), wish | {"other_time": "10:30"}, headers={ASKED: "1"})
    assert answer.status_code == 409
    assert "another visit then" in text(answer)


def test_moving_it_onto_another_of_their_visits_is_asked_about(world, dee, there):
    """Also by the page that moves."""
    other = world.booked(starts_at=at(14))
    url = reverse("desk:move", args=[world.ana.pk, other.pk])
    sent = {"clinician": world.carl.clinician.pk, "day": THURSDAY, "other_time": "10:15"}
    answer = dee.post(url, sent)
    assert answer.status_code == 409
    again = re.search(r'name="all_the_same" value="([^"]+)"', text(answer))
    assert dee.post(url, sent | {"all_the_same": again[1]}).status_code == 302
    other.refresh_from_db()
    assert other.starts_at == at(10, 15)
    assert dt.timedelta(0) < other.ends_at - other.starts_at
