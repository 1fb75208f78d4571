"""Another calendar's busy times as absences: added, changed and removed by name; what is over stays."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import importing
from clinic.booking.busy_times import Busy
from clinic.booking.models import Absence, AbsenceKind
from clinic.booking.refusals import OutsideWorkingHours
from clinic.booking.rosters import ChangedMeanwhile, NoLongerThere

HOUR = dt.timedelta(hours=1)


def busy(world, name, hours, lasts=1):
    starts_at = world.now + hours * HOUR
    return Busy(name, starts_at, starts_at + lasts * HOUR)


def bring_in(world, *times, source="Hospital", based_on=None, now=None):
    asked = {"clinician": world.carl.clinician, "source": source, "times": times, "now": now or world.now}
    plan = importing.plan(**asked)
    based_on = plan.based_on if based_on is None else based_on
    return importing.bring_in(**asked, based_on=based_on, by=world.mona)


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
        importing.plan(clinician=carl, source="Hospital", times=[busy(world, "a/", 1)] * 50, now=world.now)
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
    plan = importing.plan(clinician=world.cleo.clinician, source="Hospital", times=[], now=world.now)
    assert plan.does_nothing


def test_a_name_that_is_over_here_is_not_written_twice(world):
    bring_in(world, busy(world, "a/", 1))
    later = world.now + 3 * HOUR
    bring_in(world, busy(world, "a/", 5), now=later)  # moved to later after it was over
    assert kept() == {"a/": world.now + HOUR}


def test_of_two_who_look_at_once_the_second_is_told(world):
    carl = world.carl.clinician
    seen = importing.plan(clinician=carl, source="Hospital", times=[], now=world.now).based_on
    bring_in(world, busy(world, "a/", 1))
    with pytest.raises(ChangedMeanwhile, match="the imported calendar “Hospital” of Carl Jensen"):
        bring_in(world, busy(world, "b/", 2), based_on=seen)
    assert set(kept()) == {"a/"}


class TestSeveralCalendars:
    def test_another_source_is_added_and_only_the_same_is_replaced(self, world):
        bring_in(world, busy(world, "a/", 1), busy(world, "b/", 3))
        bring_in(world, busy(world, "a/", 2), source="School run")  # the same event, in another calendar
        assert importing.sources(world.carl.clinician, world.now) == {"Hospital": 2, "School run": 1}
        done = bring_in(world, busy(world, "b/", 3))
        assert (len(done.removed), done.same) == (1, 1)
        assert importing.sources(world.carl.clinician, world.now) == {"Hospital": 1, "School run": 1}

    def test_one_is_taken_away_and_the_others_stay(self, world):
        bring_in(world, busy(world, "a/", 1), busy(world, "b/", 3))
        bring_in(world, busy(world, "a/", 5), source="School run")
        bring_in(world, busy(world, "x/", 2), source="Hospital ")  # a name is as it was given below the page
        carl = world.carl.clinician
        assert importing.take_away(clinician=carl, source="Hospital", by=world.mona, now=world.now) == 2
        assert importing.sources(carl, world.now) == {"Hospital ": 1, "School run": 1}
        with pytest.raises(NoLongerThere, match="“Hospital” was removed already"):
            importing.take_away(clinician=carl, source="Hospital", by=world.mona, now=world.now)

    def test_taking_away_keeps_the_past_and_ends_what_is_under_way(self, world):
        bring_in(world, busy(world, "over/", 1), busy(world, "now/", 4, lasts=3), busy(world, "later/", 9))
        later = world.now + 5 * HOUR
        carl = world.carl.clinician
        assert importing.take_away(clinician=carl, source="Hospital", by=world.mona, now=later) == 2
        assert set(kept()) == {"over/", "now/"}
        assert Absence.objects.get(imported_as="now/").ends_at == later

    def test_what_was_typed_here_is_no_calendar(self, world):
        Absence.objects.create(
            clinician=world.carl.clinician,
            kind=AbsenceKind.LEAVE,
            starts_at=world.now + 9 * HOUR,
            ends_at=world.now + 10 * HOUR,
            made_at=world.now,
        )
        assert importing.sources(world.carl.clinician, world.now) == {}
        with pytest.raises(NoLongerThere):
            importing.take_away(clinician=world.carl.clinician, source="", by=world.mona, now=world.now)
        assert Absence.objects.count() == 1

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [("hospital", "Hospital"), ("  School   run ", "School run"), ("HOSPITAL 2", "HOSPITAL 2")],
    )
    def test_the_same_name_is_the_same_calendar_however_it_is_typed(self, typed, meant):
        assert importing.source_as_known(typed, ["Hospital", "School run"]) == meant
