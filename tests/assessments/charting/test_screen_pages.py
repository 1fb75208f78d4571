"""Taking a screen page by page: nothing typed is lost, nothing is half written, nothing is overwritten unseen."""

import datetime as dt
import json
import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from assessments.screens import actions
from assessments.screens.actions import Change
from assessments.screens.models import Answer, Screen
from assessments.screens.reading import load_screen
from assessments.triage.models import Result
from tests.assessments.stories import CONTRADICTORY, DESK_WORKER, SCIATICA, case, concluded, draft
from tests.places import USUAL

SECTIONS = [section.id for section in load_screen().sections]
MOST_QUERIES = 12
USUAL_PLACE = {"catalogue": USUAL.screen}


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def carl(world):
    client = world.signed_in(world.carl)
    client.get(reverse("charting:today"))
    return client


@pytest.fixture
def screen(world):
    return actions.start(patient=world.ana, by=world.carl, now=world.now)


def at(screen, section):
    return reverse("charting:screen", args=[screen.patient_id, screen.pk, section])


def signing(screen):
    return reverse("charting:sign", args=[screen.patient_id, screen.pk])


def seen(client, screen, section):
    """What a tab has seen: the hidden field of the page as it is now."""
    return client.get(at(screen, section)).context["form"].initial["seen"]


def told(answer):
    return json.loads(answer.content)


def save_by_script(client, screen, section, **posted):
    return client.post(at(screen, section), posted, headers={"accept": "application/json"})


def values(screen):
    return dict(Answer.objects.filter(screen=screen).values_list("item", "value"))


# --- Starting ---------------------------------------------------------------------------------------------


def test_a_start_leads_to_the_red_flags_and_belongs_to_the_visit(world, carl):
    appointment = world.booked(starts_at=world.now + dt.timedelta(hours=1))
    answer = carl.post(
        reverse("charting:screen_start", args=[world.ana.pk]), {"appointment": appointment.pk, **USUAL_PLACE}
    )
    screen = Screen.objects.get()
    assert answer["Location"] == at(screen, "red_flags")
    assert screen.appointment == appointment


def test_a_start_from_the_chart_finds_todays_visit(world, carl):
    appointment = world.booked(starts_at=world.now + dt.timedelta(hours=1))
    carl.post(reverse("charting:screen_start", args=[world.ana.pk]), USUAL_PLACE)
    assert Screen.objects.get().appointment == appointment


@pytest.mark.parametrize("posted", ["0", "x", "-1", "9" * 40, "٣", "\x00"])
def test_a_start_with_a_made_up_visit_names_none(world, carl, posted):
    answer = carl.post(
        reverse("charting:screen_start", args=[world.ana.pk]), {"appointment": posted, **USUAL_PLACE}
    )
    assert answer.status_code == 302
    assert Screen.objects.get().appointment is None


def test_a_start_takes_nobody_elses_visit(world, carl):
    other = world.booked(patient=world.ben, starts_at=world.now + dt.timedelta(hours=1))
    carl.post(reverse("charting:screen_start", args=[world.ana.pk]), {"appointment": other.pk, **USUAL_PLACE})
    assert Screen.objects.get().appointment is None


# --- One section ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens_within_its_budget(world, carl, section, django_assert_max_num_queries):
    concluded(world, DESK_WORKER)
    screen = draft(world, SCIATICA, now=world.now + dt.timedelta(days=14))
    with django_assert_max_num_queries(MOST_QUERIES):
        html = carl.get(at(screen, section)).content.decode()
    for item in next(one for one in load_screen().sections if one.id == section).items:
        assert f'id="item-{item.id}"' in html


def test_there_is_no_section_of_another_name(carl, screen):
    assert carl.get(at(screen, "nowhere")).status_code == 404


def test_the_last_value_stands_beside_the_field(world, carl):
    concluded(world, DESK_WORKER)
    screen = actions.start(patient=world.ana, by=world.carl, now=world.now + dt.timedelta(days=14))
    assert (
        "Last time, 3 Mar 2026: left 22 deg, right 24 deg." in carl.get(at(screen, "supine")).content.decode()
    )


def test_nobody_elses_last_value_does(world, carl):
    concluded(world, DESK_WORKER, patient=world.ben)
    screen = actions.start(patient=world.ana, by=world.carl, now=world.now)
    assert "Last time" not in carl.get(at(screen, "supine")).content.decode()


