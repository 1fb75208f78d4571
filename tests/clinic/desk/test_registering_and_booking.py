"""Registering and booking at the desk: what is refused, in what words, and that nothing typed is lost."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking.models import Appointment, AppointmentChange
from clinic.people import kept_forms
from clinic.people.models import ContactChannel, Patient
from clinic.reminders.models import Reminder
from tests.world import NOW

MEI = {
    "legal_given_name": "Mei",
    "legal_family_name": "Tanaka",
    "birth_date": "9/7/1993",
    "phone": "07946 000 777",
    "email": "mei@runner.example",
    "email_agreed": "on",
    "time_zone": "Europe/London",
}


@pytest.fixture(autouse=True)
def _nine_on_a_tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dee(world):
    return world.signed_in(world.dee)


def register(client, **changes):
    return client.post(reverse("desk:register"), MEI | changes)


# --- Registering --------------------------------------------------------------------------------------------


def test_a_new_patient_opens_as_a_record(dee):
    answer = register(dee)
    mei = Patient.objects.get()
    assert answer["Location"] == reverse("desk:patient", args=[mei.pk])
    assert mei.birth_date == dt.date(1993, 7, 9)
    assert mei.channels.get(kind="email").may_be_used
    assert not mei.channels.get(kind="phone").may_be_used


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("birth_date", "31/02/1990", "not a day in the calendar"),
        ("birth_date", "next week", "not a day in the calendar"),
        ("birth_date", "4/3/2026", "in the future"),
        ("birth_date", "4/3/1826", "more than 120 years ago"),
        ("phone", "07946 OOO 777", "not a phone number"),
        ("email", "mei at home", "not an e-mail address"),
        ("legal_family_name", " ", "Enter the legal family name"),
        ("legal_given_name", "M" * 81, "80 or fewer"),
        ("time_zone", "Mars/Base", "valid choice"),
    ],
)
def test_what_cannot_be_stored_is_named_and_everything_typed_stays(dee, field, typed, says):
    answer = register(dee, **{field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    kept = {
        name: text for name, text in (MEI | {field: typed}).items() if not name.endswith(("agreed", "zone"))
    }
    assert [text for text in kept.values() if text.strip() and f'value="{text}"' not in page] == []
    assert not Patient.objects.exists()
    assert not ContactChannel.objects.exists()


def test_every_wrong_field_is_named_in_one_round(dee):
    page = register(dee, birth_date="30/2/1990", phone="07700 900123 x", email="nell@", emergency_phone="nix")
    told = page.content.decode()
    for field in ("birth_date", "phone", "email", "emergency_phone"):
        assert told.count(f'href="#id_{field}"') == 1, field
    assert not Patient.objects.exists()


def test_a_likely_duplicate_is_shown_and_the_desk_decides(world, dee):
    ana = world.ana
    same = {"legal_given_name": "Anna", "legal_family_name": "Silva", "birth_date": "14/3/1991"}
    page = register(dee, **same)
    assert page.status_code == 409
    assert ana.record_number in page.content.decode()
    assert "Same birth date and family name, same phone" not in page.content.decode()
    assert "Same birth date and family name" in page.content.decode()
    assert Entry.objects.filter(patient=ana, what="likely duplicates").exists()
    assert Patient.objects.count() == 1
    assert register(dee, **same, somebody_else="1").status_code == 302
    assert Patient.objects.count() == 2


def told(client, answer):
    """Where an answer leads, and what that page says."""
    return answer["Location"], client.get(answer["Location"]).content.decode()


def test_a_second_press_leads_to_the_same_record_and_says_it_is_registered_already(dee):
    (first, page), (second, again) = told(dee, register(dee)), told(dee, register(dee))
    mei = Patient.objects.get()
    assert first == second == reverse("desk:patient", args=[mei.pk])
    assert f"Mei Tanaka is registered as {mei.record_number}" in page
    notice = again.split('id="messages"')[1].split("</div></div>")[0]
    assert (
        f"Mei Tanaka is already registered as {mei.record_number}. Nothing was saved a second time." in notice
    )
    assert "is registered as" not in again
    assert f'href="{first}"' in notice
    assert f'href="{reverse("desk:book")}?patient={mei.pk}"' in notice
    assert Entry.objects.filter(patient=mei, what="already registered").exists()


@pytest.mark.parametrize("later", [0, 3, 60 * 24])
@pytest.mark.parametrize("pressed", [{}, {"somebody_else": "1"}])
def test_the_same_form_never_makes_a_second_record_however_late(world, dee, later, pressed):
    register(dee)
    with time_machine.travel(NOW + dt.timedelta(minutes=later), tick=False):
        client = world.signed_in(world.dee)
        _, page = told(client, register(client, **pressed))
    assert "is already registered as" in page
    assert Patient.objects.count() == 1


def test_a_second_press_in_mid_booking_goes_on_with_the_booking(dee):
    first = register(dee, booking="book=1&type=follow-up")
    second, page = told(dee, register(dee, booking="book=1&type=follow-up"))
    assert first["Location"] == second
    assert second.startswith(reverse("desk:book"))
    assert "is already registered as" in page


def test_somebody_known_with_something_new_stays_open_beside_their_record(dee):
    told(dee, register(dee))
    mei = Patient.objects.get()
    answer = register(dee, emergency_name="Kenji", preferred_name="Mimi", somebody_else="1")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Already registered" in page
    assert "is registered as" not in page
    assert "somebody else" not in page.lower(), "no hint at a second record"
    assert f'href="{reverse("desk:patient", args=[mei.pk])}"' in page
    assert f'href="{reverse("desk:book")}?patient={mei.pk}"' in page
    assert 'value="Kenji"' in page, "what was typed stays"
    mei.refresh_from_db()
    assert (Patient.objects.count(), mei.emergency_name) == (1, "")


def test_fields_that_were_not_asked_change_nothing(world, dee):
    register(dee, account=world.mona.pk, registered_at="1999-01-01", id="7", pk="7", role="manager")
    mei = Patient.objects.get()
    assert mei.account is None
    assert mei.registered_at == NOW


def sign_in_again(client, account):
    client.force_login(account, backend="clinic.people.backends.ClinicBackend")


@pytest.mark.parametrize("name", ["desk:register", "desk:book"])
def test_a_session_that_ran_out_in_mid_form_loses_nothing(world, name):
    client = Client()
    typed = MEI | {"other_time": "10:20", "patient": world.ana.pk, "clinician": "", "day": "2026-03-05"}
    note = {kept_forms.OWNER_FIELD: kept_forms.owner_note(world.dee.pk)}
    told = client.post(reverse(name), typed | note)
    assert told["Location"].startswith(reverse("account_login"))
    sign_in_again(client, world.dee)
    page = client.get(reverse(name)).content.decode()
    assert "not saved yet" in page
    expected = ["Mei", "Tanaka", "9/7/1993"] if name == "desk:register" else ["10:20", "Ana Silva"]
    assert [text for text in expected if text not in page] == []
    assert Patient.objects.count() == 1, "nothing half-written is stored"


def test_what_one_person_typed_is_never_shown_to_another(world):
    client = Client()
    note = {kept_forms.OWNER_FIELD: kept_forms.owner_note(world.dee.pk)}
    client.post(reverse("desk:register"), MEI | note)
    sign_in_again(client, world.mona)
    assert b"Tanaka" not in client.get(reverse("desk:register")).content


@pytest.mark.parametrize(
    ("searched", "filled"),
    [
        ("Mei Tanaka", {"legal_given_name": "Mei", "legal_family_name": "Tanaka"}),
        ("mei anne tanaka-lee", {"legal_given_name": "Mei Anne", "legal_family_name": "Tanaka-Lee"}),
        ("Ana de Souza", {"legal_given_name": "Ana de", "legal_family_name": "Souza"}),
        ("tanaka", {"legal_given_name": "", "legal_family_name": "Tanaka"}),
        ("9/7/1993", {"birth_date": "9/7/1993"}),
        ("07946 000 777", {"phone": "07946 000 777"}),
        ("mei@runner.example", {"email": "mei@runner.example"}),
    ],
)
def test_a_search_that_found_nobody_begins_the_form_with_what_was_typed(dee, searched, filled):
    found = dee.post(reverse("desk:patients"), {"q": searched}).content.decode()
    assert f'name="q" value="{searched}"' in found.split('class="register-instead"')[1]
    page = dee.post(reverse("desk:register"), {"begin": "1", "q": searched})
    assert page.status_code == 200
    assert b"data-error-summary" not in page.content
    begun = page.context["form"]
    assert {name: begun[name].value() or "" for name in filled} == filled
    assert not Patient.objects.exists()


def test_a_booking_waits_while_a_search_leads_on_to_registering(dee):
    found = dee.post(
        reverse("desk:patients"), {"q": "Mei", "booking": "book=1&type=follow-up"}
    ).content.decode()
    carried = found.split('class="register-instead"')[1].split('name="booking" value="')[1].split('"')[0]
    page = dee.post(
        reverse("desk:register"), {"begin": "1", "q": "Mei", "booking": carried.replace("&amp;", "&")}
    ).content.decode()
    assert 'name="booking" value="type=follow-up&amp;book=1"' in page


def test_what_was_begun_is_not_lost_with_the_session_either(world):
    client = Client()
    note = {kept_forms.OWNER_FIELD: kept_forms.owner_note(world.dee.pk)}
    client.post(reverse("desk:register"), {"begin": "1", "q": "Mei Tanaka"} | note)
    sign_in_again(client, world.dee)
    assert 'value="Tanaka"' in client.get(reverse("desk:register")).content.decode()


# --- Correcting ---------------------------------------------------------------------------------------------


def test_a_record_changed_meanwhile_is_not_overwritten_unseen(world, dee):
    url = reverse("desk:edit_patient", args=[world.ana.pk])
    page = dee.get(url).content.decode()
    based_on = page.split('name="based_on" value="')[1].split('"')[0]
    fields = {
        "legal_given_name": "Ana",
        "legal_family_name": "Silva",
        "birth_date": "14/3/1991",
        "time_zone": "Europe/London",
    }
    first = dee.post(url, fields | {"preferred_name": "An", "based_on": based_on})
    second = dee.post(url, fields | {"preferred_name": "Anita", "based_on": based_on})
    assert (first.status_code, second.status_code) == (302, 409)
    assert 'value="Anita"' in second.content.decode(), "as it was typed"
    world.ana.refresh_from_db()
    assert world.ana.preferred_name == "An"


# --- Booking ------------------------------------------------------------------------------------------------


@pytest.fixture
def wish(world):
    return {
        "patient": world.ana.pk,
        "type": world.follow_up.slug,
        "clinician": world.carl.clinician.pk,
        "day": "2026-03-05",
    }


def book(client, wish, **more):
    return client.post(reverse("desk:book"), wish | more)


def test_the_free_times_of_a_day_are_offered(world, dee, wish):
    world.booked(patient=world.ben)
    page = dee.get(reverse("desk:book"), wish).content.decode()
    assert 'value="2026-03-05T09:30:00+00:00"' in page
    assert 'value="2026-03-05T10:00:00+00:00"' not in page, "Ben has it"
    assert 'value="2026-03-05T11:00:00+00:00"' in page


def test_looking_for_free_times_books_nothing(dee, wish):
    page = book(dee, wish, look="1", starts_at="2026-03-05T11:00:00+00:00", other_time="10:20")
    assert page.status_code == 200
    assert 'value="2026-03-05T11:00:00+00:00" checked' in page.content.decode()
    assert 'value="10:20"' in page.content.decode()
    assert not Appointment.objects.exists()


def test_a_gap_pressed_in_the_day_is_the_time_picked(dee, wish):
    page = dee.get(reverse("desk:book"), wish | {"time": "11:00"}).content.decode()
    assert 'value="2026-03-05T11:00:00+00:00" checked' in page


@pytest.mark.parametrize("when", [{"starts_at": "2026-03-05T11:00:00+00:00"}, {"other_time": "11:00"}])
def test_a_time_is_picked_or_typed(dee, wish, when):
    answer = book(dee, wish, **when)
    made = Appointment.objects.get()
    assert made.starts_at == dt.datetime(2026, 3, 5, 11, tzinfo=dt.UTC)
    assert answer["Location"] == f"{reverse('desk:today')}?day=2026-03-05#visit-{made.pk}"


def test_a_typed_time_is_the_clinics_in_summer_too(dee, wish):
    book(dee, wish | {"day": "2026-07-02"}, other_time="11:00")
    assert Appointment.objects.get().starts_at == dt.datetime(2026, 7, 2, 10, tzinfo=dt.UTC)


def test_a_taken_time_says_who_holds_it_and_what_is_free(world, dee, wish):
    world.booked(patient=world.ben)
    answer = book(dee, wish, other_time="10:15")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert (
        "10:15 on Thursday 5 March (GMT) with Carl Jensen is taken: Ben Nowak, 10:00–11:00. Nothing was changed."
        in page
    )
    assert "Next free:" not in page, "the buttons say it, and once"
    assert 'name="take" value="2026-03-05T11:00:00+00:00"' in page
    assert 'value="10:15"' in page, "what was typed stays"
    assert Entry.objects.filter(patient=world.ben, what="holder of a taken slot").exists()
    for name in ("clinician", "type"):
        assert f'value="{wish[name]}" selected' in page, "and so does what was chosen"
    assert f'name="patient" value="{world.ana.pk}"' in page
    assert Appointment.objects.get().patient == world.ben
    assert not AppointmentChange.objects.filter(appointment__patient=world.ana).exists()
    assert book(dee, wish, other_time="10:15", take="2026-03-05T11:00:00+00:00").status_code == 302


def test_pressing_book_twice_books_once(dee, wish):
    answers = [book(dee, wish, other_time="11:00")["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"other_time": "25:00"}, "not a time of day"),
        ({"other_time": ""}, "Pick a free time"),
        ({"other_time": "07:00"}, "outside working hours"),
        ({"other_time": "17:45"}, "run past the end"),
        ({"other_time": "11:00", "day": "2026-03-02"}, "has passed"),
        ({"other_time": "11:00", "day": "2026-02-31"}, "not a day in the calendar"),
        ({"other_time": "01:30", "day": "2026-03-29"}, "clocks skip 01:30"),
        ({"other_time": "11:00", "patient": ""}, "Find or register the patient"),
        ({"other_time": "11:00", "patient": "999999"}, "no record any more"),
        ({"other_time": "11:00", "clinician": "x"}, "Choose one of the clinicians"),
        ({"other_time": "11:00", "type": "surgery"}, "Choose one of the appointment types"),
        ({"starts_at": "soon"}, "could not be read"),
        ({"starts_at": "2026-03-05T11:00:00"}, "could not be read"),
        ({"take": "9999-12-31T23:59:59-12:00"}, "could not be read"),
        ({"other_time": "11:00", "day": "9999-12-31"}, "Check the year"),
        ({"starts_at": "2026-03-06T11:00:00+00:00"}, "The day was changed after"),
    ],
)
def test_a_booking_that_cannot_be_is_refused_in_words(dee, wish, change, says):
    answer = book(dee, wish | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page.replace("&#x27;", "'")
    came_back = {name: change[name] for name in ("other_time", "day") if change.get(name)}
    assert [typed for typed in came_back.values() if f'value="{typed}"' not in page] == []
    assert not Appointment.objects.exists()
    assert not Reminder.objects.exists()


def test_a_patient_is_registered_in_mid_booking_and_the_booking_goes_on(world, dee, wish):
    waiting = {name: text for name, text in wish.items() if name != "patient"} | {
        "time": "11:00",
        "book": "1",
    }
    page = dee.get(reverse("desk:register"), waiting).content.decode()
    carried = page.split('name="booking" value="')[1].split('"')[0].replace("&amp;", "&")
    answer = register(dee, booking=carried)
    mei = Patient.objects.get(legal_given_name="Mei")
    page = dee.get(answer["Location"]).content.decode()
    assert answer["Location"].startswith(reverse("desk:book"))
    assert mei.record_number in page
    assert 'value="2026-03-05T11:00:00+00:00" checked' in page


def test_what_is_carried_leads_nowhere_else(dee):
    answer = register(dee, booking="book=1&next=https://evil.example&patient=7")
    assert answer["Location"].startswith("/desk/book/?patient=")
    assert "evil" not in answer["Location"]


def test_a_search_from_a_booking_leads_back_to_it(world, dee, wish):
    goes_on = f"/desk/book/?patient={world.ana.pk}&type=follow-up&day=2026-03-05"
    asked = {"q": "silva", "booking": f"type={wish['type']}&day=2026-03-05&book=1"}
    as_they_type = dee.post(reverse("desk:patients"), asked, headers={"X-As-They-Type": "1"})
    assert f'href="{goes_on.replace("&", "&amp;")}"' in as_they_type.content.decode()
    assert dee.post(reverse("desk:patients"), asked)["Location"] == goes_on, "Enter takes the only one"


def test_enter_never_chooses_between_two_people(world, dee):
    world.patient("Ana", "Silvestre", dt.date(1990, 1, 1), "+447946000999")
    assert world.ana
    page = dee.post(reverse("desk:patients"), {"q": "silv", "booking": "book=1"})
    assert page.status_code == 200
    assert page.content.count(b'class="person"') == 2
    assert page.content.count(b" autofocus") == 1, "the first is a second Enter away"
    outside = dee.post(reverse("desk:patients"), {"q": "silva"})
    assert outside.status_code == 200, "and outside a booking the list stays a list"


# --- What the booking page has filled in ----------------------------------------------------------------------


def chosen(page, name):
    field = page.context["form"]
    return str(field.initial[name])


def test_somebody_new_is_offered_the_assessment_with_whoever_is_free_first(world, dee):
    assert world.assessment
    assert world.follow_up
    world.booked(patient=world.ben, starts_at=NOW)  # Carl is busy until ten
    cleo = world.cleo.clinician
    page = dee.get(reverse("desk:book"), {"patient": world.ana.pk})
    assert (chosen(page, "type"), chosen(page, "clinician")) == ("initial-assessment", str(cleo.pk))
    assert chosen(page, "day") == "2026-03-03"
    assert 'value="2026-03-03T09:00:00+00:00" checked autofocus' in page.content.decode()


def test_somebody_known_is_offered_a_follow_up_with_whom_they_saw_last(world, dee):
    assert world.follow_up
    assert world.carl
    world.booked(clinician=world.cleo, starts_at=NOW)
    page = dee.get(reverse("desk:book"), {"patient": world.ana.pk})
    assert (chosen(page, "type"), chosen(page, "clinician")) == ("follow-up", str(world.cleo.clinician.pk))


def test_what_was_chosen_is_not_replaced_by_a_suggestion(world, dee, wish):
    world.booked(clinician=world.cleo, starts_at=NOW)
    page = dee.get(reverse("desk:book"), wish | {"type": "initial-assessment"})
    assert (chosen(page, "type"), chosen(page, "clinician")) == (
        "initial-assessment",
        str(world.carl.clinician.pk),
    )
    assert chosen(page, "day") == "2026-03-05"


def test_a_full_day_leads_to_the_next_one_with_room(world, dee):
    assert world.assessment
    for hour in range(9):
        world.booked(patient=world.ben, starts_at=NOW + dt.timedelta(hours=hour))
    page = dee.get(reverse("desk:book"), {"patient": world.ana.pk})
    assert chosen(page, "day") == "2026-03-04"


def test_without_anybody_to_book_with_the_page_still_opens(world, dee):
    assert world.assessment
    page = dee.get(reverse("desk:book"), {"patient": world.ana.pk})
    assert page.status_code == 200
    assert "the free times show here" in page.content.decode()


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("clinicians", [1, 12])
def test_filling_in_costs_the_same_for_one_clinician_and_for_many(
    world, dee, known, clinicians, django_assert_max_num_queries
):
    assert world.assessment
    for number in range(clinicians):
        world.clinician(f"c{number}", f"Clinician {number}")
    if known:
        world.booked(starts_at=NOW)
    assert world.ana
    dee.get(reverse("desk:patients"))
    with django_assert_max_num_queries(12):
        page = dee.get(reverse("desk:book"), {"patient": world.ana.pk})
    assert page.context["free"].on_day


@pytest.mark.parametrize("taken", [1, 15])
def test_the_booking_page_costs_the_same_on_a_full_day(
    world, dee, wish, taken, django_assert_max_num_queries
):
    for number in range(taken):
        starts_at = dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC) + dt.timedelta(minutes=30 * number)
        world.booked(patient=world.ben, type=world.follow_up, starts_at=starts_at)
    dee.get(reverse("desk:patients"))
    with django_assert_max_num_queries(12):
        dee.get(reverse("desk:book"), wish)
