"""The page of numbers: what it shows, what it refuses, what it costs, and the file it gives away."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking.actions import cancel
from clinic.booking.models import WorkingHours
from tests.world import NOW

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MARCH = {"first": "2026-03-02", "last": "2026-03-08"}


@pytest.fixture(autouse=True)
def _noon_on_a_friday():
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        yield


@pytest.fixture
def dee(world):
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    return client


def shown(client, given=None, name="desk:numbers", status=200):
    response = client.get(reverse(name), given or {})
    assert response.status_code == status
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def a_week(world):
    """An assessment that was called off and filled by half, one that stands, and a second one online."""
    off = world.booked(starts_at=NOW + DAY)
    cancel(appointment=off, because="Ill", by=world.dee, now=NOW)
    world.booked(patient=world.ben, starts_at=NOW + DAY, type=world.follow_up, now=NOW + HOUR)
    world.booked(patient=world.ana, starts_at=NOW + 2 * DAY)


class TestThePage:
    def test_shows_by_week_and_by_clinician_and_says_what_is_counted(self, world, dee):
        a_week(world)
        page = shown(dee, MARCH)
        for text in ("Carl Jensen", "2 Mar 26", "50.0", "1.5", "3 %", "1 (100 %)", "2.0 (2.0 to 2.0)"):
            assert text in page
        assert "at least half was booked after the cancellation" in page
        assert page.count('<svg class="bar-chart"') == 2
        assert '<title id="used-title">Utilisation by week</title>' in page

    def test_begins_with_the_last_eight_weeks(self, world, dee):
        world.booked()
        page = shown(dee)
        assert 'value="2026-01-12"' in page
        assert 'value="2026-03-06"' in page
        assert page.count("not known") > 7  # nobody had a first assessment in the weeks before

    def test_names_no_patient(self, world, dee):
        a_week(world)
        for name in ("desk:numbers", "desk:numbers_csv"):
            page = shown(dee, MARCH, name)
            for patient in (world.ana, world.ben):
                assert patient.legal_family_name not in page
                assert patient.record_number not in page

    def test_of_a_clinic_without_clinicians_says_so(self, dee):
        assert "Nobody had working hours in these days" in shown(dee, MARCH)

    def test_of_a_week_without_open_hours_is_not_nought(self, world, dee):
        world.booked(starts_at=NOW + 2 * DAY)
        WorkingHours.objects.all().delete()
        page = shown(dee, MARCH)
        assert "bar-unknown" in page
        assert "0 %</td>" not in page.split("Utilisation</th>", 1)[1].split("No-shows", 1)[0]

    @pytest.mark.parametrize(
        ("first", "last", "why"),
        [
            ("2026-03-08", "2026-03-02", "The last day lies before the first"),
            ("2006-03-08", "2026-03-02", "more than two years"),
            ("yesterday", "2026-03-02", "not a day in the calendar"),
            ("2026-02-30", "2026-03-02", "not a day in the calendar"),
            ("", "2026-03-02", "Choose the first day"),
            ("2026-03-02", "", "Choose the last day"),
            ("0001-01-01", "0001-01-02", "Check the year"),
            ("9999-12-30", "9999-12-31", "Check the year"),
            ("2026-03-02\x00", "2026-03-08", "not a day in the calendar"),
        ],
    )
    @pytest.mark.parametrize("name", ["desk:numbers", "desk:numbers_csv"])
    def test_refuses_days_it_cannot_count_and_keeps_them(self, world, dee, first, last, why, name):
        page = shown(dee, {"first": first, "last": last}, name, status=422)
        assert why in page
        assert f'value="{last}"' in page or not last
        assert "Nothing is counted until both days can be read" in page

    def test_may_be_two_years_and_no_more(self, world, dee):
        world.booked()
        assert "Carl Jensen" in shown(dee, {"first": "2024-03-09", "last": "2026-03-08"})

    @pytest.mark.parametrize("how_many", [2, 36])
    def test_costs_no_more_for_a_full_calendar(self, world, dee, how_many, django_assert_max_num_queries):
        for number in range(how_many):
            start = NOW + DAY * (number // 9 + 6) + HOUR * (number % 9)
            world.booked(patient=world.ben, starts_at=start)
        with django_assert_max_num_queries(11):  # eight of its own
            shown(dee, {"first": "2026-03-02", "last": "2026-03-31"})


class TestTheFile:
    def rows(self, client):
        text = shown(client, MARCH, "desk:numbers_csv")
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    def test_has_a_row_for_each_clinician_and_week(self, world, dee):
        a_week(world)
        (row,) = self.rows(dee)
        assert (row["Week beginning"], row["Clinician"]) == ("2026-03-02", "Carl Jensen")
        assert (row["Open minutes"], row["Booked minutes"], row["Utilisation %"]) == ("3000", "90", "3.0")
        assert (row["Cancelled"], row["Cancelled and filled again"], row["First assessments"]) == (
            "1",
            "1",
            "1",
        )
        assert row["Days from booking: 50 %"] == "2.0"

    def test_leaves_out_what_is_not_known(self, world, dee):
        world.booked(starts_at=NOW + 2 * DAY, type=world.follow_up)
        WorkingHours.objects.all().delete()
        (row,) = self.rows(dee)
        assert (row["Utilisation %"], row["Days from booking: 50 %"]) == ("", "")

    def test_runs_no_formula_that_is_somebodys_name(self, world, dee):
        world.carl.display_name = '=HYPERLINK("x"); Jensen, Carl'
        world.carl.save()
        world.booked()
        (row,) = self.rows(dee)
        assert row["Clinician"] == '\'=HYPERLINK("x"); Jensen, Carl'

    def test_is_written_down_as_an_export(self, world, dee):
        response = dee.get(reverse("desk:numbers_csv"), MARCH)
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert 'filename="numbers-2026-03-02-to-2026-03-08.csv"' in response["Content-Disposition"]
        assert "no-store" in response["Cache-Control"]
        entry = Entry.objects.filter(request_id=response["X-Request-ID"]).get()
        assert (entry.what, entry.account) == ("export of numbers, 2026-03-02 to 2026-03-08", world.dee)
        assert entry.patient is None
