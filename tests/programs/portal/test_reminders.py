"""The questions before a first visit, and the questions about how it goes: each is said once, and not once answered."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from assessments.screens import from_home
from clinic.booking.actions import cancel, move
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder, State
from clinic.reminders.sources import NotWanted
from programs.outcomes import actions as outcomes
from programs.plans import actions
from programs.portal import measure_reminders, questions, reminders
from tests.assessments.stories import DESK_WORKER, concluded, draft
from tests.wished import wish

YES = True
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def sent(now):
    collect(now=now)
    row = Reminder.objects.get()
    claim_and_send(reminder_id=row.pk, now=now)
    row.refresh_from_db()
    return row


class TestBeforeAFirstVisit:
    SOURCE = "programs.portal.reminders"

    @pytest.fixture(autouse=True)
    def _only_this(self, settings):
        settings.REMINDER_SOURCES = [self.SOURCE]

    @pytest.fixture
    def visit(self, world):
        """At the desk, for Thursday of next week at ten."""
        return world.booked(starts_at=world.now + 9 * DAY + HOUR)

    def due(self, now):
        return [one.due_at for one in reminders.due(now=now)]

    def says(self, world, item, *, value, now):
        here = from_home.at_home(world.ana, now=now)
        from_home.answer(
            patient=world.ana, catalogue=here.catalogue, item_id=item.id, value=value,
            by=world.ana.account, now=now,
        )  # fmt: skip

    def answers_to_the_end(self, world, *, now):
        """The last question that is yes or no, and whatever comes behind it."""
        while (here := from_home.at_home(world.ana, now=now)) and questions.go_on_at(here):
            item = here.questions()[-1]
            self.says(world, item, value={"bool": False, "multi": []}.get(item.kind, "Run again"), now=now)

    def test_two_days_before_the_questions_are_named_once(self, visit):
        at = visit.starts_at - 2 * DAY
        assert self.due(at - MINUTE) == []
        assert self.due(at) == [at]
        assert sent(at).state == State.SENT
        assert self.due(at + DAY) == []

    def test_the_clinic_says_how_early_or_not_at_all(self, world, visit):
        wish(world, self.SOURCE, reminders.QUESTIONS, lead=7 * DAY)
        assert len(self.due(visit.starts_at - 7 * DAY)) == 1
        wish(world, self.SOURCE, reminders.QUESTIONS, is_on=False)
        assert self.due(visit.starts_at - DAY) == []

    def test_at_short_notice_they_come_an_hour_after_the_booking(self, world):
        world.booked(starts_at=world.now + DAY)
        assert self.due(world.now + HOUR - MINUTE) == []
        assert self.due(world.now + HOUR) == [world.now + HOUR]

    def test_nobody_is_asked_on_the_way(self, visit):
        assert self.due(visit.starts_at - 2 * HOUR) == []
        collect(now=visit.starts_at - 3 * HOUR)
        assert sent(visit.starts_at - HOUR).because.startswith("Too late")

    def test_not_before_a_visit_without_questions_nor_of_somebody_known(self, world):
        world.booked(type=world.follow_up, starts_at=world.now + DAY)
        concluded(world, DESK_WORKER, patient=world.ben)
        world.booked(patient=world.ben, starts_at=world.now + DAY + 2 * HOUR)
        assert self.due(world.now + 3 * HOUR) == []

    def test_begun_and_left_they_are_reminded_still(self, world, visit):
        here = from_home.at_home(world.ana, now=world.now)
        item = next(one for one in here.questions() if one.kind == "bool")
        self.says(world, item, value=False, now=world.now)
        assert sent(visit.starts_at - 2 * DAY).state == State.SENT

    def _answered(self, world, visit, at):
        self.answers_to_the_end(world, now=at)
        return "The questions are answered."

    def _warned(self, world, visit, at):
        here = from_home.at_home(world.ana, now=at)
        item = next(one for one in here.questions() if here.definition.warns(one, YES))
        self.says(world, item, value=True, now=at)
        return "An answer of theirs asked them to ring the clinic."

    def _begun_by_a_clinician(self, world, visit, at):
        draft(world, DESK_WORKER, now=at)
        return "A clinician has begun to ask them."

    def _moved(self, world, visit, at):
        move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=at)
        return "The appointment was moved or cancelled, or the patient is here."

    def _cancelled(self, world, visit, at):
        cancel(appointment=visit, because="ill", by=world.dee, now=at)
        return "The appointment was moved or cancelled, or the patient is here."

    @pytest.mark.parametrize("what", [_answered, _warned, _begun_by_a_clinician, _moved, _cancelled])
    def test_is_asked_again_before_it_is_sent(self, world, visit, what):
        at = visit.starts_at - 2 * DAY
        collect(now=at)
        because = what(self, world, visit, at)
        row = Reminder.objects.get()
        claim_and_send(reminder_id=row.pk, now=at)
        row.refresh_from_db()
        assert (row.state, row.because) == (State.SKIPPED, because)

    def test_asking_costs_the_same_for_many(self, world, visit, django_assert_num_queries):
        for patient in (world.ana, world.ben):
            world.booked(patient=patient, starts_at=visit.starts_at + patient.pk % 2 * HOUR + HOUR)
            with django_assert_num_queries(4):
                list(reminders.due(now=visit.starts_at - DAY))


class TestHowItGoes:
    """Released on Tuesday 3 March: the first questions open that day, the next ones two weeks later."""

    SOURCE = "programs.portal.measure_reminders"
    OPENS = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)

    @pytest.fixture(autouse=True)
    def _only_this(self, settings):
        settings.REMINDER_SOURCES = [self.SOURCE]

    def due(self, now):
        return [one.due_at for one in measure_reminders.due(now=now)]

    def answers(self, story, at):
        outcomes.answer(
            patient=story.patient, measure="nprs", value=2, on_day=at.date(), where="home",
            by=story.patient.account, now=at, client_key=uuid.uuid4(),
        )  # fmt: skip

    def test_are_named_a_day_after_they_open_once_each_time(self, ana_story):
        assert ana_story.released
        for opens in (self.OPENS, self.OPENS + 14 * DAY):
            assert self.due(opens + DAY - MINUTE) == []
            assert self.due(opens + DAY) == [opens + DAY]
            collect(now=opens + DAY)
            assert self.due(opens + 2 * DAY) == []
            assert self.due(opens + 7 * DAY) == []
        assert Reminder.objects.count() == 2

    def test_go_out(self, ana_story):
        assert ana_story.released
        assert sent(self.OPENS + DAY).state == State.SENT

    def test_the_clinic_says_how_late_or_not_at_all(self, ana_story):
        assert ana_story.released
        wish(ana_story.world, self.SOURCE, measure_reminders.MEASURES, lead=5 * DAY)
        assert self.due(self.OPENS + 4 * DAY) == []
        assert len(self.due(self.OPENS + 5 * DAY)) == 1
        wish(ana_story.world, self.SOURCE, measure_reminders.MEASURES, is_on=False)
        assert self.due(self.OPENS + 5 * DAY) == []

    def test_another_version_begins_no_other_course(self, ana_story):
        assert ana_story.released
        at = self.OPENS + 6 * DAY
        new = actions.revise(version=ana_story.released, by=ana_story.by, now=at)
        actions.release(version=new, by=ana_story.by, now=at)
        assert self.due(at + DAY) == []
        assert self.due(self.OPENS + 15 * DAY) == [self.OPENS + 15 * DAY]

    def test_not_of_somebody_who_answered(self, ana_story):
        assert ana_story.released
        self.answers(ana_story, self.OPENS + HOUR)
        assert self.due(self.OPENS + DAY) == []

    def _ended(self, story, at):
        actions.end(version=story.released, because="Discharged.", by=story.by, now=at)

    def _told_to_ring(self, story, at):
        story.logs(now=at, on_day=at.date(), symptoms=["pop"])

    def _answered_everything(self, story, at):
        self.answers(story, at)
        story.world.measured(story.patient, now=at)

    @pytest.mark.parametrize("what", [_ended, _told_to_ring, _answered_everything])
    def test_is_asked_again_before_it_is_sent(self, ana_story, what):
        assert ana_story.released
        at = self.OPENS + DAY
        collect(now=at)
        what(self, ana_story, at)
        assert sent(at).state == State.SKIPPED

    def test_closed_they_are_not_named(self, ana_story):
        assert ana_story.released
        said = measure_reminders.message(
            kind="x", subject_id=ana_story.patient.pk, about_at=self.OPENS, now=self.OPENS + 8 * DAY
        )
        assert isinstance(said, NotWanted)

    def test_asking_costs_the_same_for_many(self, ana_story, ben_story, django_assert_num_queries):
        for story in (ana_story, ben_story):
            assert story.released
            with django_assert_num_queries(5):
                list(measure_reminders.due(now=self.OPENS + DAY))
