"""Booking a series at the desk: looking changes nothing, nothing chosen is lost, all are booked or none."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking.models import Appointment, Series
from clinic.booking.status import Status
from tests.promises.test_page_weight import MOST_BYTES, MOST_REQUESTS, files_of, weight
from tests.world import NOW

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
RADIO = re.compile(r'name="((?:on|visit)-[^"]+)" value="([^"]+)"( checked)?')


@pytest.fixture(autouse=True)
def _nine_on_a_tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dee(world):
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    return client


def new(patient):
    return reverse("desk:new_series", args=[patient.pk])


def twice_a_week(world, **how):
    return {
        "look": "1",
        "type": world.follow_up.slug,
        "clinician": str(world.carl.clinician.pk),
        "tuesday": "09:00",
        "thursday": "14:30",
        "first_day": "2026-03-10",
        "every_weeks": "1",
        "weeks": "6",
    } | how


def answer(client, url, sent, *, method="get", status=200):
    response = getattr(client, method)(url, sent)
    assert response.status_code == status
    return response.content.decode() if status != 302 else response["Location"]


def offered(page):
    """Each date's radios: value → whether it is chosen."""
    found: dict[str, dict[str, bool]] = {}
    for name, value, checked in RADIO.findall(page):
        found.setdefault(name, {})[value] = bool(checked)
    return found


def chosen(page):
    return {name: value for name, them in offered(page).items() for value, on in them.items() if on}


def booked_series(world, client, **how):
    sent = twice_a_week(world, **how)
    answer(
        client, new(world.ana), sent | chosen(answer(client, new(world.ana), sent)), method="post", status=302
    )
    return list(world.ana.appointments.order_by("starts_at"))


class TestLooking:
    def test_shows_each_date_and_writes_nothing(self, world, dee):
        page = answer(dee, new(world.ana), twice_a_week(world))
        assert "12 dates" in page
        assert "All of them are free." in page
        assert "Tue 31 Mar 2026, 09:00" in page  # the clocks have changed by then
        assert len(chosen(page)) == 12
        assert not Appointment.objects.exists()

    def test_says_what_clashes_with_one_click_for_each(self, world, dee):
        world.booked(patient=world.ben, starts_at=NOW + 7 * DAY)
        page = answer(dee, new(world.ana), twice_a_week(world))
        assert "1 of 12 clashes." in page
        assert "Carl Jensen is taken: Ben Nowak, 09:00–10:00." in page
        assert "08:30 with Carl Jensen instead" in page
        assert len(chosen(page)) == 11  # that one waits for an answer
        assert Entry.objects.filter(patient=world.ben, what="holders of a series' times").exists()

    @pytest.mark.parametrize(
        ("how", "why"),
        [
            ({"tuesday": "", "thursday": ""}, "No weekday has a time"),
            ({"tuesday": "25:00"}, "not a time of day"),
            ({"first_day": "2026-02-30"}, "not a day in the calendar"),
            ({"first_day": "2046-03-10"}, "more than 2 years away"),
            ({"until_day": "2026-03-01"}, "before the first"),
            ({"weeks": ""}, "for how many weeks, or choose a last day"),
            ({"weeks": "0"}, "one week or more"),
            ({"weeks": "1000"}, "at most"),
            ({"weeks": "six"}, "whole number of weeks"),
            ({"weeks": "27"}, "54 visits; a series has 52 at most"),
            ({"type": "nothing"}, "Choose one of the appointment types listed"),
            ({"type": ""}, "Choose what the appointments are for"),
            ({"clinician": "99999"}, "does not work here any more"),
            ({"every_weeks": "0"}, "Select a valid choice"),
        ],
    )
    def test_refuses_what_makes_no_series_and_keeps_the_rest(self, world, dee, how, why):
        page = answer(dee, new(world.ana), twice_a_week(world, **how), status=422)
        assert why in page
        if "thursday" not in how:
            assert 'value="14:30"' in page
        assert offered(page) == {}

    def test_until_a_day_counts_before_weeks(self, world, dee):
        page = answer(dee, new(world.ana), twice_a_week(world, until_day="2026-03-19"))
        assert len(offered(page)) == 4

    def test_begins_with_the_visit_it_repeats(self, world, dee):
        visit = world.booked(starts_at=NOW + DAY, type=world.follow_up)  # Wednesday at nine
        page = answer(dee, new(world.ana), {"like": str(visit.pk)})
        assert re.search(r'<input type="time" name="wednesday" value="09:00"', page)
        assert 'value="2026-03-11"' in page
        assert re.search(r'<option value="follow-up" selected>', page)

    def test_does_not_repeat_somebody_elses(self, world, dee):
        visit = world.booked(patient=world.ben, starts_at=NOW + DAY, type=world.follow_up)
        page = answer(dee, new(world.ana), {"like": str(visit.pk)})
        assert 'value="09:00"' not in page

    @pytest.mark.parametrize("weeks", ["2", "26"])
    def test_costs_no_more_for_many_dates(self, world, dee, weeks, django_assert_max_num_queries):
        world.booked(patient=world.ben, starts_at=NOW + 7 * DAY)
        sent = twice_a_week(world, weeks=weeks)
        with django_assert_max_num_queries(19):
            answer(dee, new(world.ana), sent)

    def test_is_a_light_page_also_with_every_date_in_the_way(self, world, dee):
        world.carl.clinician.left_on = dt.date(2026, 3, 4)
        world.carl.clinician.save()
        response = dee.get(new(world.ana), twice_a_week(world, weeks="26"))
        files = files_of(response)
        assert len(files) <= MOST_REQUESTS
        assert weight(files) <= MOST_BYTES


