"""The clinician's pages: who may open them, what they show, and how many queries they may cost."""

import datetime as dt
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from assessments.charting.result_page import ResultPage
from assessments.screens import actions as screens
from assessments.triage import actions as triage
from assessments.triage.models import Result
from clinic.audit.models import Entry
from clinic.booking.actions import change_status, mark_urgent
from tests.assessments.stories import (
    CONTRADICTORY,
    DESK_WORKER,
    NOT_EXAMINED,
    SCIATICA,
    STRIDES,
    concluded,
    draft,
    stories,
)

TODAY, CHART, SEARCH, WITH_FORM = 6, 8, 5, 12  # the most queries a page may make (clinic/README.md)


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def carl(world):
    """Carl, signed in and past his first page: the moment he was last seen is written only now and then."""
    client = world.signed_in(world.carl)
    client.get(reverse("charting:today"))
    return client


def today_at(world, hour, **given):
    return world.booked(starts_at=world.now + dt.timedelta(hours=hour), **given)


def chart(patient):
    return reverse("charting:patient", args=[patient.pk])


def pages_about_ana(world):
    """Every address below charting that names Ana, with a draft and a result of hers."""
    result = concluded(world, DESK_WORKER)
    screen = draft(world, STRIDES)
    return [
        chart(world.ana),
        reverse("charting:screen_start", args=[world.ana.pk]),
        reverse("charting:answers", args=[world.ana.pk, screen.pk]),
        reverse("charting:amend", args=[world.ana.pk, result.screen_id]),
        reverse("charting:sign", args=[world.ana.pk, screen.pk]),
        reverse("charting:screen", args=[world.ana.pk, screen.pk, "person"]),
        reverse("charting:triage", args=[world.ana.pk, result.pk]),
        reverse("charting:decide", args=[world.ana.pk, result.pk]),
    ]


def test_nobody_but_a_clinician_opens_them(world):
    addresses = [reverse("charting:today"), reverse("charting:patients"), *pages_about_ana(world)]
    for account in (world.dee, world.mona, world.ana.account):
        client = world.signed_in(account)
        for address in addresses:
            assert (client.get(address).status_code, client.post(address).status_code) == (403, 403), address


def test_a_row_of_one_patient_is_not_found_under_another(world, carl):
    for address in pages_about_ana(world)[2:]:
        moved = address.replace(f"/patients/{world.ana.pk}/", f"/patients/{world.ben.pk}/")
        assert carl.get(moved).status_code == 404, moved
        assert carl.post(moved, {"answer": "agree"}).status_code == 404, moved
    assert world.ana.screens.drafts().exists()


def test_every_page_about_a_patient_leaves_an_audit_row(world, carl):
    for address in pages_about_ana(world):
        before = Entry.objects.filter(patient=world.ana, account=world.carl).count()
        assert carl.get(address).status_code in (200, 302)
        assert Entry.objects.filter(patient=world.ana, account=world.carl).count() == before + 1, address


def test_a_list_of_names_leaves_one_row_a_name(world, carl):
    today_at(world, 1)
    carl.get(reverse("charting:today"))
    carl.post(reverse("charting:patients"), {"q": "Silva"})
    listed = Entry.objects.filter(action="listed", account=world.carl).values_list("patient", "what")
    assert list(listed.order_by("pk")) == [(world.ana.pk, "clinician's day"), (world.ana.pk, "search")]


# --- Today ------------------------------------------------------------------------------------------------


def test_today_shows_who_comes_in_what_state_and_the_way_to_the_screen(world, carl):
    appointment = today_at(world, 1)
    mark_urgent(appointment=appointment, because="ask the clinician", by=world.dee, now=world.now)
    html = carl.get(reverse("charting:today")).content.decode()
    for shown in ("Ana Silva", world.ana.record_number, "10:00", "Booked", "Urgent", "Start screen"):
        assert shown in html


