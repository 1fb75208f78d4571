"""Length, anybody, machines, gaps that are too short, overbooking on purpose, and what a booking cannot be."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from clinic.booking.actions import book as book_directly
from clinic.booking.actions import change_status
from clinic.booking.holding import hold
from clinic.booking.models import (
    Absence,
    Appointment,
    AppointmentType,
    ExtraHours,
    Hold,
    Resource,
    ResourceKind,
)
from clinic.people.models import Patient
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("clock")
THURSDAY = "2026-03-05"


@pytest.fixture
def dee(world):
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    return client


@pytest.fixture
def wish(world):
    """Ana's follow-up with Carl on Thursday."""
    return {
        "patient": world.ana.pk,
        "type": world.follow_up.slug,
        "clinician": world.carl.clinician.pk,
        "day": THURSDAY,
    }


def book(client, wish, **more):
    return client.post(reverse("desk:book"), wish | more)


def opened(client, wish, **more):
    return client.get(reverse("desk:book"), wish | more)


def at(hour, minute=0, day=5):
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=dt.UTC)


def text(answer):
    return answer.content.decode()


# --- How long --------------------------------------------------------------------------------------------------


def test_the_length_filled_in_is_the_types(dee, wish):
    page = opened(dee, wish)
    assert 'name="minutes" value="30"' in text(page)
    assert 'name="usual" value="30"' in text(page)


def test_a_length_nobody_touched_follows_the_type(world, dee, wish):
    page = text(book(dee, wish | {"type": "initial-assessment"}, look="1", minutes="30", usual="30"))
    assert 'name="minutes" value="60"' in page
    book(dee, wish | {"type": "initial-assessment"}, other_time="11:00", minutes="30", usual="30")
    made = Appointment.objects.get()
    assert made.ends_at - made.starts_at == dt.timedelta(minutes=60)


def test_a_length_that_was_changed_is_booked_and_stays_when_the_type_changes(dee, wish):
    page = text(book(dee, wish | {"type": "initial-assessment"}, look="1", minutes="50", usual="30"))
    assert 'name="minutes" value="50"' in page
    book(dee, wish, other_time="11:00", minutes="50", usual="30")
    made = Appointment.objects.get()
    assert made.ends_at == at(11, 50)


def test_the_free_times_are_those_that_hold_the_length(world, dee, wish):
    world.booked(patient=world.ben)  # ten to eleven
    assert 'value="2026-03-05T09:30:00+00:00"' in text(opened(dee, wish))
    assert 'value="2026-03-05T09:30:00+00:00"' not in text(opened(dee, wish, minutes="45"))


@pytest.mark.parametrize("minutes", ["0", "4", "1200", "-30", "half an hour", "9" * 5000, "30.5"])
def test_a_length_that_is_no_visit_is_refused_at_its_field(dee, wish, minutes):
    answer = book(dee, wish, other_time="11:00", minutes=minutes, usual="30")
    assert answer.status_code == 422
    assert 'href="#id_minutes"' in text(answer)
    assert "A visit takes 5 minutes to 8 hours" in text(answer)
    assert 'value="11:00"' in text(answer)
    assert not Appointment.objects.exists()


def test_times_offered_after_a_refusal_hold_the_length_that_was_asked_for(world, dee, wish):
    world.booked(patient=world.ben)
    world.booked(patient=world.ben, type=world.follow_up, starts_at=at(11, 30))
    page = text(book(dee, wish, other_time="10:15", minutes="45", usual="30"))
    assert 'name="take" value="2026-03-05T11:00:00+00:00"' not in page, "half an hour is free there"
    assert 'name="take" value="2026-03-05T12:00:00+00:00"' in page
    answer = book(dee, wish, other_time="10:15", minutes="45", usual="30", take="2026-03-05T12:00:00+00:00")
    assert answer.status_code == 302


# --- A gap that is too short -------------------------------------------------------------------------------------


