"""Who is to be screened again: after a reported symptom, and two weeks after tightness, until a new one is signed."""

from __future__ import annotations

import datetime as dt
from html import unescape

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from assessments.screens import amending
from assessments.triage import actions, rechecks
from assessments.triage.models import Recheck, Symptom
from programs.plans.models import SessionLog
from programs.portal.words import WARNING_SIGNS
from tests.assessments.stories import DESK_WORKER, RACING_SHOES, RELAY, STRIDES, concluded, draft
from tests.places import OTHER, USUAL, offers
from tests.programs.stories import Story
from tests.test_doors import body

DAY = dt.timedelta(days=1)
TWO_WEEKS = 14 * DAY


@pytest.fixture
def carl(world):
    return world.signed_in(world.carl)


@pytest.fixture
def clock(world):
    with time_machine.travel(world.now, tick=False) as clock:
        yield clock


def reports(world, *symptoms, at=None):
    return rechecks.ask_again(patient=world.ana, symptoms=symptoms, by=world.carl, now=at or world.now + DAY)


def because(world, at):
    found = next(iter(rechecks.to_screen_again(now=at, patients=[world.ana.pk])), None)
    return found.because if found else ()


def text_of(client, name, *args) -> str:
    return unescape(body(client.get(reverse(name, args=args))))


def test_every_symptom_has_words_for_both():
    assert set(WARNING_SIGNS) | {"sudden"} == set(Symptom.values)


def test_a_report_asks_until_a_newer_screen_is_signed(world):
    concluded(world, STRIDES)
    assert because(world, world.now + DAY) == ()
    reports(world, "pop", "limp")
    assert because(world, world.now + 2 * DAY) == ("Reported on 4 Mar 2026: a pop, a limp.",)
    again = draft(world, STRIDES, now=world.now + 2 * DAY)
    assert because(world, world.now + 2 * DAY) != (), "a draft answers nothing"
    actions.sign_and_conclude(screen=again, by=world.carl, now=world.now + 2 * DAY)
    assert because(world, world.now + 2 * DAY) == ()
    reports(world, "numbness", at=world.now + 3 * DAY)
    assert because(world, world.now + 3 * DAY) == ("Reported on 6 Mar 2026: new numbness or tingling.",)


def test_an_amendment_is_no_newer_screen(world):
    result = concluded(world, STRIDES)
    reports(world, "bruise")
    amendment = amending.amend(
        screen=result.screen, because="The wrong side was entered.", by=world.carl, now=world.now + 2 * DAY
    )
    actions.sign_and_conclude(screen=amendment, by=world.carl, now=world.now + 2 * DAY)
    assert because(world, world.now + 2 * DAY) == ("Reported on 4 Mar 2026: a new bruise.",)


def test_tightness_is_due_after_two_weeks_and_not_a_minute_earlier(world, monkeypatch):
    offers(monkeypatch, USUAL)
    result = concluded(world, DESK_WORKER)
    actions.agree(result=result, by=world.carl, now=world.now)
    due = world.now + TWO_WEEKS
    assert because(world, due - dt.timedelta(minutes=1)) == ()
    assert because(world, due) == ("Found tight on 3 Mar 2026: due for another look after two weeks.",)
    assert because(world, due + 365 * DAY), "it is asked for however late"


def found_tight(world, story, at):
    actions.agree(result=concluded(world, story, now=at), by=world.carl, now=at)