class TestBooking:
    def test_books_what_was_chosen_as_one_series(self, world, dee):
        visits = booked_series(world, dee)
        assert len(visits) == 12
        assert len({visit.series_id for visit in visits}) == 1
        page = answer(dee, reverse("desk:series", args=[world.ana.pk, visits[0].pk]), {})
        assert "12 visits" in page
        assert (
            "Booked: 12 visits of Ana Silva. Ana Silva will be mailed one message about all of them." in page
        )

    def test_takes_an_alternative_and_leaves_one_out(self, world, dee):
        world.booked(patient=world.ben, starts_at=NOW + 7 * DAY)
        sent = twice_a_week(world)
        page = answer(dee, new(world.ana), sent)
        picks = chosen(page)
        picks["on-2026-03-10"] = next(v for v in offered(page)["on-2026-03-10"] if v != "out")
        picks["on-2026-03-12"] = "out"
        answer(dee, new(world.ana), sent | picks, method="post", status=302)
        visits = list(world.ana.appointments.order_by("starts_at"))
        assert len(visits) == 11
        assert visits[0].starts_at == NOW + 7 * DAY - HOUR / 2

    def test_asks_for_what_was_not_chosen_and_books_nothing(self, world, dee):
        world.booked(patient=world.ben, starts_at=NOW + 7 * DAY)
        sent = twice_a_week(world)
        picks = chosen(answer(dee, new(world.ana), sent)) | {"on-2026-03-12": "out"}
        page = answer(dee, new(world.ana), sent | picks, method="post", status=422)
        assert "Choose for each date marked below." in page
        assert page.count("Choose one of these.") == 1
        assert chosen(page) == picks  # nothing chosen is lost
        assert not world.ana.appointments.exists()

    def test_one_button_takes_every_alternative(self, world, dee):
        world.booked(patient=world.ben, starts_at=NOW + 7 * DAY)
        sent = twice_a_week(world)
        picks = chosen(answer(dee, new(world.ana), sent))
        page = answer(dee, new(world.ana), sent | picks | {"all": "1"}, method="post")
        assert len(chosen(page)) == 12
        assert not world.ana.appointments.exists()
        answer(dee, new(world.ana), sent | chosen(page), method="post", status=302)
        assert world.ana.appointments.count() == 12

    def test_of_what_was_taken_meanwhile_is_the_same_report_again(self, world, dee):
        sent = twice_a_week(world)
        picks = chosen(answer(dee, new(world.ana), sent)) | {"on-2026-03-12": "out"}
        world.booked(patient=world.ben, starts_at=NOW + 7 * DAY)
        page = answer(dee, new(world.ana), sent | picks, method="post", status=409)
        assert "1 of 11 dates cannot be as asked. Nothing was changed." in page
        assert "Carl Jensen is taken: Ben Nowak, 09:00–10:00." in page
        del picks["on-2026-03-10"]
        assert chosen(page) == picks
        assert not world.ana.appointments.exists()
        assert not Series.objects.exists()

    def test_pressed_twice_is_booked_once(self, world, dee):
        sent = twice_a_week(world)
        sent |= chosen(answer(dee, new(world.ana), sent))
        for _ in range(2):
            answer(dee, new(world.ana), sent, method="post", status=302)
        assert world.ana.appointments.count() == 12

    def test_with_everything_left_out_is_refused(self, world, dee):
        sent = twice_a_week(world)
        sent |= dict.fromkeys(offered(answer(dee, new(world.ana), sent)), "out")
        page = answer(dee, new(world.ana), sent, method="post", status=422)
        assert "Every date is left out" in page

    @pytest.mark.parametrize("odd", ["", "x", "1@", "@2026-03-10T09:00:00", "99@2026-03-10T09:00:00+00:00"])
    def test_an_answer_nobody_offered_is_asked_again(self, world, dee, odd):
        sent = twice_a_week(world)
        sent |= chosen(answer(dee, new(world.ana), sent)) | {"on-2026-03-10": odd}
        assert "Choose for each date" in answer(dee, new(world.ana), sent, method="post", status=422)

    def test_a_time_far_from_the_date_is_asked_again(self, world, dee):
        sent = twice_a_week(world)
        far = f"{world.carl.clinician.pk}@2027-03-10T09:00:00+00:00"
        sent |= chosen(answer(dee, new(world.ana), sent)) | {"on-2026-03-10": far}
        assert "Choose for each date" in answer(dee, new(world.ana), sent, method="post", status=422)


