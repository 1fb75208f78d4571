"""A signed-in patient books from their own pages: no code, a short round of questions, two visits at most."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail

from clinic.booking.actions import change_status
from clinic.booking.models import Appointment, AppointmentType, Hold, OnlineRequest
from programs.portal.booking import safety
from tests.places import OTHER, USUAL, offers
from tests.programs.portal.booking.visitor import Visitor, names, open_online, text

pytestmark = pytest.mark.usefixtures("clock")
WEDNESDAY_NINE = dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC)


@pytest.fixture
def ana(world):
    open_online(world)
    return Visitor(world.signed_in(world.ana.account), base="/my/book/")


def books(ana: Visitor, start: int = 0):
    ana.is_cleared().has_kept(start)
    return ana.post("check/", {})


def test_one_confirmation_books_without_a_code(world, ana):
    assert books(ana).headers["Location"] == "/my/book/booked/"
    made = Appointment.objects.get()
    assert (made.patient, made.came_by, made.booked_by) == (world.ana, "portal", world.ana.account)
    assert "Your visit is booked" in text(ana.get("booked/"))
    assert "Wed 4 Mar 2026, 09:00" in text(ana.client.get("/my/appointments/"))
    assert not Hold.objects.exists()
    assert not OnlineRequest.objects.exists()
    assert mail.outbox == []


def test_the_place_they_named_is_handed_on(world, ana, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    ana.says_where(OTHER.screen)
    ana.answers()
    ana.has_kept()
    ana.post("check/", {})
    assert (world.ana.screens.get().catalogue, world.ana.screens.get().appointment) == (
        OTHER.screen,
        Appointment.objects.get(),
    )


def test_the_appointments_page_leads_there_only_where_a_type_is_open(world):
    client = world.signed_in(world.ana.account)
    assert "Book an appointment" not in text(client.get("/my/appointments/"))
    assert client.get("/my/book/").status_code == 404
    open_online(world)
    assert "Book an appointment" in text(client.get("/my/appointments/"))


def test_a_stranger_is_sent_to_sign_in(world, client):
    open_online(world)
    for page in ("", "questions/", "times/", "check/", "booked/"):
        assert client.get(f"/my/book/{page}").headers["Location"].startswith("/accounts/login/")


def test_what_is_for_now_and_for_today_is_asked_and_no_more(ana):
    most = max(len(safety.in_short(one.screen)) for one in safety.places())
    assert f"You answer up to {most} questions with yes or no" in text(ana.get())
    ana.says_where()
    asked = names(ana.get("questions/"))
    assert asked == [item.id for item in safety.in_short(USUAL.screen)]
    assert f"There are {len(asked)} questions, all on this page." in text(ana.get("questions/"))
    first, others = safety.in_two_parts(USUAL.screen)
    assert {item.id for item in first} < set(asked) < {item.id for item in first + others}


def test_an_emergency_stops_it(ana):
    ana.says_where()
    flag = safety.in_two_parts(USUAL.screen)[0][0].id
    assert ana.answers(**{flag: "yes"}).headers["Location"] == "/my/book/emergency/"
    assert ana.get("times/").headers["Location"] == "/my/book/"


def test_one_yes_decides_whatever_else_is_left_out(ana):
    first = {item.id for item in safety.in_two_parts(USUAL.screen)[0]}
    for item in safety.in_short(USUAL.screen):
        page = "emergency" if item.id in first else "ring-us"
        ana.says_where()
        assert ana.post("questions/", {item.id: "yes"}).headers["Location"] == f"/my/book/{page}/", item.id
        assert ana.get("times/").headers["Location"] == "/my/book/"


def test_an_emergency_outweighs_what_is_for_today_where_the_rest_is_left_out(ana):
    first = [item.id for item in safety.in_two_parts(USUAL.screen)[0]]
    today = [item.id for item in safety.in_short(USUAL.screen) if item.id not in first]
    ana.says_where()
    said = {today[0]: "yes", first[-1]: "yes"}
    assert ana.post("questions/", said).headers["Location"] == "/my/book/emergency/"


def test_not_knowing_one_thing_decides_nothing_before_the_rest_is_answered(ana):
    ana.says_where()
    assert ana.post("questions/", {safety.in_short(USUAL.screen)[0].id: "unknown"}).status_code == 422


def test_not_knowing_means_ring_us(ana):
    ana.says_where()
    assert ana.answers("unknown").headers["Location"] == "/my/book/ring-us/"


def test_pressing_twice_is_one_visit(ana):
    books(ana)
    assert ana.post("check/", {}).headers["Location"] == "/my/book/booked/"
    assert Appointment.objects.count() == 1


def test_two_to_come_are_enough_and_a_visit_that_was_had_makes_room(world, ana, clock):
    books(ana)
    books(ana, 4)
    assert Appointment.objects.count() == 2
    page = ana.get()
    assert "You have 2 visits to come that you booked yourself. To book one more, ring us." in text(page)
    first = Appointment.objects.earliest("starts_at")
    clock.move_to(first.starts_at + dt.timedelta(minutes=5))
    for status in ("arrived", "in_session", "done"):
        change_status(appointment=first, to=status, by=world.carl, now=first.starts_at)
    ana = Visitor(world.signed_in(world.ana.account), base="/my/book/")
    assert books(ana, 6).headers["Location"] == "/my/book/booked/"


def test_a_third_in_a_window_left_open_is_refused_in_clear_words(world, ana):
    ana.is_cleared().has_kept(8)
    other = Visitor(world.signed_in(world.ana.account), base="/my/book/")
    books(other)
    books(other, 4)
    page = ana.post("check/", {})
    assert page.status_code == 409
    assert "To book one more, ring us." in text(page)
    assert Appointment.objects.count() == 2


def test_a_time_that_is_gone_leads_to_the_next_free_ones(world, ana, clock):
    ana.is_cleared().has_kept(0, str(world.carl.clinician.pk))
    clock.shift(dt.timedelta(minutes=6))
    world.booked(patient=world.ben, starts_at=WEDNESDAY_NINE, now=world.now + dt.timedelta(minutes=6))
    response = ana.post("check/", {})
    assert response.headers["Location"].startswith("/my/book/times/")
    page = text(ana.client.get(response.headers["Location"]))
    assert "is not free any more" in page
    assert "Nowak" not in page


def test_a_hold_that_ran_out_is_booked_where_the_time_is_free(ana, clock):
    ana.is_cleared().has_kept()
    clock.shift(dt.timedelta(minutes=20))
    assert ana.post("check/", {}).headers["Location"] == "/my/book/booked/"


def test_five_more_minutes_once(ana):
    ana.is_cleared().has_kept()
    assert "five minutes more" in text(ana.post("check/", {"longer": "yes"}))
    page = text(ana.post("check/", {"longer": "yes"}))
    assert "Done: you have" not in page
    assert not Appointment.objects.exists()


def test_another_patients_booked_page_shows_nothing_of_it(world, ana):
    books(ana)
    ben = Visitor(world.signed_in(world.ben.account), base="/my/book/")
    session = ben.client.session
    session["own_errand"] = {"appointment": Appointment.objects.get().pk}
    session.save()
    assert ben.get("booked/").headers["Location"] == "/my/appointments/"


def test_three_times_are_kept_for_one_patient_and_no_fourth(world, ana):
    windows = [Visitor(world.signed_in(world.ana.account), base="/my/book/").is_cleared() for _ in range(4)]
    answers = [one.keeps(one.offered()[0]).status_code for one in windows]
    # Two are free at that hour; later windows are shown what is left.
    assert answers == [302, 302, 302, 429]


def test_every_page_stays_within_its_queries(world, ana, django_assert_max_num_queries):
    AppointmentType.objects.update(bookable_online=True)
    ana.says_where()
    ana.answers()
    ana.post("visit/", {"type": "initial-assessment"})
    ana.has_kept()
    for page in ("", "questions/", "visit/", "times/", "check/"):
        with django_assert_max_num_queries(12):
            assert ana.get(page).status_code == 200