def test_another_regions_screen_does_not_answer_tightness_and_one_of_the_same_does(world, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    found_tight(world, DESK_WORKER, world.now)
    due = world.now + TWO_WEEKS
    said = f"Found tight on 3 Mar 2026 ({USUAL.place}): due for another look after two weeks."
    concluded(world, RELAY, now=world.now + 7 * DAY)
    assert because(world, due) == (said,)
    concluded(world, STRIDES, now=world.now + 8 * DAY)
    assert because(world, due) == ()


def test_two_tight_regions_are_both_due(world, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    found_tight(world, DESK_WORKER, world.now)
    found_tight(world, RACING_SHOES, world.now + DAY)
    newest_first = [(4, OTHER.place), (3, USUAL.place)]
    assert because(world, world.now + TWO_WEEKS + DAY) == tuple(
        f"Found tight on {day} Mar 2026 ({place}): due for another look after two weeks."
        for day, place in newest_first
    )


def test_a_symptom_is_answered_by_a_screen_of_any_region(world, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    concluded(world, STRIDES)
    reports(world, "pop")
    concluded(world, RELAY, now=world.now + 2 * DAY)
    assert because(world, world.now + 2 * DAY) == ()


def test_who_signs_reads_only_what_this_screen_answers(world, carl, clock, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    found_tight(world, DESK_WORKER, world.now)
    clock.shift(TWO_WEEKS)
    now = world.now + TWO_WEEKS
    other, same = draft(world, RELAY, now=now), draft(world, STRIDES, now=now)
    assert "Why it is taken again" not in text_of(carl, "charting:sign", world.ana.pk, other.pk)
    assert f"({USUAL.place})" in text_of(carl, "charting:sign", world.ana.pk, same.pk)
    reports(world, "pop", at=now - DAY)
    assert "a pop" in text_of(carl, "charting:sign", world.ana.pk, other.pk)


def test_nothing_is_asked_of_nobody(world):
    assert reports(world) is None
    assert not Recheck.objects.exists()


@pytest.mark.parametrize("symptoms", [[], ["headache"], ["pop", "x" * 20]])
def test_the_database_takes_no_recheck_without_a_symptom_we_know(world, symptoms):
    with pytest.raises(DatabaseError), transaction.atomic():
        Recheck.objects.create(patient=world.ana, symptoms=symptoms, asked_at=world.now)


def test_a_recheck_stays_as_written(world):
    reports(world, "pop")
    for change in ("update triage_recheck set symptoms = '{limp}'", "delete from triage_recheck"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


# --- From the patient's phone to the clinician's pages ------------------------------------------------------


@pytest.mark.parametrize("symptom", [*WARNING_SIGNS])
def test_each_symptom_in_a_log_asks_on_every_list(world, carl, clock, symptom):
    story = Story(world, world.ana, world.carl)
    story.logs(symptoms=[symptom])
    clock.shift(DAY)
    label = Symptom(symptom).label
    assert SessionLog.objects.get().symptoms == [symptom]
    for page in ("charting:today", "prescribing:worklist"):
        shown = text_of(carl, page)
        assert "Ana Silva" in shown, page
        assert label in shown, page
        assert "creen again" in shown or "screened again" in shown, page
    assert f"Reported on 3 Mar 2026: {label}." in text_of(carl, "charting:patient", world.ana.pk)


def test_a_log_without_one_asks_nothing(world, carl, clock):
    story = Story(world, world.ana, world.carl)
    story.logs(pain_during=9)
    clock.shift(DAY)
    assert not Recheck.objects.exists()
    assert "Ana Silva" not in text_of(carl, "charting:today")
    assert "Screen again" not in text_of(carl, "prescribing:worklist")


def test_a_form_sent_twice_asks_once(world, clock):
    story = Story(world, world.ana, world.carl)
    log = story.logs(symptoms=["pop"])
    story.logs(symptoms=["pop"], client_key=log.client_key)
    assert Recheck.objects.count() == 1


def test_a_symptom_nobody_knows_is_refused_and_nothing_is_stored(world):
    story = Story(world, world.ana, world.carl)
    assert story.released
    with pytest.raises(ValueError, match="headache"):
        story.logs(symptoms=["headache"])
    assert not SessionLog.objects.exists()


def test_it_is_told_to_whoever_screened_them_last(world, clock):
    concluded(world, STRIDES)
    reports(world, "pop")
    clock.shift(DAY)
    assert "Ana Silva" in text_of(world.signed_in(world.carl), "charting:today")
    assert "Ana Silva" not in text_of(world.signed_in(world.cleo), "charting:today")


def test_who_comes_today_is_told_in_the_row_and_not_listed_twice(world, carl, clock):
    concluded(world, STRIDES)
    reports(world, "pop", at=world.now)
    clock.shift(dt.timedelta(minutes=1))
    world.booked(patient=world.ana, starts_at=world.now + dt.timedelta(hours=2))
    shown = text_of(carl, "charting:today")
    assert shown.count("Reported on 3 Mar 2026: a pop.") == 1
    assert "To be screened again" not in shown


def test_the_clinician_who_signs_reads_why(world, carl, clock):
    concluded(world, STRIDES)
    reports(world, "swelling", at=world.now)
    clock.shift(DAY)
    again = draft(world, STRIDES, now=world.now + DAY)
    shown = text_of(carl, "charting:sign", world.ana.pk, again.pk)
    assert "Reported on 3 Mar 2026: new swelling." in shown


def test_a_longer_list_costs_no_more_queries(world, carl, clock, django_assert_max_num_queries):
    for number in range(3):
        patient = world.patient(
            "Nora", f"Canary{number}", dt.date(1990, 1, 1 + number), f"+4479460000{number:02}"
        )
        concluded(world, STRIDES, patient=patient)
        rechecks.ask_again(patient=patient, symptoms=["pop"], by=world.carl, now=world.now)
    carl.get(reverse("charting:today"))  # the first page after signing in also writes the session
    with django_assert_max_num_queries(6):
        shown = text_of(carl, "charting:today")
    assert shown.count("a pop.") == 3
