"""Invitations to a visit: the last week of a block, and a long silence; and everybody who must not be invited."""

from __future__ import annotations

import datetime as dt

import pytest

from assessments.triage import actions as triage
from clinic.booking.actions import book, cancel, change_status
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder, State
from clinic.reminders.sources import Message, NotWanted
from programs.plans import actions, diary, visit_reminders
from programs.plans.visit_reminders import BLOCK_ENDS, RECALL
from tests.assessments.stories import DESK_WORKER, SCIATICA, concluded
from tests.wished import wish

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
SOURCE = "programs.plans.visit_reminders"
# Released on Tuesday 3 March: the four weeks end on Sunday 29 March, the day Britain's clocks go forward.
LAST_DAY = dt.datetime(2026, 3, 29, 8, tzinfo=dt.UTC)  # nine in the morning
WEEK_BEFORE = dt.datetime(2026, 3, 22, 9, tzinfo=dt.UTC)  # nine in the morning


@pytest.fixture(autouse=True)
def _only_this(settings):
    settings.REMINDER_SOURCES = [SOURCE]


def due(now, kind):
    return [one for one in visit_reminders.due(now=now) if one.kind == kind]


def sent(now, kind):
    collect(now=now)
    row = Reminder.objects.get(kind=kind)
    claim_and_send(reminder_id=row.pk, now=now)
    row.refresh_from_db()
    return row


def visit(story, at, *, now=None):
    world = story.world
    return book(
        patient=story.patient, clinician=world.carl.clinician, type=world.follow_up, starts_at=at, by=world.dee,
        now=now or story.now,
    )  # fmt: skip


class TestTheLastWeek:
    def test_begins_with_an_invitation_that_is_sent_once(self, ana_story):
        assert ana_story.released
        assert due(WEEK_BEFORE - MINUTE, BLOCK_ENDS) == []
        assert [one.due_at for one in due(WEEK_BEFORE, BLOCK_ENDS)] == [WEEK_BEFORE]
        assert sent(WEEK_BEFORE, BLOCK_ENDS).state == State.SENT
        assert due(LAST_DAY, BLOCK_ENDS) == []

    def test_the_clinic_says_how_early_or_not_at_all(self, ana_story):
        assert ana_story.released
        wish(ana_story.world, SOURCE, BLOCK_ENDS, lead=14 * DAY)
        assert len(due(WEEK_BEFORE - 7 * DAY, BLOCK_ENDS)) == 1
        wish(ana_story.world, SOURCE, BLOCK_ENDS, lead=DAY)
        assert due(LAST_DAY - DAY, BLOCK_ENDS) == []
        assert len(due(LAST_DAY - DAY + HOUR, BLOCK_ENDS)) == 1
        wish(ana_story.world, SOURCE, BLOCK_ENDS, is_on=False)
        assert due(LAST_DAY, BLOCK_ENDS) == []

    def test_another_version_of_the_same_weeks_is_not_another_block(self, ana_story):
        old = ana_story.released
        assert sent(WEEK_BEFORE, BLOCK_ENDS).state == State.SENT
        new = actions.revise(version=old, by=ana_story.by, now=WEEK_BEFORE)
        actions.release(version=new, by=ana_story.by, now=WEEK_BEFORE)
        assert due(WEEK_BEFORE + DAY, BLOCK_ENDS) == []

    def test_is_over_for_a_clinic_that_starts_late(self, ana_story):
        assert ana_story.released
        assert due(LAST_DAY + MINUTE, BLOCK_ENDS) == []


def _booked(story):
    visit(story, WEEK_BEFORE + 2 * DAY)


def _ended(story):
    actions.end(version=story.released, because="Discharged.", by=story.by, now=story.now + DAY)


def _overtaken(story):
    story.decide("suspected_avulsion")


def _told_to_ring(story):
    story.logs(now=WEEK_BEFORE - DAY, on_day=(WEEK_BEFORE - DAY).date(), symptoms=["pop"])


@pytest.mark.parametrize("what", [_booked, _ended, _overtaken, _told_to_ring])
@pytest.mark.parametrize("before", [True, False], ids=["before it was due", "while it waited"])
def test_who_is_not_invited_at_the_end_of_a_block(ana_story, what, before):
    assert ana_story.released
    if before:
        what(ana_story)
        assert due(WEEK_BEFORE, BLOCK_ENDS) == []
        return
    collect(now=WEEK_BEFORE)
    what(ana_story)
    assert sent(WEEK_BEFORE, BLOCK_ENDS).state == State.SKIPPED


