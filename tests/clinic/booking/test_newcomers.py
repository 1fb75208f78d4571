"""A record that made itself is compared once: who said what, and when, is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from clinic.audit.models import Entry
from clinic.booking import newcomers
from clinic.booking.models import NewcomerCheck
from clinic.booking.newcomers import CheckedAlready, NotANewcomer
from clinic.people.models import Patient


@pytest.fixture
def rosa(world):
    """As somebody who booked online."""
    made = world.patient("Rosa", "Silva", dt.date(1990, 1, 1), "+447946000777")
    Patient.objects.filter(pk=made.pk).update(registered_by=None)
    made.refresh_from_db()
    return made


def check(world, patient, same_as=None, by=None):
    return newcomers.check(patient=patient, same_as=same_as, by=by or world.dee, now=world.now)


def test_another_person_with_who_and_when(world, rosa):
    check(world, rosa)
    kept = NewcomerCheck.objects.get(patient=rosa)
    assert (kept.same_as, kept.checked_by, kept.checked_at) == (None, world.dee, world.now)
    assert Entry.objects.filter(patient=rosa, what="compared with others: another person").exists()


def test_the_same_person_names_the_record(world, rosa):
    check(world, rosa, world.ana)
    assert NewcomerCheck.objects.get().same_as == world.ana
    assert Entry.objects.filter(
        patient=rosa, what=f"compared with others: the same person as record {world.ana.pk}"
    ).exists()


def test_saying_it_again_changes_nothing(world, rosa):
    assert check(world, rosa, world.ana) == check(world, rosa, world.ana, by=world.mona)
    assert NewcomerCheck.objects.get().checked_by == world.dee


@pytest.mark.parametrize("first_is_same", [True, False])
def test_another_answer_needs_the_first_taken_back(world, rosa, first_is_same):
    first, second = (world.ana, None) if first_is_same else (None, world.ana)
    check(world, rosa, first)
    with pytest.raises(CheckedAlready, match="Dee"):
        check(world, rosa, second, by=world.mona)
    assert newcomers.take_back(patient=rosa, by=world.mona)
    assert check(world, rosa, second, by=world.mona).checked_by == world.mona
    assert newcomers.take_back(patient=rosa, by=world.mona)
    assert not newcomers.take_back(patient=rosa, by=world.mona)


def test_a_record_the_desk_made_is_not_checked(world):
    with pytest.raises(NotANewcomer):
        check(world, world.ana, world.ben)
    assert not NewcomerCheck.objects.exists()


def test_nobody_is_their_own_double(world, rosa):
    with pytest.raises(IntegrityError, match="a_record_is_not_its_own_double"), transaction.atomic():
        NewcomerCheck.objects.create(patient=rosa, same_as=rosa, checked_at=world.now, checked_by=world.dee)