def test_a_gap_too_short_says_so_and_offers_what_fits(world, dee, wish):
    world.booked(patient=world.ben)  # ten to eleven
    world.booked(patient=world.ben, type=world.follow_up, starts_at=at(11, 30))
    page = opened(dee, wish | {"type": "initial-assessment"}, time="11:00")
    shown = page.context["too_short"]
    assert (shown.minutes, shown.wanted) == (30, 60)
    assert [words for words, _ in shown.fitting] == ["Follow-up (30 min)", "Initial assessment, 30 min only"]
    assert "From 11:00 only 30 minutes are free; this takes 60." in text(page)
    assert page.context["picked"] == "", "no other time is taken instead"
    for _, url in shown.fitting:
        assert 'value="2026-03-05T11:00:00+00:00" checked' in text(dee.get(url)), url


def test_a_gap_that_fits_says_nothing_of_its_length(dee, wish):
    page = opened(dee, wish, time="11:00")
    assert page.context["too_short"] is None
    assert page.context["picked"] == "2026-03-05T11:00:00+00:00"


def test_a_gap_that_is_gone_says_so_and_takes_no_other_time_instead(world, dee, wish):
    world.booked(patient=world.ben)
    page = opened(dee, wish, time="10:15")
    assert "Not free at that time" in text(page)
    assert page.context["picked"] == ""


def test_once_another_time_is_picked_the_gap_is_no_matter(dee, wish):
    asked = wish | {"type": "initial-assessment", "time": "17:30"}
    assert opened(dee, asked).context["too_short"]
    assert opened(dee, asked, starts_at=at(11).isoformat()).context["too_short"] is None


def test_a_gap_before_the_end_of_work_is_too_short_too(dee, wish):
    page = opened(dee, wish | {"type": "initial-assessment"}, time="17:30")
    assert page.context["too_short"].minutes == 30


# --- Who does it, and with what -----------------------------------------------------------------------------------


@pytest.fixture
def gait(world):
    """Carl alone does it, on one of the clinic's two treadmills."""
    assert world.carl
    assert world.cleo
    kind = ResourceKind.objects.create(slug="treadmill", name="Treadmill")
    for number in (1, 2):
        Resource.objects.create(kind=kind, name=f"Treadmill {number}")
    made = AppointmentType.objects.create(slug="gait", name="Gait retraining", minutes=45, needs=kind)
    made.clinicians.add(world.carl.clinician)
    return made


def choices(page, name):
    return [str(value) for value, _ in page.context["form"].fields[name].choices]


def test_a_type_lists_only_those_who_do_it(world, dee, wish, gait):
    both = {str(world.carl.clinician.pk), str(world.cleo.clinician.pk)}
    assert both <= set(choices(opened(dee, wish), "clinician"))
    assert choices(opened(dee, wish | {"type": "gait"}), "clinician") == ["", str(world.carl.clinician.pk)]


def test_somebody_who_does_not_do_it_is_named(world, dee, wish, gait):
    cleo = world.cleo.clinician
    page = book(dee, wish | {"type": "gait", "clinician": cleo.pk}, look="1")
    assert "Cleo Marchetti does not do this" in text(page)
    answer = book(dee, wish | {"type": "gait", "clinician": cleo.pk}, other_time="11:00")
    assert answer.status_code == 422
    assert "Cleo Marchetti does not do this: Gait retraining. Nothing was changed." in text(answer)
    assert not Appointment.objects.exists()


def test_a_gap_of_somebody_suggests_a_type_they_do(world, dee, gait):
    AppointmentType.objects.exclude(pk=gait.pk).delete()
    page = opened(dee, {"clinician": world.cleo.clinician.pk, "day": THURSDAY, "time": "10:00"})
    assert page.context["form"].initial["type"] == ""


def test_the_machine_is_chosen_and_told(world, dee, wish, gait):
    book(dee, wish | {"type": "gait"}, other_time="11:00")
    page = text(dee.get(reverse("desk:today"), {"day": THURSDAY}))
    assert "Treadmill 1 is kept for it." in page


def test_all_machines_taken_is_refused_with_times_instead(world, dee, wish, gait):
    gait.clinicians.add(world.cleo.clinician)
    lee = world.clinician("lee", "Lee Park").clinician
    gait.clinicians.add(lee)
    for clinician in (world.cleo.clinician, lee):
        book_directly(
            patient=world.ben, clinician=clinician, type=gait, starts_at=at(11), by=world.dee, now=NOW
        )
    answer = book(dee, wish | {"type": "gait"}, other_time="11:15")
    assert answer.status_code == 409
    assert "No treadmill is free at 11:15 on Thursday 5 March (GMT). Nothing was changed." in text(answer)
    assert 'name="take" value="2026-03-05T11:45:00+00:00"' in text(answer)
    assert 'name="overbook"' not in text(answer), "a second treadmill cannot be agreed on"