class TestALongSilence:
    """Counted from the last log, visit or release."""

    def test_is_broken_once(self, ana_story):
        at = ana_story.logs().logged_at + 30 * DAY - HOUR  # the clocks went forward
        assert due(at - MINUTE, RECALL) == []
        assert [one.subject_id for one in due(at, RECALL)] == [ana_story.patient.pk]
        assert sent(at, RECALL).state == State.SENT
        assert due(at + 13 * DAY, RECALL) == []

    def test_is_broken_by_a_not_today_as_well(self, ana_story):
        """We cannot write that we have not heard from them."""
        assert ana_story.released
        at, heard = ana_story.now + 30 * DAY, ana_story.now + 29 * DAY
        collect(now=at)
        diary.say_not_today(
            patient=ana_story.patient, on_day=heard.date(), by=ana_story.patient.account, now=heard
        )
        assert sent(at, RECALL).because == "They were heard of since."
        assert [one.about_at for one in due(heard + 30 * DAY, RECALL)] == [heard]

    def test_the_clinic_says_after_how_long_or_not_at_all(self, ana_story):
        assert ana_story.released
        wish(ana_story.world, SOURCE, RECALL, lead=21 * DAY)
        assert len(due(ana_story.now + 21 * DAY, RECALL)) == 1
        wish(ana_story.world, SOURCE, RECALL, lead=182 * DAY)
        assert due(ana_story.now + 100 * DAY, RECALL) == []
        assert len(due(ana_story.now + 182 * DAY, RECALL)) == 1
        wish(ana_story.world, SOURCE, RECALL, is_on=False)
        assert due(ana_story.now + 182 * DAY, RECALL) == []

    def test_of_last_year_is_left_alone(self, ana_story):
        assert ana_story.released
        assert due(ana_story.now + 45 * DAY, RECALL) == []

    def test_a_visit_since_counts_from_that_visit(self, ana_story):
        assert ana_story.released
        seen = visit(ana_story, ana_story.now + 20 * DAY)
        change_status(appointment=seen, to="arrived", by=ana_story.world.dee, now=seen.starts_at)
        assert due(ana_story.now + 31 * DAY, RECALL) == []
        assert len(due(seen.starts_at + 30 * DAY, RECALL)) == 1

    @pytest.mark.parametrize("what", [_ended, _overtaken])
    def test_after_good_bye_is_not_broken(self, ana_story, what):
        assert ana_story.released
        collect(now=ana_story.now + 31 * DAY)
        what(ana_story)
        assert sent(ana_story.now + 31 * DAY, RECALL).because == "Their program has ended."
        Reminder.objects.all().delete()
        assert due(ana_story.now + 31 * DAY, RECALL) == []

    @pytest.mark.parametrize("before", [True, False])
    def test_of_somebody_told_to_ring_is_not_broken_by_a_mail(self, ana_story, before):
        """The worklist has them on top."""
        log = ana_story.logs(pain_during=7)
        assert due(log.logged_at + 31 * DAY, RECALL) == []
        said = visit_reminders.message(
            kind=RECALL, subject_id=ana_story.patient.pk, about_at=log.logged_at, now=log.logged_at + 31 * DAY
        )
        assert isinstance(said, NotWanted)

    def test_with_a_visit_ahead_is_none(self, ana_story):
        assert ana_story.released
        ahead = visit(ana_story, ana_story.now + 35 * DAY)
        assert due(ana_story.now + 31 * DAY, RECALL) == []
        cancel(appointment=ahead, because="ill", by=ana_story.world.dee, now=ana_story.now + 30 * DAY)
        collect(now=ana_story.now + 31 * DAY)
        visit(ana_story, ana_story.now + 36 * DAY, now=ana_story.now + 31 * DAY)
        assert sent(ana_story.now + 31 * DAY, RECALL).because == "They have a visit ahead."

    def test_a_log_while_it_waited_ends_it(self, ana_story):
        assert ana_story.released
        at = ana_story.now + 31 * DAY
        collect(now=at)
        ana_story.logs(now=at, on_day=at.date())
        assert sent(at, RECALL).because == "They were heard of since."

    def test_two_invitations_in_one_week_are_one(self, ana_story):
        """Nothing was logged in the whole block."""
        assert ana_story.released
        wish(ana_story.world, SOURCE, RECALL, lead=21 * DAY)
        assert sent(WEEK_BEFORE, BLOCK_ENDS).state == State.SENT
        assert sent(WEEK_BEFORE + 3 * DAY, RECALL).because.startswith("They were invited")


class TestSeenOnceWithoutAProgram:
    def seen(self, world):
        came = book(
            patient=world.ana, clinician=world.carl.clinician, type=world.follow_up, starts_at=world.now + HOUR,
            by=world.dee, now=world.now,
        )  # fmt: skip
        return change_status(appointment=came, to="arrived", by=world.dee, now=came.starts_at)

    def test_is_asked_how_they_are(self, world):
        at = self.seen(world).starts_at + 30 * DAY
        assert len(due(at, RECALL)) == 1
        assert sent(at, RECALL).state == State.SENT

    def test_unless_they_were_seen_again(self, world):
        first = self.seen(world)
        again = book(
            patient=world.ana, clinician=world.carl.clinician, type=world.follow_up,
            starts_at=world.now + 20 * DAY, by=world.dee, now=world.now + DAY,
        )  # fmt: skip
        assert due(first.starts_at + 31 * DAY, RECALL) == []
        change_status(appointment=again, to="no_show", by=world.dee, now=again.starts_at)
        assert len(due(first.starts_at + 31 * DAY, RECALL)) == 1

    @pytest.mark.parametrize(("story", "kind"), [(DESK_WORKER, Message), (SCIATICA, NotWanted)])
    def test_who_was_sent_to_somebody_else_is_not(self, world, story, kind):
        came = self.seen(world)
        triage.agree(result=concluded(world, story), by=world.carl, now=world.now)
        said = visit_reminders.message(
            kind=RECALL, subject_id=world.ana.pk, about_at=came.starts_at, now=came.starts_at + 30 * DAY
        )
        assert isinstance(said, kind)


def test_asking_costs_the_same_for_many(ana_story, ben_story, django_assert_num_queries):
    for story in (ana_story, ben_story):
        assert story.released
        with django_assert_num_queries(6):
            list(visit_reminders.due(now=ana_story.now + 31 * DAY))
