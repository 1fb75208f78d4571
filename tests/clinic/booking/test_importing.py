"""Another calendar's busy times as absences: added, changed and removed by name; what is over stays."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import importing
from clinic.booking.busy_times import Busy
from clinic.booking.models import Absence, AbsenceKind
from clinic.booking.refusals import OutsideWorkingHours
from clinic.booking.rosters import ChangedMeanwhile

HOUR = dt.timedelta(hours=1)


def busy(world, name, hours, lasts=1):
    starts_at = world.now + hours * HOUR
    return Busy(name, starts_at, starts_at + lasts * HOUR)


def bring_in(world, *times, based_on=None, now=None):
    carl, now = world.carl.clinician, now or world.now
    plan = importing.plan(clinician=carl, times=times, now=now)
    based_on = plan.based_on if based_on is None else based_on
    return importing.bring_in(clinician=carl, times=times, based_on=based_on, by=world.mona, now=now)


def kept():
    return {row.imported_as: row.starts_at for row in Absence.objects.all()}


def test_they_keep_people_away_and_say_nothing_else(world):
    bring_in(world, busy(world, "a/", 1))
    absence = Absence.objects.get()
    assert (absence.kind, absence.note, absence.clinician) == (
        AbsenceKind.ELSEWHERE,
        "",
        world.carl.clinician,
    )
    with pytest.raises(OutsideWorkingHours, match="busy in another calendar"):
        world.booked(starts_at=world.now + HOUR)


def test_the_next_file_adds_changes_and_removes_by_name(world):
    bring_in(world, busy(world, "a/", 1), busy(world, "b/", 3), busy(world, "c/", 5))
    done = bring_in(world, busy(world, "a/", 1), busy(world, "b/", 4), busy(world, "d/", 7))
    assert (len(done.added), len(done.changed), len(done.removed), done.same) == (1, 1, 1, 1)
    assert kept() == {name: world.now + n * HOUR for name, n in (("a/", 1), ("b/", 4), ("d/", 7))}
    assert bring_in(world, busy(world, "a/", 1), busy(world, "b/", 4), busy(world, "d/", 7)).does_nothing


def test_planning_writes_nothing(world, django_assert_num_queries):
    carl = world.carl.clinician
    with django_assert_num_queries(1):
        importing.plan(clinician=carl, times=[busy(world, "a/", 1)] * 50, now=world.now)
    assert kept() == {}


def test_what_is_over_and_what_was_typed_here_stays(world):
    bring_in(world, busy(world, "a/", 1))
    Absence.objects.create(
        clinician=world.carl.clinician,
        kind=AbsenceKind.LEAVE,
        starts_at=world.now + 9 * HOUR,
        ends_at=world.now + 10 * HOUR,
        made_at=world.now,
    )
    bring_in(world, busy(world, "b/", 5), now=world.now + 3 * HOUR)
    assert set(kept()) == {"a/", "b/", ""}


def test_one_persons_calendar_is_not_anothers(world):
    bring_in(world, busy(world, "a/", 1))
    plan = importing.plan(clinician=world.cleo.clinician, times=[], now=world.now)
    assert plan.does_nothing


def test_a_name_that_is_over_here_is_not_written_twice(world):
    bring_in(world, busy(world, "a/", 1))
    later = world.now + 3 * HOUR
    bring_in(world, busy(world, "a/", 5), now=later)  # moved to later after it was over
    assert kept() == {"a/": world.now + HOUR}


def test_of_two_who_look_at_once_the_second_is_told(world):
    carl = world.carl.clinician
    seen = importing.plan(clinician=carl, times=[], now=world.now).based_on
    bring_in(world, busy(world, "a/", 1))
    with pytest.raises(ChangedMeanwhile, match="the imported calendar of Carl Jensen"):
        bring_in(world, busy(world, "b/", 2), based_on=seen)
    assert set(kept()) == {"a/"}
