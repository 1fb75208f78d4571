"""The invitation two weeks after a tightness result: sent once, and not at all once it has no point."""

import datetime as dt

import pytest
from django.core import mail

from assessments.screens import actions as screens
from assessments.triage import actions
from assessments.triage.reminders import due
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder
from tests.assessments.stories import DESK_WORKER, RELAY, STRIDES, concluded, draft
from tests.places import OTHER, USUAL, offers

TWO_WEEKS = dt.timedelta(days=14)
MINUTE = dt.timedelta(minutes=1)


def agreed(world, story=DESK_WORKER):
    result = concluded(world, story)
    actions.agree(result=result, by=world.carl, now=world.now)
    return result


def names(now):
    return [(one.kind, one.subject_id, one.patient_id) for one in due(now=now)]


def test_it_is_due_two_weeks_after_and_not_a_minute_earlier(world):
    result = agreed(world)
    assert names(world.now + TWO_WEEKS - MINUTE) == []
    assert names(world.now + TWO_WEEKS) == [("recheck", result.pk, world.ana.pk)]


def test_nobody_is_written_to_about_last_year(world):
    agreed(world)
    assert names(world.now + dt.timedelta(days=43)) == []


def test_an_undecided_result_invites_nobody(world):
    concluded(world, DESK_WORKER)
    assert names(world.now + TWO_WEEKS) == []


def test_another_class_invites_nobody_and_the_clinicians_own_counts(world):
    result = agreed(world, STRIDES)
    assert names(world.now + TWO_WEEKS) == []
    given = {"reason_code": "examination", "reason": "No tenderness and full strength"}
    actions.overrule(result=result, klass="tightness", by=world.carl, now=world.now, **given)
    assert len(names(world.now + TWO_WEEKS)) == 1


def test_somebody_screened_again_is_not_invited(world):
    agreed(world)
    again = draft(world, STRIDES, now=world.now + dt.timedelta(days=7))
    screens.sign(screen=again, by=world.carl, now=world.now + dt.timedelta(days=7))
    assert names(world.now + TWO_WEEKS) == []


def test_somebody_screened_for_another_region_is_invited_still(world, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    result = agreed(world)
    concluded(world, RELAY, now=world.now + dt.timedelta(days=7))
    assert names(world.now + TWO_WEEKS) == [("recheck", result.pk, world.ana.pk)]
    collect(now=world.now + TWO_WEEKS)
    assert sent(world.now + TWO_WEEKS + MINUTE).state == "sent"


def sent(now):
    claim_and_send(reminder_id=Reminder.objects.get(kind="recheck").pk, now=now)
    return Reminder.objects.get(kind="recheck")


@pytest.fixture
def collected(world):
    result = agreed(world)
    collect(now=world.now + TWO_WEEKS)
    collect(now=world.now + TWO_WEEKS + MINUTE)
    return result


def test_it_goes_out_once_and_says_nothing_of_what_was_found(world, collected):
    assert sent(world.now + TWO_WEEKS + MINUTE).state == "sent"
    letter = mail.outbox[0]
    text = f"{letter.subject} {letter.body}".lower()
    assert len(mail.outbox) == 1
    assert not any(
        word in text for word in ("thigh", "hamstring", "tight", "muscle", "pain", "screen", "silva")
    )


def test_it_stays_at_home_when_the_clinician_decided_otherwise_since(world, collected):
    given = {"reason_code": "report", "reason": "Imaging shows a partial tear"}
    actions.overrule(result=collected, klass="strain_mild", by=world.carl, now=world.now, **given)
    reminder = sent(world.now + TWO_WEEKS + MINUTE)
    assert (reminder.state, mail.outbox) == ("skipped", [])
    assert "decided otherwise" in reminder.because
