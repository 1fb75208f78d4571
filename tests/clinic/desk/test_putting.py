"""Dragging a visit and its keys: what is posted, what is refused, who is told, and taking it back."""

import datetime as dt
import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking import actions
from clinic.booking.as_shown import MovedMeanwhile, Shown, put
from clinic.booking.models import Appointment
from tests.world import NOW


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def dee(world):
    return world.signed_in(world.dee)


def shown(visit):
    return Shown(visit.starts_at, visit.ends_at, visit.clinician_id).text


def puts(client, visit, **fields):
    url = reverse("desk:put", args=[visit.patient_id, visit.pk]) + "?day=2026-03-05"
    given = {"shown": shown(visit)} | fields
    return client.post(url, {name: value for name, value in given.items() if value is not None}, follow=True)


def words(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def undo_form(answer):
    """Where the undo button posts, and the change it names."""
    found = re.search(
        r'<form method="post" action="([^"]+)" data-undo>.*?name="change" value="(\d+)"',
        answer.content.decode(),
        re.S,
    )
    return unescape(found[1]), found[2]


def test_a_drag_moves_it_and_says_who_is_told_and_when(world, dee):
    visit = world.booked()
    assert world.cleo
    to = visit.starts_at + dt.timedelta(minutes=15)
    answer = puts(dee, visit, starts_at=to.isoformat(), clinician=world.cleo.clinician.pk)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.clinician) == (to, world.cleo.clinician)
    assert "Moved: Ana Silva with Cleo Marchetti" in words(answer)
    assert "Ana Silva will be mailed the new time at 09:03, three minutes from now" in words(answer)
    assert answer.redirect_chain == [(f"/desk/?day=2026-03-05#visit-{visit.pk}", 302)]


def test_somebody_who_agreed_to_no_mail_is_to_be_called(world, dee):
    visit = world.booked()
    world.ana.channels.update(consent_given_at=None, consent_recorded_by=None)
    answer = puts(dee, visit, starts_at=(visit.starts_at + dt.timedelta(hours=1)).isoformat())
    assert "call +447946000123" in words(answer)
    assert "will be mailed" not in words(answer)


@pytest.mark.parametrize(("nudge", "minutes"), [("longer", 75), ("shorter", 45)])
def test_a_quarter_longer_or_shorter_tells_nobody(world, dee, nudge, minutes):
    visit = world.booked()
    answer = puts(dee, visit, nudge=nudge)
    visit.refresh_from_db()
    assert visit.ends_at - visit.starts_at == dt.timedelta(minutes=minutes)
    assert f"Ana Silva: {minutes} minutes now. When to come stays the same: nobody is told." in words(answer)


def test_a_move_and_a_new_length_at_once(world, dee):
    visit = world.booked()
    to = visit.starts_at + dt.timedelta(hours=1)
    puts(dee, visit, starts_at=to.isoformat(), minutes=30)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.ends_at) == (to, to + dt.timedelta(minutes=30))


def test_a_taken_time_names_the_holder_offers_the_next_and_leaves_it_where_it_was(world, dee):
    visit = world.booked()
    other = world.booked(patient=world.ben, starts_at=visit.starts_at + dt.timedelta(hours=2))
    answer = puts(dee, visit, starts_at=other.starts_at.isoformat())
    was = visit.starts_at
    visit.refresh_from_db()
    assert visit.starts_at == was
    assert answer.status_code == 409
    assert "is taken: Ben Nowak" in words(answer)
    assert "Ana Silva stays where they were" in words(answer)
    offered = re.findall(r'name="starts_at" value="([^"]+)"', answer.content.decode())
    assert len(offered) == 3
    assert Entry.objects.filter(patient=world.ben, what="holder of a taken slot").count() == 1
    puts(dee, visit, starts_at=offered[0])
    visit.refresh_from_db()
    assert visit.starts_at == dt.datetime.fromisoformat(offered[0])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"starts_at": "2026-03-05T20:00:00+00:00"}, "outside working hours"),
        ({"starts_at": "2026-03-02T10:00:00+00:00"}, "has passed"),
        ({"starts_at": "2026-03-05T17:30:00+00:00"}, "run past the end of working hours"),
        ({"minutes": 0}, "0 minutes is not a visit"),
        ({"minutes": 1200}, "1200 minutes is not a visit"),
    ],
)
def test_a_refusal_changes_nothing_and_says_why(world, dee, fields, said):
    visit = world.booked()
    before = Appointment.objects.values().get()
    answer = puts(dee, visit, **fields)
    assert answer.status_code == 422
    assert said in words(answer)
    assert Appointment.objects.values().get() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"shown": None},
        {"shown": "x"},
        {"shown": "2026-03-05T10:00:00/2026-03-05T11:00:00/1"},
        {"shown": "2026-03-05T10:00:00+00:00/2026-03-05T11:00:00+00:00/" + "9" * 30},
        {"starts_at": "tomorrow"},
        {"starts_at": "2026-03-05T10:15:00"},
        {"starts_at": "0001-01-01T00:00:00+00:00"},
        {"clinician": "999999"},
        {"minutes": "x"},
        {"nudge": "sideways"},
    ],
)
def test_what_cannot_be_read_changes_nothing_and_says_so(world, dee, fields):
    visit = world.booked()
    before = Appointment.objects.values().get()
    answer = puts(dee, visit, **fields)
    assert answer.status_code == 200
    assert "Nothing was changed" in words(answer)
    assert Appointment.objects.values().get() == before


