"""“My impression first”: no page shows a result before the clinician said what they think; urgent ones never wait."""

from __future__ import annotations

import datetime as dt
import io
from html import unescape

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader

from assessments.triage import actions, impressions
from assessments.triage.models import Impression, TriageSettings
from clinic.audit.models import Entry
from tests.assessments.stories import DESK_WORKER, SCIATICA, concluded
from tests.test_doors import body

SETTINGS = "/admin/triage/triagesettings/"


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def asked_first(world):
    return TriageSettings.objects.create(impression_first=True)


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


def page_of(result, name="triage"):
    return reverse(f"charting:{name}", args=[result.patient_id, result.pk])


def everything_about(client, result) -> dict[str, str]:
    """Every page and file a clinician can reach that says something about a result, as text, by name."""
    patient, screen = result.patient_id, result.screen_id
    pages = {
        "result": page_of(result),
        "chart": reverse("charting:patient", args=[patient]),
        "answers": reverse("charting:answers", args=[patient, screen]),
        "today": reverse("charting:today"),
        "programs": reverse("prescribing:panel", args=[patient]),
        "worklist": reverse("prescribing:worklist") + "?everyone=1",
    }
    found = {name: unescape(body(client.get(url, follow=True))) for name, url in pages.items()}
    found["decide"] = unescape(body(client.get(page_of(result, "decide"), follow=True)))
    pdf = client.get(reverse("charting:pdf", args=[patient, screen])).content
    found["pdf"] = " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )
    return found


def telling_words(result) -> set[str]:
    """What would give the result away: its class, what it says, its rule and the rule's words."""
    said = result.outcome
    rules = {rule["id"] for rule in said["fired"]} | {rule["label"] for rule in said["fired"]}
    return {result.label, said["say_clinician"], *rules}


def test_nothing_shows_the_result_before_the_impression(world, carl, asked_first):
    result = concluded(world, DESK_WORKER)
    words = telling_words(result)
    shown = everything_about(carl, result)
    assert {name: word for name, text in shown.items() for word in words if word in text} == {
        # the form itself lists every class, this one among the others
        "result": result.label,
        "decide": result.label,
    }
    assert "badge-routine" not in shown["chart"]


def test_without_the_setting_each_of_them_shows_it(world, carl):
    """The control: the words looked for above are the ones these pages show."""
    result = concluded(world, DESK_WORKER)
    shown = everything_about(carl, result)
    for name in ("result", "chart", "pdf"):
        assert result.label in shown[name], name


def test_the_list_of_classes_does_not_favour_the_result(world, carl, asked_first):
    one, other = concluded(world, DESK_WORKER), concluded(world, "O02", patient=world.ben)
    lists = [
        body(carl.get(page_of(result))).split("<select")[1].split("</select>")[0] for result in (one, other)
    ]
    assert lists[0] == lists[1]


def test_an_impression_opens_the_result_and_stays_beside_it(world, carl, asked_first):
    result = concluded(world, DESK_WORKER)
    sent = {"klass": "strain_mild", "words": "Sore at the belly."}
    answer = carl.post(page_of(result, "impression"), sent, follow=True)
    shown = unescape(body(answer))
    assert "The findings fit" in shown
    assert result.label in shown
    assert "Hamstring strain, mild" in shown
    assert "Sore at the belly." in shown
    made = Impression.objects.get()
    assert (made.klass, made.words, made.made_by) == ("strain_mild", "Sore at the belly.", world.carl)
    assert Entry.objects.filter(what=f"impression of result {result.pk}").count() == 1
    carl.post(page_of(result, "impression"), {"klass": "", "words": "Changed my mind."})
    assert Impression.objects.get() == made, "the first one stays"


def test_it_may_be_left_open(world, carl, asked_first):
    result = concluded(world, DESK_WORKER)
    shown = body(carl.post(page_of(result, "impression"), {"klass": "", "words": ""}, follow=True))
    assert "I cannot say yet" in shown
    assert result.label in shown


