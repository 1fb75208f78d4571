"""“Done” and “Not today”, by the links of the mail about a session: one day of one patient, by a button alone."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse

from assessments.triage.models import Recheck
from clinic.audit.models import Entry
from clinic.reminders import wishing
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Reminder, State
from clinic.reminders.samples import sample
from clinic.reminders.wording import letter
from programs.plans import actions, diary, reminders
from programs.plans.models import NotToday, SessionLog
from programs.portal import day_links, home_reminders
from tests.programs.portal.test_home_reminders import DAY, HOUR, MINUTE, SOURCE, THURSDAY, chooses
from tests.promises.test_page_weight import MOST_BYTES, MOST_REQUESTS, files_of, weight
from tests.promises.test_reading_changes_nothing import changed, rows

# Of the patient and of the program: the mail is forwarded, and read over shoulders.
NEVER = ("Silva", "Ana", "R0000", "hinge", "thigh", "strain", "Jensen")
PAIN = {"pain_during": "2"}


@pytest.fixture(autouse=True)
def _only_these(settings):
    settings.REMINDER_SOURCES = [SOURCE, "programs.plans.reminders"]


@pytest.fixture
def at(clock):
    """The time stands at Thursday six o'clock, and moves to wherever a test says."""

    def move(when: dt.datetime) -> None:
        clock.move_to(when)

    move(THURSDAY)
    return move


@pytest.fixture
def key(ana_story, at) -> str:
    return day_links.key(ana_story.released.pk, THURSDAY.date())


def done(key: str) -> str:
    return reverse("portal:day_done", args=[key])


def not_today(key: str) -> str:
    return reverse("portal:day_not_today", args=[key])


def read(answer) -> str:
    return answer.content.decode()


class TestTheMail:
    def sent(self, story):
        assert story.released
        chooses(story)
        collect(now=THURSDAY)
        row = Reminder.objects.get(kind=home_reminders.SESSION)
        assert claim_and_send(reminder_id=row.pk, now=THURSDAY) == State.SENT
        return mail.outbox[-1]

    def links(self, story, settings) -> list[str]:
        settings.CLINIC_BASE_URL = "https://clinic.example"
        key = day_links.key(story.released.pk, THURSDAY.date())
        return [
            f"Done: https://clinic.example{done(key)}",
            f"Not today: https://clinic.example{not_today(key)}",
        ]

    def test_has_both_links_below_the_page(self, ana_story, settings):
        links = self.links(ana_story, settings)
        text = self.sent(ana_story).body
        page = "Open your page: https://clinic.example/my/"
        assert "\n".join([page, "", *links, "", settings.CLINIC_NAME]) in text
        assert "\n\n\n" not in text

    def test_leaves_a_text_and_a_notice_the_one_link_to_the_page(self, ana_story):
        assert ana_story.released
        times = chooses(ana_story)
        said = home_reminders.message(
            kind=home_reminders.SESSION, subject_id=times.pk, about_at=THURSDAY, now=THURSDAY
        )
        written = letter(said, ana_story.patient)
        assert written.link.endswith("/my/")
        assert "/day/" not in written.short

    @pytest.mark.parametrize("language", ["en-gb", "de"])
    def test_has_them_after_the_clinics_own_words_too(self, ana_story, settings, language):
        ana_story.patient.language = language
        ana_story.patient.save()
        words = {"subject": "Heute", "text": "Zeit dafür: {link}", "short": "Heute"}
        world = ana_story.world
        wishing.write_words(
            source=SOURCE, name="session_due", language=language, words=words, by=world.mona, now=world.now
        )
        text = self.sent(ana_story).body
        assert "Zeit dafür: " in text
        assert [one for one in self.links(ana_story, settings) if one.partition("/my")[2] in text]
        assert text.count("Done: ") == text.count("Not today: ") == 1

    def test_a_sample_shows_where_they_stand_and_other_kinds_have_none(self, world):
        shown = sample(home_reminders.KINDS["session_due"], "session_due", None, now=world.now).text
        assert re.search(r"\nDone: \S+\nNot today: \S+\n", shown)
        other = sample(Kind("Ready"), "program_released", None, now=world.now).text
        assert "Not today" not in other
        assert "\n\n\n" not in other


