"""The desk's pages: what each shows, what it costs, and who may not have it."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking.actions import mark_urgent
from clinic.reminders.models import Reminder
from tests.clinic.booking.full_days import fill
from tests.world import NOW


@pytest.fixture(autouse=True)
def _nine_on_a_tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dee(world):
    """Dee's browser, after its first page (the session row is written then)."""
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    return client


# --- The day ------------------------------------------------------------------------------------------------


def test_the_day_shows_who_comes_to_whom(world, dee):
    appointment = world.booked()
    page = dee.get(reverse("desk:today"), {"day": "2026-03-05"}).content.decode()
    for text in (
        "Thursday",
        "Europe/London",
        "Carl Jensen",
        "Ana",
        world.ana.record_number,
        "10:00",
        "Booked",
    ):
        assert text in page
    assert f"visit-{appointment.pk}" in page
    assert (
        Entry.objects.filter(patient=world.ana, action="listed", what="day", account=world.dee).count() == 1
    )


@pytest.mark.parametrize("how_many", [5, 80])
def test_a_full_today_costs_no_more_either(world, dee, how_many, django_assert_max_num_queries):
    fill(world, how_many)
    with time_machine.travel(NOW + dt.timedelta(days=2), tick=False):
        client = world.signed_in(world.dee)
        client.get(reverse("desk:patients"))
        with django_assert_max_num_queries(6):
            page = client.get(reverse("desk:today"))
    assert b"who-is-next" in page.content


@pytest.mark.parametrize("how_many", [5, 80])
def test_a_full_day_costs_no_more_than_an_empty_one(world, dee, how_many, django_assert_max_num_queries):
    fill(world, how_many)
    with django_assert_max_num_queries(6):
        page = dee.get(reverse("desk:today"), {"day": "2026-03-05"})
    assert page.content.count(b'<article class="visit') == how_many
    assert Entry.objects.filter(what="day").count() == how_many


def test_an_urgent_visit_comes_first_with_its_reason(world, dee):
    mark_urgent(appointment=world.booked(), because="Same-day review", by=world.carl, now=NOW)
    page = dee.get(reverse("desk:today"), {"day": "2026-03-05"}).content.decode()
    assert "To be seen first" in page
    assert page.index("Same-day review") < page.index("<table")


def test_today_says_who_is_next_with_one_button_each_and_stays_there(world, dee):
    late = world.booked(type=world.follow_up, starts_at=NOW)
    with time_machine.travel(NOW + dt.timedelta(minutes=12), tick=False):
        page = dee.get(reverse("desk:today")).content.decode()
        panel = page.split('aria-labelledby="who-is-next"')[1].split("</section>")[0]
        assert "12 min late" in panel
        assert panel.count("<button") == 1
        assert "Arrived" in panel
        answer = step(dee, late, to="arrived", stay="1")
        assert answer.redirect_chain == [(reverse("desk:today"), 302)]
    with time_machine.travel(NOW + dt.timedelta(minutes=20), tick=False):
        panel = dee.get(reverse("desk:today")).content.decode().split('id="who-is-next"')[1]
    assert "Waiting 8 min" in panel.split("</section>")[0]


def test_another_day_has_no_next(world, dee):
    world.booked()
    assert b"who-is-next" not in dee.get(reverse("desk:today"), {"day": "2026-03-05"}).content


def test_the_zone_is_named_once(world, dee):
    world.booked(starts_at=NOW + dt.timedelta(hours=1))
    for page in (dee.get(reverse("desk:today")), dee.get(reverse("desk:patient", args=[world.ana.pk]))):
        main = page.content.decode().split("<main")[1]
        zones = main.count("Europe/London")
        assert zones == (1 if "who-is-next" in main else 2), "the record also names the patient's own"


@pytest.mark.parametrize(
    ("state", "words", "noticed"),
    [
        (None, "Nothing sent yet", False),
        ("due", "Confirmation on its way", False),
        ("sent", "Confirmation sent", False),
        ("failed", "Confirmation failed", True),
        ("skipped", "Confirmation not sent", True),
    ],
)
def test_what_they_were_told_is_said_in_words(world, dee, state, words, noticed):
    visit = world.booked()
    if state:
        reminder = Reminder.objects.create(
            patient=world.ana, source="clinic.booking.reminders", kind="appointment_confirmation",
            subject_id=visit.pk, about_at=visit.starts_at, due_at=NOW, try_at=NOW, ring_at=NOW,
        )  # fmt: skip
        Reminder.objects.filter(pk=reminder.pk).update(
            state=state, because="No address" if noticed else "", sent_at=NOW, sent_to="ana@runner.example"
        )
    page = dee.get(reverse("desk:today"), {"day": "2026-03-05"}).content.decode()
    assert words in page
    assert ("Not reached" in page) == noticed