class TestTheRest:
    def url(self, name, visit):
        return reverse(f"desk:{name}", args=[visit.patient_id, visit.pk])

    def test_moves_by_the_same_shift(self, world, dee):
        visits = booked_series(world, dee)
        sent = {"look": "1", "day": "2026-03-18", "time": "10:30", "clinician": "", "which": "same"}
        url = self.url("move_series", visits[2])
        page = answer(dee, url, sent)
        assert len(chosen(page)) == 5
        assert "Now Tue 17 Mar, 09:00 with Carl Jensen" in page
        answer(dee, url, sent | chosen(page), method="post", status=302)
        after = [v.starts_at for v in world.ana.appointments.order_by("starts_at")]
        assert dt.datetime(2026, 3, 18, 10, 30, tzinfo=dt.UTC) in after
        assert dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC) in after  # half past ten, in summer

    def test_clashes_are_said_before_it_does(self, world, dee):
        visits = booked_series(world, dee)
        world.booked(patient=world.ben, starts_at=dt.datetime(2026, 3, 18, 10, 30, tzinfo=dt.UTC))
        sent = {"look": "1", "day": "2026-03-11", "time": "10:30", "clinician": "", "which": "same"}
        url = self.url("move_series", visits[0])
        page = answer(dee, url, sent)
        assert "1 of 6 clashes." in page
        picks = chosen(page) | {f"visit-{visits[2].pk}": "out"}
        answer(dee, url, sent | picks, method="post", status=302)
        visits[2].refresh_from_db()
        assert visits[2].starts_at == dt.datetime(2026, 3, 17, 9, tzinfo=dt.UTC)
        assert world.ana.appointments.exclude(moved_at=None).count() == 5

    def test_to_where_they_are_is_nothing_to_move(self, world, dee):
        visits = booked_series(world, dee)
        sent = {"look": "1", "day": "2026-03-10", "time": "09:00", "clinician": "", "which": "all"}
        page = answer(dee, self.url("move_series", visits[0]), sent, status=422)
        assert "That is where it is already" in page

    def test_a_visit_left_behind_is_said(self, world, dee):
        visits = booked_series(world, dee)
        dee.post(reverse("desk:appointment_status", args=[world.ana.pk, visits[3].pk]), {"to": "arrived"})
        sent = {"look": "1", "day": "2026-03-11", "time": "09:00", "clinician": "", "which": "all"}
        page = answer(dee, self.url("move_series", visits[0]), sent)
        assert "It is arrived." in page
        assert f"visit-{visits[3].pk}" not in offered(page)

    def test_is_cancelled_with_one_reason(self, world, dee):
        visits = booked_series(world, dee)
        url = self.url("cancel_series", visits[4])
        assert "8 visits from here on" in answer(dee, url, {})
        page = answer(dee, url, {"which": "all", "because": ""}, method="post", status=422)
        assert "Say why they are cancelled." in page
        answer(dee, url, {"which": "all", "because": "Moves away"}, method="post", status=302)
        off = world.ana.appointments.filter(status=Status.CANCELLED)
        assert off.count() == 8
        assert {v.cancelled_because for v in off} == {"Moves away"}

    @pytest.mark.parametrize("name", ["series", "move_series", "cancel_series"])
    def test_of_a_visit_that_stands_alone_is_no_page(self, world, dee, name):
        assert dee.get(self.url(name, world.booked())).status_code == 404

    def test_a_visit_says_which_of_how_many_it_is(self, world, dee):
        visits = booked_series(world, dee)
        assert "3 of 12" in answer(dee, reverse("desk:patient", args=[world.ana.pk]), {})
        day = visits[2].starts_at.date().isoformat()
        assert "3 of 12" in answer(dee, reverse("desk:today"), {"day": day})
