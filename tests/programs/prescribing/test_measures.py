"""The clinician's page of outcome measures: each over time, totals only, and no change smaller than its error."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.people.kept_forms import owner_note
from programs.outcomes import actions
from programs.outcomes.models import Activity, Answer

DAY = dt.timedelta(days=1)


@pytest.fixture
def address(ana_story):
    assert ana_story.released
    return reverse("prescribing:measures", args=[ana_story.patient.pk])


@pytest.fixture
def activities(ana_story):
    return reverse("prescribing:activities", args=[ana_story.patient.pk])


def form(what="nprs", value="4", **given):
    return {"what": what, "value": value, "on_day": "2026-03-03", "client_key": str(uuid.uuid4())} | given


def an_activity(words="Tie my shoes", value="3", **given):
    return {"words": words, "value": value, "on_day": "2026-03-03", "client_key": str(uuid.uuid4())} | given


def gives(story, measure, value, *, days=0, **given):
    at = story.now - days * DAY
    facts = {"where": "home", "by": story.patient.account, "now": at, "client_key": uuid.uuid4()}
    return actions.answer(
        patient=story.patient, measure=measure, value=value, on_day=at.date(), **facts | given
    )


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_total_is_stored_as_entered_at_the_clinic(carl, ana_story, address):
    assert carl.post(address, form("lefs", "62", on_day="2026-02-27")).status_code == 302
    row = Answer.objects.get()
    assert (row.measure, row.value, row.on_day, row.where, row.given_by) == (
        "lefs",
        62,
        dt.date(2026, 2, 27),
        "clinic",
        ana_story.by,
    )
    assert "Lower Extremity Functional Scale total" in text(carl.get(address))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (form("lefs", "81"), "LEFS total is a whole number from 0 to 80. 81 was given."),
        (form("nprs", "11"), "Pain is a whole number from 0 to 10. 11 was given."),
        (form("groc", "-8"), "from -7 to 7. -8 was given."),
        (form("lefs", "6o"), "“6o” was given."),
        (form("lefs", ""), "Enter a whole number"),
        (form("", "4"), "Choose what was answered."),
        (form("adherence", "4"), "Choose one of the options."),
        (form("psfs", "4"), "Choose one of the options."),
        (form("psfs-99999", "4"), "Choose one of the options."),
        (form(on_day="2026-03-04"), "still to come"),
        (form(on_day="2026-02-16"), "more than two weeks ago"),
        (form(on_day="soon"), "Enter a valid date"),
        (form(client_key="7"), "Enter a valid UUID"),
    ],
)
def test_a_bad_entry_is_refused_at_its_field_and_kept(carl, address, given, words):
    answer = carl.post(address, given)
    assert answer.status_code == 422
    assert words in text(answer)
    if given["value"]:
        assert f'value="{given["value"]}"' in answer.content.decode()
    assert not Answer.objects.exists()


def test_the_same_form_sent_twice_is_one_answer(carl, address):
    sent = form("lefs", "62")
    carl.post(address, sent)
    carl.post(address, sent | {"value": "70"})
    assert Answer.objects.get().value == 62


def test_a_change_is_named_only_beyond_the_error(carl, ana_story, address):
    gives(ana_story, "lefs", 60, days=10, where="clinic", by=ana_story.by)
    gives(ana_story, "lefs", 68, where="clinic", by=ana_story.by)
    page = text(carl.get(address))
    assert "No change beyond measurement error" in page.split("Where that comes from")[0]
    assert "Improved" not in page
    gives(ana_story, "lefs", 69, where="clinic", by=ana_story.by)
    page = text(carl.get(address))
    assert "Improved" in page
    assert "From 60 (21 Feb 2026) to 69 (3 Mar 2026)." in page
    assert "A change counts from 9 points: the larger of MDC (9) and MCID (9)." in page
    assert "Binkley" in page


def test_without_a_known_smallest_change_only_the_trend_is_shown(carl, ana_story, address):
    for days, value in ((10, 20), (0, 95)):
        gives(ana_story, "fash", value, days=days, where="clinic", by=ana_story.by)
    answer = carl.get(address)
    assert "Not known" in text(answer)
    assert "look at the trend only" in text(answer)
    assert "chart-band" not in answer.content.decode()


def test_the_chart_is_drawn_by_the_server_with_its_numbers_beside_it(carl, ana_story, address):
    gives(ana_story, "nprs", 7, days=14)
    gives(ana_story, "nprs", 3)
    page = carl.get(address).content.decode()
    assert page.count('class="measure-chart"') == 1
    assert page.count("chart-dot") == 2
    assert 'class="chart-band"' in page
    assert "style=" not in page
    assert ">7</td>" in page
    assert ">3</td>" in page


def test_what_is_due_and_what_had_no_answer_is_told(carl, ana_story):
    ana_story.world.now -= 8 * DAY  # the program began eight days ago
    assert ana_story.released
    page = text(carl.get(reverse("prescribing:measures", args=[ana_story.patient.pk])))
    assert "LEFS total You enter the total Nothing due 23 Mar 2026, week 4 week 0" in page
    assert "Pain Asked at home Nothing due 9 Mar 2026, week 2 week 0" in page
    ana_story.world.now += 8 * DAY


def test_no_item_of_a_licensed_questionnaire_is_on_the_page(carl, address):
    """One field for the total, and no question: what the form asks is all there is."""
    page = carl.get(address).content.decode()
    entered = page.split('id="enter"')[1].split("</form>")[0]
    assert set(re.findall(r'name="(\w+)"', entered)) - {
        "csrfmiddlewaretoken",
        "form_owner",
        "form_patient",
    } == {
        "what",
        "value",
        "on_day",
        "client_key",
    }


def test_an_activity_is_named_rated_and_taken_off_the_list(carl, ana_story, address, activities):
    assert carl.post(activities, an_activity()).status_code == 302
    activity = Activity.objects.get()
    assert carl.post(address, form(f"psfs-{activity.pk}", "7")).status_code == 302
    assert activity.answers.count() == 2
    off = reverse("prescribing:activity_off", args=[ana_story.patient.pk, activity.pk])
    page = text(carl.post(off, follow=True))
    assert "What was answered is kept." in page
    assert "Off the list since 3 Mar 2026" in page
    assert carl.post(address, form(f"psfs-{activity.pk}", "7")).status_code == 422


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (an_activity(value="11"), "from 0 to 10"),
        (an_activity(words=""), "Write the activity"),
        (an_activity(on_day="2026-03-09"), "still to come"),
        (an_activity(words="tie my SHOES"), "on the list already"),
    ],
)
def test_a_bad_activity_is_refused(carl, activities, given, words):
    carl.post(activities, an_activity())
    answer = carl.post(activities, given)
    assert answer.status_code == 422
    assert words in text(answer)
    assert Activity.objects.count() == 1


def test_another_patients_activity_is_not_found_and_not_offered(carl, ana_story, ben_story, address):
    theirs = actions.name_activity(
        patient=ben_story.patient,
        words="Ride a bike",
        value=2,
        on_day=ben_story.now.date(),
        where="home",
        by=ben_story.patient.account,
        now=ben_story.now,
        client_key=uuid.uuid4(),
    )
    assert "Ride a bike" not in text(carl.get(address))
    assert carl.post(address, form(f"psfs-{theirs.pk}")).status_code == 422
    off = reverse("prescribing:activity_off", args=[ana_story.patient.pk, theirs.pk])
    assert carl.post(off).status_code == 404
    theirs.refresh_from_db()
    assert theirs.is_listed


def test_the_page_is_reached_from_the_charts_panel_and_before_any_program(carl, ana_story):
    address = reverse("prescribing:measures", args=[ana_story.patient.pk])
    assert address in carl.get(reverse("prescribing:panel", args=[ana_story.patient.pk])).content.decode()
    assert "Nothing answered yet" in text(carl.get(address))
    assert carl.post(address, form("lefs", "50")).status_code == 302, "a baseline at the assessment"


def test_reading_and_entering_leave_audit_rows(carl, ana_story, address):
    carl.get(address)
    carl.post(address, form())
    mine = Entry.objects.filter(patient=ana_story.patient, account=ana_story.by)
    assert mine.filter(action="read", page="prescribing:measures").exists()
    assert mine.filter(action="created", page="prescribing:measures", what__startswith="answer ").exists()


@pytest.mark.parametrize("which", ["measures", "activities"])
def test_what_was_typed_before_the_session_ran_out_is_there_again(
    carl, ana_story, address, activities, which
):
    typed = form("lefs", "62") if which == "measures" else an_activity("Chase my dog")
    at = address if which == "measures" else activities
    carl.logout()
    carl.post(at, typed | {"form_owner": owner_note(ana_story.by.pk)})
    kept = carl.session["kept_form"]
    carl.force_login(ana_story.by, backend="clinic.people.backends.ClinicBackend")
    session = carl.session
    session["kept_form"] = kept
    session.save()
    page = carl.get(at).content.decode()
    assert "This was not saved yet" in page
    assert ('value="62"' if which == "measures" else "Chase my dog") in page
    assert not Answer.objects.exists()


@pytest.mark.parametrize("answers", [1, 14])
def test_the_page_costs_the_same_with_many_answers(
    carl, ana_story, address, answers, django_assert_max_num_queries
):
    for days in range(answers):
        gives(ana_story, "nprs", days % 11, days=days)
        gives(ana_story, "lefs", 40 + days, days=days, where="clinic", by=ana_story.by)
    carl.get(address)
    with django_assert_max_num_queries(8):
        carl.get(address)
