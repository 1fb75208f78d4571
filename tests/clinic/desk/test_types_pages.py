"""The managers' pages about types, rooms and machines."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from clinic.booking import kinds
from clinic.booking.kinds import fingerprint
from clinic.booking.models import AppointmentType, Resource, ResourceKind
from tests.wished import wish
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("clock")

USUAL = {
    "minutes": "60",
    "buffer_minutes": "0",
    "notice_hours": "24",
    "change_hours": "24",
    "ahead_days": "56",
}


@pytest.fixture
def mona(world):
    assert world.assessment
    return world.signed_in(world.mona)


def page(answer) -> str:
    return answer.content.decode()


def change(client, type, **typed):
    told = {**USUAL, "name": type.name, "minutes": str(type.minutes), "based_on": fingerprint(type)} | typed
    return client.post(reverse("desk:change_type", args=[type.pk]), told)


def test_a_type_is_made_and_is_not_bookable_online_unless_ticked(mona):
    url = reverse("desk:make_type")
    assert 'name="bookable_online"' in page(mona.get(url))
    assert 'name="bookable_online" id="id_bookable_online" checked' not in page(mona.get(url))
    assert mona.post(url, {**USUAL, "name": "Home visit"}).status_code == 302
    made = AppointmentType.objects.get(slug="home-visit")
    assert (made.minutes, made.bookable_online) == (60, False)
    assert "Home visit" in page(mona.get(reverse("desk:types")))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": ""}, "Type a name"),
        ({"name": "x" * 81}, "At most 80 letters"),
        ({"name": "follow-UP"}, "There is a follow-UP already"),
        ({"minutes": "0"}, "5 to 480"),
        ({"minutes": "1200"}, "5 to 480"),
        ({"minutes": "an hour"}, "whole number of minutes"),
        ({"buffer_minutes": "121"}, "0 to 120"),
        ({"ahead_days": "0"}, "1 to 366"),
        ({"notice_hours": "-1"}, "whole number of hours"),
        ({"first_reminder_days": "15"}, "whole number of days, 0 to 14"),
        ({"last_reminder_hours": "25"}, "whole number of hours, 0 to 24"),
        ({"needs": "999999"}, "Choose one of the kinds"),
        ({"clinicians": "999999"}, "Choose among the clinicians"),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(mona, typed, says):
    answer = mona.post(reverse("desk:make_type"), {**USUAL, "name": "Home visit"} | typed)
    assert answer.status_code == 422
    assert says in page(answer)
    assert AppointmentType.objects.count() == 4
    assert typed.get("name", "Home visit") in page(answer)


def test_a_change_says_what_it_touches_and_is_saved_with_a_second_press(world, mona):
    visit = world.booked()
    answer = change(mona, world.assessment, minutes="45")
    assert answer.status_code == 409
    assert "1 visit to come keeps its length" in page(answer)
    world.assessment.refresh_from_db()
    assert world.assessment.minutes == 60
    assert change(mona, world.assessment, minutes="45", knowing="1").status_code == 302
    world.assessment.refresh_from_db()
    visit.refresh_from_db()
    assert (world.assessment.minutes, visit.ends_at - visit.starts_at) == (45, dt.timedelta(hours=1))


def test_the_second_of_two_is_told(world, mona):
    seen = fingerprint(world.assessment)
    change(mona, world.assessment, minutes="50")
    answer = change(mona, world.assessment, minutes="40", based_on=seen)
    assert answer.status_code == 409
    assert "Somebody else changed this type" in page(answer)
    assert "50 minutes" in page(answer)
    assert 'value="40"' in page(answer)


def test_it_is_retired_and_comes_back(world, mona):
    url = reverse("desk:retire_type", args=[world.assessment.pk])
    assert "is retired" in page(mona.post(url, {"do": "retire"}, follow=True))
    assert "Offer again" in page(mona.get(reverse("desk:types")))
    assert "can be booked again" in page(mona.post(url, {"do": "again"}, follow=True))
    assert AppointmentType.objects.offered(NOW.date()).count() == 4


def test_a_room_is_made_renamed_and_retired_with_who_holds_it_listed(world, mona):
    treadmill = Resource.objects.get()
    url = reverse("desk:resource", args=[treadmill.pk])
    answer = mona.post(url, {"do": "retire"})
    assert answer.status_code == 422
    assert "the last one of its kind" in page(answer)
    made = mona.post(reverse("desk:resources"), {"name": "Treadmill 2", "kind": "Treadmill"})
    assert made.status_code == 302
    assert mona.post(reverse("desk:resources"), {"name": "treadmill 2", "kind": "x"}).status_code == 422
    gait = AppointmentType.objects.get(slug="gait-retraining")
    visit = world.booked(type=gait)
    shown = page(mona.get(url))
    assert "Ana Silva" in shown
    assert reverse("desk:move", args=[visit.patient_id, visit.pk]) in shown
    assert mona.post(url, {"name": "Old treadmill"}).status_code == 302
    assert mona.post(url, {"name": "Treadmill 2"}).status_code == 422
    assert mona.post(url, {"do": "retire"}).status_code == 302
    treadmill.refresh_from_db()
    assert (treadmill.name, treadmill.retired_on) == ("Old treadmill", dt.date(2026, 3, 2))
    assert mona.post(url, {"do": "again"}).status_code == 302


def test_a_kind_is_renamed(world, mona):
    kinds.make_resource(name="Quiet room", kind="Room", by=world.mona)
    kind = ResourceKind.objects.get(name="Room")
    url = reverse("desk:resource_kind", args=[kind.pk])
    assert mona.post(url, {"name": "Treadmill"}).status_code == 422
    assert mona.post(url, {"name": ""}).status_code == 422
    assert mona.post(url, {"name": "Rooms"}).status_code == 302
    kind.refresh_from_db()
    assert kind.name == "Rooms"


def test_the_settings_show_them_and_change_nothing(world, mona):
    pk = world.assessment.pk
    assert mona.get("/admin/booking/appointmenttype/").status_code == 200
    assert mona.post(f"/admin/booking/appointmenttype/{pk}/change/", {"minutes": "5"}).status_code == 403
    assert mona.post(f"/admin/booking/appointmenttype/{pk}/delete/").status_code == 403


class TestRemindersOfAType:
    SOURCE = "clinic.booking.reminders"

    def test_an_empty_field_says_what_the_clinic_has(self, world, mona):
        url = reverse("desk:change_type", args=[world.assessment.pk])
        shown = page(mona.get(url))
        assert "Empty: 2 days, as the clinic has it now. 0: none." in shown
        assert "Empty: 2 hours, as the clinic has it now. 0: none." in shown
        wish(world, self.SOURCE, "appointment_48h", is_on=False)
        wish(world, self.SOURCE, "appointment_2h", lead=dt.timedelta(hours=3))
        shown = page(mona.get(url))
        assert "The clinic has switched these off: none goes out, whatever stands here." in shown
        assert "Empty: 3 hours, as the clinic has it now." in shown

    def test_what_a_change_does_to_what_is_booked_is_said_once_and_alike(self, world, mona):
        told = "Visits booked already keep their length, their clinician and their room; everything else, reminders too"
        shown = page(mona.get(reverse("desk:change_type", args=[world.assessment.pk])))
        assert shown.count("booked already") == shown.count(told) == 1
        saved = change(mona, world.assessment, last_reminder_hours="4", change_hours="24")
        assert told in page(mona.get(saved.url))
