"""The desk's page of reminders."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import Entry
from clinic.people.models import Patient
from clinic.reminders import actions, tasks
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Reminder, State
from clinic.reminders.sources import Due, Message, NotWanted

URL = "/desk/reminders/"
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def desk(world):
    return world.signed_in(world.dee)


def written(world, source, patient, many=1, kind="nag") -> list[Reminder]:
    already = list(Reminder.objects.values_list("pk", flat=True))
    source.nags(patient, now=world.now, many=many, kind=kind)
    actions.collect(now=world.now)
    return list(Reminder.objects.exclude(pk__in=already).order_by("pk"))


def patients_on(response) -> list[str]:
    return [row.patient.called for row in response.context["page"].rows]


def test_says_what_became_of_each(world, source, desk):
    sent, skipped, due = written(world, source, world.ana, many=3)
    actions.claim_and_send(reminder_id=sent.pk, now=world.now)
    source.answers = NotWanted("The appointment was moved.")
    actions.claim_and_send(reminder_id=skipped.pk, now=world.now)
    body = desk.get(URL).content.decode()
    for words in ("Sent", "ana@runner.example", "Not sent", "The appointment was moved.", "Due", "Nag"):
        assert words in body
    assert "Europe/London" in body
    assert body.count("Send again") == 2  # not for the one that is still due
    assert reverse("desk:resend_reminder", args=[world.ana.pk, due.pk]) not in body


def test_every_name_shown_is_audited(world, source, desk):
    written(world, source, world.ana)
    written(world, source, world.ben)
    desk.get(URL)
    listed = Entry.objects.filter(action="listed", account=world.dee, page="desk:reminders")
    assert set(listed.values_list("patient_id", flat=True)) == {world.ana.pk, world.ben.pk}


@pytest.mark.parametrize(
    ("state", "shown"), [("all", 2), ("due", 1), ("sent", 1), ("failed", 0), ("nonsense", 2)]
)
def test_shows_one_state(world, source, desk, state, shown):
    first, _ = written(world, source, world.ana, many=2)
    actions.claim_and_send(reminder_id=first.pk, now=world.now)
    assert len(desk.get(URL, {"state": state}).context["page"].rows) == shown


class TestWhose:
    def test_one_patient_found_is_shown_at_once_and_the_name_stays_out_of_the_address(
        self, world, source, desk
    ):
        written(world, source, world.ana)
        written(world, source, world.ben)
        response = desk.post(URL + "?state=due", {"q": "sil"})
        assert response.url == f"{URL}?state=due&patient={world.ana.pk}"
        page = desk.get(response.url)
        assert patients_on(page) == ["Ana"]
        assert ">Ana Silva</a> (R" in page.content.decode()

    def test_by_the_address_printed_in_the_row(self, world, source, desk):
        written(world, source, world.ana)
        assert desk.post(URL, {"q": " Ana@Runner.example "}).url == f"{URL}?patient={world.ana.pk}"
        assert "No patient found" in desk.post(URL, {"q": "ana@runner"}).content.decode()

    def test_several_are_offered(self, world, source, desk):
        world.patient("Anabel", "Silva", dt.date(1990, 1, 1), "+447946000789")
        response = desk.post(URL, {"q": "ana"})
        world.ana  # noqa: B018  # the first mention makes her
        response = desk.post(URL, {"q": "ana"})
        assert response.content.decode().count(f"{URL}?patient=") == 2

    @pytest.mark.parametrize(
        ("typed", "words"),
        [("zzz", "No patient found"), ("a", "at least two letters"), ("", "No patient found")],
    )
    def test_nobody_keeps_what_was_typed(self, world, desk, typed, words):
        body = desk.post(URL, {"q": typed}).content.decode()
        assert words in body
        assert f'value="{typed}"' in body

    def test_somebody_without_reminders_is_named_all_the_same(self, world, source, desk):
        body = desk.get(URL, {"patient": world.ben.pk}).content.decode()
        assert ">Ben Nowak</a> (R" in body
        listed = Entry.objects.filter(action="listed", account=world.dee, page="desk:reminders")
        assert set(listed.values_list("patient_id", flat=True)) == {world.ben.pk}
        assert "No reminders here" in body
        assert "Nothing failed." in desk.get(URL, {"state": "failed"}).content.decode()


class TestOneKindOrOneDay:
    @pytest.fixture(autouse=True)
    def _two_kinds(self, source, monkeypatch):
        monkeypatch.setattr(
            source, "KINDS", {"nag": Kind("Nag"), "moan": Kind("Moan about it")}, raising=False
        )

    def test_of_a_kind(self, world, source, desk):
        written(world, source, world.ana)
        (moan,) = written(world, source, world.ben, kind="moan")
        body = desk.get(URL, {"kind": "moan", "state": "due"})
        assert [row.pk for row in body.context["page"].rows] == [moan.pk]
        assert "kind=moan" in body.context["wanted"].url(state="sent")
        assert '<option value="moan" selected>Moan about it</option>' in body.content.decode()

    def test_of_a_day_of_the_clinic(self, world, source, desk):
        """2 July 23:30 UTC is 3 July in London: the day is the clinic's, an hour longer on one side than UTC's."""
        late = dt.datetime(2026, 7, 2, 23, 30, tzinfo=dt.UTC)
        for due_at in (late - 2 * DAY, late, late + DAY):
            source.says.append(Due("nag", len(source.says), world.ana.pk, about_at=due_at, due_at=due_at))
        actions.collect(now=late + 2 * DAY)
        for typed in ("2026-07-03", "3/7/2026"):
            (row,) = desk.get(URL, {"day": typed}).context["page"].rows
            assert row.due_at == late

    def test_both_and_the_way_back(self, world, source, desk):
        written(world, source, world.ana)
        page = desk.get(URL, {"kind": "moan", "day": f"{world.now:%Y-%m-%d}", "patient": world.ana.pk})
        assert page.context["page"].rows == []
        assert "Nothing like this is written down" in page.content.decode()
        assert page.context["wanted"].anything_url == f"{URL}?patient={world.ana.pk}"
        assert "Any kind, any day" in page.content.decode()
        assert "Any kind, any day" not in desk.get(URL).content.decode()

    def test_pages_stay_within_it(self, world, source, desk):
        written(world, source, world.ana)
        ids = [row.pk for row in written(world, source, world.ana, many=30, kind="moan")][::-1]
        first = desk.get(URL, {"kind": "moan", "day": f"{world.now:%Y-%m-%d}"}).context["page"]
        second = desk.get(first.older_url).context["page"]
        assert [row.pk for page in (first, second) for row in page.rows] == ids

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ({"day": "31/2/2026"}, "That is not a day in the calendar"),
            ({"day": "9999-12-31"}, "The year 9999 is not one this clinic has seen"),
            ({"day": "0001-01-01"}, "The year 1 is not one this clinic has seen"),
            ({"kind": "rumour"}, "Choose one of the kinds listed"),
        ],
    )
    def test_nonsense_is_said_and_narrows_nothing(self, world, source, desk, query, words):
        written(world, source, world.ana)
        page = desk.get(URL, query)
        assert words in page.content.decode()
        assert len(page.context["page"].rows) == 1


class TestWhatItSaid:
    def test_is_read_on_the_page_without_its_links(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        source.answers = Message("emails/appointment_48h.txt", "home", at=world.now)
        actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
        (sent,) = mail.outbox
        (row,) = desk.get(URL).context["page"].rows
        assert row.said.startswith(sent.subject + "\n\n")
        assert "://" in sent.body
        assert "://" not in row.said
        assert row.said.count("[link]") == sent.body.count("://")
        assert "What it said" in desk.get(URL).content.decode()

    def test_of_one_sent_again_both(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
        was = desk.get(URL).context["page"].rows[0].said
        actions.resend(reminder=reminder, by=world.dee, now=world.now)
        assert desk.get(URL).context["page"].rows[0].said == ""
        source.answers = Message("emails/appointment_2h.txt", "home", at=world.now + 9 * DAY)
        actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
        (row,) = desk.get(URL).context["page"].rows
        assert row.earlier[0].said == was != row.said != ""
        assert "What it said then" in desk.get(URL).content.decode()

    def test_what_was_never_sent_said_nothing(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        source.answers = NotWanted("The appointment was moved.")
        actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
        assert "What it said" not in desk.get(URL).content.decode()


class TestPages:
    def test_forth_and_back_without_losing_or_doubling_one(self, world, source, desk):
        ids = [r.pk for r in written(world, source, world.ana, many=60)][::-1]

        def shown(url):
            return desk.get(url).context["page"]

        first = shown(URL)
        second = shown(first.older_url)
        third = shown(second.older_url)
        assert [row.pk for page in (first, second, third) for row in page.rows] == ids
        assert (first.newer_url, third.older_url) == ("", "")
        back = shown(third.newer_url)
        assert [row.pk for row in back.rows] == [row.pk for row in second.rows]
        assert [row.pk for row in shown(back.newer_url).rows] == [row.pk for row in first.rows]
        assert shown(back.newer_url).newer_url == ""

    @pytest.mark.parametrize(
        "query", ["before=x", "after=-1", "before=" + "9" * 40, "patient=²", "state[]=1"]
    )
    def test_nonsense_in_the_address_shows_the_newest(self, world, source, desk, query):
        written(world, source, world.ana)
        assert len(desk.get(f"{URL}?{query}").context["page"].rows) == 1

    def test_costs_the_same_for_three_and_for_sixty(self, world, source, desk, django_assert_max_num_queries):
        desk.get(URL)
        for many in (3, 57):
            written(world, source, world.patient("Max", f"Number{many}", dt.date(1990, 1, 1), ""), many=many)
            with django_assert_max_num_queries(9):
                desk.get(URL)
            # And whether visits lie ahead of them, and what reaches them.
            with django_assert_max_num_queries(11):
                desk.get(URL, {"patient": Patient.objects.last().pk, "state": "due"})


class TestSendingAgain:
    def post(self, desk, patient, reminder):
        return desk.post(reverse("desk:resend_reminder", args=[patient.pk, reminder.pk]), {"state": "sent"})

    def test_puts_it_back_and_returns_to_the_same_list(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
        response = self.post(desk, world.ana, reminder)
        assert response.url == f"{URL}?state=sent"
        reminder.refresh_from_db()
        assert (reminder.state, reminder.resent_by) == (State.DUE, world.dee)

    def test_one_on_its_way_is_left_alone(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        body = desk.get(self.post(desk, world.ana, reminder).url).content.decode()
        assert "already on its way" in body

    def test_what_became_of_it_before_stays_to_be_read(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
        self.post(desk, world.ana, reminder)
        source.answers = NotWanted("The appointment was cancelled.")
        actions.claim_and_send(reminder_id=reminder.pk, now=timezone.now())
        shown = " ".join(desk.get(URL).content.decode().split())
        state = shown[shown.index('data-label="State"') :]
        assert (
            state.index("Not sent")
            < state.index("The appointment was cancelled.")
            < state.index("Before: sent")
        )
        assert "to ana@runner.example. Again" not in state[: state.index("Before")]
        assert f"by {world.dee}" in state

    def test_a_second_press_is_answered_and_a_fourth_in_a_day_too(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        now = timezone.now()
        for minutes in (0, 6, 12):
            actions.claim_and_send(reminder_id=reminder.pk, now=now + minutes * MINUTE)
            actions.resend(reminder=reminder, by=world.dee, now=now + minutes * MINUTE)
            actions.claim_and_send(reminder_id=reminder.pk, now=now + minutes * MINUTE)
            with pytest.raises(actions.CannotResend, match="Give it five minutes, or call"):
                actions.resend(reminder=reminder, by=world.dee, now=now + (minutes + 4) * MINUTE)
        with pytest.raises(actions.CannotResend, match="three times since yesterday"):
            actions.resend(reminder=reminder, by=world.dee, now=now + 20 * MINUTE)
        reminder.refresh_from_db()
        assert (reminder.state, reminder.resends) == (State.SENT, 3)
        actions.resend(reminder=reminder, by=world.dee, now=now + DAY + 13 * MINUTE)

    def test_one_nobody_wants_any_more_is_refused_at_once(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
        source.answers = NotWanted("The appointment was cancelled.")
        body = desk.get(self.post(desk, world.ana, reminder).url).content.decode()
        assert "It cannot be sent again. The appointment was cancelled." in body
        reminder.refresh_from_db()
        assert (reminder.state, reminder.resends, reminder.earlier.count()) == (State.SENT, 0, 0)

    def test_one_that_reaches_nobody_is_refused_at_once(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        actions.claim_and_send(reminder_id=reminder.pk, now=world.now)
        world.ana.channels.all().delete()
        body = desk.get(self.post(desk, world.ana, reminder).url).content.decode()
        assert "agreed to be reached by" in body

    def test_through_another_patient_it_does_not_exist(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        assert self.post(desk, world.ben, reminder).status_code == 404

    def test_a_link_followed_by_a_scanner_changes_nothing(self, world, source, desk):
        (reminder,) = written(world, source, world.ana)
        assert desk.get(reverse("desk:resend_reminder", args=[world.ana.pk, reminder.pk])).status_code == 405


def test_a_silent_sender_is_noticed(world, source, desk):
    before = timezone.now() - 20 * MINUTE
    source.nags(world.ana, now=before)
    actions.collect(now=before)
    assert "waiting longer than usual" in desk.get(URL).content.decode()
    Reminder.objects.update(try_at=timezone.now())
    assert "waiting longer than usual" not in desk.get(URL).content.decode()


@pytest.mark.parametrize("who", ["carl", "ana"])
def test_only_the_desk_opens_it(world, source, who):
    person = getattr(world, who)
    client = world.signed_in(person.account if isinstance(person, Patient) else person)
    (reminder,) = written(world, source, world.ben)
    assert client.get(URL).status_code == 403
    assert client.post(reverse("desk:resend_reminder", args=[world.ben.pk, reminder.pk])).status_code == 403
    body = client.get(URL).content.decode()
    assert not re.search("Ben|Nowak", body)


class TestATestToMyself:
    TEST = "/desk/reminders/test/"

    @pytest.fixture
    def rung(self, monkeypatch):
        rung = []
        monkeypatch.setattr(tasks.send_test, "apply_async", lambda known, **how: rung.append(known))
        return rung

    def test_goes_to_whoever_asks_and_the_list_stays(self, world, desk, rung):
        world.dee.email = "dee@stride.example"
        world.dee.save()
        page = desk.post(self.TEST, {"state": "sent"}, follow=True)
        assert page.redirect_chain[-1][0] == f"{URL}?state=sent"
        assert "“First reminder of a visit” is on its way to dee@stride.example" in page.content.decode()
        assert rung == [(world.dee.pk, "appointment_48h", "en-gb")]
        tasks.send_test(*rung[0])
        assert [one.to for one in mail.outbox] == [["dee@stride.example"]]

    def test_of_the_kind_the_list_is_about(self, world, desk, rung):
        desk.post(self.TEST, {"kind": "program_released"})
        assert rung == [(world.dee.pk, "program_released", "en-gb")]

    def test_without_an_address_it_says_whom_to_ask(self, world, desk, rung):
        world.dee.email = ""
        world.dee.save()
        page = desk.post(self.TEST, follow=True).content.decode()
        assert "Ask a manager to add one." in page
        assert rung == []

    def test_a_look_sends_nothing_and_nobody_else_may(self, world, desk, rung):
        assert desk.get(self.TEST).status_code == 405
        assert world.signed_in(world.carl).post(self.TEST).status_code == 403
        assert rung == []
