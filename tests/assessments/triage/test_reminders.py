"""The invitation two weeks after a tightness result, and the word to whoever is to be seen soon and is not booked.

Each is sent once, and not at all once it has no point.
"""

import datetime as dt

import pytest
from django.core import mail

from assessments.screens import actions as screens
from assessments.triage import actions
from assessments.triage.reminders import due
from clinic.booking.actions import cancel
from clinic.booking.models import WaitListEntry
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder
from tests.assessments.stories import CONTRADICTORY, DESK_WORKER, RELAY, SCIATICA, STRIDES, concluded, draft
from tests.places import OTHER, USUAL, offers
from tests.wished import wish

TWO_WEEKS = dt.timedelta(days=14)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
SOURCE = "assessments.triage.reminders"


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


def sent(now, kind="recheck"):
    claim_and_send(reminder_id=Reminder.objects.get(kind=kind).pk, now=now)
    return Reminder.objects.get(kind=kind)


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


def test_the_clinic_says_after_how_long_or_not_at_all(world):
    """Days of the calendar: Britain's clocks go forward on 29 March, and nine o'clock stays nine."""
    agreed(world)
    wish(world, SOURCE, "recheck", lead=28 * DAY)
    assert names(world.now + 28 * DAY - HOUR - MINUTE) == []
    assert len(names(world.now + 28 * DAY - HOUR)) == 1
    wish(world, SOURCE, "recheck", lead=7 * DAY)
    assert len(names(world.now + 7 * DAY)) == 1
    wish(world, SOURCE, "recheck", is_on=False)
    assert names(world.now + 14 * DAY) == []


class TestToBeSeenSoon:
    """What was said does not fit together: they are to be seen within three days."""

    @pytest.fixture
    def urgent(self, world):
        assert world.follow_up  # for what they are put on the list
        result = agreed(world, CONTRADICTORY)
        assert (result.urgency, result.target_days) == ("within_days", None)
        return result

    def test_who_is_not_booked_is_asked_to_ring_once_and_the_desk_has_them_too(self, world, urgent):
        assert names(world.now + 2 * HOUR - MINUTE) == []
        assert names(world.now + 2 * HOUR) == [("to_be_seen", urgent.pk, world.ana.pk)]
        collect(now=world.now + 2 * HOUR)
        assert sent(world.now + 2 * HOUR, "to_be_seen").state == "sent"
        assert names(world.now + 5 * HOUR) == []
        assert WaitListEntry.objects.open().get().target_day == (world.now + 3 * DAY).date()
        assert "Please ring us" in mail.outbox[0].body

    def test_nobody_decided_it_yet(self, world):
        concluded(world, CONTRADICTORY)
        assert names(world.now + DAY) == []

    @pytest.mark.parametrize("story", [DESK_WORKER, STRIDES, SCIATICA])
    def test_a_calm_result_and_an_emergency_ask_nobody_to_ring(self, world, story):
        """Who must go to hospital was told so in the room."""
        agreed(world, story)
        assert names(world.now + DAY) == []

    @pytest.mark.parametrize(("days", "asked"), [(2, False), (6, True)])
    def test_a_visit_by_that_day_is_enough_and_a_later_one_is_not(self, world, urgent, days, asked):
        at = world.now + days * DAY + HOUR
        collect(now=world.now + 2 * HOUR)
        visit = world.booked(starts_at=at, now=world.now + HOUR)
        assert (names(world.now + 3 * HOUR) != []) is False  # it is written already
        assert sent(world.now + 3 * HOUR, "to_be_seen").state == ("sent" if asked else "skipped")
        Reminder.objects.all().delete()
        assert (names(world.now + 3 * HOUR) != []) is asked
        cancel(appointment=visit, because="ill", by=world.dee, now=world.now + 3 * HOUR)
        assert len(names(world.now + 4 * HOUR)) == 1

    def test_the_visit_it_was_found_at_does_not_count(self, world):
        visit = world.booked(starts_at=world.now + HOUR)
        result = concluded(world, CONTRADICTORY, appointment=visit)
        actions.agree(result=result, by=world.carl, now=world.now)
        assert len(names(world.now + 2 * HOUR)) == 1

    def test_decided_otherwise_since(self, world, urgent):
        collect(now=world.now + 2 * HOUR)
        given = {"reason_code": "examination", "reason": "No tenderness and full strength"}
        actions.overrule(result=urgent, klass="tightness", by=world.carl, now=world.now, **given)
        assert "decided otherwise" in sent(world.now + 2 * HOUR, "to_be_seen").because
        Reminder.objects.all().delete()
        assert names(world.now + 3 * HOUR) == []

    def test_seen_again_since(self, world, urgent):
        concluded(world, STRIDES, now=world.now + HOUR)
        assert names(world.now + 2 * HOUR) == []

    def test_the_clinic_may_not_want_it_and_nobody_hears_of_last_month(self, world, urgent):
        assert names(world.now + 15 * DAY) == []
        wish(world, SOURCE, "to_be_seen", is_on=False)
        assert names(world.now + 2 * HOUR) == []


def test_asking_costs_the_same_for_many(world, django_assert_num_queries):
    for patient in (world.ana, world.ben):
        result = concluded(world, CONTRADICTORY, patient=patient)
        actions.agree(result=result, by=world.carl, now=world.now)
        result = concluded(world, DESK_WORKER, patient=patient, now=world.now - TWO_WEEKS + DAY)
        with django_assert_num_queries(5):
            list(due(now=world.now + 3 * HOUR))