def test_nothing_is_still_to_be_sent_about_a_visit_that_has_begun(world):
    world.booked()
    world.booked(patient=world.ben, starts_at=NOW + dt.timedelta(days=2, hours=3))
    with time_machine.travel(NOW + dt.timedelta(days=2, hours=2), tick=False):
        page = world.signed_in(world.dee).get(reverse("desk:today")).content.decode()
    table = page.split("<table")[1].split("</table>")[0]
    cards = {
        name: table.split(f'aria-label="{name} at')[1].split("</article>")[0]
        for name in ("Ana Silva", "Ben Nowak")
    }
    assert "sent yet" not in cards["Ana Silva"]
    assert "Nothing sent yet" in cards["Ben Nowak"]


@pytest.mark.parametrize(
    "day", ["", "yesterday", "2026-02-31", "9999-12-31", "0001-01-01", "x" * 500, "\x00"]
)
def test_a_day_that_is_none_is_today(world, dee, day):
    page = dee.get(reverse("desk:today"), {"day": day})
    assert page.status_code == 200
    assert b"3 March 2026" in page.content


def step(client, appointment, **fields):
    url = reverse("desk:appointment_status", args=[appointment.patient_id, appointment.pk])
    return client.post(url, fields, follow=True)


def test_a_visit_goes_its_way_step_by_step(world, dee):
    appointment = world.booked()
    for to in ("confirmed", "arrived", "in_session", "done"):
        step(dee, appointment, to=to)
        appointment.refresh_from_db()
        assert appointment.status == to


def test_cancelling_needs_a_reason_and_frees_the_slot(world, dee):
    appointment = world.booked()
    assert b"Say why" in step(dee, appointment, to="cancelled", because=" ").content
    page = step(dee, appointment, to="cancelled", because="Flu").content.decode()
    assert "Cancelled and no-shows" in page
    assert "Flu" in page
    assert world.booked(patient=world.ben).starts_at == appointment.starts_at


@pytest.mark.parametrize("to", ["done", "", "nonsense", "in_session"])
def test_a_step_that_does_not_exist_changes_nothing_and_says_so(world, dee, to):
    appointment = world.booked()
    assert b"Nothing was changed" in step(dee, appointment, to=to).content
    appointment.refresh_from_db()
    assert appointment.status == "booked"


def test_an_appointment_is_reached_only_through_its_own_patient(world, dee):
    appointment = world.booked()
    url = reverse("desk:appointment_status", args=[world.ben.pk, appointment.pk])
    assert dee.post(url, {"to": "confirmed"}).status_code == 404


# --- Finding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how_many", [1, 30])
def test_a_search_costs_the_same_for_one_and_for_many(world, dee, how_many, django_assert_max_num_queries):
    for number in range(how_many):
        world.patient("Ana", f"Sil{number}", dt.date(1990, 1, 1), f"+4479460{number:05d}")
    with django_assert_max_num_queries(5):
        page = dee.post(reverse("desk:patients"), {"q": "ana sil"})
    assert page.content.count(b'class="person"') == min(how_many, 20)
    assert Entry.objects.filter(what="search").count() == min(how_many, 20)


def test_a_name_that_was_searched_stays_out_of_the_address(world, dee):
    assert b'method="post" action="/desk/patients/"' in dee.get(reverse("desk:patients")).content
    assert b"Silva" not in dee.get(reverse("desk:patients"), {"q": "silva"}).content


def test_the_list_alone_is_sent_as_somebody_types(world, dee):
    assert world.ana
    answer = dee.post(reverse("desk:patients"), {"q": "silva"}, headers={"X-As-They-Type": "1"}).content
    assert b"Silva" in answer
    assert b"<html" not in answer


@pytest.mark.parametrize(
    "typed", ["", "a", "zz\x00", "'; drop table", "31/02/1990", "R999999999999", "%" * 200]
)
def test_anything_may_be_typed_into_the_search(world, dee, typed):
    assert dee.post(reverse("desk:patients"), {"q": typed}).status_code == 200