def test_save_and_continue_goes_through_all_sections_to_the_signature(carl, screen):
    where = at(screen, SECTIONS[0])
    for following in [*(at(screen, name) for name in SECTIONS[1:] if name != "clot_risk"), signing(screen)]:
        where = carl.post(where, {})["Location"]
        assert where == following


def test_a_section_that_asks_nothing_now_is_passed_by_until_it_does(carl, screen):
    assert carl.post(at(screen, "medical"), {})["Location"] == at(screen, "past")
    save_by_script(carl, screen, "red_flags", rf_leg_swelling="yes", seen="{}")
    assert carl.post(at(screen, "medical"), {})["Location"] == at(screen, "clot_risk")


def test_the_button_saves_what_was_typed(carl, screen):
    carl.post(at(screen, "person"), {"age_years": "34", "sex": "female", "side": "right"})
    assert values(screen) == {"age_years": 34, "sex": "female", "side": "right"}


BAD_NUMBERS = ["400", "-1", "NaN", "inf", "1e9", "🦵", "twelve", "3.5", "\x00"]


@pytest.mark.parametrize("typed", BAD_NUMBERS)
def test_an_impossible_number_saves_nothing_and_loses_nothing(carl, screen, typed):
    answer = carl.post(at(screen, "person"), {"age_years": typed, "body_mass_kg": "61"})
    html = answer.content.decode()
    assert answer.status_code == 422
    summary = unescape(html).split("data-error-summary")[1].split("</ul>")[0]
    assert "Age" in summary
    assert "from 8 to 100 years" in summary
    assert 'value="61"' in html
    if typed != "\x00":
        assert f'value="{typed}"' in html
    assert values(screen) == {}


SWAPPED = [
    (
        {"ake_deg_left": "20"},
        "Right: this side was not sent with the form. Load the page again and enter it.",
    ),
    (
        {"ake_deg_right": "20"},
        "Left: this side was not sent with the form. Load the page again and enter it.",
    ),
    ({"ake_deg": "20"}, None),
    ({"ake_deg_left": "20", "ake_deg_right": "240"}, "Right: Enter"),
]


@pytest.mark.parametrize(("posted", "words"), SWAPPED)
def test_one_side_sent_as_both_is_refused_by_side_and_stores_neither(carl, screen, posted, words):
    """A value under the bare name is no answer to either side: it is taken for neither."""
    answer = carl.post(at(screen, "supine"), {**posted, "ake_pain": "no"})
    html = unescape(answer.content.decode())
    assert "ake_deg" not in values(screen)
    if words is None:
        return
    assert answer.status_code == 422
    assert words in html
    assert "ake_deg" in html.split("data-error-summary")[1].split("</ul>")[0]
    assert f'value="{next(iter(posted.values()))}"' in html
    assert values(screen) == {}


def test_an_item_of_no_section_is_not_stored(carl, screen):
    carl.post(at(screen, "person"), {"no_such_item": "1", "ake_deg_left": "3", "age_years": "34"})
    assert values(screen) == {"age_years": 34}


def test_unable_and_a_value_together_are_refused(carl, screen):
    posted = {"ake_deg_left": "20", "ake_deg_right": "22", "unable-ake_deg": "on"}
    answer = carl.post(at(screen, "supine"), posted)
    assert answer.status_code == 422
    assert "Clear the value" in answer.content.decode()
    assert values(screen) == {}


# --- Saved as you go --------------------------------------------------------------------------------------


def test_the_script_saves_one_change_and_says_when(carl, screen):
    answer = told(save_by_script(carl, screen, "person", age_years="34", seen="{}"))
    assert (answer["saved_at"], answer["errors"], answer["clashes"]) == ("09:00", {}, {})
    assert json.loads(answer["seen"]) == {"age_years": [1, 34, False]}
    again = told(save_by_script(carl, screen, "person", age_years="35", seen=answer["seen"]))
    assert json.loads(again["seen"]) == {"age_years": [2, 35, False]}


def test_the_script_saves_the_rest_when_one_field_is_wrong(carl, screen):
    answer = told(save_by_script(carl, screen, "person", age_years="340", body_mass_kg="61", seen="{}"))
    assert list(answer["errors"]) == ["age_years"]
    assert values(screen) == {"body_mass_kg": 61}


def test_the_script_hears_of_an_urgent_finding_at_once(carl, screen):
    answer = told(save_by_script(carl, screen, "red_flags", rf_saddle_numbness="yes", seen="{}"))
    assert "Cauda equina" in answer["urgent"]


