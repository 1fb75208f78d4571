"""What patients asked to be told at a time of theirs: a session, and the question about the next morning."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder, State
from programs.plans import actions, diary
from programs.plans.models import ReminderTimes
from programs.plans.reminding import choose_times
from programs.portal import home_reminders
from programs.portal.home_reminders import MORNING, SESSION
from tests.test_doors import body
from tests.wished import wish

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
SOURCE = "programs.portal.home_reminders"
# Ana's week rests on Wednesday and Sunday. She has her program from Tuesday 3 March, nine o'clock.
THURSDAY = dt.datetime(2026, 3, 5, 18, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _only_this(settings):
    settings.REMINDER_SOURCES = [SOURCE]


def chooses(story, **told) -> ReminderTimes:
    usual = {"sessions_at": dt.time(18), "mornings": "hard", "mornings_at": dt.time(9)}
    return choose_times(patient=story.patient, by=story.patient.account, now=story.now, **usual | told)


def due(now, kind=SESSION):
    return [one.due_at for one in home_reminders.due(now=now) if one.kind == kind]


def sent(now, kind=SESSION):
    collect(now=now)
    row = Reminder.objects.get(kind=kind)
    claim_and_send(reminder_id=row.pk, now=now)
    row.refresh_from_db()
    return row


def logs(story, at, **told):
    return story.logs(now=at, on_day=at.date(), **told)


class TestASession:
    """Six in the evening, where the patient is."""

    def test_is_told_of_at_the_chosen_time_once(self, ana_story):
        assert ana_story.released
        assert due(THURSDAY) == []  # she has chosen nothing
        chooses(ana_story)
        assert due(THURSDAY - MINUTE) == []
        assert due(THURSDAY) == [THURSDAY]
        assert sent(THURSDAY).state == State.SENT
        assert due(THURSDAY + HOUR) == []
        assert due(THURSDAY + DAY) == [THURSDAY + DAY]

    @pytest.mark.parametrize("days", [-1, 3])
    def test_is_not_told_of_on_a_day_of_rest(self, ana_story, days):
        assert ana_story.released
        chooses(ana_story)
        assert due(THURSDAY + days * DAY) == []

    def test_is_not_told_of_three_hours_later(self, ana_story):
        assert ana_story.released
        chooses(ana_story)
        assert due(THURSDAY + 3 * HOUR - MINUTE) == [THURSDAY]
        assert due(THURSDAY + 3 * HOUR) == []
        collect(now=THURSDAY)
        assert sent(THURSDAY + 3 * HOUR).because == home_reminders.TOO_LATE

    def test_may_be_on_the_evening_of_another_day_here(self, ana_story):
        """Half past eleven at night in Honolulu is the next morning in London: that Thursday, not our Friday."""
        ana_story.patient.time_zone = "Pacific/Honolulu"
        ana_story.patient.save()
        assert ana_story.released
        chooses(ana_story, sessions_at=dt.time(23, 30))
        here = dt.datetime(2026, 3, 5, 23, 30, tzinfo=ZoneInfo("Pacific/Honolulu"))
        assert due(here + HOUR) == [here]
        assert sent(here + HOUR).state == State.SENT

    @pytest.mark.parametrize(
        ("zone", "day", "utc"),
        [
            ("Europe/London", dt.date(2026, 3, 28), 18),
            ("Europe/London", dt.date(2026, 3, 30), 17),
            ("America/New_York", dt.date(2026, 3, 7), 23),
            ("America/New_York", dt.date(2026, 3, 9), 22),
            ("Asia/Kolkata", dt.date(2026, 3, 9), 12.5),
            ("Australia/Lord_Howe", dt.date(2026, 4, 4), 7),
            ("Australia/Lord_Howe", dt.date(2026, 4, 6), 7.5),
        ],
    )
    def test_is_told_of_at_that_time_on_the_wall_when_the_clocks_change(self, ana_story, zone, day, utc):
        ana_story.patient.time_zone = zone
        ana_story.patient.save()
        assert ana_story.released
        chooses(ana_story)
        at = dt.datetime.combine(day, dt.time(), dt.UTC) + utc * HOUR
        assert due(at - MINUTE) == []
        assert due(at) == [at]

    def test_already_logged_is_not_told_of(self, ana_story):
        assert ana_story.released
        chooses(ana_story)
        logs(ana_story, THURSDAY - HOUR)
        assert due(THURSDAY) == []

    def _logged(story):
        logs(story, THURSDAY)

    def _off(story):
        chooses(story, sessions_at=None)

    def _later(story):
        chooses(story, sessions_at=dt.time(19))

    def _ended(story):
        actions.end(version=story.released, because="Discharged.", by=story.by, now=THURSDAY)

    def _told_to_ring(story):
        logs(story, THURSDAY - DAY, symptoms=["pop"])

    def _rested_after_much_pain(story):
        logs(story, THURSDAY - DAY, pain_during=6)

    @pytest.mark.parametrize(
        ("what", "because"),
        [
            (_logged, "A session is logged for that day already."),
            (_off, "They no longer want to be reminded of sessions."),
            (_later, "They chose another time since."),
            (_ended, home_reminders.ENDED),
            (_told_to_ring, home_reminders.RESTS),
            (_rested_after_much_pain, home_reminders.RESTS),
        ],
    )
    def test_is_asked_again_before_it_is_sent(self, ana_story, what, because):
        assert ana_story.released
        chooses(ana_story)
        collect(now=THURSDAY)
        what(ana_story)
        row = sent(THURSDAY + MINUTE)
        assert (row.state, row.because) == (State.SKIPPED, because)

    def test_of_a_rest_day_in_the_week_alone_is_seen_before_it_is_sent(self, ana_story, monkeypatch):
        """The plan of the week says what may be; where it cannot say, the program itself is asked."""
        assert ana_story.released
        chooses(ana_story)
        monkeypatch.setattr(home_reminders, "_may_be_session", lambda week, day: True)
        assert sent(THURSDAY - DAY).because == "No session is planned for that day."

    def test_may_not_be_wanted_by_the_clinic(self, ana_story):
        assert ana_story.released
        chooses(ana_story)
        wish(ana_story.world, SOURCE, SESSION, is_on=False)
        assert due(THURSDAY) == []


class TestTheNextMorning:
    """Nine o'clock where the patient is."""

    EVENING = dt.datetime(2026, 3, 5, 20, tzinfo=dt.UTC)
    MORNING = dt.datetime(2026, 3, 6, 9, tzinfo=dt.UTC)

    @pytest.mark.parametrize(
        ("chosen", "pain", "asked"),
        [(None, 2, False), (None, 3, True), ("hard", 3, True), ("each", 0, True), ("none", 3, False)],
    )
    def test_is_asked_about_as_they_chose_and_else_after_a_session_that_hurt(
        self, ana_story, chosen, pain, asked
    ):
        if chosen:
            chooses(ana_story, mornings=chosen)
        logs(ana_story, self.EVENING, pain_during=pain)
        assert due(self.MORNING - MINUTE, MORNING) == []
        assert due(self.MORNING, MORNING) == ([self.MORNING] if asked else [])

    def test_once_at_their_own_time(self, ana_story):
        chooses(ana_story, mornings="each", mornings_at=dt.time(6, 30))
        logs(ana_story, self.EVENING)
        early = self.MORNING - 2.5 * HOUR
        assert due(early - MINUTE, MORNING) == []
        assert sent(early, MORNING).state == State.SENT
        assert due(early + HOUR, MORNING) == []

    def test_not_above_the_programs_own_limit_only(self, ana_story):
        """A program whose limit is lower asks after less."""
        ana_story.proposed.proposal["pain_limit"] = 1
        ana_story.proposed.save()
        logs(ana_story, self.EVENING, pain_during=2)
        assert due(self.MORNING, MORNING) == [self.MORNING]

    def test_only_about_the_last_session_of_a_day(self, ana_story):
        chooses(ana_story, mornings="each")
        logs(ana_story, self.EVENING - 2 * HOUR)
        last = logs(ana_story, self.EVENING)
        found = [one for one in home_reminders.due(now=self.MORNING) if one.kind == MORNING]
        assert [one.subject_id for one in found] == [last.pk]

    def test_not_hours_later_nor_of_what_was_sent_after_it(self, ana_story):
        chooses(ana_story, mornings="each")
        log = logs(ana_story, self.EVENING)
        assert due(self.MORNING + 3 * HOUR, MORNING) == []
        late = ana_story.logs(now=self.MORNING + HOUR, on_day=log.on_day)
        assert due(self.MORNING + HOUR, MORNING) == []
        assert late.on_day == log.on_day

    @pytest.mark.parametrize("told", [{"pain_during": 4}, {"symptoms": ["limp"]}])
    def test_not_of_who_was_told_to_stop_and_ring(self, ana_story, told):
        chooses(ana_story, mornings="each")
        log = logs(ana_story, self.EVENING, **told)
        assert due(self.MORNING, MORNING) == []
        said = home_reminders.message(
            kind=MORNING, subject_id=log.pk, about_at=log.logged_at, now=self.MORNING
        )
        assert said.because == home_reminders.RESTS

    def _told(story, log):
        diary.tell_morning(log=log, pain=1, by=story.patient.account, now=log.logged_at + DAY)

    def _never(story, log):
        chooses(story, mornings="none")

    def _ended(story, log):
        actions.end(version=story.released, because="Discharged.", by=story.by, now=log.logged_at)

    @pytest.mark.parametrize(
        ("what", "because"),
        [
            (_told, "They told us already."),
            (_never, "They no longer want to be asked."),
            (_ended, home_reminders.ENDED),
        ],
    )
    def test_is_asked_again_before_it_is_sent(self, ana_story, what, because):
        chooses(ana_story, mornings="each")
        log = logs(ana_story, self.EVENING)
        collect(now=self.MORNING)
        what(ana_story, log)
        row = sent(self.MORNING + MINUTE, MORNING)
        assert (row.state, row.because) == (State.SKIPPED, because)
        Reminder.objects.all().delete()
        assert due(self.MORNING + MINUTE, MORNING) == []

    def test_may_not_be_wanted_by_the_clinic(self, ana_story):
        chooses(ana_story, mornings="each")
        logs(ana_story, self.EVENING)
        wish(ana_story.world, SOURCE, MORNING, is_on=False)
        assert due(self.MORNING, MORNING) == []