# --- The record ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "visits"), [("dee", 1), ("dee", 30), ("mona", 30)])
def test_a_record_costs_the_same_however_long_it_is(world, who, visits, django_assert_max_num_queries):
    for number in range(visits):
        world.booked(
            type=world.follow_up, starts_at=NOW + dt.timedelta(days=number // 10, minutes=30 * (number % 10))
        )
    client = world.signed_in(getattr(world, who))
    client.get(reverse("desk:patients"))
    with django_assert_max_num_queries(8):
        page = client.get(reverse("desk:patient", args=[world.ana.pk]))
    assert page.status_code == 200
    assert Entry.objects.filter(patient=world.ana, action="read", page="desk:patient").count() == 1


def test_managers_see_who_read_a_record_and_the_desk_does_not(world, dee):
    url = reverse("desk:patient", args=[world.ana.pk])
    dee.get(url)
    assert b"Who opened this record" not in dee.get(url).content
    assert b"Dee Hartley" in world.signed_in(world.mona).get(url).content


def test_consent_is_recorded_for_each_channel(world, dee):
    email = world.ana.channels.get(kind="email")
    url = reverse("desk:consent", args=[world.ana.pk, email.pk])
    dee.post(url, {"agreed": "no"})
    email.refresh_from_db()
    assert not email.may_be_used
    assert b"Withdrawn" in dee.get(reverse("desk:patient", args=[world.ana.pk])).content
    assert (
        dee.post(reverse("desk:consent", args=[world.ben.pk, email.pk]), {"agreed": "yes"}).status_code == 404
    )
    email.refresh_from_db()
    assert not email.may_be_used


def test_a_contact_that_is_none_keeps_what_was_typed(world, dee):
    url = reverse("desk:add_channel", args=[world.ana.pk])
    before = list(world.ana.channels.order_by("pk").values())
    answer = dee.post(url, {"kind": "phone", "value": "call me", "agreed": "on"})
    assert answer.status_code == 422
    assert list(world.ana.channels.order_by("pk").values()) == before, "nor is a consent to nothing"
    assert answer.content.count(b"call me") >= 2
    assert dee.post(url, {"kind": "phone", "value": "07946 000 321", "agreed": "on"}).status_code == 302
    assert world.ana.channels.get(value="+447946000321").may_be_used


def test_no_link_is_sent_to_an_address_without_consent(world, dee):
    email = world.ana.channels.get(kind="email")
    dee.post(reverse("desk:consent", args=[world.ana.pk, email.pk]), {"agreed": "no"})
    answer = dee.post(reverse("desk:send_link", args=[world.ana.pk]), follow=True)
    assert b"No link was sent" in answer.content


# --- The access log -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [3, 60])
def test_the_access_log_reads_page_by_page(world, rows, django_assert_max_num_queries):
    client = world.signed_in(world.mona)
    for _ in range(rows):
        client.get(reverse("desk:patient", args=[world.ana.pk]))
    with django_assert_max_num_queries(6):
        page = client.get(reverse("desk:access_log"), {"record": world.ana.record_number})
    assert page.content.count(b'data-label="Whose record"') == min(rows, 50)
    assert (b"before=" in page.content) == (rows > 50)


@pytest.mark.parametrize(
    "asked", [{"record": "nobody"}, {"before": "x"}, {"before": "9" * 30}, {"account": "\x00"}]
)
def test_the_access_log_survives_what_is_typed(world, asked):
    assert world.signed_in(world.mona).get(reverse("desk:access_log"), asked).status_code == 200


# --- Who may not --------------------------------------------------------------------------------------------

PAGES = [
    ("desk:today", False),
    ("desk:book", False),
    ("desk:patients", False),
    ("desk:register", False),
    ("desk:access_log", False),
    ("desk:patient", True),
    ("desk:edit_patient", True),
    ("desk:add_channel", True),
    ("desk:send_link", True),
]


@pytest.mark.parametrize(("name", "of_a_patient"), PAGES)
def test_the_wrong_role_is_refused_and_learns_nothing(world, name, of_a_patient):
    world.booked()
    for who in (world.carl, world.ben.account):
        client = world.signed_in(who)
        for pk in [world.ana.pk, 999_999] if of_a_patient else [None]:
            answer = client.get(reverse(name, args=[pk] if pk else []))
            assert answer.status_code == 403
            assert b"Silva" not in answer.content
            assert b"Ana" not in answer.content


def test_the_desk_does_not_see_the_access_log(world, dee):
    assert dee.get(reverse("desk:access_log")).status_code == 403


@pytest.mark.parametrize(("name", "of_a_patient"), PAGES)
def test_staff_without_a_second_factor_see_no_record(world, name, of_a_patient):
    world.booked()
    client = world.signed_in(world.without_second_factor(world.mona))
    answer = client.get(reverse(name, args=[world.ana.pk] if of_a_patient else []))
    assert answer["Location"] == reverse("mfa_activate_totp")
    assert b"Silva" not in answer.content


def test_the_desk_sees_nothing_of_what_clinicians_write(world, dee):
    """Field level: not even by name. Holds for every page that shows a patient."""
    world.booked()
    pages = [
        dee.get(reverse("desk:patient", args=[world.ana.pk])),
        dee.get(reverse("desk:today"), {"day": "2026-03-05"}),
        dee.get(reverse("desk:book"), {"patient": world.ana.pk}),
    ]
    for page in pages:
        text = page.content.decode().lower()
        assert [word for word in ("triage", "hamstring", "program", "score") if word in text] == []
