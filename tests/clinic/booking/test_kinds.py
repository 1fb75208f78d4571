"""What can be booked: a change says beforehand what it touches, and touches no visit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.management import call_command

from clinic.booking import kinds
from clinic.booking.kinds import TypeDetails
from clinic.booking.models import AppointmentType, Resource, ResourceKind
from clinic.booking.refusals import NotOffered, ResourceTaken
from clinic.booking.rosters import ChangedMeanwhile

HOUR = dt.timedelta(hours=1)


def change(world, type, **what):
    details = replace(TypeDetails.of(type), **what)
    said = kinds.touched(type=type, details=details, now=world.now)
    kinds.change_type(type=type, details=details, based_on=kinds.fingerprint(type), by=world.mona)
    type.refresh_from_db()
    return said


@pytest.fixture
def gait(world):
    assert world.assessment
    return AppointmentType.objects.get(slug="gait-retraining")


class TestWhatTheClinicBeginsWith:
    def test_four_types_and_one_treadmill(self, world, gait):
        told = AppointmentType.objects.values_list("slug", "minutes", "needs__name", "bookable_online")
        assert set(told) == {
            ("initial-assessment", 60, None, False),
            ("follow-up", 30, None, False),
            ("gait-retraining", 45, "Treadmill", False),
            ("rescreen", 45, None, False),
        }
        assert Resource.objects.get().kind == gait.needs

    def test_loading_it_again_changes_nothing(self, gait):
        before = (AppointmentType.objects.count(), Resource.objects.count(), ResourceKind.objects.count())
        call_command("loaddata", "appointment_types", verbosity=0)
        after = (AppointmentType.objects.count(), Resource.objects.count(), ResourceKind.objects.count())
        assert before == after == (4, 1, 1)

    def test_the_treadmill_is_had_by_one_at_a_time(self, world, gait):
        world.booked(type=gait, starts_at=world.now + HOUR)
        with pytest.raises(ResourceTaken, match="No treadmill is free"):
            world.booked(type=gait, clinician=world.cleo, patient=world.ben, starts_at=world.now + HOUR)


class TestAType:
    def test_is_made_with_an_address_of_its_own(self, world):
        first = kinds.make_type(details=TypeDetails("Home  visit", 90), by=world.mona)
        assert (first.name, first.slug, first.bookable_online) == ("Home visit", "home-visit", False)
        kinds.retire_type(type=first, by=world.mona, now=world.now)
        assert kinds.make_type(details=TypeDetails("Home visit", 60), by=world.mona).slug == "home-visit-2"

    def test_of_a_name_that_is_there_is_refused(self, world, gait):
        with pytest.raises(kinds.NameTaken):
            kinds.make_type(details=TypeDetails("GAIT retraining", 30), by=world.mona)
        with pytest.raises(kinds.NameTaken):
            change(world, world.follow_up, name="Gait retraining")

    def test_a_new_length_leaves_what_is_booked(self, world):
        visit = world.booked()
        said = change(world, world.assessment, minutes=45, buffer_minutes=10)
        assert said == [
            "1 visit to come keeps its length and buffer; only what is booked from now on changes."
        ]
        visit.refresh_from_db()
        assert visit.ends_at - visit.starts_at == HOUR
        assert visit.held_until == visit.ends_at

    def test_who_would_not_do_it_any_more_is_counted(self, world):
        world.booked()
        world.booked(patient=world.ben, starts_at=world.now + HOUR)
        only_cleo = frozenset({world.cleo.clinician.pk})
        (said,) = change(world, world.assessment, clinicians=only_cleo)
        assert said.startswith("2 visits to come are with somebody who would not do it any more.")

    def test_what_it_needs_from_now_on(self, world, gait):
        world.booked()
        (said,) = change(world, world.assessment, needs=gait.needs)
        assert said.startswith("1 visit to come holds no treadmill yet.")

    def test_nothing_to_come_is_nothing_touched(self, world):
        assert change(world, world.assessment, minutes=45) == []
        assert change(world, world.assessment, notice_hours=2) == []

    def test_of_two_who_change_it_the_second_is_told(self, world):
        seen = kinds.fingerprint(world.assessment)
        change(world, world.assessment, minutes=45)
        with pytest.raises(ChangedMeanwhile, match="Somebody else changed this type"):
            kinds.change_type(
                type=world.assessment, details=TypeDetails("X", 30), based_on=seen, by=world.mona
            )
        world.assessment.refresh_from_db()
        assert world.assessment.minutes == 45

    def test_a_retired_one_is_not_booked_and_can_come_back(self, world):
        visit = world.booked()
        kinds.retire_type(type=world.assessment, by=world.mona, now=world.now)
        world.assessment.refresh_from_db()
        with pytest.raises(NotOffered):
            world.booked(patient=world.ben, starts_at=world.now + HOUR)
        assert kinds.how_many_to_come(world.assessment, world.now) == 1
        kinds.offer_again(type=world.assessment, by=world.mona)
        world.assessment.refresh_from_db()
        assert world.booked(patient=world.ben, starts_at=world.now + HOUR).pk != visit.pk


class TestARoom:
    def test_is_made_with_its_kind_found_or_made(self, world, gait):
        second = kinds.make_resource(name="Treadmill 2", kind="treadmill", by=world.mona)
        assert second.kind == gait.needs
        room = kinds.make_resource(name="Quiet room", kind="Room", by=world.mona)
        assert (room.kind.name, room.kind.slug) == ("Room", "room")
        with pytest.raises(kinds.NameTaken):
            kinds.make_resource(name="quiet room", kind="Other", by=world.mona)
        assert not ResourceKind.objects.filter(name="Other").exists()

    def test_is_renamed_but_not_to_anothers_name(self, world, gait):
        room = kinds.make_resource(name="Quiet room", kind="Room", by=world.mona)
        kinds.rename_resource(resource=room, name="Loud room", by=world.mona)
        with pytest.raises(kinds.NameTaken):
            kinds.rename_resource(resource=room, name="treadmill", by=world.mona)
        kinds.rename_kind(kind=room.kind, name="Rooms", by=world.mona)
        with pytest.raises(kinds.NameTaken):
            kinds.rename_kind(kind=room.kind, name="Treadmill", by=world.mona)

    def test_the_last_one_that_is_needed_is_not_retired(self, world, gait):
        treadmill = Resource.objects.get()
        with pytest.raises(kinds.StillNeeded, match="Gait retraining"):
            kinds.retire_resource(resource=treadmill, by=world.mona, now=world.now)
        kinds.make_resource(name="Treadmill 2", kind="Treadmill", by=world.mona)
        visit = world.booked(type=gait, starts_at=world.now + HOUR)
        assert kinds.visits_holding(treadmill, world.now) == [visit]
        kinds.retire_resource(resource=treadmill, by=world.mona, now=world.now)
        other = world.booked(type=gait, patient=world.ben, starts_at=world.now + 3 * HOUR)
        assert other.resource.name == "Treadmill 2"
        kinds.use_again(resource=treadmill, by=world.mona)
        assert not Resource.objects.exclude(retired_on=None).exists()