class TestLooking:
    def test_tells_the_day_and_nothing_of_whose_or_of_what(self, key):
        for page in (done(key), not_today(key)):
            answer = Client().get(page)
            assert answer.status_code == 200
            assert "Thursday 5 March" in read(answer)
            assert [word for word in NEVER if word in read(answer)] == []
            assert "no-store" in answer["Cache-Control"]
            assert answer["X-Robots-Tag"] == "noindex"
            files = files_of(answer)
            assert len(files) <= MOST_REQUESTS
            assert weight(files) <= MOST_BYTES
            entry = Entry.objects.get(request_id=answer["X-Request-ID"])
            assert (entry.job, entry.action, entry.patient.called) == ("link in a message", "read", "Ana")

    def test_changes_nothing(self, key):
        before = rows()
        for page in (done(key), not_today(key)):
            for method in ("get", "head", "get", "put", "delete", "options"):
                getattr(Client(), method)(page)
        assert changed(before) == set()

    def test_costs_little(self, key, ana_story, django_assert_max_num_queries):
        for page in (done(key), not_today(key)):
            Client().get(page)
            with django_assert_max_num_queries(10):
                Client().get(page)
        for back in range(2, 9):
            ana_story.logs(on_day=THURSDAY.date() - back * DAY, now=THURSDAY)
        with django_assert_max_num_queries(12):
            Client().get(done(key))

    def test_a_network_that_opens_too_many_waits(self, key):
        for _ in range(120):
            Client().get(done("x" * 43))
        assert Client().get(done(key)).status_code == 429


class TestDeadLinks:
    def _wrong(story, key):
        return "x" * 43

    def _cut_short(story, key):
        return key[:-1]

    def _forged(story, key):
        """The version and the day are right, the signature is not."""
        return key[:16] + "A" * 27

    def _of_another_day(story, key):
        """Wednesday's signature, with the day changed to today by hand."""
        wednesday = day_links.key(story.released.pk, THURSDAY.date() - DAY)
        return key[:16] + wednesday[16:]

    def _of_another_patient(story, key):
        """The signature of a program that Ana does not have."""
        return key[:16] + day_links.key(story.released.pk + 1, THURSDAY.date())[16:]

    def _of_another_program(story, key):
        return day_links.key(story.released.pk + 1000, THURSDAY.date())

    def _of_a_proposal(story, key):
        draft = actions.revise(version=story.released, by=story.by, now=story.now)
        return day_links.key(draft.pk, THURSDAY.date())

    def _of_tomorrow(story, key):
        return day_links.key(story.released.pk, THURSDAY.date() + DAY)

    def _of_yesterday(story, key):
        return day_links.key(story.released.pk, THURSDAY.date() - DAY)

    def _ended(story, key):
        actions.end(version=story.released, because="Discharged.", by=story.by, now=story.now)
        return key

    def _changed(story, key):
        draft = actions.revise(version=story.released, by=story.by, now=story.now)
        actions.release(version=draft, by=story.by, now=story.now)
        return key

    def _told_to_ring(story, key):
        story.logs(on_day=THURSDAY.date() - DAY, now=THURSDAY - HOUR, symptoms=["pop"])
        return key

    def _unreadable(story, key):
        return "é" * 43

    @pytest.mark.parametrize(
        "what",
        [
            _wrong, _cut_short, _unreadable, _forged, _of_another_day, _of_another_patient,
            _of_another_program, _of_a_proposal, _of_tomorrow,
            _of_yesterday, _ended, _changed, _told_to_ring,
        ],
    )  # fmt: skip
    def test_answer_alike_and_change_nothing(self, ana_story, key, what):
        shown = read(Client().get(done("x" * 43)))
        assert "This link does not work any more" in shown
        assert "020 7946 0000" in shown
        dead = what(ana_story, key)
        before = rows()
        for page in (done(dead), not_today(dead)):
            for answer in (Client().get(page), Client().post(page, PAIN)):
                assert answer.status_code == 404
                assert read(answer) == shown
        assert changed(before) == set()

    def test_it_lives_until_noon_of_the_next_day_where_the_patient_is(self, ana_story, key, at):
        noon = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
        at(noon - MINUTE)
        assert Client().get(done(key)).status_code == Client().get(not_today(key)).status_code == 200
        at(noon)
        assert Client().get(done(key)).status_code == Client().get(not_today(key)).status_code == 404
        ana_story.patient.time_zone = "America/New_York"
        ana_story.patient.save()
        assert Client().get(done(key)).status_code == 200
        at(noon + 5 * HOUR)
        assert Client().get(done(key)).status_code == 404