def test_the_script_hears_what_follows_from_the_answers(carl, screen):
    answer = told(save_by_script(carl, screen, "person", side="left", seen="{}"))
    assert answer["follow_ups"] == {"worse_side": False}
    answer = told(save_by_script(carl, screen, "supine", ake_deg_left="34", ake_deg_right="22", seen="{}"))
    assert "<dd>12 deg</dd>" in answer["computed"]["ake_deg"]


def test_a_follow_up_is_folded_until_it_matters_and_open_once_it_was_answered(carl, screen):
    def folds():
        page = carl.get(at(screen, "clot_risk")).content.decode()
        return re.findall(r'data-follow-up="(\w+)"( data-asked open)?', page)

    assert {name for name, is_open in folds() if not is_open} == {
        item.id for item in load_screen().sections[4].items
    }
    save_by_script(carl, screen, "clot_risk", vte_previous="no", seen="{}")
    assert [name for name, is_open in folds() if is_open] == ["vte_previous"]
    save_by_script(carl, screen, "red_flags", rf_leg_swelling="yes", seen="{}")
    assert all(is_open for _, is_open in folds())


def test_a_folded_question_with_an_error_is_open(carl, screen):
    answer = carl.post(at(screen, "red_flags"), {"lump_size_cm": "-4", "seen": "{}"})
    assert answer.status_code == 422
    assert 'data-follow-up="lump_size_cm" data-asked open' in answer.content.decode()


def test_a_section_is_done_when_what_it_asks_is_answered(world, carl, screen):
    answers = {
        item.id: Change(value=False) for item in load_screen().sections[0].items if not item.asked_when
    }
    actions.save_answers(screen=screen, changes=answers, by=world.carl, now=world.now)
    nav = carl.get(at(screen, "person")).context["nav"]
    assert (nav[0]["done"], nav[1]["done"]) == (True, False)


def test_the_script_is_told_of_a_clash_and_nothing_is_overwritten(world, carl, screen):
    before = seen(carl, screen, "person")
    actions.save_answers(screen=screen, changes={"age_years": Change(40)}, by=world.cleo, now=world.now)
    answer = told(save_by_script(carl, screen, "person", age_years="34", body_mass_kg="61", seen=before))
    assert (
        "Cleo Marchetti answered this in another window at 09:00: 40 years" in answer["clashes"]["age_years"]
    )
    assert values(screen) == {"age_years": 40, "body_mass_kg": 61}
    assert "age_years" not in json.loads(answer["seen"])


@pytest.mark.parametrize(
    "note", ["", "[]", "{", "null", '{"age_years": [99, 34, false]}', '{"age_years": "x"}']
)
def test_a_broken_note_of_what_was_seen_overwrites_nothing(world, carl, screen, note):
    actions.save_answers(screen=screen, changes={"age_years": Change(40)}, by=world.cleo, now=world.now)
    answer = save_by_script(carl, screen, "person", age_years="35", seen=note)
    assert answer.status_code == 200
    assert values(screen) == {"age_years": 40}


# --- A second tab -----------------------------------------------------------------------------------------


@pytest.fixture
def clash(world, carl, screen):
    """Carl's older tab posts 34 while Cleo's 40 stands."""
    before = seen(carl, screen, "person")
    actions.save_answers(screen=screen, changes={"age_years": Change(40)}, by=world.cleo, now=world.now)
    posted = {"age_years": "34", "body_mass_kg": "61", "seen": before}
    return posted, carl.post(at(screen, "person"), posted)


def test_an_older_tab_is_shown_both_answers_and_nothing_is_saved(screen, clash):
    _, answer = clash
    html = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"Cleo Marchetti.*?40 years", html)
    assert "34 years" in html
    assert 'value="34"' in html
    assert values(screen) == {"age_years": 40}


@pytest.mark.parametrize(("choice", "stands"), [("theirs", 40), ("mine", 34)])
def test_the_clinician_chooses_between_them(carl, screen, clash, choice, stands):
    posted, _ = clash
    answer = carl.post(at(screen, "person"), {**posted, "choose-age_years": choice, "against-age_years": "1"})
    assert answer.status_code == 302
    assert values(screen) == {"age_years": stands, "body_mass_kg": 61}


def test_a_choice_made_against_an_answer_that_changed_again_asks_again(world, carl, screen, clash):
    posted, _ = clash
    actions.save_answers(screen=screen, changes={"age_years": Change(41, 1)}, by=world.cleo, now=world.now)
    answer = carl.post(at(screen, "person"), {**posted, "choose-age_years": "mine", "against-age_years": "1"})
    assert answer.status_code == 409
    assert values(screen) == {"age_years": 41}