def test_today_shows_nobody_elses_patients(world, carl):
    today_at(world, 1, clinician=world.cleo)
    assert "Ana" not in carl.get(reverse("charting:today")).content.decode()


def test_today_leads_on_from_a_draft_and_then_to_the_result(world, carl):
    appointment = today_at(world, 1)
    draft(world, DESK_WORKER, appointment=appointment)
    assert "Continue screen" in carl.get(reverse("charting:today")).content.decode()
    result = concluded(world, DESK_WORKER, appointment=appointment)
    assert (
        reverse("charting:triage", args=[world.ana.pk, result.pk])
        in carl.get(reverse("charting:today")).content.decode()
    )


def arrived_to(appointment, *statuses, world):
    for status in statuses:
        appointment = change_status(
            appointment=appointment, to=status, by=world.dee, now=appointment.starts_at
        )
    return appointment


GONE = [(["no_show"], "None: did not come"), (["arrived", "in_session", "done"], "None was taken")]


@pytest.mark.parametrize(("statuses", "words"), GONE)
def test_no_screen_is_started_at_a_visit_that_is_over(world, carl, statuses, words):
    arrived_to(today_at(world, 1), *statuses, world=world)
    html = carl.get(reverse("charting:today")).content.decode()
    assert words in html
    assert "Start screen" not in html


def test_a_draft_left_over_from_a_done_visit_is_continued_and_one_of_another_day_is_not(world, carl):
    """A no-show offers nothing, whatever draft the patient has."""
    done = today_at(world, 1)
    draft(world, DESK_WORKER, appointment=done)
    arrived_to(done, "arrived", "in_session", "done", world=world)
    assert "Continue screen" in carl.get(reverse("charting:today")).content.decode()
    other = today_at(world, 2, patient=world.ben)
    draft(world, DESK_WORKER, patient=world.ben)
    arrived_to(other, "no_show", world=world)
    html = carl.get(reverse("charting:today")).content.decode()
    assert html.count("Continue screen") == 1


def test_one_visit_is_next_and_whoever_is_here_comes_first(world, carl):
    today_at(world, 1)
    today_at(world, 2, patient=world.ben)
    visits = carl.get(reverse("charting:today")).context["visits"]
    assert [visit.is_next for visit in visits] == [True, False]
    arrived_to(visits[1].appointment, "arrived", world=world)
    assert [v.is_next for v in carl.get(reverse("charting:today")).context["visits"]] == [False, True]
    assert carl.get(reverse("charting:today")).content.decode().count("</svg>Next<") == 1


def test_an_empty_day_says_what_to_do(world, carl):
    assert "No appointments today" in carl.get(reverse("charting:today")).content.decode()


def test_no_queries_grow_with_a_longer_day(world, carl, django_assert_max_num_queries):
    for hour, patient in enumerate([world.ana, world.ben] * 3, start=1):
        today_at(world, hour, patient=patient)
        if hour in (1, 6):
            with django_assert_max_num_queries(TODAY):
                assert carl.get(reverse("charting:today")).status_code == 200


@pytest.mark.parametrize(
    "typed", ["Silva", "14/3/1991", "000123", "zzz", "a", "", "'; --", "%", "\x00", "😀", "x" * 500]
)
def test_search_finds_or_says_why_not(world, carl, typed, django_assert_max_num_queries):
    assert world.ana
    with django_assert_max_num_queries(SEARCH):
        html = carl.post(reverse("charting:patients"), {"q": typed}).content.decode()
    assert ("Ana Silva" in html) == (typed in ("Silva", "14/3/1991", "000123"))


# --- The chart --------------------------------------------------------------------------------------------


def test_a_chart_tells_what_happened(world, carl):
    result = concluded(world, DESK_WORKER, appointment=today_at(world, 1))
    triage.agree(result=result, by=world.carl, now=world.now)
    html = carl.get(chart(world.ana)).content.decode()
    for shown in ("Ana Silva", "14 Mar 1991", world.ana.record_number, result.label, "Clinician agreed"):
        assert shown in html


