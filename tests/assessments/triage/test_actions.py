"""Concluding from a screen and answering the result: what is kept, what is refused."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from assessments.screens import actions as screens
from assessments.screens.actions import AlreadySigned
from assessments.screens.definitions import Screen as Definition
from assessments.screens.models import Screen
from assessments.triage import actions
from assessments.triage.actions import NotSigned, ReasonMissing, UnknownClass
from assessments.triage.models import Decision, Result
from clinic.booking.models import Urgency
from tests.assessments.stories import (
    CONTRADICTORY,
    DESK_WORKER,
    NOT_EXAMINED,
    SCIATICA,
    STRIDES,
    case,
    concluded,
    draft,
    stories,
)

LATER = dt.timedelta(minutes=5)


@pytest.mark.parametrize("story", list(stories()))
def test_each_worked_case_is_concluded_as_written(world, story):
    expected = stories()[story]["expected"]
    result = concluded(world, story)
    assert (result.klass, result.urgency) == (expected["class"], expected["urgency"])
    assert result.inputs == Screen.objects.get().case()
    assert [one["id"] for one in result.outcome["contradictions"]] == expected.get("contradictions", [])


def test_a_result_remembers_what_it_was_decided_on(world):
    result = concluded(world, DESK_WORKER)
    assert result.inputs == {part: case(DESK_WORKER)[part] for part in ("history", "exam")}
    assert (result.ruleset, result.outcome["screen"]) == ("hamstring.v4", "hamstring.v3")
    assert len(result.ruleset_fingerprint) == 64
    assert result.decided_for == world.carl


def test_a_draft_leads_to_no_result(world):
    screen = draft(world, DESK_WORKER)
    with pytest.raises(NotSigned):
        actions.conclude(screen=screen, by=world.carl, now=world.now)
    assert actions.preview(screen).klass == "tightness"
    assert not Result.objects.exists()


def test_concluding_again_gives_the_same_result(world):
    result = concluded(world, DESK_WORKER)
    assert actions.conclude(screen=result.screen, by=world.cleo, now=world.now + LATER) == result


def test_a_screen_signed_twice_is_concluded_once(world):
    screen = draft(world, DESK_WORKER)
    actions.sign_and_conclude(screen=screen, by=world.carl, now=world.now)
    with pytest.raises(AlreadySigned):
        actions.sign_and_conclude(screen=screen, by=world.cleo, now=world.now + LATER)
    assert Result.objects.get().decided_for == world.carl


def test_no_signature_stays_when_concluding_fails(world, monkeypatch):
    screen = draft(world, DESK_WORKER)
    monkeypatch.setattr(actions, "ruleset_for", lambda screen: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.sign_and_conclude(screen=screen, by=world.carl, now=world.now)
    assert not Screen.objects.get().is_signed


@pytest.mark.parametrize(("story", "words"), [(SCIATICA, "Emergency"), (NOT_EXAMINED, "same day")])
def test_an_urgent_outcome_tells_the_desk_whom_to_ask_and_nothing_else(world, story, words):
    result = concluded(world, story, appointment=world.booked())
    appointment = result.screen.appointment
    appointment.refresh_from_db()
    assert appointment.is_urgent
    assert words in appointment.urgent_because
    assert "cauda" not in appointment.urgent_because.lower()


def test_a_routine_outcome_leaves_the_booking_as_it_is(world):
    result = concluded(world, DESK_WORKER, appointment=world.booked())
    result.screen.appointment.refresh_from_db()
    assert not result.screen.appointment.is_urgent


@pytest.mark.parametrize(
    ("story", "days", "urgency"),
    [
        (NOT_EXAMINED, 0, Urgency.SAME_DAY),  # an open red flag is found out about today
        ("O12", 0, Urgency.SAME_DAY),
        ("O05", None, Urgency.WITHIN_DAYS),  # as its rule says
        (CONTRADICTORY, 3, Urgency.WITHIN_DAYS),  # no rule says how many
    ],
)
def test_whoever_is_to_be_seen_soon_is_on_the_desks_list_with_the_day(world, story, days, urgency):
    late = world.booked(starts_at=world.now + dt.timedelta(days=30, hours=1))
    result = concluded(world, story)
    target = world.now.date() + dt.timedelta(days=result.target_days if days is None else days)
    late.refresh_from_db()
    assert late.is_urgent
    assert late.target_day == target
    entry = world.ana.wait_list_entries.get()
    assert (entry.target_day, entry.urgency, entry.instead_of) == (target, urgency, late)
    assert "ask the clinician" in entry.note
    assert result.klass not in entry.note


@pytest.mark.parametrize("story", [DESK_WORKER, SCIATICA])
def test_what_is_routine_and_what_is_an_emergency_is_on_no_list(world, story):
    world.booked(starts_at=world.now + dt.timedelta(days=30, hours=1))
    concluded(world, story)
    assert not world.ana.wait_list_entries.exists()


def test_a_next_visit_in_time_is_marked_and_nobody_waits(world):
    soon = world.booked(starts_at=world.now + dt.timedelta(days=2))
    concluded(world, "O05")
    soon.refresh_from_db()
    assert soon.is_urgent
    assert not world.ana.wait_list_entries.exists()


def test_agreeing_is_a_row_of_its_own(world):
    result = concluded(world, DESK_WORKER)
    assert result.standing_decision is None
    decision = actions.agree(result=result, by=world.carl, now=world.now)
    assert Result.objects.get().standing_decision == decision
    assert (decision.klass, decision.agrees, decision.made_by) == ("tightness", True, world.carl)
    assert actions.allows_program(decision)


def test_a_second_click_decides_nothing_twice(world):
    result = concluded(world, DESK_WORKER)
    first = actions.agree(result=result, by=world.carl, now=world.now)
    assert actions.agree(result=Result.objects.get(), by=world.carl, now=world.now + LATER) == first
    assert Decision.objects.count() == 1


def overrule(result, world, **given):
    values = {
        "klass": "strain_mild",
        "reason_code": "examination",
        "reason": "Tender at the musculotendinous junction",
    }
    return actions.overrule(result=result, by=world.carl, now=world.now + LATER, **{**values, **given})


def test_overruling_keeps_what_the_rules_said(world):
    result = concluded(world, DESK_WORKER)
    actions.agree(result=result, by=world.carl, now=world.now)
    decision = overrule(result, world)
    standing = Result.objects.get()
    assert standing.klass == "tightness"
    assert standing.standing_decision == decision
    assert standing.decisions.count() == 2


def test_overruling_an_emergency_is_possible_and_gives_a_program_only_for_the_class_chosen(world):
    result = concluded(world, SCIATICA)
    assert not actions.allows_program(actions.agree(result=result, by=world.carl, now=world.now))
    assert actions.allows_program(overrule(result, world, klass="referred_neural"))


@pytest.mark.parametrize(
    "given", [{"reason": "no"}, {"reason": "   short   "}, {"reason_code": ""}, {"reason_code": "x"}]
)
def test_overruling_needs_both_reasons(world, given):
    result = concluded(world, STRIDES)
    with pytest.raises(ReasonMissing):
        overrule(result, world, klass="tightness", **given)
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "klass", ["", "no_such_class", "insufficient_information", "clinician_review", "tightness"]
)
def test_overruling_takes_another_class_that_decides_something(world, klass):
    with pytest.raises(UnknownClass):
        overrule(concluded(world, DESK_WORKER), world, klass=klass)


def test_the_database_wants_a_reason_too(world):
    result = concluded(world, DESK_WORKER)
    with pytest.raises(IntegrityError, match="overruling_gives_a_coded_and_a_written_reason"):
        Decision.objects.create(
            result=result, made_by=world.carl, made_at=world.now, agrees=False, klass="x", reason="too bad"
        )


@pytest.mark.parametrize(
    "change",
    [
        "update triage_result set klass = 'tightness'",
        "delete from triage_result",
        "update triage_decision set klass = 'tightness'",
        "delete from triage_decision",
    ],
)
def test_the_database_refuses_to(world, change):
    result = concluded(world, STRIDES)
    actions.agree(result=result, by=world.carl, now=world.now)
    with pytest.raises(DatabaseError, match="triage rows stay as written"), transaction.atomic():
        connection.cursor().execute(change)
    assert Result.objects.get().klass == "strain_mild"


@pytest.mark.parametrize("story", [DESK_WORKER, STRIDES, SCIATICA, NOT_EXAMINED, CONTRADICTORY])
def test_every_fired_rule_says_why_and_by_what_source(world, story):
    outcome = concluded(world, story).outcome
    for rule in outcome["fired"]:
        assert rule["say_clinician"]
        assert rule["evidence"]
        assert all(source["citation"] and source["kind"] for source in rule["sources"])
    assert "%" not in outcome["label"]


def test_too_little_known_says_what_is_missing_and_what_it_could_change(world):
    outcome = concluded(world, NOT_EXAMINED).outcome
    assert {"palp_defect", "bruising"} <= {one["id"] for one in outcome["missing"]}
    assert outcome["provisional"]["id"] == "strain_mild"
    assert all(change["becomes"] for change in outcome["could_change"])


def test_a_screen_of_a_version_without_rules_is_not_guessed_at(world, monkeypatch):
    screen = draft(world, DESK_WORKER)
    monkeypatch.setattr(Definition, "answers_to", lambda _screen, _label: False)
    with pytest.raises(actions.NoRulesetForThis):
        actions.preview(screen)


def test_results_and_decisions_are_audited_without_what_they_say(world):
    from clinic.audit.models import Entry

    result = concluded(world, SCIATICA)
    actions.agree(result=result, by=world.carl, now=world.now)
    said = " ".join(Entry.objects.values_list("what", flat=True))
    assert f"result {result.pk}" in said
    assert "cauda" not in said


def test_a_screen_is_found_through_its_patient(world):
    result = concluded(world, DESK_WORKER)
    assert list(world.ana.triage_results.all()) == [result]
    assert not world.ben.triage_results.exists()
    assert screens.start(patient=world.ana, by=world.carl, now=world.now) != result.screen