@pytest.mark.parametrize("klass", ["nonsense", "insufficient", "'; drop table", "٣"])
def test_a_class_that_is_none_is_refused_and_what_was_written_stays(world, carl, asked_first, klass):
    result = concluded(world, DESK_WORKER)
    answer = carl.post(page_of(result, "impression"), {"klass": klass, "words": "Sore at the belly."})
    assert answer.status_code == 422
    shown = body(answer)
    assert "Choose one of the list" in shown
    assert "Sore at the belly." in shown
    assert not Impression.objects.exists()
    with pytest.raises(actions.UnknownClass):
        impressions.record_impression(result=result, klass=klass, by=world.carl, now=world.now)


def test_an_emergency_never_waits(world, carl, asked_first):
    result = concluded(world, SCIATICA)
    shown = body(carl.get(page_of(result)))
    assert "Act now" in shown
    assert result.label in unescape(shown)


def test_what_is_to_be_found_out_today_never_waits(world, carl, asked_first):
    """A red flag not asked about: the class is no emergency, and still nobody waits for it."""
    result = concluded(world, "O18")
    assert result.urgency == "same_day"
    assert "Your impression first" not in body(carl.get(page_of(result)))


def test_a_decision_cannot_be_made_on_what_is_not_open(world, carl, asked_first):
    result = concluded(world, DESK_WORKER)
    answer = carl.post(page_of(result, "decide"), {"answer": "agree"}, follow=True)
    assert "Nothing was decided" in body(answer)
    assert not result.decisions.exists()


def test_a_result_answered_before_the_setting_stays_open(world, carl):
    result = concluded(world, DESK_WORKER)
    actions.agree(result=result, by=world.carl, now=world.now)
    TriageSettings.objects.create(impression_first=True)
    assert result.label in unescape(body(carl.get(page_of(result))))


def test_a_colleague_reads_it_after_the_first_impression(world, carl, asked_first):
    result = concluded(world, DESK_WORKER)
    carl.post(page_of(result, "impression"), {"klass": "tightness"})
    cleo = world.signed_in(world.cleo)
    assert "The findings fit" in body(cleo.get(page_of(result)))


def test_a_manager_switches_it_and_it_is_written_down(world):
    mona = world.signed_in(world.mona)
    mona.post(SETTINGS + "add/", {"impression_first": "on"})
    assert TriageSettings.objects.get().impression_first
    assert mona.get(SETTINGS + "add/").status_code == 403, "there is one row"
    assert mona.post(SETTINGS + "1/delete/").status_code == 403
    mona.post(SETTINGS + "1/change/", {})
    assert not TriageSettings.objects.get().impression_first
    said = list(
        Entry.objects.filter(what__startswith="impression first")
        .order_by("pk")
        .values_list("what", flat=True)
    )
    assert said == ["impression first: on", "impression first: off"]


def test_the_database_holds_one_row_of_settings_and_no_second_thoughts(world, asked_first):
    with pytest.raises(DatabaseError), transaction.atomic():
        TriageSettings.objects.create(id=2)
    result = concluded(world, DESK_WORKER)
    impressions.record_impression(result=result, klass="tightness", by=world.carl, now=world.now)
    for change in ("update triage_impression set klass = ''", "delete from triage_impression"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_page_that_forgets_to_ask_fails_instead_of_showing(world, asked_first):
    result = concluded(world, DESK_WORKER)
    with pytest.raises(KeyError):
        _ = type(result).objects.get(pk=result.pk).is_sealed


def test_it_is_asked_later_too(world, carl, asked_first):
    """A week later the same result still asks: time alone opens nothing."""
    result = concluded(world, DESK_WORKER)
    with time_machine.travel(world.now + dt.timedelta(hours=2), tick=False):
        assert "Your impression first" in body(carl.get(page_of(result)))