def test_what_this_tab_did_not_touch_is_left_alone(world, carl, screen):
    before = seen(carl, screen, "person")
    actions.save_answers(screen=screen, changes={"age_years": Change(40)}, by=world.cleo, now=world.now)
    answer = carl.post(at(screen, "person"), {"age_years": "", "body_mass_kg": "61", "seen": before})
    assert answer.status_code == 302
    assert values(screen) == {"age_years": 40, "body_mass_kg": 61}


# --- An expired session -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by_script", [False, True])
def test_a_form_caught_by_an_expired_session_comes_back(world, carl, screen, by_script):
    owner = re.search(r'name="form_owner" value="([^"]+)"', carl.get(at(screen, "person")).content.decode())
    carl.logout()
    headers = {"accept": "application/json"} if by_script else {}
    posted = {"age_years": "34", "body_mass_kg": "61", "form_owner": owner[1], "seen": "{}"}
    assert "/accounts/login" in carl.post(at(screen, "person"), posted, headers=headers)["Location"]
    assert values(screen) == {}
    carl.force_login(world.carl, backend="clinic.people.backends.ClinicBackend")
    html = carl.get(at(screen, "person")).content.decode()
    assert "This was not saved yet" in html
    assert 'value="34"' in html
    assert values(screen) == {}
    assert "This was not saved yet" not in carl.get(at(screen, "person")).content.decode()


# --- Urgent findings, what is missing, signing ------------------------------------------------------------


def test_after_an_urgent_finding_provoking_tests_say_do_not(world, carl):
    screen = draft(world, SCIATICA)
    html = carl.get(at(screen, "supine")).content.decode()
    assert "data-provocative data-stopped>" in html
    assert '<p class="do-not" data-do-not>' in html
    assert "Cauda equina red flag present" in html
    calm = carl.get(at(draft(world, DESK_WORKER, patient=world.ben), "supine")).content.decode()
    assert "data-provocative open>" in calm
    assert "data-stopped" not in calm
    assert '<p class="do-not" data-do-not>' not in calm


def test_what_is_missing_is_listed_with_a_way_to_each(carl, screen):
    html = carl.get(at(screen, "person")).content.decode()
    assert f"{at(screen, 'red_flags')}#item-rf_saddle_numbness" in html
    assert "Still needed before triage can decide" in html


def test_contradictions_are_shown_before_signing(world, carl):
    html = carl.get(signing(draft(world, CONTRADICTORY))).content.decode()
    assert "Gradual onset but a pop was reported." in html


def test_the_rules_say_nothing_before_the_clinician_has_signed(world, carl):
    """Own impression first: the class appears on the result's page only."""
    screen = draft(world, DESK_WORKER)
    for address in (signing(screen), at(screen, "running")):
        assert "Tightness without signs" not in carl.get(address).content.decode()


def test_signing_leads_to_the_result(world, carl):
    screen = draft(world, DESK_WORKER)
    answer = carl.post(signing(screen))
    result = Result.objects.get()
    assert answer["Location"] == reverse("charting:triage", args=[world.ana.pk, result.pk])
    assert Screen.objects.get().signed_by == world.carl


def test_the_slower_of_two_signatures_is_told_who_signed(world, carl):
    screen = draft(world, DESK_WORKER)
    world.signed_in(world.cleo).post(signing(screen))
    html = carl.post(signing(screen), follow=True).content.decode()
    assert "Cleo Marchetti signed this screen on 03 Mar 2026 at 09:00" in html
    assert Result.objects.get().decided_for == world.cleo


def test_an_empty_screen_is_not_signed(carl, screen):
    assert "nothing to sign" in carl.post(signing(screen)).content.decode()
    assert not Screen.objects.get().is_signed


def test_an_open_tab_of_a_signed_screen_saves_nothing_and_says_so(world, carl):
    screen = concluded(world, DESK_WORKER).screen
    html = carl.post(at(screen, "person"), {"age_years": "50"}, follow=True).content.decode()
    assert "was not added to it" in html
    answer = save_by_script(carl, screen, "person", age_years="50")
    assert answer.status_code == 409
    assert "Carl Jensen signed this screen" in told(answer)["signed"]
    assert values(screen)["age_years"] == case(DESK_WORKER)["history"]["age_years"]


def test_a_signed_screen_can_be_read_in_full(world, carl):
    screen = concluded(world, DESK_WORKER).screen
    html = carl.get(reverse("charting:answers", args=[world.ana.pk, screen.pk])).content.decode()
    assert "left 22 deg, right 24 deg" in html
    assert screen.fingerprint[:12] in html