def test_of_two_windows_the_second_is_told_of_the_first(world, dee):
    visit = world.booked()
    puts(dee, visit, starts_at=(visit.starts_at + dt.timedelta(hours=1)).isoformat())
    stale = puts(dee, visit, starts_at=(visit.starts_at + dt.timedelta(hours=3)).isoformat())
    assert stale.status_code == 409
    assert "Somebody else changed this appointment while your page was open: it is at 11:00" in words(stale)
    assert Appointment.objects.get().starts_at == visit.starts_at + dt.timedelta(hours=1)


def test_a_length_that_changed_meanwhile_is_seen_too(world):
    visit, ben = world.booked(), {"by": world.dee, "now": NOW}
    was = Shown(visit.starts_at, visit.ends_at, visit.clinician_id)
    actions.resize(appointment=visit, minutes=30, **ben)
    with pytest.raises(MovedMeanwhile):
        put(
            appointment=visit,
            shown=was,
            starts_at=visit.starts_at,
            clinician=visit.clinician,
            minutes=75,
            **ben,
        )
    # The negative control: asked without what the page showed, the same step goes through.
    actions.resize(appointment=visit, minutes=75, **ben)


def test_putting_it_where_it_is_changes_nothing(world, dee):
    visit = world.booked()
    answer = puts(dee, visit, starts_at=visit.starts_at.isoformat())
    assert answer.status_code == 200
    assert visit.changes.count() == 1


def test_a_move_is_taken_back_by_one_button(world, dee):
    visit = world.booked()
    was = visit.starts_at
    url, change = undo_form(puts(dee, visit, starts_at=(was + dt.timedelta(hours=1)).isoformat()))
    answer = dee.post(url, {"change": change}, follow=True)
    visit.refresh_from_db()
    assert visit.starts_at == was
    assert "Taken back: Ana Silva with Carl Jensen" in words(answer)


@pytest.mark.parametrize("fields", [{"to": "arrived"}, {"to": "cancelled", "because": "Flu"}])
def test_a_step_is_taken_back_by_one_button(world, dee, fields):
    visit = world.booked()
    answer = dee.post(
        reverse("desk:appointment_status", args=[visit.patient_id, visit.pk]), fields, follow=True
    )
    assert ("will be mailed that it is cancelled" in words(answer)) == (fields["to"] == "cancelled")
    url, change = undo_form(answer)
    dee.post(url, {"change": change})
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_after_the_quiet_minutes_it_is_too_late(world, dee, clock):
    visit = world.booked()
    to = visit.starts_at + dt.timedelta(hours=1)
    url, change = undo_form(puts(dee, visit, starts_at=to.isoformat()))
    clock.shift(dt.timedelta(minutes=4))
    answer = dee.post(url, {"change": change}, follow=True)
    assert "Nothing was changed" in words(answer)
    visit.refresh_from_db()
    assert visit.starts_at == to


@pytest.mark.parametrize("change", ["", "x", "0", "999999", "9" * 40])
def test_undoing_what_never_was_says_so(world, dee, change):
    visit = world.booked()
    answer = dee.post(
        reverse("desk:undo", args=[visit.patient_id, visit.pk]), {"change": change}, follow=True
    )
    assert "Nothing was changed" in words(answer)


def test_anothers_step_is_not_undone_under_this_patient(world, dee):
    visit, other = (
        world.booked(),
        world.booked(patient=world.ben, starts_at=NOW + dt.timedelta(days=2, hours=4)),
    )
    actions.change_status(appointment=other, to="arrived", by=world.dee, now=NOW)
    change = other.changes.latest("pk").pk
    dee.post(reverse("desk:undo", args=[visit.patient_id, visit.pk]), {"change": change})
    other.refresh_from_db()
    assert other.status == "arrived"


def test_dragged_onto_another_it_can_be_overbooked_from_the_answer(world, dee):
    """One reason and one press: the form goes where moving is done, with all the drag said."""
    visit = world.booked(type=world.follow_up)
    ben = world.booked(patient=world.ben, starts_at=visit.starts_at + dt.timedelta(hours=2))
    answer = puts(dee, visit, starts_at=ben.starts_at.isoformat())
    page = answer.content.decode()
    form = page.split("data-plainly")[1].split("</form>")[0]
    sent = dict(re.findall(r'name="(clinician|day|minutes|overbook)" value="([^"]+)"', form))
    url = re.search(r'action="([^"]+)" data-plainly', page)[1]
    assert url == reverse("desk:move", args=[visit.patient_id, visit.pk])
    assert dee.post(url, sent).status_code == 422, "not without a reason"
    assert dee.post(url, sent | {"because": "Twins, one visit"}).status_code == 302
    visit.refresh_from_db()
    assert (visit.starts_at, visit.overbooked_because) == (ben.starts_at, "Twins, one visit")
    assert visit.ends_at - visit.starts_at == dt.timedelta(minutes=30)