def test_a_retired_type_is_not_listed_and_refused_where_it_was_chosen_before(world, dee, wish):
    world.follow_up  # noqa: B018  # made by being named
    AppointmentType.objects.filter(slug="follow-up").update(retired_on=dt.date(2026, 3, 2))
    assert "follow-up" not in choices(opened(dee, wish), "type")
    answer = book(dee, wish, other_time="11:00")
    assert answer.status_code == 422
    assert "Follow-up is not offered any more. Nothing was changed. Choose another type." in text(answer)
    assert 'value="11:00"' in text(answer)
    assert not Appointment.objects.exists()


# --- Any clinician -------------------------------------------------------------------------------------------------


def test_any_clinician_shows_the_times_of_all(world, dee, wish):
    assert world.cleo
    world.booked(patient=world.ben)  # Carl, ten to eleven
    assert 'value="2026-03-05T10:00:00+00:00"' not in text(opened(dee, wish))
    page = text(opened(dee, wish | {"clinician": "any"}))
    assert page.count('value="2026-03-05T10:00:00+00:00"') == 1
    assert page.count('value="2026-03-05T12:00:00+00:00"') == 1, "each time once"


def test_any_clinician_books_somebody_who_is_free(world, dee, wish):
    assert world.cleo
    world.booked(patient=world.ben)
    answer = book(dee, wish | {"clinician": "any"}, other_time="10:00")
    assert answer.status_code == 302
    assert Appointment.objects.get(patient=world.ana).clinician == world.cleo.clinician