class TestNotToday:
    def test_is_said_once_however_often_it_is_pressed(self, ana_story, key):
        for _ in range(2):
            answer = Client().post(not_today(key))
            assert answer.status_code == 200
            assert "Nothing is lost" in read(answer)
        said = NotToday.objects.get()
        assert (said.patient, said.on_day, said.said_at) == (ana_story.patient, THURSDAY.date(), THURSDAY)
        assert Entry.objects.filter(job="link in a message", what=str(said)).count() == 1
        assert "Nothing is lost" in read(Client().get(not_today(key)))

    def test_is_undone_by_logging(self, key):
        Client().post(not_today(key))
        assert Client().post(done(key), PAIN).status_code == 200
        assert SessionLog.objects.get().on_day == THURSDAY.date()
        assert "You told us about this day" in read(Client().get(not_today(key)))

    def test_is_not_said_of_a_day_that_is_logged(self, ana_story, key):
        ana_story.logs(on_day=THURSDAY.date(), now=THURSDAY)
        answer = Client().post(not_today(key))
        assert "You told us about this day" in read(answer)
        with pytest.raises(diary.LoggedAlready):
            diary.say_not_today(
                patient=ana_story.patient, on_day=THURSDAY.date(), by=ana_story.by, now=THURSDAY
            )
        assert not NotToday.objects.exists()

    def test_stands_for_the_reminder_of_that_day(self, ana_story, key):
        chooses(ana_story)
        Client().post(not_today(key))
        found = [one.due_at for one in home_reminders.due(now=THURSDAY)]
        assert found == []
        collect(now=THURSDAY + DAY)
        NotToday.objects.create(
            patient=ana_story.patient, on_day=THURSDAY.date() + DAY, said_at=THURSDAY + DAY
        )
        row = Reminder.objects.get(kind=home_reminders.SESSION)
        claim_and_send(reminder_id=row.pk, now=THURSDAY + DAY)
        row.refresh_from_db()
        assert row.because == "They said “not today”."

    @pytest.mark.parametrize("said", [False, True])
    def test_is_a_sign_of_life(self, ana_story, key, said):
        """Released on Tuesday morning: without it the first word is due on Thursday morning, and comes on Saturday."""
        if said:
            Client().post(not_today(key))
        nagged = [one.about_at for one in reminders.due(now=THURSDAY) if one.kind == reminders.CHECK_IN]
        assert nagged == ([] if said else [ana_story.released.released_at])
        later = [
            one.about_at for one in reminders.due(now=THURSDAY + 2 * DAY) if one.kind == reminders.CHECK_IN
        ]
        assert later == ([THURSDAY] if said else nagged)

    def test_makes_a_word_that_waits_unwanted(self, ana_story, key):
        collect(now=THURSDAY)
        Client().post(not_today(key))
        row = Reminder.objects.get(kind=reminders.CHECK_IN)
        claim_and_send(reminder_id=row.pk, now=THURSDAY + MINUTE)
        row.refresh_from_db()
        assert row.because == "They said “not today” since."

    def test_stays_as_said(self, key, ana_story):
        Client().post(not_today(key))
        for change in (
            lambda: NotToday.objects.update(said_at=THURSDAY + DAY),
            NotToday.objects.all().delete,
        ):
            with pytest.raises(Error, match="stay as written"), transaction.atomic():
                change()