def test_no_queries_grow_with_a_longer_history(world, carl, django_assert_max_num_queries):
    for number, story in enumerate([DESK_WORKER, STRIDES, SCIATICA, NOT_EXAMINED], start=1):
        result = concluded(world, story, appointment=today_at(world, number))
        triage.agree(result=result, by=world.carl, now=world.now)
        if number in (1, 4):
            with django_assert_max_num_queries(CHART):
                assert carl.get(chart(world.ana)).status_code == 200


# --- Results ----------------------------------------------------------------------------------------------


def shown_result(carl, result):
    return carl.get(reverse("charting:triage", args=[result.patient_id, result.pk])).content.decode()


@pytest.mark.parametrize("story", list(stories()))
def test_a_result_shows_its_reasons_for_and_against_and_what_is_unknown(
    world, carl, story, django_assert_max_num_queries
):
    result = concluded(world, story)
    with django_assert_max_num_queries(WITH_FORM):
        html = shown_result(carl, result)
    begins = (
        "Triage cannot name one yet"
        if result.klass in ("insufficient_information", "clinician_review")
        else "The findings fit"
    )
    sorted_out = ["Speaks for", "Speaks against", "Not known"]
    if result.outcome["is_urgent"]:
        sorted_out[0] = "Findings that fired it"
    if result.klass == "clinician_review":
        sorted_out = ["No class was reached"]
    for shown in (begins, *sorted_out, result.ruleset):
        assert shown in html
    for rule in result.outcome["fired"]:
        assert rule["id"] in html
        assert "Evidence" in html
        assert all(source["id"] in html for source in rule["sources"])
    assert "percent" not in html


def test_a_tightness_result_says_when_to_act_and_offers_an_answer(world, carl):
    html = shown_result(carl, concluded(world, DESK_WORKER))
    for shown in ("Agree", "Decide otherwise", "Routine", "What may keep it coming back", "not odds"):
        assert shown in html


EVERYTHING_ELSE = "Everything else from this screen"
FIRST = {
    "O16": ("Act now", "Numbness in the saddle area: yes"),
    "O12": ("Act the same day: Tue 3 Mar 2026", "New unexplained swelling of calf or leg: yes"),
    "O05": ("Act by Tue 10 Mar 2026", "Pop or snap felt or heard: yes"),
}


@pytest.mark.parametrize("story", FIRST)
def test_an_urgent_result_says_what_to_do_and_what_fired_it_before_anything_else(world, carl, story):
    result = concluded(world, story)
    html = shown_result(carl, result)
    above, below = html.split(EVERYTHING_ELSE)
    for words in (*FIRST[story], result.outcome["say_clinician"], result.outcome["primary"]):
        assert words in unescape(above)
    for words in ("Not known", "Speaks against it"):
        assert words not in above
        assert words in below
    assert "<details" in above.split("result-findings")[1]


@pytest.mark.parametrize("story", [*FIRST, NOT_EXAMINED, CONTRADICTORY])
def test_nothing_to_train_is_named_while_something_graver_stands(world, carl, story):
    """Causes of tightness and strain are for a class that leads to exercises."""
    assert "What may keep it coming back" not in shown_result(carl, concluded(world, story))


def test_beside_a_nearly_empty_emergency_no_calm_class_is_named(world, carl):
    screen = screens.start(patient=world.ana, by=world.carl, now=world.now)
    case = {"history": {"rf_saddle_numbness": True}}
    screens.load_case(screen=screen, case=case, by=world.carl, now=world.now)
    result = triage.sign_and_conclude(screen=screen, by=world.carl, now=world.now)
    html = shown_result(carl, result)
    assert "Possible fracture" in html.split(EVERYTHING_ELSE)[1]
    shown = html.split('<details class="overrule"')[0] + html.split("result-findings")[1]
    for calm in ("Tightness without signs", "Hamstring strain", "tendinopathy"):
        assert calm not in shown


