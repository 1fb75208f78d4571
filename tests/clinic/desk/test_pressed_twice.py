"""Presses at once where nothing would be in the second one's way: any clinician, and an overbooking."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from clinic.booking.models import Appointment
from clinic.desk.asking import book_as_asked
from clinic.desk.forms.booking import BookForm
from tests.clinic.booking.test_race import committed, race

__all__ = ["committed"]

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 4
DAYS = 3


def presses(world, start: dt.datetime, **more: str) -> list[object]:
    """The same form, sent four times in one moment."""
    told = {
        "patient": world.ana.pk,
        "type": world.follow_up.slug,
        "clinician": "any",
        "day": start.date().isoformat(),
        "starts_at": start.isoformat(),
    }

    def press() -> Appointment:
        form = BookForm(QueryDict(urlencode(told | more)), today=world.now.date())
        assert form.is_valid(), form.errors
        return book_as_asked(form, by=world.dee, now=world.now)

    return race([press] * PRESSES)


def booked_for_ana(world) -> int:
    return Appointment.objects.filter(patient=world.ana).count()


def staffed(world) -> None:
    for number in range(PRESSES):
        world.clinician(f"c{number}", f"Clinician {number}")


def test_any_clinician_is_booked_once(committed):
    staffed(committed)
    for day in range(1, DAYS + 1):
        results = presses(committed, committed.now + dt.timedelta(days=day))
        assert {type(result) for result in results} == {Appointment}, results
        assert len({result.pk for result in results}) == 1
    assert booked_for_ana(committed) == DAYS


def test_an_overbooking_is_made_once(committed):
    for day in range(1, DAYS + 1):
        start = committed.now + dt.timedelta(days=day)
        committed.booked(patient=committed.ben, starts_at=start)
        on_top = {
            "clinician": str(committed.carl.clinician.pk),
            "overbook": start.isoformat(),
            "because": "Twins",
        }
        results = presses(committed, start, **on_top)
        assert {type(result) for result in results} == {Appointment}, results
    assert booked_for_ana(committed) == DAYS


def test_control_without_the_queue_more_than_one_is_booked(committed, monkeypatch):
    """If this ever books one each day, the two above prove nothing."""
    staffed(committed)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **how: rows)
    for day in range(1, DAYS + 1):
        presses(committed, committed.now + dt.timedelta(days=day))
    assert booked_for_ana(committed) > DAYS