class TestDone:
    def test_logs_the_day_as_planned_once_however_often_it_is_pressed(self, ana_story, key, at):
        planned = ana_story.released.block(list(ana_story.released.listed_now())).week(1).days[3]
        for moment in (THURSDAY, THURSDAY + MINUTE, THURSDAY + 15 * HOUR):
            at(moment)
            answer = Client().post(done(key), PAIN)
            assert answer.status_code == 200
            assert "You told us about this day" in read(answer)
        log = SessionLog.objects.get()
        assert (log.on_day, log.logged_at, log.pain_during) == (THURSDAY.date(), THURSDAY, 2)
        assert log.run_minutes == 6, "the first stage of the ladder"
        assert {one.exercise_id for one in log.entries.filter(done=True)} == {one.pk for one in planned.all}
        assert Entry.objects.filter(job="link in a message", what=f"session {log.pk}").count() == 1

    @pytest.mark.parametrize("pain", ["", "11", "-1", "three", "2.5"])
    def test_asks_how_much_it_hurt(self, key, pain):
        answer = Client().post(done(key), {"pain_during": pain})
        assert answer.status_code == 422
        assert "id_pain_during" in read(answer)
        assert not SessionLog.objects.exists()

    def test_takes_nothing_else_that_is_sent(self, ana_story, key):
        other = ana_story.released.listed_now().first()
        told = PAIN | {"on_day": "2026-03-03", f"pain_{other.pk}": "9", "note": "x", "run_km": "200"}
        assert Client().post(done(key), told).status_code == 200
        log = SessionLog.objects.get()
        assert (log.on_day, log.note, log.run_km) == (THURSDAY.date(), "", None)
        assert not log.entries.exclude(pain=None).exists()

    @pytest.mark.parametrize(
        ("told", "stops", "asked_again"),
        [
            ({"pain_during": "3"}, False, False),
            ({"pain_during": "4"}, True, False),
            ({"pain_during": "0", "symptoms": ["pop"]}, True, True),
        ],
    )
    def test_what_stops_a_session_told_on_the_page_stops_this_one(self, key, told, stops, asked_again):
        for _ in range(2):
            assert ("Stop all exercises and runs. Ring us." in read(Client().post(done(key), told))) is stops
        assert SessionLog.objects.asking_to_stop().exists() is stops
        assert Recheck.objects.exists() is asked_again
        shown = read(Client().get(done(key)))
        assert "You told us about this day" in shown, "whoever has the link later reads of no pain"
        assert "Stop all" not in shown

    def test_a_day_told_on_the_page_is_not_told_again(self, ana_story, key):
        log = ana_story.logs(on_day=THURSDAY.date(), now=THURSDAY, pain_during=7)
        for answer in (Client().get(done(key)), Client().post(done(key), PAIN)):
            assert "You told us about this day" in read(answer)
            assert "Stop all" not in read(answer)
        assert SessionLog.objects.get() == log

    def test_a_run_of_no_known_length_is_told_by_its_numbers(self, ana_story, at):
        """A day with nothing but a ride on a bike: “done” alone would store nothing."""
        friday = THURSDAY + DAY
        at(friday)
        ana_story.proposed.exercises.filter(category="mobility").delete()
        page = done(day_links.key(ana_story.released.pk, friday.date()))
        for answer in (Client().get(page), Client().post(page, PAIN)):
            assert answer.status_code == 200
            assert "we need a word more" in read(answer)
        assert not SessionLog.objects.exists()

    def test_a_form_from_elsewhere_is_refused(self, key):
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(done(key), PAIN).status_code == 403
        assert strict.post(not_today(key)).status_code == 403
        assert not SessionLog.objects.exists()
        assert not NotToday.objects.exists()


class TestTheirOwnPages:
    def test_today_leads_to_it_and_says_that_it_was_said(self, ana_story, key):
        ana = ana_story.world.signed_in(ana_story.patient.account)
        assert not_today(key) in read(ana.get("/my/"))
        ana.post(not_today(key))
        assert Entry.objects.filter(
            account=ana_story.patient.account, what="not today of 2026-03-05"
        ).exists()
        shown = read(ana.get("/my/"))
        assert "You said “not today”" in shown
        assert not_today(key) not in shown
        assert "btn-start" in shown
        ana.post(done(key), PAIN)
        assert "not today" not in read(ana.get("/my/"))

    @pytest.mark.parametrize("days", [-1, 3])
    def test_a_day_of_rest_is_not_put_off(self, ana_story, at, days):
        """The control: Wednesday and Sunday ask for nothing."""
        assert ana_story.released
        at(THURSDAY + days * DAY)
        assert "not-today" not in read(ana_story.world.signed_in(ana_story.patient.account).get("/my/"))

    def test_progress_tells_it_kindly_until_it_was_done(self, ana_story, key):
        ana_story.logs(on_day=THURSDAY.date() - 2 * DAY, now=THURSDAY)
        ana = ana_story.world.signed_in(ana_story.patient.account)
        assert "not today" not in read(ana.get("/my/progress/"))
        ana.post(not_today(key))
        assert "1 of 5 planned, 1 “not today”" in read(ana.get("/my/progress/"))
        ana.post(done(key), PAIN)
        assert "not today" not in read(ana.get("/my/progress/"))