def test_a_second_urgent_rule_stands_above_the_fold_too(world, carl):
    above = shown_result(carl, concluded(world, "O13")).split(EVERYTHING_ELSE)[0]
    assert "R25_vascular" in above
    assert "R26_radicular_deficit" in above


def test_what_decides_with_too_little_known_is_shown_first(world, carl):
    html = shown_result(carl, concluded(world, NOT_EXAMINED))
    assert "Find out today what is not known" in html
    assert html.index('id="findings-unknown"') < html.index('id="findings-for"')


def test_a_finding_against_says_what_it_speaks_for_or_that_it_was_expected(world, carl):
    html = unescape(shown_result(carl, concluded(world, "O08")))
    assert "Speaks for “Load-related hamstring muscle injury without a single event" in html
    assert "Would be expected with this, and is not there" in html


def decide(carl, result, **posted):
    return carl.post(reverse("charting:decide", args=[result.patient_id, result.pk]), posted)


def test_agreeing_is_one_press(world, carl):
    result = concluded(world, DESK_WORKER)
    assert decide(carl, result, answer="agree").status_code == 302
    assert "Carl Jensen agreed" in " ".join(shown_result(carl, result).split())


OVERRULED = {
    "answer": "overrule",
    "klass": "strain_mild",
    "reason_code": "examination",
    "reason": "Tender on palpation",
}


def test_deciding_otherwise_keeps_both_readable(world, carl):
    result = concluded(world, DESK_WORKER)
    assert decide(carl, result, **OVERRULED).status_code == 302
    html = shown_result(carl, result)
    assert "Tightness without signs of strain" in html
    assert "Tender on palpation" in html


@pytest.mark.parametrize(
    "wrong",
    [
        {"klass": ""},
        {"klass": "nonsense"},
        {"reason": "short"},
        {"reason_code": "x"},
        {"reason": "\x00" * 12},
    ],
)
def test_deciding_otherwise_without_a_reason_keeps_what_was_typed(world, carl, wrong):
    result = concluded(world, DESK_WORKER)
    answer = decide(carl, result, **{**OVERRULED, **wrong})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not result.decisions.exists()


def test_a_program_is_offered_only_where_the_class_allows_one(world, carl):
    from django.urls import NoReverseMatch

    calm, grave = concluded(world, DESK_WORKER), concluded(world, SCIATICA, patient=world.ben)
    for result in (calm, grave):
        decide(carl, result, answer="agree")
    try:
        reverse("prescribing:propose", args=[1, 1])
    except NoReverseMatch:
        pytest.skip("the programs' pages are not there yet")
    assert "Propose a program" in shown_result(carl, calm)
    assert "Propose a program" not in shown_result(carl, grave)
    assert "No exercise program follows" in shown_result(carl, grave)


def test_an_expired_session_keeps_the_reason(world, carl):
    result = concluded(world, DESK_WORKER)
    page = carl.get(reverse("charting:triage", args=[world.ana.pk, result.pk])).content.decode()
    owner = page.split('name="form_owner" value="')[1].split('"')[0]
    carl.logout()
    answer = decide(carl, result, form_owner=owner, **OVERRULED)
    assert "/accounts/login" in answer["Location"]
    carl.force_login(world.carl, backend="clinic.people.backends.ClinicBackend")
    again = carl.get(reverse("charting:decide", args=[world.ana.pk, result.pk])).content.decode()
    assert "Tender on palpation" in again
    assert "This was not saved yet" in again
    assert not result.decisions.exists()


def test_a_referral_with_an_open_red_flag_says_what_to_find_out_today(world):
    result = Result(urgency="same_day", target_days=7, decided_at=world.now)
    assert ResultPage(result).act_by.startswith("Find out today what is not known. Act by ")
    result.urgency = "within_days"
    assert ResultPage(result).act_by.startswith("Act by ")
