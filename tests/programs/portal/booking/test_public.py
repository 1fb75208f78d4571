"""The public pages: from where the trouble is to a booked visit, and every way it is refused."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail

from assessments.screens.reading import load_screen
from clinic.booking.actions import cancel
from clinic.booking.models import Appointment, AppointmentType, Hold, NewcomerCheck, OnlineRequest
from clinic.people.models import Patient
from programs.portal.booking import safety
from tests.places import OTHER, USUAL, offers
from tests.programs.portal.booking.visitor import (
    ANA_TOLD,
    TOLD,
    Visitor,
    code_of,
    emergencies,
    names,
    open_online,
    others,
    text,
    the_mail_goes,
)

MINUTE = dt.timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def visit(world):
    return open_online(world)


@pytest.fixture
def rosa(visit):
    """At home, nowhere yet."""
    return Visitor()


def rosa_has_booked(rosa: Visitor, start: int = 0) -> Appointment:
    rosa.is_cleared().has_kept(start)
    assert rosa.tells().status_code == 302
    response = rosa.types(code_of(TOLD["email"]))
    assert response.headers["Location"] == "/book/booked/"
    return Appointment.objects.latest("pk")


# --- The way through ------------------------------------------------------------------------------------------------


def test_somebody_new_books(rosa):
    made = rosa_has_booked(rosa)
    assert (made.patient.full_name, made.came_by) == ("Rosa Lindqvist", "online")
    page = text(rosa.get("booked/"))
    assert "Your visit is booked" in page
    assert "Wed 4 Mar 2026, 09:00" in page
    assert "What happens next" in page


def test_a_clinic_that_has_no_type_open_says_ring_us(world):
    page = Visitor().get()
    assert page.status_code == 404
    assert "Ring us on" in text(page)
    for step in ("questions/", "times/", "you/", "code/", "booked/"):
        assert Visitor().get(step).status_code == 404


def test_the_sign_in_page_leads_there_only_where_a_type_is_open(world, client):
    assert "/book/" not in text(client.get("/accounts/login/"))
    open_online(world)
    assert "/book/" in text(client.get("/accounts/login/"))
    assert "/book/" in text(client.get("/sign-in/new"))


@pytest.mark.parametrize(
    ("step", "leads"),
    [
        ("questions/", "/book/"),
        ("questions/more/", "/book/"),
        ("visit/", "/book/"),
        ("times/", "/book/"),
        ("you/", "/book/"),
        ("code/", "/book/"),
        ("booked/", "/book/"),
    ],
)
def test_a_step_before_its_turn_leads_to_the_one_that_is_missing(rosa, step, leads):
    assert rosa.get(step).headers["Location"] == leads


def test_opening_pages_changes_nothing(rosa):
    rosa.is_cleared().has_kept()
    rosa.tells()
    before = list(OnlineRequest.objects.values()), list(Hold.objects.values())
    session = dict(rosa.client.session)
    for step in ("", "questions/", "questions/more/", "visit/", "times/", "you/", "code/", "booked/"):
        rosa.get(step)
        rosa.client.head(f"/book/{step}")
    assert (list(OnlineRequest.objects.values()), list(Hold.objects.values())) == before
    assert dict(rosa.client.session) == session


def test_nothing_about_anybody_stands_in_an_address(rosa):
    rosa.is_cleared().has_kept()
    for response in (rosa.tells(), rosa.types("000000"), rosa.get("you/")):
        addresses = response.headers.get("Location", "") + " ".join(
            re.findall(r'(?:href|action)="([^"]*)"', text(response))
        )
        for word in (*TOLD.values(), *emergencies(), USUAL.screen):
            if word not in {"on"}:
                assert word not in addresses


def test_what_was_typed_is_kept_by_no_cache(rosa):
    rosa.is_cleared().has_kept()
    assert "no-store" in rosa.get("you/").headers["Cache-Control"]


def test_a_signed_in_patient_is_led_to_their_own_pages(world, visit):
    response = Visitor(world.signed_in(world.ana.account)).get()
    assert response.headers["Location"] == "/my/book/"


# --- The place is handed on -------------------------------------------------------------------------------------------


def books_about(rosa, place):
    rosa.says_where(place)
    response = rosa.answers()
    if response.headers["Location"].endswith("visit/"):
        rosa.post("visit/", {"type": "initial-assessment"})
    rosa.has_kept()
    rosa.tells()
    rosa.types(code_of(TOLD["email"]))
    return Appointment.objects.latest("pk")


def test_the_clinician_opens_the_screen_of_the_place_that_was_named(world, rosa, monkeypatch, clock):
    offers(monkeypatch, USUAL, OTHER)
    made = books_about(rosa, OTHER.screen)
    clock.move_to(made.starts_at)
    theirs = world.carl if made.clinician == world.carl.clinician else world.cleo
    clinician = world.signed_in(theirs)
    day = text(clinician.get("/chart/"))
    assert "Named while booking" in day
    assert OTHER.place in day
    assert f'name="catalogue" value="{OTHER.screen}"' in day
    chart = text(clinician.get(f"/chart/patients/{made.patient_id}/"))
    assert "Rosa Lindqvist named this place on 3 Mar 2026. Nothing is answered yet." in chart
    posted = {"appointment": made.pk, "catalogue": OTHER.screen}
    opened = clinician.post(f"/chart/patients/{made.patient_id}/screens/", posted)
    assert f"/screens/{made.patient.screens.get().pk}/" in opened.headers["Location"]


def test_the_desk_never_sees_the_place(world, rosa, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    made = books_about(rosa, OTHER.screen)
    assert made.patient.screens.get().catalogue == OTHER.screen
    for who in (world.dee, world.mona):
        desk = world.signed_in(who)
        for page in ("/desk/?day=2026-03-04", f"/desk/patients/{made.patient_id}/", "/desk/reminders/"):
            shown = text(desk.get(page)).casefold()
            for word in (OTHER.screen, OTHER.place, OTHER.say_patient):
                assert word.casefold() not in shown


# --- What must not wait -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [USUAL.screen, OTHER.screen])
def test_each_place_asks_its_own_red_flags_and_every_one(rosa, monkeypatch, place):
    offers(monkeypatch, USUAL, OTHER)
    rosa.says_where(place)
    first = rosa.get("questions/")
    rosa.post("questions/", dict.fromkeys(names(first), "no"))
    asked = {*names(first), *names(rosa.get("questions/more/"))}
    screen = load_screen(place)
    flags = {
        i.id for i in screen.asked_at_home if i.group == "red_flag" and i.kind == "bool" and not i.asked_when
    }
    assert asked == flags
    assert screen.items[names(first)[-1]].plain.ask in text(first)


@pytest.mark.parametrize("place", [USUAL.screen, OTHER.screen])
def test_the_pages_say_how_many_questions_there_are_and_how_many_follow(rosa, monkeypatch, place):
    offers(monkeypatch, USUAL, OTHER)
    first, second = safety.in_two_parts(place)
    most = max(len(safety.questions(one)) for one in (USUAL.screen, OTHER.screen))
    assert f"You answer up to {most} questions with yes or no" in text(rosa.get())
    rosa.says_where(place)
    page = rosa.get("questions/")
    assert len(names(page)) == len(first)
    assert f"There are {len(first)} questions here, then {len(second)} more on the next page." in text(page)
    rosa.post("questions/", dict.fromkeys(names(page), "no"))
    page = rosa.get("questions/more/")
    assert len(names(page)) == len(second)
    assert f"These are the last {len(second)} questions." in text(page)


@pytest.mark.parametrize("flag", range(6))
def test_an_emergency_stops_the_booking_and_nothing_is_kept(rosa, flag):
    rosa.says_where()
    response = rosa.answers(**{emergencies()[flag]: "yes"})
    assert response.headers["Location"] == "/book/emergency/"
    page = text(rosa.get("emergency/"))
    assert "Call your emergency number (112 or 999)" in re.sub(r"<[^>]+>", "", page)
    assert rosa.get("times/").headers["Location"] == "/book/"
    kept = rosa.client.session["online_errand"]
    assert {name: value for name, value in kept.items() if value not in ("", 0, -1, False)} == {
        "place": USUAL.screen,
        "anybody": True,
    }
    assert not OnlineRequest.objects.exists()
    assert not Hold.objects.exists()


def test_the_emergency_numbers_can_be_tapped_wherever_they_are_said(rosa):
    rosa.says_where()
    for step in ("", "questions/", "emergency/", "ring-us/"):
        page = text(rosa.get(step))
        for number in ("112", "999"):
            assert f'href="tel:{number}">{number}</a>' in page, step
        assert "112 or 999" not in page, step


@pytest.mark.parametrize("said", ["yes", "unknown"])
def test_any_other_red_flag_means_ring_us_and_no_time(rosa, said):
    rosa.says_where()
    for flag in others():
        assert rosa.answers(**{flag: said}).headers["Location"] == "/book/ring-us/", flag
    page = text(rosa.get("ring-us/"))
    assert load_screen(USUAL.screen).safety_text.text in re.sub(r"<[^>]+>", "", page)
    assert "tel:" in page
    assert rosa.get("times/").headers["Location"] == "/book/"


def test_not_knowing_an_emergency_is_no_no(rosa):
    rosa.says_where()
    assert rosa.answers(**{emergencies()[0]: "unknown"}).headers["Location"] == "/book/ring-us/"


def test_a_question_that_is_left_out_is_asked_again(rosa):
    rosa.says_where()
    page = rosa.post("questions/", dict.fromkeys(emergencies()[1:], "no"))
    assert page.status_code == 422
    assert text(page).count("Choose yes, no or “I do not know”.") >= 2
    assert rosa.get("times/").headers["Location"] == "/book/"


@pytest.mark.parametrize("flag", range(6))
def test_one_emergency_is_enough_whatever_else_is_left_out(rosa, flag):
    rosa.says_where()
    said = {emergencies()[flag]: "yes", emergencies()[flag - 1]: "unknown"}
    assert rosa.post("questions/", said).headers["Location"] == "/book/emergency/"
    assert rosa.get("times/").headers["Location"] == "/book/"
    assert not rosa.client.session["online_errand"]["first_part"]


def test_one_yes_of_the_second_part_is_enough_whatever_else_is_left_out(rosa):
    for flag in others():
        rosa.says_where().post("questions/", dict.fromkeys(emergencies(), "no"))
        assert rosa.post("questions/more/", {flag: "yes"}).headers["Location"] == "/book/ring-us/", flag
        assert rosa.get("times/").headers["Location"] == "/book/"


def test_the_worst_of_what_was_answered_decides(rosa, monkeypatch):
    """Two that are for the telephone, each alone, and an emergency together: no catalogue has such a pair today."""
    pair = set(others()[:2])
    alone = safety.urgency
    rosa.says_where().post("questions/", dict.fromkeys(emergencies(), "no"))
    monkeypatch.setattr(
        safety, "urgency", lambda place, yes: "emergency_now" if pair <= {*yes} else alone(place, yes)
    )
    response = rosa.post("questions/more/", dict.fromkeys(pair, "yes"))
    assert response.headers["Location"] == "/book/emergency/"


@pytest.mark.parametrize("said", ["unknown", "no", "perhaps"])
def test_without_a_yes_every_question_is_to_be_answered(rosa, said):
    rosa.says_where()
    page = rosa.post("questions/", {emergencies()[0]: said})
    assert page.status_code == 422
    rosa.post("questions/", dict.fromkeys(emergencies(), "no"))
    page = rosa.post("questions/more/", {others()[0]: said})
    assert page.status_code == 422
    assert text(page).count("Choose yes, no or “I do not know”.") >= 2
    assert rosa.get("times/").headers["Location"] == "/book/"


def test_an_emergency_after_a_time_was_kept_lets_it_go(rosa):
    rosa.is_cleared().has_kept()
    rosa.tells()
    rosa.answers(**{emergencies()[0]: "yes"})
    assert not Hold.objects.exists()
    assert not OnlineRequest.objects.exists()


def test_answers_hold_for_two_hours(rosa, clock):
    rosa.is_cleared()
    assert rosa.get("times/").status_code == 200
    clock.shift(dt.timedelta(hours=2))
    assert rosa.get("times/").headers["Location"] == "/book/"


# --- Times --------------------------------------------------------------------------------------------------------


def test_times_are_by_day_in_the_clinics_zone_and_within_reach(world, rosa):
    AppointmentType.objects.update(notice_hours=48, ahead_days=9)
    rosa.is_cleared()
    page = text(rosa.get("times/"))
    assert "(Europe/London)" in page
    assert "Thursday 5 March" in page
    assert rosa.offered()[0] == "2026-03-05T09:00Z"
    every = rosa.offered(**{"from": "2026-03-09"})
    assert every[-1].startswith("2026-03-12")
    assert rosa.offered(**{"from": "2026-03-13"}) == []


def test_one_clinicians_times_or_anybodys(world, rosa):
    world.booked(starts_at=dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC))
    rosa.is_cleared()
    carl = str(world.carl.clinician.pk)
    assert rosa.offered()[0] == "2026-03-04T09:00Z"
    assert rosa.offered(**{"with": carl})[0] == "2026-03-04T10:00Z"
    rosa.keeps("2026-03-04T11:00Z", carl)
    assert Hold.objects.get().clinician == world.carl.clinician


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("2026-03-04T08:45Z", "up to 24 hours before"),
        ("2026-03-02T10:00Z", "up to 24 hours before"),
        ("2026-05-05T10:00Z", "for the next 56 days"),
        ("2026-03-07T10:00Z", "is not free any more"),
    ],
)
def test_a_time_out_of_reach_is_refused_with_what_to_do(rosa, start, words):
    rosa.is_cleared()
    page = rosa.keeps(start)
    assert page.status_code == 409
    assert words in text(page)
    assert 'name="start"' in text(page)
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    "start", ["", "tomorrow", "2026-03-04T10:00", "9999-12-31T23:59:59+00:00", "\x00", "x" * 9000]
)
def test_a_start_that_is_none_is_refused(rosa, start):
    rosa.is_cleared()
    assert rosa.keeps(start).status_code in {409, 422}
    assert not Hold.objects.exists()


def test_a_time_somebody_else_keeps_is_gone_and_names_nobody(world, rosa):
    carl = str(world.carl.clinician.pk)
    Visitor().is_cleared().has_kept(0, carl)
    rosa.is_cleared()
    page = rosa.keeps("2026-03-04T09:00Z", carl)
    assert page.status_code == 409
    assert "is not free any more" in text(page)


def test_a_type_that_is_switched_off_meanwhile_stops_everything(rosa):
    rosa.is_cleared().has_kept()
    AppointmentType.objects.update(bookable_online=False)
    assert rosa.tells().status_code == 404
    assert rosa.keeps("2026-03-05T09:00Z").status_code == 404


def test_coming_for_something_else_lets_the_time_go(rosa):
    AppointmentType.objects.filter(slug="follow-up").update(bookable_online=True)
    rosa.is_cleared().has_kept()
    assert Hold.objects.exists()
    rosa.post("visit/", {"type": "follow-up"})
    assert not Hold.objects.exists()
    assert rosa.get("you/").headers["Location"] == "/book/times/"


def test_pressing_a_time_twice_keeps_it_once(rosa):
    rosa.is_cleared()
    first = rosa.offered()[0]
    assert [rosa.keeps(first).status_code, rosa.keeps(first).status_code] == [302, 302]
    assert Hold.objects.count() == 1


# --- The five minutes -----------------------------------------------------------------------------------------------


def test_the_page_says_until_when_and_five_more_minutes_can_be_had_once(rosa, clock):
    rosa.is_cleared().has_kept()
    page = text(rosa.get("you/"))
    assert "until <time" in page
    assert "09:05" in page
    assert "Keep it five minutes longer" in page
    page = text(rosa.post("you/", TOLD | {"longer": "yes", "email": "half@"}))
    assert "you have five minutes more" in page
    assert "09:10" in page
    assert 'value="half@"' in page, "what was typed is still there"
    assert "Keep it five minutes longer" not in page
    clock.shift(dt.timedelta(minutes=9))
    assert Hold.objects.living(dt.datetime.now(dt.UTC)).exists()


def test_a_hold_that_ran_out_goes_on_where_the_time_is_free(rosa, clock):
    rosa.is_cleared().has_kept()
    clock.shift(dt.timedelta(minutes=6))
    assert "no longer keep this time" in text(rosa.get("you/"))
    assert rosa.tells().headers["Location"] == "/book/code/"
    assert rosa.types(code_of(TOLD["email"])).headers["Location"] == "/book/booked/"


def test_a_hold_that_ran_out_and_was_taken_leads_to_the_times_with_everything_typed(world, rosa, clock):
    carl = str(world.carl.clinician.pk)
    rosa.is_cleared().has_kept(0, carl)
    clock.shift(dt.timedelta(minutes=6))
    world.booked(starts_at=dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC), now=world.now + 6 * MINUTE)
    response = rosa.tells()
    assert response.headers["Location"].startswith("/book/times/?from=2026-03-04")
    page = text(rosa.client.get(response.headers["Location"]))
    assert "is not free any more" in page
    assert "What you typed is kept" in page
    assert "Silva" not in page
    rosa.has_kept()
    assert 'value="Lindqvist"' in text(rosa.get("you/"))
    rosa.tells()
    assert rosa.types(code_of(TOLD["email"])).headers["Location"] == "/book/booked/"


def test_the_code_outlives_the_five_minutes_and_books_what_is_still_free(rosa, clock):
    rosa.is_cleared().has_kept()
    rosa.tells()
    code = code_of(TOLD["email"])
    assert "the code still books it while it is free" in text(rosa.get("code/"))
    clock.shift(9 * MINUTE)
    assert not Hold.objects.living(dt.datetime.now(dt.UTC)).exists()
    assert rosa.types(code).headers["Location"] == "/book/booked/"


def test_taken_while_the_code_was_on_its_way_needs_no_second_code(world, rosa, clock):
    carl = str(world.carl.clinician.pk)
    rosa.is_cleared().has_kept(0, carl)
    rosa.tells()
    code = code_of(TOLD["email"])
    clock.shift(dt.timedelta(minutes=6))
    taken = world.booked(starts_at=dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC), now=world.now + 6 * MINUTE)
    assert rosa.types(code).headers["Location"].startswith("/book/times/")
    rosa.has_kept(1)
    page = text(rosa.get("you/"))
    assert "Book this time" in page
    assert "Send me the code" not in page
    assert rosa.tells().headers["Location"] == "/book/booked/"
    assert Appointment.objects.exclude(pk=taken.pk).get().patient.full_name == "Rosa Lindqvist"


# --- Who, and the code ------------------------------------------------------------------------------------------------


def test_the_mail_says_the_clinic_the_code_and_until_when_and_no_more(rosa, settings):
    rosa.is_cleared().has_kept()
    rosa.tells()
    the_mail_goes()
    (letter,) = mail.outbox
    assert letter.to == [TOLD["email"]]
    assert settings.CLINIC_NAME in letter.subject
    assert "until 09:10 (GMT)" in letter.body
    for word in ("Rosa", "Lindqvist", "assessment", "4 March", "Carl", "Cleo", "http"):
        assert word not in letter.subject + letter.body


def test_pressing_enter_twice_is_one_mail_and_one_visit(rosa):
    rosa.is_cleared().has_kept()
    rosa.tells(), rosa.tells()
    code = code_of(TOLD["email"])
    assert len(mail.outbox) == 1
    assert [rosa.types(code).headers["Location"] for _ in range(2)] == ["/book/booked/"] * 2
    assert Appointment.objects.count() == 1


def test_going_back_after_the_booking_books_nothing_more(rosa):
    rosa_has_booked(rosa)
    assert rosa.tells().headers["Location"] == "/book/booked/"
    assert rosa.get("code/").headers["Location"] == "/book/booked/"
    assert rosa.types("123456").headers["Location"] == "/book/booked/"
    assert Appointment.objects.count() == 1


def test_a_wrong_code_is_told_and_five_are_enough(rosa):
    rosa.is_cleared().has_kept()
    rosa.tells()
    code = code_of(TOLD["email"])
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    page = rosa.types(wrong)
    assert page.status_code == 422
    assert "You have 4 more tries." in text(page)
    for _ in range(4):
        rosa.types(wrong)
    page = rosa.types(code)
    assert "typed wrong too often" in text(page)
    assert not Appointment.objects.exists()
    assert "A new code is on its way" in text(rosa.post("code/", {"again": "yes"}))
    assert rosa.types(code_of(TOLD["email"])).headers["Location"] == "/book/booked/"


def test_a_code_older_than_ten_minutes_is_refused(rosa, clock):
    rosa.is_cleared().has_kept()
    rosa.tells()
    code = code_of(TOLD["email"])
    clock.shift(dt.timedelta(minutes=11))
    page = rosa.types(code)
    assert page.status_code == 422
    assert "too old" in text(page)


def test_three_codes_are_sent_and_a_fourth_is_not(rosa):
    rosa.is_cleared().has_kept()
    rosa.tells()
    the_mail_goes()
    for _ in range(2):
        assert rosa.post("code/", {"again": "yes"}).status_code == 200
        the_mail_goes()
    page = rosa.post("code/", {"again": "yes"})
    assert page.status_code == 409
    assert "We have sent three" in text(page)
    the_mail_goes()
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12345\x00", "١٢٣"])
def test_what_is_no_code_costs_no_try(rosa, typed):
    rosa.is_cleared().has_kept()
    rosa.tells()
    the_mail_goes()
    assert rosa.types(typed).status_code == 422
    assert OnlineRequest.objects.get().tries == 0


def test_spaces_in_a_code_are_how_phones_show_it(rosa):
    rosa.is_cleared().has_kept()
    rosa.tells()
    code = code_of(TOLD["email"])
    assert rosa.types(f" {code[:3]} {code[3:]} ").headers["Location"] == "/book/booked/"


def test_a_code_of_somebody_elses_request_opens_nothing(rosa):
    rosa.is_cleared().has_kept()
    rosa.tells()
    other = Visitor(address="203.0.113.8").is_cleared().has_kept(1)
    other.tells(email="olga@runner.example")
    mine, theirs = code_of(TOLD["email"]), code_of("olga@runner.example")
    if mine != theirs:
        assert other.types(mine).status_code == 422
        assert not Appointment.objects.exists()
    assert Visitor().types(mine).headers["Location"] == "/book/"


def test_another_address_is_sent_its_own_code(rosa):
    rosa.is_cleared().has_kept()
    rosa.tells()
    first = code_of(TOLD["email"])
    rosa.tells(email="other@runner.example")
    second = code_of("other@runner.example")
    if first != second:
        assert rosa.types(first).status_code == 422
    assert rosa.types(second).headers["Location"] == "/book/booked/"
    assert (
        Patient.objects.get(legal_family_name="Lindqvist")
        .channels.filter(value="other@runner.example")
        .exists()
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"legal_given_name": ""}, "Enter your given name"),
        ({"legal_family_name": "x" * 300}, "300 characters"),
        ({"legal_given_name": "\u202eevil"}, "cannot be shown"),
        ({"legal_given_name": "a\x00b"}, "Null characters are not allowed"),
        ({"birth_date": "31/2/1990"}, "is not a day in the calendar"),
        ({"birth_date": "3/5/2090"}, "in the future"),
        ({"email": "rosa@"}, "is not an e-mail address"),
        ({"phone": "12"}, "12"),
        ({"agreed": ""}, "Tick this"),
        ({"website": "buy now"}, "people do not see"),
    ],
)
def test_what_cannot_be_stored_is_said_at_its_field_and_the_rest_stays(rosa, wrong, words):
    rosa.is_cleared().has_kept()
    page = rosa.tells(**wrong)
    assert page.status_code == 422
    assert words in text(page)
    if "email" not in wrong:
        assert f'value="{TOLD["email"]}"' in text(page)
    assert not OnlineRequest.objects.exists()


# --- Nothing to be learned ----------------------------------------------------------------------------------------


def masked(page: str) -> str:
    """The page without what was typed into it, and without what differs on every page."""
    for word in {*TOLD.values(), *ANA_TOLD.values()} - {"on"}:
        page = page.replace(word, "*")
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page)


def test_a_patient_and_a_stranger_are_answered_alike(world, visit):
    assert world.ana
    seen = []
    for number, told in enumerate((ANA_TOLD, TOLD)):
        visitor = Visitor(address=f"203.0.113.{number}").is_cleared().has_kept()
        answers = [visitor.tells(**told), visitor.get("code/"), visitor.types("000000"), visitor.get("you/")]
        answers += [visitor.post("code/", {"again": "yes"})]
        seen.append([(one.status_code, one.headers.get("Location"), masked(text(one))) for one in answers])
        Hold.objects.all().delete()
    for one, other in zip(*seen, strict=True):
        assert one[:2] == other[:2]
        assert re.sub(r"Carl Jensen|Cleo Marchetti", "somebody", one[2]) == re.sub(
            r"Carl Jensen|Cleo Marchetti", "somebody", other[2]
        )


def test_somebody_elses_name_with_an_own_address_shows_nothing_of_theirs(world, rosa):
    """Right name, birth date and phone of a patient: without their mailbox it is a new person, who learns nothing."""
    assert world.ana
    rosa.is_cleared().has_kept()
    stranger = ANA_TOLD | {"email": "stranger@runner.example", "phone": "+447946000123"}
    rosa.tells(**stranger)
    assert rosa.types(code_of("stranger@runner.example")).headers["Location"] == "/book/booked/"
    page = text(rosa.get("booked/"))
    assert "ana@runner.example" not in page
    assert "duplicate" not in page.lower()
    assert world.ana.appointments.count() == 0


def test_the_desk_sees_who_is_new_and_who_may_be_the_same(world, rosa):
    rosa.is_cleared().has_kept()
    rosa.tells(**(ANA_TOLD | {"email": "stranger@runner.example"}))
    assert world.ana
    rosa.types(code_of("stranger@runner.example"))
    made = Appointment.objects.get()
    desk = world.signed_in(world.dee)
    words = "Booked online, new: check for duplicates"
    assert words in text(desk.get("/desk/?day=2026-03-04"))
    record = text(desk.get(f"/desk/patients/{made.patient_id}/"))
    assert words in record
    assert "Same name and birth date" in record
    assert world.ana.audit_entries.filter(action="listed", what="likely duplicates").exists()
    cancel(appointment=made, because="No longer needed", by=world.dee, now=world.now)
    assert words not in text(desk.get(f"/desk/patients/{made.patient_id}/"))


def newcomer_like_ana(world, rosa):
    rosa.is_cleared().has_kept()
    rosa.tells(**(ANA_TOLD | {"email": "stranger@runner.example"}))
    assert world.ana
    rosa.types(code_of("stranger@runner.example"))
    return Appointment.objects.get().patient


def test_the_desk_says_that_it_is_the_same_person_and_the_list_is_empty(world, rosa):
    patient = newcomer_like_ana(world, rosa)
    desk, words = world.signed_in(world.dee), "check for duplicates"
    record = f"/desk/patients/{patient.pk}/"
    assert f'name="same" value="{world.ana.pk}"' in text(desk.get(record))
    said = text(desk.post(f"{record}compared/", {"same": str(world.ana.pk)}, follow=True))
    assert "A second record of the same person" in said
    assert f"/desk/patients/{world.ana.pk}/" in said
    assert "Checked by Dee" in said
    assert words not in text(desk.get("/desk/?day=2026-03-04"))
    assert words in text(desk.post(f"{record}compared/", {"do": "back"}, follow=True))
    assert words in text(desk.get("/desk/?day=2026-03-04"))


def test_or_another_person(world, rosa):
    patient = newcomer_like_ana(world, rosa)
    desk = world.signed_in(world.dee)
    record = f"/desk/patients/{patient.pk}/"
    said = text(desk.post(f"{record}compared/", {"do": "other"}, follow=True))
    assert "Booked online, and checked: another person" in said
    assert "check for duplicates" not in text(desk.get("/desk/?day=2026-03-04"))


@pytest.mark.parametrize("same", ["", "x", "0", "99999999999", "ben"])
def test_nobody_who_does_not_look_alike_can_be_named(world, rosa, same):
    """Else every name of the clinic could be read by trying numbers."""
    patient = newcomer_like_ana(world, rosa)
    same = str(world.ben.pk) if same == "ben" else same
    desk = world.signed_in(world.dee)
    said = text(desk.post(f"/desk/patients/{patient.pk}/compared/", {"same": same}, follow=True))
    assert "Nothing was kept" in said
    assert "Nowak" not in said
    assert not NewcomerCheck.objects.exists()


def test_a_patient_who_books_is_no_duplicate(world, rosa, clock):
    assert world.ana
    clock.shift(MINUTE)  # she was not registered by this booking
    rosa.is_cleared().has_kept()
    rosa.tells(**ANA_TOLD)
    rosa.types(code_of(ANA_TOLD["email"]))
    assert Appointment.objects.get().patient == world.ana
    day = text(world.signed_in(world.dee).get("/desk/?day=2026-03-04"))
    assert "Booked online" in day
    assert "check for duplicates" not in day


# --- Limits ---------------------------------------------------------------------------------------------------------


def test_three_times_are_kept_for_one_address_and_no_fourth(visit, clock):
    visitors = [Visitor().is_cleared() for _ in range(4)]
    for number in range(3):
        visitors[number].has_kept(number * 2)
    page = visitors[3].keeps(visitors[3].offered()[0])
    assert page.status_code == 429
    assert "020 7946 0000" in text(page)
    assert Hold.objects.count() == 3
    elsewhere = Visitor(address="203.0.113.99").is_cleared()
    assert elsewhere.keeps(elsewhere.offered()[0]).status_code == 302


def test_who_changes_their_mind_keeps_one_time(rosa):
    rosa.is_cleared()
    for start in rosa.offered()[:6]:
        assert rosa.keeps(start).status_code == 302
    assert Hold.objects.count() == 1


def test_an_ipv6_network_counts_once(visit):
    visitors = [Visitor(address=f"2001:db8:1:2::{number}").is_cleared() for number in range(4)]
    answers = [one.keeps(one.offered()[0]).status_code for one in visitors[:1]]
    answers += [one.keeps(one.offered()[0]).status_code for one in visitors[1:]]
    assert answers == [302, 302, 302, 429]


def test_a_booked_visit_frees_its_place_among_the_three(visit):
    for number in range(2):
        Visitor().is_cleared().has_kept(number * 2)
    third = Visitor()
    rosa_has_booked(third, 6)
    fourth = Visitor().is_cleared()
    assert fourth.keeps(fourth.offered()[0]).status_code == 302


def test_six_codes_an_hour_for_one_mail_address(visit, clock):
    statuses = []
    for number in range(7):
        visitor = Visitor(address=f"203.0.113.{number}").is_cleared().has_kept()
        page = visitor.tells()
        statuses.append(page.status_code)
        the_mail_goes()
        if page.status_code == 429:
            assert "ring us" in text(page)
            assert 'value="Lindqvist"' in text(visitor.get("you/")), "what was typed is kept"
        Hold.objects.all().delete()
    assert statuses == [302] * 6 + [429]
    assert len(mail.outbox) == 6


def test_beginning_is_limited_by_address(visit, monkeypatch):
    from programs.portal.booking import limits

    monkeypatch.setitem(limits.BEGUN, "most", 2)
    rosa = Visitor()
    rosa.says_where(), rosa.says_where()
    page = rosa.post("", {"place": USUAL.screen})
    assert page.status_code == 429
    assert "020 7946 0000" in text(page)
    assert rosa.get().status_code == 200


def test_guessing_codes_is_stopped_by_address(visit, monkeypatch):
    from programs.portal.booking import limits

    monkeypatch.setitem(limits.CODES_TYPED, "most", 3)
    rosa = Visitor().is_cleared().has_kept()
    rosa.tells()
    the_mail_goes()
    assert [rosa.types("000000").status_code for _ in range(4)] == [422, 422, 422, 429]


def test_two_visits_to_come_are_enough_also_for_who_is_not_signed_in(rosa):
    for number in (0, 4):
        rosa_has_booked(rosa, number)
    rosa.is_cleared().has_kept(8)
    rosa.tells()
    response = rosa.types(code_of(TOLD["email"]))
    assert Appointment.objects.count() == 2
    assert response.status_code == 409
    assert "To book one more, ring us." in text(response)
