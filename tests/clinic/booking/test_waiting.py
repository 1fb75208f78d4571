"""The wait list: adding, changing, closing, running out, who fits a gap, and who is to be seen by a day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from clinic.audit.models import Entry
from clinic.booking import actions, waiting, who_waits
from clinic.booking.models import Hold, Resource, ResourceKind, Urgency, WaitListEntry
from clinic.booking.waiting import AlreadyWaiting, ByWhen, NeverFits, NoLongerWaits, NothingToMove, Wanted
from clinic.people.actors import Job
from tests.clinic.booking.test_resources_and_buffers import kept

HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def tomorrow(world):
    """Wednesday at ten."""
    return world.now + DAY + HOUR


def closed(entry):
    entry.refresh_from_db()
    return entry.outcome


class TestAdding:
    def test_a_wish_keeps_what_was_asked_for(self, world):
        entry = world.waits(
            world.ana,
            clinicians=[world.cleo.clinician],
            weekdays=[4, 0, 4],
            from_time=dt.time(9),
            until_day=world.now.date() + 9 * DAY,
            urgency=Urgency.SOON,
            note=" rings back after five ",
        )
        entry.refresh_from_db()
        assert (entry.weekdays, entry.from_time, entry.note) == ([0, 4], dt.time(9), "rings back after five")
        assert list(entry.clinicians.all()) == [world.cleo.clinician]
        assert entry.added_by == world.dee
        assert Entry.objects.filter(what=f"wait list entry {entry.pk}", patient=world.ana).count() == 1

    def test_the_same_patient_and_type_twice_is_told(self, world):
        first = world.waits(world.ana)
        with pytest.raises(
            AlreadyWaiting, match="Ana Silva is on the wait list for this already: Follow-up"
        ) as told:
            world.waits(world.ana)
        assert told.value.entry == first
        assert world.waits(world.ana, type=world.assessment)
        assert world.waits(world.ben)

    def test_again_after_it_was_closed(self, world):
        waiting.withdraw(entry=world.waits(world.ana), by=world.dee, now=world.now)
        assert world.waits(world.ana)

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({"until_day": dt.date(2026, 3, 2)}, "last day has passed"),
            ({"from_day": dt.date(2026, 3, 9), "until_day": dt.date(2026, 3, 8)}, "before its first"),
            ({"from_time": dt.time(10), "until_time": dt.time(10, 29)}, "30 minutes do not fit"),
            ({"from_time": dt.time(23, 45)}, "30 minutes do not fit"),
        ],
    )
    def test_what_no_time_could_suit_is_refused(self, world, asked, words):
        with pytest.raises(NeverFits, match=words):
            world.waits(world.ana, **asked)
        assert not WaitListEntry.objects.exists()

    def test_only_a_visit_of_theirs_that_moves_can_be_moved(self, world, tomorrow):
        visit = world.booked(starts_at=tomorrow)
        with pytest.raises(NothingToMove):
            world.waits(world.ben, instead_of=visit)
        with pytest.raises(NothingToMove):
            waiting.add(
                patient=world.ana,
                type=world.follow_up,
                instead_of=visit,
                wanted=Wanted(),
                by=world.dee,
                now=world.now,
            )
        off = actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now)
        with pytest.raises(NothingToMove):
            world.waits(world.ana, instead_of=off)


class TestChangingAndClosing:
    def test_another_wish_keeps_the_place(self, world):
        entry = world.waits(world.ana, weekdays=[1])
        changed = waiting.change(entry=entry, wanted=Wanted(weekdays=[2]), by=world.carl, now=world.now + DAY)
        assert (changed.weekdays, changed.added_at) == ([2], world.now)

    def test_what_is_closed_stays_closed(self, world):
        entry = world.waits(world.ana)
        waiting.withdraw(entry=entry, by=world.dee, now=world.now)
        for act in (
            lambda: waiting.withdraw(entry=entry, by=world.dee, now=world.now),
            lambda: waiting.change(entry=entry, wanted=Wanted(), by=world.dee, now=world.now),
        ):
            with pytest.raises(NoLongerWaits, match="no longer wanted"):
                act()

    def test_it_runs_out_after_its_last_day(self, world):
        last = world.waits(world.ana, until_day=world.now.date())
        later = world.waits(world.ben, until_day=world.now.date() + DAY)
        assert waiting.run_out(now=world.now.replace(hour=23, minute=59)) == 0
        assert waiting.run_out(now=world.now + DAY) == 1
        assert waiting.run_out(now=world.now + DAY) == 0
        assert (closed(last), closed(later)) == ("ran_out", "")

    def test_it_runs_out_with_the_visit_it_would_move(self, world, tomorrow):
        entry = world.waits(world.ana, instead_of=world.booked(starts_at=tomorrow))
        waiting.run_out(now=tomorrow - MINUTE)
        assert closed(entry) == ""
        waiting.run_out(now=tomorrow)
        assert closed(entry) == "ran_out"


class TestSettling:
    """Whatever is booked or moved, by whoever and by whichever way, closes the wish it serves."""

    @pytest.mark.parametrize(
        ("asked", "served"),
        [
            ({}, True),
            ({"weekdays": [2]}, True),
            ({"weekdays": [3]}, False),
            ({"until_time": dt.time(10)}, False),
        ],
    )
    def test_by_booking_what_they_wait_for(self, world, tomorrow, asked, served):
        entry = world.waits(world.ana, **asked)
        visit = world.booked(type=world.follow_up, starts_at=tomorrow)
        assert closed(entry) == ("booked" if served else "")
        assert entry.became == (visit if served else None)

    def test_not_by_another_type_or_for_another_patient(self, world, tomorrow):
        entry = world.waits(world.ana)
        world.booked(starts_at=tomorrow)
        world.booked(patient=world.ben, type=world.follow_up, starts_at=tomorrow + HOUR)
        assert closed(entry) == ""

    def test_an_earlier_visit_by_moving_it_there_and_no_other_way(self, world, tomorrow):
        visit = world.booked(type=world.follow_up, starts_at=tomorrow + DAY)
        entry = world.waits(world.ana, instead_of=visit)
        world.booked(type=world.follow_up, starts_at=tomorrow)
        visit = actions.move(appointment=visit, starts_at=tomorrow + DAY + HOUR, by=world.dee, now=world.now)
        assert closed(entry) == ""
        actions.move(appointment=visit, starts_at=tomorrow + HOUR, by=world.dee, now=world.now)
        assert closed(entry) == "booked"

    @pytest.mark.parametrize(("days", "served"), [(1, True), (2, True), (3, False)])
    def test_to_be_seen_by_a_day_is_served_by_any_visit_until_then(self, world, tomorrow, days, served):
        entry = world.waits(world.ana, target_day=tomorrow.date() + DAY)
        world.booked(starts_at=tomorrow + (days - 1) * DAY)
        assert closed(entry) == ("booked" if served else "")


class TestWhoFits:
    def fitting(self, world, start, clinician=None):
        gap = who_waits.gap_at((clinician or world.carl).clinician, start, now=world.now)
        return [one.name for one in who_waits.who_fits(gap, now=world.now)] if gap else None

    def test_in_line(self, world, tomorrow):
        world.waits(world.ana)
        world.waits(world.ben, urgency=Urgency.SAME_DAY)
        assert self.fitting(world, tomorrow) == ["Ben Nowak", "Ana Silva"]

    def test_a_gap_ends_with_the_next_visit_or_the_day(self, world, tomorrow):
        world.waits(world.ana)
        world.waits(world.ben, type=world.assessment)
        world.booked(
            starts_at=tomorrow, patient=world.patient("Cy", "Bird", dt.date(1980, 1, 1), "+447946000789")
        )
        assert self.fitting(world, tomorrow - 30 * MINUTE) == ["Ana Silva"]
        assert self.fitting(world, tomorrow - HOUR) == ["Ana Silva", "Ben Nowak"]
        assert self.fitting(world, tomorrow.replace(hour=17, minute=30)) == ["Ana Silva"]
        assert self.fitting(world, tomorrow) is None
        assert self.fitting(world, tomorrow.replace(hour=18)) is None
        assert self.fitting(world, world.now - HOUR) is None

    def test_what_is_held_is_no_gap(self, world, tomorrow):
        kept(world, tomorrow)
        assert self.fitting(world, tomorrow) is None

    def test_nobody_who_is_here_then(self, world, tomorrow):
        world.waits(world.ana)
        world.booked(starts_at=tomorrow, clinician=world.cleo)
        assert self.fitting(world, tomorrow) == []
        assert self.fitting(world, tomorrow + HOUR) == ["Ana Silva"]

    def test_only_earlier_than_the_visit_they_would_move(self, world, tomorrow):
        visit = world.booked(type=world.follow_up, starts_at=tomorrow + HOUR)
        world.waits(world.ana, instead_of=visit)
        assert self.fitting(world, tomorrow) == ["Ana Silva"]
        assert self.fitting(world, tomorrow + 2 * HOUR) == []
        actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now)
        assert self.fitting(world, tomorrow + 2 * HOUR) == ["Ana Silva"]

    def test_the_machine_must_be_free(self, world, tomorrow):
        kind = ResourceKind.objects.create(slug="treadmill", name="Treadmill")
        Resource.objects.create(kind=kind, name="Treadmill 1")
        world.follow_up.needs = kind
        world.follow_up.save()
        world.waits(world.ana)
        world.booked(patient=world.ben, type=world.follow_up, clinician=world.cleo, starts_at=tomorrow)
        assert self.fitting(world, tomorrow) == []
        assert self.fitting(world, tomorrow + HOUR) == ["Ana Silva"]

    def test_how_to_reach_them(self, world, tomorrow):
        world.waits(world.ana)
        gap = who_waits.gap_at(world.carl.clinician, tomorrow, now=world.now)
        (one,) = who_waits.who_fits(gap, now=world.now)
        assert (one.phone, one.by_mail, one.asked) == ("+447946000123", True, False)
        world.ana.channels.filter(kind="email").update(consent_withdrawn_at=world.now)
        assert not who_waits.who_fits(gap, now=world.now)[0].by_mail

    @pytest.mark.parametrize("how_many", [1, 12])
    def test_two_queries_however_many_wait(self, world, tomorrow, how_many, django_assert_num_queries):
        for number in range(how_many):
            world.waits(world.patient("Pat", f"Number{number}", dt.date(1990, 1, 1), f"+4479460{number:05d}"))
        clinician = world.carl.clinician
        with django_assert_num_queries(2):
            gap = who_waits.gap_at(clinician, tomorrow, now=world.now)
            assert len(who_waits.who_fits(gap, now=world.now)) == how_many


class TestToBeSeen:
    """Triage and answers from home: the next visit is urgent, and the desk's list has whoever it comes too late for."""

    BECAUSE = "To be seen within days: ask the clinician"

    def told(self, world, days=2, urgency=Urgency.WITHIN_DAYS):
        by_when = ByWhen(world.now.date() + days * DAY, self.BECAUSE, urgency)
        return waiting.to_be_seen(patient=world.ana, by_when=by_when, by=world.carl, now=world.now)

    def test_a_visit_in_time_is_marked_and_nothing_more(self, world):
        world.booked(starts_at=world.now + 2 * DAY)
        visit, entry = self.told(world)
        assert (visit.target_day, visit.urgent_because) == (world.now.date() + 2 * DAY, self.BECAUSE)
        assert entry is None

    def test_a_visit_too_late_is_marked_and_to_be_moved(self, world):
        late = world.booked(starts_at=world.now + 3 * DAY)
        visit, entry = self.told(world)
        assert visit == late
        assert visit.is_urgent
        assert (entry.instead_of, entry.type, entry.target_day) == (
            late,
            late.type,
            world.now.date() + 2 * DAY,
        )
        assert (entry.urgency, entry.note, entry.added_by) == (Urgency.WITHIN_DAYS, self.BECAUSE, world.carl)

    def test_without_a_visit_they_are_put_on_the_list(self, world):
        assert world.assessment
        visit, entry = self.told(world, 0, Urgency.SAME_DAY)
        assert visit is None
        assert (entry.type, entry.instead_of) == (world.follow_up, None)

    def test_by_a_job_too(self, world):
        assert world.assessment
        by_when = ByWhen(world.now.date(), self.BECAUSE)
        _, entry = waiting.to_be_seen(patient=world.ana, by_when=by_when, by=Job("triage"), now=world.now)
        assert (entry.added_by, entry.added_by_job) == (None, "triage")

    def test_twice_is_once_and_the_sooner_day_counts(self, world):
        world.booked(starts_at=world.now + 9 * DAY)
        _, first = self.told(world, 5)
        _, again = self.told(world, 1, Urgency.SAME_DAY)
        _, later = self.told(world, 7)
        assert first == again == later
        assert (later.urgency, later.target_day) == (Urgency.SAME_DAY, world.now.date() + DAY)

    def test_a_wish_that_is_there_is_raised(self, world):
        late = world.booked(type=world.follow_up, starts_at=world.now + 9 * DAY)
        wish = world.waits(world.ana, instead_of=late, note="mornings")
        _, entry = self.told(world)
        assert (entry, entry.note, entry.urgency) == (wish, "mornings", Urgency.WITHIN_DAYS)

    def test_moving_the_visit_in_time_closes_it(self, world):
        late = world.booked(starts_at=world.now + 3 * DAY)
        _, entry = self.told(world)
        actions.move(appointment=late, starts_at=world.now + DAY, by=world.dee, now=world.now)
        assert closed(entry) == "booked"
        assert entry.became == late


def test_the_database_knows_how_a_wish_ends(world):
    """The control: past the actions, an entry that is closed and does not say how is refused."""
    entry = world.waits(world.ana)
    with pytest.raises(Exception, match="a_closed_wish_says_how_it_ended"), connection.cursor() as cursor:
        cursor.execute("update booking_waitlistentry set closed_at = now() where id = %s", [entry.pk])


def test_nothing_is_held_by_asking_who_fits(world, tomorrow):
    world.waits(world.ana)
    who_waits.who_fits(who_waits.gap_at(world.carl.clinician, tomorrow, now=world.now), now=world.now)
    assert not Hold.objects.exists()
