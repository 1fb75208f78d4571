"""Times of day as the desk types them: in each form that asks for one, and nothing typed is lost."""

import datetime as dt

import pytest
from django.urls import reverse

from clinic.booking.models import Appointment
from clinic.desk.forms.booking import MoveForm
from clinic.desk.forms.clocks import ClockField, read_clock
from clinic.desk.forms.finding import FindForm
from clinic.desk.forms.rosters import time_field as roster_time
from clinic.desk.forms.series import Time
from clinic.desk.forms.waiting import time_field as waiting_time

pytestmark = pytest.mark.usefixtures("clock")

READ = {
    "14": "14:00",
    "9": "09:00",
    "0": "00:00",
    "12": "12:00",
    "930": "09:30",
    "0930": "09:30",
    "1400": "14:00",
    "9.30": "09:30",
    "9:30": "09:30",
    "14:20": "14:20",
    " 14:20 ": "14:20",
    "14:20:00": "14:20",
    "14 20": "14:20",
    "9h": "09:00",
    "9h30": "09:30",
    "2 pm": "14:00",
    "2pm": "14:00",
    "2 p.m.": "14:00",
    "2:30 PM": "14:30",
    "230pm": "14:30",
    "11 am": "11:00",
    "12 am": "00:00",
    "12 pm": "12:00",
}
REFUSED = [
    "24",
    "2400",
    "25:00",
    "14:60",
    "1460",
    "9:5",
    "9.3",
    "14 pm",
    "0 am",
    "half past two",
    "-9",
    "14:20x",
]
OTHER_SCRIPTS = ["\u0669", "\u0967\u096a:\u0968\u0966"]


@pytest.mark.parametrize(("typed", "meant"), READ.items())
def test_a_time_is_read_as_it_was_meant(typed, meant):
    assert read_clock(typed) == dt.time.fromisoformat(meant)


@pytest.mark.parametrize("typed", [*REFUSED, *OTHER_SCRIPTS, "99999", "1" * 4000])
def test_what_is_no_time_is_not_guessed_at(typed):
    assert read_clock(typed) is None


def test_djangos_own_reading_would_make_a_night_of_it():
    """Why we read it ourselves: with the formats we had, two in the afternoon became four past one."""
    assert dt.datetime.strptime("14", "%H%M").time() == dt.time(1, 4)  # noqa: DTZ007  # the time alone
    assert read_clock("14") == dt.time(14)


def test_every_form_of_the_desk_reads_times_this_way():
    fields = [
        MoveForm.base_fields["other_time"],
        FindForm.base_fields["from_time"],
        FindForm.base_fields["until_time"],
        Time(label="At"),
        roster_time("From"),
        waiting_time("From"),
    ]
    assert {type(field).to_python for field in fields} == {ClockField.to_python}
    assert [field.clean("14") for field in fields] == [dt.time(14)] * len(fields)


@pytest.fixture
def dee(world):
    return world.signed_in(world.dee)


@pytest.fixture
def wish(world):
    """Ana's follow-up with Carl on Thursday."""
    return {
        "patient": world.ana.pk,
        "type": world.follow_up.slug,
        "clinician": world.carl.clinician.pk,
        "day": "2026-03-05",
    }


@pytest.mark.parametrize("typed", ["14", "2 pm", "1400", "14.00"])
def test_what_the_receptionist_types_is_what_is_booked(dee, wish, typed):
    assert dee.post(reverse("desk:book"), wish | {"other_time": typed}).status_code == 302
    assert Appointment.objects.get().starts_at == dt.datetime(2026, 3, 5, 14, tzinfo=dt.UTC)


@pytest.mark.parametrize("typed", ["9", "930", "9.30"])
def test_mornings_too(dee, wish, typed):
    assert dee.post(reverse("desk:book"), wish | {"other_time": typed}).status_code == 302
    assert f"{Appointment.objects.get().starts_at:%H:%M}" == ("09:00" if typed == "9" else "09:30")


def test_what_cannot_be_read_is_refused_in_words_and_kept(dee, wish):
    answer = dee.post(reverse("desk:book"), wish | {"other_time": "half past two"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "That is not a time of day. Type hours and minutes, for example 14:20." in page
    assert 'value="half past two"' in page
    assert not Appointment.objects.exists()