def test_asking_costs_the_same_for_many(ana_story, ben_story, django_assert_num_queries):
    now = dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)
    for story in (ana_story, ben_story):
        chooses(story, sessions_at=dt.time(8), mornings="each")
        logs(story, now - 13 * HOUR)
        with django_assert_num_queries(7):
            list(home_reminders.due(now=now))


class TestThePage:
    @pytest.fixture
    def ana(self, ana_story):
        assert ana_story.released
        return ana_story.world.signed_in(ana_story.patient.account)

    def test_shows_what_is_usual_keeps_what_is_chosen_and_is_found(self, ana, ana_story):
        page = reverse("portal:reminders")
        shown = body(ana.get(page))
        assert 'value="hard" id="id_mornings_0" checked' in shown or "checked" in shown
        assert 'value="09:00"' in shown
        told = {"sessions_at": "17:30", "mornings": "each", "mornings_at": "07:15"}
        assert ana.post(page, told).status_code == 302
        times = ReminderTimes.objects.get(patient=ana_story.patient)
        assert (times.sessions_at, times.mornings, times.mornings_at) == (
            dt.time(17, 30), "each", dt.time(7, 15)
        )  # fmt: skip
        assert 'value="17:30"' in body(ana.get(page))
        assert ana.post(page, told | {"sessions_at": ""}).status_code == 302
        assert ReminderTimes.objects.get(patient=ana_story.patient).sessions_at is None
        for name in ("portal:program", "portal:appointments", "portal:calendar"):
            assert page in body(ana.get(reverse(name)))

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ({"sessions_at": "25:00"}, "That is not a time"),
            ({"mornings_at": ""}, "Choose a time."),
            ({"mornings": "perhaps"}, "Choose one of the three."),
            ({"mornings": ""}, "Choose one of the three."),
        ],
    )
    def test_says_what_is_wrong_and_changes_nothing(self, ana, typed, says):
        told = {"sessions_at": "17:30", "mornings": "each", "mornings_at": "07:15"} | typed
        answer = ana.post(reverse("portal:reminders"), told)
        assert answer.status_code == 422
        assert says in body(answer)
        assert not ReminderTimes.objects.exists()