def test_two_presses_for_any_clinician_book_once(world, dee, wish):
    assert world.cleo
    answers = [book(dee, wish | {"clinician": "any"}, other_time="10:00")["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert Appointment.objects.count() == 1


def test_nobody_free_says_so_and_offers_times(world, dee, wish):
    assert world.cleo
    for clinician in (world.carl, world.cleo):
        world.booked(patient=world.ben, clinician=clinician)
    answer = book(dee, wish | {"clinician": "any"}, other_time="10:15")
    assert answer.status_code == 409
    assert "Nobody is free at 10:15 on Thursday 5 March (GMT) any more." in text(answer)
    assert 'name="take" value="2026-03-05T11:00:00+00:00"' in text(answer)
    assert 'name="overbook"' not in text(answer)


# --- Overbooking ----------------------------------------------------------------------------------------------------


def test_overbooking_is_offered_only_after_a_refusal(world, dee, wish):
    world.booked(patient=world.ben)
    assert 'name="overbook"' not in text(opened(dee, wish))
    refused = text(book(dee, wish, other_time="10:15"))
    assert 'name="overbook" value="2026-03-05T10:15:00+00:00"' in refused
    outside = text(book(dee, wish, other_time="07:00"))
    assert 'name="overbook"' not in outside


def test_without_a_reason_nothing_is_overbooked_and_the_field_is_named(world, dee, wish):
    world.booked(patient=world.ben)
    answer = book(dee, wish, other_time="10:15", overbook=at(10, 15).isoformat(), because="  ")
    assert answer.status_code == 422
    assert 'href="#id_because"' in text(answer)
    assert "Say why before you overbook" in text(answer)
    assert 'name="overbook" value="2026-03-05T10:15:00+00:00"' in text(answer), "the button is still there"
    assert Appointment.objects.count() == 1


def test_with_a_reason_it_is_overbooked_and_says_so(world, dee, wish):
    world.booked(patient=world.ben)
    answer = book(dee, wish, other_time="10:15", overbook=at(10, 15).isoformat(), because="Twins, one visit")
    made = Appointment.objects.get(patient=world.ana)
    assert answer.status_code == 302
    assert (made.starts_at, made.overbooked_because) == (at(10, 15), "Twins, one visit")
    assert "It is overbooked, and marked so." in text(dee.get(answer["Location"].split("#")[0]))


def test_two_presses_overbook_once(world, dee, wish):
    world.booked(patient=world.ben)
    pressed = {"other_time": "10:15", "overbook": at(10, 15).isoformat(), "because": "Twins, one visit"}
    answers = [book(dee, wish, **pressed)["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert Appointment.objects.filter(patient=world.ana).count() == 1


def test_a_held_time_says_for_whom_it_is_kept_and_may_be_overbooked(world, dee, wish):
    hold(
        clinician=world.carl.clinician, type=world.follow_up, starts_at=at(10), purpose=Hold.Purpose.ONLINE,
        lasts_until=NOW + dt.timedelta(minutes=5), now=NOW,
    )  # fmt: skip
    answer = book(dee, wish, other_time="10:00")
    assert answer.status_code == 409
    assert "is being booked online and kept until 09:05" in text(answer)
    assert 'name="overbook" value="2026-03-05T10:00:00+00:00"' in text(answer)


def test_nobody_is_overbooked_for_any_clinician(world, dee, wish):
    assert world.cleo
    answer = book(dee, wish | {"clinician": "any"}, overbook=at(10).isoformat(), because="Twins")
    assert answer.status_code == 422
    assert 'href="#id_clinician"' in text(answer)
    assert not Appointment.objects.exists()


# --- What a booking cannot be ---------------------------------------------------------------------------------


def test_overlapping_by_one_minute_is_taken(world, dee, wish):
    world.booked(patient=world.ben)
    late = book(dee, wish, other_time="10:59")
    early = book(dee, wish, other_time="09:31")
    assert {late.status_code, early.status_code} == {409}
    assert "is taken: Ben Nowak, 10:00–11:00" in text(late)
    assert Appointment.objects.count() == 1
    assert book(dee, wish, other_time="11:00").status_code == 302, "the minute it ends is free"


def test_on_leave_is_refused_with_the_reason_and_times(world, dee, wish):
    Absence.objects.create(
        clinician=world.carl.clinician, kind="leave", starts_at=at(0), ends_at=at(23, 59), made_at=NOW,
        made_by=world.mona,
    )  # fmt: skip
    answer = book(dee, wish, other_time="10:00")
    assert answer.status_code == 422
    assert "Carl Jensen is away at 10:00 on Thursday 5 March (GMT)" in text(answer)
    assert 'name="take" value="2026-03-06T08:00:00+00:00"' in text(answer)
    assert 'value="10:00"' in text(answer)


def test_a_holiday_is_refused_with_its_name(world, dee, wish):
    Absence.objects.create(
        clinician=None, kind="holiday", note="Founders’ day", starts_at=at(0), ends_at=at(23, 59), made_at=NOW,
        made_by=world.mona,
    )  # fmt: skip
    answer = book(dee, wish, other_time="10:00")
    assert answer.status_code == 422
    assert "The clinic is shut at 10:00 on Thursday 5 March (GMT) (Founders’ day)." in text(answer)


@pytest.mark.parametrize(
    ("left_on", "says"),
    [
        (dt.date(2026, 3, 2), "this one does not work here any more"),
        (dt.date(2026, 3, 4), "does not work here on Thursday 5 March 2026"),
    ],
)
def test_somebody_who_has_left_or_will_have_is_refused(world, dee, wish, left_on, says):
    carl = world.carl.clinician
    carl.left_on = left_on
    carl.save()
    answer = book(dee, wish, other_time="11:00")
    assert answer.status_code == 422
    assert says in text(answer)
    assert 'value="11:00"' in text(answer)
    assert not Appointment.objects.exists()


def test_a_patient_whose_record_went_away_is_found_again_and_the_rest_stays(world, dee, wish):
    mei = Patient.objects.create(
        legal_given_name="Mei", legal_family_name="Tanaka", birth_date=dt.date(1993, 7, 9), registered_at=NOW
    )
    gone = wish | {"patient": mei.pk}
    mei.delete()
    answer = book(dee, gone, other_time="11:00", minutes="50", usual="30")
    page = text(answer)
    assert answer.status_code == 422
    assert "That patient has no record any more. Find the patient again." in page
    assert 'id="q"' in page
    for kept in ('value="11:00"', 'name="minutes" value="50"', f'value="{wish["clinician"]}" selected'):
        assert kept in page, kept
    assert not Appointment.objects.exists()


def test_a_search_that_ten_thousand_fit_shows_twenty_and_asks_for_more_letters(
    world, dee, django_assert_max_num_queries
):
    born = dt.date(1990, 1, 1)
    Patient.objects.bulk_create(
        Patient(legal_given_name="Ana", legal_family_name=f"Silva{n}", birth_date=born, registered_at=NOW)
        for n in range(10_000)
    )
    asked = {"q": "si", "booking": "book=1"}
    with django_assert_max_num_queries(5):
        box = dee.post(reverse("desk:patients"), asked, headers={"X-In-A-Box": "1", "X-As-They-Type": "1"})
    for shown in (text(box), text(dee.post(reverse("desk:patients"), asked))):
        assert "The first 20. Type more letters to narrow it down." in shown
    assert text(box).count("data-url=") == 20


# --- The box asks for the same pages ------------------------------------------------------------------------------

IN_A_BOX = {"X-In-A-Box": "1"}


def test_the_box_is_given_the_form_without_the_frame(dee, wish):
    answer = dee.get(reverse("desk:book"), wish, headers=IN_A_BOX)
    assert answer["X-Box"] == "1"
    assert "<html" not in text(answer)
    assert 'id="booking"' in text(answer)
    whole = opened(dee, wish)
    assert "X-Box" not in whole
    assert "<html" in text(whole)


def test_what_was_booked_in_the_box_leads_to_its_card_and_is_said_there(dee, wish):
    answer = dee.post(reverse("desk:book"), wish | {"other_time": "11:00"}, headers=IN_A_BOX)
    made = Appointment.objects.get()
    assert answer.status_code == 204
    assert answer["X-Leads-To"] == f"{reverse('desk:today')}?day={THURSDAY}#visit-{made.pk}"
    page = text(dee.get(reverse("desk:today"), {"day": THURSDAY}))
    assert "Booked: Ana Silva with Carl Jensen, Thu 5 Mar, 11:00 (GMT)." in page
    assert "will be mailed a confirmation." in page


def test_a_patient_without_mail_is_to_be_told_by_voice(world, dee, wish):
    world.ana.channels.filter(kind="email").delete()
    answer = book(dee, wish, other_time="11:00")
    assert "nobody tells them: call +447946000123." in text(dee.get(answer["Location"].split("#")[0]))


def test_a_refusal_in_the_box_keeps_its_status_and_everything_typed(world, dee, wish):
    world.booked(patient=world.ben)
    typed = {"other_time": "10:15", "minutes": "50", "usual": "30"}
    answer = dee.post(reverse("desk:book"), wish | typed, headers=IN_A_BOX)
    assert (answer.status_code, answer["X-Box"]) == (409, "1")
    for kept in (
        'value="10:15"',
        'name="minutes" value="50"',
        "Ben Nowak",
        f'name="patient" value="{world.ana.pk}"',
    ):
        assert kept in text(answer), kept


# --- The hour that comes twice ------------------------------------------------------------------------------

FALL_BACK = dt.date(2026, 10, 25)  # at 02:00 British Summer Time it is 01:00 Greenwich Mean Time again


@pytest.fixture
def at_night(world, wish):
    """Carl works the small hours of that Sunday."""
    ExtraHours.objects.create(
        clinician=world.carl.clinician, on_day=FALL_BACK, starts=dt.time(0), ends=dt.time(4),
    )  # fmt: skip
    return wish | {"day": FALL_BACK.isoformat()}


def test_the_hour_that_comes_twice_is_asked_about(dee, at_night):
    answer = book(dee, at_night, other_time="01:30")
    page = text(answer)
    assert answer.status_code == 422
    assert "01:30 comes twice on that day: the first (BST) or the second (GMT)?" in page
    assert 'name="which" value="first"' in page
    assert 'name="which" value="second"' in page
    assert 'value="01:30"' in page
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_and_the_one_chosen_is_booked(dee, at_night, which, hour):
    assert book(dee, at_night, other_time="01:30", which=which).status_code == 302
    assert Appointment.objects.get().starts_at == dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC)


def test_a_time_that_comes_once_asks_nothing(dee, at_night):
    assert book(dee, at_night, other_time="02:30").status_code == 302
    assert Appointment.objects.get().starts_at == dt.datetime(2026, 10, 25, 2, 30, tzinfo=dt.UTC)


def test_free_times_that_look_alike_name_their_zone(dee, at_night):
    page = text(opened(dee, at_night))
    assert "<span>01:30 BST</span>" in page
    assert "<span>01:30 GMT</span>" in page
    assert "<span>02:30</span>" in page


def overbooks(page):
    """The moment that the page's button would overbook; empty without one."""
    found = re.search(r'name="overbook" value="([^"]+)"', page)
    return found[1] if found else ""


def test_a_refusal_has_the_reason_and_the_button_in_the_open_and_keeps_what_was_typed(world, dee, wish):
    """One reason and one press: nothing has to be unfolded, picked or typed again."""
    world.booked(patient=world.ben)
    page = text(book(dee, wish, other_time="10:15", minutes="45", usual="30"))
    assert "<details" not in page.split('id="overbook-title"')[1].split("</section>")[0]
    assert 'form="booking" name="overbook"' in page
    assert 'id="id_because" name="because" form="booking"' in page
    kept = {
        name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)[1]
        for name in ("other_time", "minutes", "patient")
    }
    assert kept == {"other_time": "10:15", "minutes": "45", "patient": str(world.ana.pk)}
    pressed = wish | kept | {"usual": "30", "overbook": overbooks(page), "because": "Twins, one visit"}
    assert dee.post(reverse("desk:book"), pressed).status_code == 302
    made = Appointment.objects.get(patient=world.ana)
    assert (made.starts_at, made.overbooked_because) == (at(10, 15), "Twins, one visit")
    assert made.ends_at == at(11)


def test_a_taken_time_that_was_pressed_in_the_calendar_can_be_overbooked_at_once(world, dee, wish):
    visit = world.booked(patient=world.ben)
    (url,) = re.findall(
        r'href="([^"]+)" data-overbook', text(dee.get(reverse("desk:today"), {"day": THURSDAY}))
    )
    page = text(dee.get(url.replace("&amp;", "&")))
    assert "10:00 is taken. Pick a time below. You can overbook once the patient is chosen." in page
    assert overbooks(page) == "", (
        "a reason typed before the patient is chosen would have to travel in an address"
    )
    page = text(dee.get(url.replace("&amp;", "&"), {**wish, "time": "10:00"}))
    assert "10:00 is taken. Pick a time below, or overbook." in page
    assert overbooks(page) == at(10).isoformat()
    assert visit.patient.full_name not in page.split("<main")[1], "nobody is named who need not be"


def test_no_overbooking_where_nobody_works_or_the_day_ends(world, dee, wish):
    world.booked(patient=world.ben, starts_at=at(17))
    assert overbooks(text(opened(dee, wish, time="07:00"))) == ""
    assert overbooks(text(opened(dee, wish, time="17:00"))) == at(17).isoformat()
    assert overbooks(text(opened(dee, wish, time="17:45"))) == "", "a visit would run past the end of work"
    assert overbooks(text(opened(dee, wish | {"clinician": "any"}, time="17:00"))) == ""


def test_a_visit_that_is_over_or_called_off_does_not_lead_to_overbooking(world, dee):
    off = world.booked(patient=world.ben)
    change_status(appointment=off, to="cancelled", because="Ill", by=world.dee, now=NOW)
    assert "data-overbook" not in text(dee.get(reverse("desk:today"), {"day": THURSDAY}))


def test_a_reason_typed_is_kept_while_other_times_are_looked_at(world, dee, wish):
    world.booked(patient=world.ben)
    page = text(book(dee, wish, look="1", because="Twins, one visit"))
    assert 'name="because" form="booking" value="Twins, one visit"' in page


@pytest.mark.parametrize(
    "digits", ["0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669"]
)
def test_a_patient_is_named_in_plain_digits_only(world, dee, wish, digits):
    written = "".join(digits[int(digit)] for digit in str(world.ana.pk))
    page = opened(dee, wish | {"patient": written})
    assert page.context["patient"] == (world.ana if written.isascii() else None)
