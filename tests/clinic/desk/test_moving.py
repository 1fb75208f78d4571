"""Moving an appointment at the desk: free times, refusals in words, and nothing typed is lost."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking.actions import change_status
from clinic.booking.models import AppointmentChange
from clinic.people import actions as people
from clinic.reminders import actions as outbox
from clinic.reminders.models import Reminder
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def dee(world):
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    return client


@pytest.fixture
def visit(world):
    """Ana with Carl, Thursday at ten, for an hour."""
    return world.booked()


def address(visit):
    return reverse("desk:move", args=[visit.patient_id, visit.pk])


def move(client, visit, **typed):
    told = {"clinician": visit.clinician_id, "day": "2026-03-05"} | typed
    return client.post(address(visit), told)


def test_it_opens_on_its_own_day_and_offers_times_that_overlap_it(dee, visit):
    page = dee.get(address(visit)).content.decode()
    assert 'value="2026-03-05T10:15:00+00:00"' in page, "a quarter of an hour later is free: only it is there"
    assert 'value="2026-03-05T10:00:00+00:00"' not in page, "it is there already"


@pytest.mark.parametrize("when", [{"starts_at": "2026-03-05T14:00:00+00:00"}, {"other_time": "14:00"}])
def test_a_time_is_picked_or_typed(dee, visit, when):
    answer = move(dee, visit, **when)
    visit.refresh_from_db()
    assert visit.starts_at == dt.datetime(2026, 3, 5, 14, tzinfo=dt.UTC)
    assert answer["Location"] == f"{reverse('desk:today')}?day=2026-03-05#visit-{visit.pk}"


def test_to_another_clinician_on_another_day(world, dee, visit):
    cleo = world.cleo.clinician
    move(dee, visit, clinician=cleo.pk, day="2026-03-06", other_time="10:00")
    visit.refresh_from_db()
    assert (visit.clinician, visit.starts_at.day) == (cleo, 6)


def test_looking_at_other_times_moves_nothing_and_keeps_what_was_typed(world, dee, visit):
    page = move(dee, visit, look="1", clinician=world.cleo.clinician.pk, other_time="14:20").content.decode()
    visit.refresh_from_db()
    assert visit.moved_at is None
    assert 'value="14:20"' in page
    assert 'value="2026-03-05T10:00:00+00:00"' in page, "Cleo is free then"


def test_a_taken_time_says_who_holds_it_and_what_is_free(world, dee, visit):
    world.booked(patient=world.ben, type=world.follow_up, starts_at=NOW + dt.timedelta(days=2, hours=5))
    answer = move(dee, visit, other_time="14:15")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "14:15 on Thursday 5 March (GMT) with Carl Jensen is taken: Ben Nowak, 14:00–14:30." in page
    assert "Next free:" not in page, "the buttons say it"
    assert 'name="take" value="2026-03-05T14:30:00+00:00"' in page
    assert 'value="14:15"' in page, "what was typed stays"
    assert Entry.objects.filter(patient=world.ben, what="holder of a taken slot").exists()
    visit.refresh_from_db()
    assert visit.moved_at is None
    assert move(dee, visit, other_time="14:15", take="2026-03-05T14:30:00+00:00").status_code == 302


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"other_time": "25:00"}, "not a time of day"),
        ({"other_time": ""}, "Pick a free time"),
        ({"other_time": "07:00"}, "outside working hours"),
        ({"other_time": "17:45"}, "run past the end"),
        ({"other_time": "11:00", "day": "2026-03-02"}, "has passed"),
        ({"other_time": "11:00", "day": "soon"}, "not a day in the calendar"),
        ({"other_time": "11:00", "clinician": "x"}, "Choose one of the clinicians"),
        ({"starts_at": "soon"}, "could not be read"),
        ({"starts_at": "2026-03-06T11:00:00+00:00"}, "The day was changed after"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(dee, visit, change, says):
    answer = move(dee, visit, **change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    came_back = {name: change[name] for name in ("other_time", "day") if change.get(name)}
    assert [typed for typed in came_back.values() if f'value="{typed}"' not in page] == []
    visit.refresh_from_db()
    assert visit.moved_at is None


def test_pressing_move_twice_moves_once_and_tells_the_patient_once(dee, visit):
    answers = [move(dee, visit, other_time="14:00") for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert AppointmentChange.objects.filter(appointment=visit, note__startswith="moved").count() == 1


@pytest.mark.parametrize("steps", [("arrived",), ("arrived", "in_session", "done"), ("cancelled",)])
def test_what_has_begun_or_was_called_off_is_not_moved(world, dee, visit, steps):
    for to in steps:
        visit = change_status(appointment=visit, to=to, because="Flu", by=world.dee, now=NOW)
    for answer in (dee.get(address(visit), follow=True), move(dee, visit, other_time="14:00")):
        assert answer.status_code in {200, 302}
    visit.refresh_from_db()
    assert visit.moved_at is None


def test_it_is_reached_only_through_its_own_patient(world, dee, visit):
    url = reverse("desk:move", args=[world.ben.pk, visit.pk])
    assert dee.get(url).status_code == 404
    assert dee.post(url, {"other_time": "14:00"}).status_code == 404


def test_the_day_and_the_record_lead_there_while_it_can_be_moved(world, dee, visit):
    pages = (
        (reverse("desk:today"), {"day": "2026-03-05"}),
        (reverse("desk:patient", args=[visit.patient_id]), {}),
    )
    for url, query in pages:
        assert address(visit) in dee.get(url, query).content.decode()
    change_status(appointment=visit, to="arrived", by=world.dee, now=NOW)
    for url, query in pages:
        assert address(visit) not in dee.get(url, query).content.decode()


def test_the_patient_hears_of_the_new_time_and_nothing_more_of_the_old(dee, visit, clock, settings):
    settings.REMINDER_SOURCES = ["clinic.booking.reminders"]

    def at(now):
        clock.move_to(now)
        outbox.collect(now=now)
        for reminder in Reminder.objects.filter(state="due").order_by("pk"):
            outbox.claim_and_send(reminder_id=reminder.pk, now=now)
        told = [message.subject for message in mail.outbox]
        at.texts = [message.body for message in mail.outbox]
        mail.outbox.clear()
        return told

    assert len(at(NOW)) == 1, "the confirmation"
    outbox.collect(now=NOW + dt.timedelta(hours=2))  # two days before ten is due, and not sent yet
    old = Reminder.objects.get(state="due")
    move(dee, visit, day="2026-03-12", other_time="14:00")
    told = at(NOW + dt.timedelta(hours=2, minutes=5))
    assert len(told) == 1
    assert "has moved: Thursday 12 March" in told[0]
    assert "It was on Thursday 5 March 2026 at 10:00" in at.texts[0]
    old.refresh_from_db()
    assert (old.state, old.because) == ("skipped", "The appointment was moved.")
    assert at(dt.datetime(2026, 3, 5, 8, 30, tzinfo=dt.UTC)) == [], "two hours before the old time"
    assert len(at(dt.datetime(2026, 3, 10, 14, 1, tzinfo=dt.UTC))) == 1, "two days before the new one"


@pytest.mark.parametrize("taken", [1, 15])
def test_the_page_costs_the_same_on_a_full_day(world, dee, visit, taken, django_assert_max_num_queries):
    for number in range(taken):
        starts_at = dt.datetime(2026, 3, 6, 8, tzinfo=dt.UTC) + dt.timedelta(minutes=30 * number)
        world.booked(patient=world.ben, type=world.follow_up, starts_at=starts_at)
    with django_assert_max_num_queries(10):
        dee.get(address(visit), {"day": "2026-03-06"})


# --- How long, with anybody, and overbooked -------------------------------------------------------------------


def test_it_keeps_its_length_and_takes_another_where_one_is_typed(dee, visit):
    assert 'name="minutes" value="60"' in dee.get(address(visit)).content.decode()
    move(dee, visit, other_time="14:00", minutes="60", usual="60")
    visit.refresh_from_db()
    assert visit.ends_at == dt.datetime(2026, 3, 5, 15, tzinfo=dt.UTC)
    move(dee, visit, other_time="14:00", minutes="45", usual="60")
    visit.refresh_from_db()
    assert visit.ends_at == dt.datetime(2026, 3, 5, 14, 45, tzinfo=dt.UTC)


@pytest.mark.parametrize("minutes", ["0", "1200", "long"])
def test_a_length_that_is_no_visit_is_refused_at_its_field(dee, visit, minutes):
    answer = move(dee, visit, other_time="14:00", minutes=minutes, usual="60")
    assert answer.status_code == 422
    assert 'href="#id_minutes"' in answer.content.decode()
    visit.refresh_from_db()
    assert visit.moved_at is None


def test_any_clinician_stays_with_theirs_where_they_are_free_and_goes_to_another_where_not(world, dee, visit):
    cleo = world.cleo.clinician
    move(dee, visit, clinician="any", other_time="14:00")
    visit.refresh_from_db()
    assert visit.clinician == world.carl.clinician
    world.booked(patient=world.ben, starts_at=NOW + dt.timedelta(days=2, hours=7))  # Carl at four
    move(dee, visit, clinician="any", other_time="16:00")
    visit.refresh_from_db()
    assert (visit.clinician, visit.starts_at.hour) == (cleo, 16)


def test_nobody_free_says_so_and_offers_times(world, dee, visit):
    for clinician in (world.carl, world.cleo):
        world.booked(patient=world.ben, clinician=clinician, starts_at=NOW + dt.timedelta(days=2, hours=5))
    answer = move(dee, visit, clinician="any", other_time="14:15")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Nobody is free at 14:15 on Thursday 5 March (GMT) any more." in page
    assert 'name="take" value="2026-03-05T15:00:00+00:00"' in page


def test_onto_another_only_with_a_reason(world, dee, visit):
    world.booked(patient=world.ben, starts_at=NOW + dt.timedelta(days=2, hours=5))
    refused = move(dee, visit, other_time="14:15").content.decode()
    pressed = {"other_time": "14:15", "overbook": "2026-03-05T14:15:00+00:00"}
    assert f'name="overbook" value="{pressed["overbook"]}"' in refused
    silent = move(dee, visit, **pressed, because="")
    assert silent.status_code == 422
    assert 'href="#id_because"' in silent.content.decode()
    assert move(dee, visit, **pressed, because="Sisters, one car").status_code == 302
    visit.refresh_from_db()
    assert (visit.starts_at.hour, visit.overbooked_because) == (14, "Sisters, one car")


def told_after(dee, visit):
    answer = move(dee, visit, other_time="14:00")
    return dee.get(answer["Location"].split("#")[0]).content.decode()


def test_a_move_says_who_will_be_told_and_when(dee, visit):
    assert (
        "Ana Silva will be mailed the new time at 09:03, three minutes from now, unless you undo it."
        in told_after(dee, visit)
    )


def test_and_that_nobody_tells_those_who_agreed_to_no_mail(dee, visit):
    assert "Nobody is told for three minutes" in dee.get(address(visit)).content.decode()
    visit.patient.channels.filter(kind="email").delete()
    before = dee.get(address(visit)).content.decode()
    assert "They agreed to no e-mail, so nobody tells them: call them." in before
    assert "Nobody is told for three minutes" not in before
    assert "nobody tells them: call +447946000123." in told_after(dee, visit)


def test_a_move_by_this_page_is_undone_by_the_same_button_as_a_drag(dee, visit):
    was = visit.starts_at
    page = told_after(dee, visit)
    url, change = re.search(
        r'action="([^"]+)" data-undo>.*?name="change" value="(\d+)"', page, re.DOTALL
    ).groups()
    back = dee.post(url.replace("&amp;", "&"), {"change": change}, follow=True)
    visit.refresh_from_db()
    assert visit.starts_at == was
    assert "Taken back: Ana Silva" in back.content.decode()


def test_another_length_at_the_same_time_is_no_move_and_nobody_is_told(dee, visit):
    answer = move(dee, visit, other_time="10:00", minutes="45", usual="60")
    visit.refresh_from_db()
    assert (visit.ends_at - visit.starts_at, visit.moved_at) == (dt.timedelta(minutes=45), None)
    page = dee.get(answer["Location"].split("#")[0]).content.decode()
    assert "Ana Silva: 45 minutes now. When to come stays the same: nobody is told." in page
    assert "data-undo" in page


@pytest.mark.parametrize("agreed", [True, False])
def test_that_nobody_tells_them_looks_like_a_warning(world, dee, visit, agreed):
    if not agreed:
        email = world.ana.channels.get(kind="email")
        people.withdraw_consent(channel=email, by=world.dee, now=NOW)
    move(dee, visit, day="2026-03-12", other_time="14:00")
    page = dee.get(reverse("desk:today"), {"day": "2026-03-12"}).content.decode()
    assert ("so nobody tells them: call +447946000123" in page) != agreed
    assert ("notice notice-warning" in page) != agreed
    assert ("notice notice-success" in page) == agreed
