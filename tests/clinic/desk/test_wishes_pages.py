"""The managers' pages about reminders: what goes out, how early, in what words, and whether it goes."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.booking.models import AppointmentType
from clinic.config.celery import app
from clinic.reminders import actions, tasks, wishes
from clinic.reminders.kinds import DAY
from clinic.reminders.lint import STANDARD_AGAIN
from clinic.reminders.models import EarlierSend, KindWish, Quiet, Reminder, State, Wording
from clinic.reminders.wording import our_words
from tests.wished import wish
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("clock")
WORDS = {"subject": "Soon: {clinic}", "text": "We see you {when}.", "short": "{clinic} {when}"}

NOTHING_TO_CHOOSE = [name for _, name, kind in wishes.all_kinds() if kind.goes_one_way]


@pytest.fixture
def mona(world):
    return world.signed_in(world.mona)


def said(answer) -> str:
    return " ".join(answer.content.decode().split())


def words_url(name="appointment_48h", language="en-gb"):
    return reverse("desk:words", args=[name, language])


class TestWhatIsSent:
    def test_lists_every_kind_with_what_is_chosen(self, world, mona):
        KindWish.objects.create(
            source="programs.plans.reminders", kind="program_released", is_on=False,
            changed_at=NOW, changed_by=world.mona,
        )  # fmt: skip
        shown = said(mona.get(reverse("desk:wishes")))
        for _, name, kind in wishes.all_kinds():
            assert reverse("desk:wish", args=[name]) in shown or name in NOTHING_TO_CHOOSE
            assert kind.label in shown
        assert shown.count(">No</span>") == 1

    @pytest.mark.parametrize("name", NOTHING_TO_CHOOSE)
    def test_what_leaves_nothing_to_choose_is_looked_at_and_not_changed(self, mona, name):
        shown = said(mona.get(reverse("desk:wishes")))
        assert f'"{reverse("desk:wish", args=[name])}"' not in shown
        assert words_url(name) in shown
        looked = said(mona.get(words_url(name)))
        assert "alone: it" in looked, "and why"
        assert ("As an e-mail" in looked) != ("As a text message" in looked), "as it goes, and no other way"

    def test_words_are_the_standard_or_changed(self, mona):
        assert said(mona.get(reverse("desk:wishes"))).count('"Words">Standard<') == len(
            list(wishes.all_kinds())
        )
        mona.post(words_url(), WORDS | {"do": "keep"})
        mona.post(words_url(language="de"), WORDS | {"text": "{when} {link}", "do": "keep"})
        assert '"Words">Changed, and 1 language more<' in said(mona.get(reverse("desk:wishes")))

    @pytest.mark.parametrize(
        ("before", "typed", "says"),
        [
            ({}, {}, "is switched off. What waits already is not sent either: the list says “Not sent”, and why."),
            ({"is_on": False}, {"is_on": "on"}, "is switched on. What came due meanwhile goes out too"),
            ({}, {"is_on": "on", "lead": "3"}, "” goes out 3 hours before now, no longer 2 hours before. Who has"),
            ({}, {"is_on": "on", "first_way": "text"}, "” goes by text message first from now on, and so do those"),
            ({"first_way": "push"}, {"is_on": "on"}, "” goes as the patient prefers from now on"),
            ({}, {"is_on": "on"}, "stays as it was: nothing was changed."),
            ({}, {"is_on": "on", "lead": "3", "first_way": "text"}, "not get it again. It goes by text message first"),
        ],
    )  # fmt: skip
    def test_saving_says_what_was_done(self, world, mona, before, typed, says):
        if before:
            wish(world, "clinic.booking.reminders", "appointment_2h", **before)
        url = reverse("desk:wish", args=["appointment_2h"])
        shown = said(mona.post(url, {"lead": "2", "first_way": ""} | typed, follow=True))
        assert "“Last reminder of a visit” " in shown
        assert says in shown

    def test_types_that_have_their_own_time_are_named(self, world, mona):
        url = reverse("desk:wish", args=["appointment_2h"])
        assert world.assessment
        assert world.follow_up
        assert "Every type goes by the time above." in said(mona.get(url))
        AppointmentType.objects.filter(pk=world.assessment.pk).update(last_reminder_hours=4)
        AppointmentType.objects.filter(pk=world.follow_up.pk).update(last_reminder_hours=0)
        shown = said(mona.get(url))
        assert (
            f'"{reverse("desk:change_type", args=[world.assessment.pk])}">{world.assessment.name}</a>'
            in shown
        )
        assert "4 hours before</div>" in shown
        assert "None</div>" in shown
        assert "Types of appointment" not in said(mona.get(reverse("desk:wish", args=["appointment_moved"])))
        listed = said(mona.get(reverse("desk:wishes")))
        assert f"2 hours before; {world.follow_up.name}: none; {world.assessment.name}: 4 hours<" in listed

    def test_is_changed_and_kept(self, world, mona):
        answer = mona.post(reverse("desk:wish", args=["program_released"]), {"first_way": "push"})
        assert answer.url == reverse("desk:wishes")
        row = KindWish.objects.get()
        assert (row.source, row.is_on, row.first_way, row.changed_by) == (
            "programs.plans.reminders", False, "push", world.mona,
        )  # fmt: skip

    def test_what_is_needed_offers_no_way_to_switch_it_off(self, mona):
        url = reverse("desk:wish", args=["appointment_cancelled"])
        assert 'name="is_on"' not in said(mona.get(url))
        mona.post(url, {"first_way": "text"})
        assert KindWish.objects.get().is_on

    def test_a_way_nobody_goes_is_refused_and_kept_on_the_page(self, mona):
        answer = mona.post(reverse("desk:wish", args=["program_released"]), {"first_way": "pigeon"})
        assert answer.status_code == 422
        assert "Choose one of the ways listed." in said(answer)
        assert not KindWish.objects.exists()

    @pytest.mark.parametrize("name", ["nonsense", "sign_in_links"])
    def test_a_kind_nobody_knows(self, mona, name):
        assert mona.get(reverse("desk:wish", args=[name])).status_code == 404


class TestQuietHours:
    def test_are_kept(self, mona):
        mona.post(reverse("desk:wishes"), {"quiet_from": "20", "quiet_to": "7.30"})
        assert (Quiet.objects.get().quiet_from, Quiet.objects.get().quiet_to) == (dt.time(20), dt.time(7, 30))

    @pytest.mark.parametrize(
        ("start", "end", "why"),
        [
            ("8", "8", "at least eight hours"),
            ("6", "5", "at least eight hours"),
            ("soon", "8", "not a time of day"),
            ("", "8", "Say from when it is quiet."),
            ("22", "", "Say until when it is quiet."),
        ],
    )
    def test_that_leave_no_day_are_refused_and_what_was_typed_stays(self, mona, start, end, why):
        answer = mona.post(reverse("desk:wishes"), {"quiet_from": start, "quiet_to": end})
        assert answer.status_code == 422
        assert why in said(answer)
        for typed in filter(None, (start, end)):
            assert f'value="{typed}"' in said(answer)
        assert not Quiet.objects.exists()


class TestWords:
    def test_begin_with_ours(self, mona):
        shown = said(mona.get(words_url()))
        assert "This is a reminder of your appointment on" in shown
        assert "{when}" in shown
        assert "As a text message" in shown, "what is there to begin with can be looked at and kept"

    def test_are_looked_at_before_they_are_kept(self, mona):
        shown = said(mona.post(words_url(), WORDS | {"do": "look"}))
        assert "We see you Thursday 12 March 2026 at 10:00 (Europe/London, GMT)." in shown
        assert "You can move or cancel it online until" in shown, "what we add stays in view"
        assert not Wording.objects.exists()

    def test_are_kept(self, world, mona):
        assert mona.post(words_url(), WORDS | {"do": "keep"}).status_code == 302
        assert Wording.objects.get().written_by == world.mona
        assert "We see you {when}." in said(mona.get(words_url()))

    def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(self, mona):
        answer = mona.post(words_url(), WORDS | {"text": "Your knee, {surname}", "do": "keep"})
        shown = said(answer)
        assert answer.status_code == 422
        assert "which is nothing we can fill in" in shown
        assert "“knee”" in shown
        assert "Your knee, {surname}" in shown
        assert 'href="#id_text"' in shown
        assert not Wording.objects.exists()

    def test_two_megabytes_are_refused_with_how_many_there_may_be(self, mona):
        answer = mona.post(words_url(), WORDS | {"text": "x" * 2_000_000, "do": "keep"})
        assert answer.status_code == 422
        assert "The text has 2,000,000 characters; at most 2,000 are sent. Shorten it." in said(answer)
        assert not Wording.objects.exists()

    def test_what_was_looked_at_says_that_it_is_not_kept(self, mona):
        looked = said(mona.post(words_url(), WORDS | {"do": "look"}))
        assert "Patients get the standard words until you press “Keep these words”." in looked
        assert "Send me a test of the standard words" in looked
        kept = said(mona.post(words_url(), WORDS | {"do": "keep"}, follow=True))
        assert "Not kept yet" not in kept
        assert "Send me a test of the kept words" in kept

    def test_what_we_add_is_told_apart_from_what_the_clinic_wrote(self, mona):
        shown = said(mona.post(words_url(), WORDS | {"do": "look"}))
        _, added = shown.split("Added by us:")
        assert "We see you Thursday" not in added
        assert "Confirm, move or cancel it: http" in added
        assert "To stop them: http" in added

    def test_a_text_message_is_shown_as_it_goes(self, mona):
        shown = said(mona.post(words_url(), WORDS | {"do": "look"}))
        text = shown.split("As a text message")[1].split("As a notice")[0]
        assert "Stride Physical Therapy Thursday 12 March 2026 at 10:00 (Europe/London, GMT)<br>http" in text
        assert "<br>Reply STOP to end." in text

    @pytest.mark.parametrize("language", ["en-gb", "de"])
    def test_to_begin_with_it_looks_as_the_fields_say(self, mona, language):
        shown = said(mona.get(words_url("appointment_confirmation", language)))
        assert "Your appointment at {clinic}: {day}, {time}" in shown
        notice = shown.split("As a notice on the phone")[1].split("</section>")[0]
        assert "10:00" in notice
        assert "(Europe/London" not in notice, "the field has no zone in it"

    def test_the_standard_words_can_be_had_again_and_the_clinics_own_after_them(self, mona):
        put = "Put in your last own words"
        mona.post(words_url(), WORDS | {"do": "keep"})
        filled = said(mona.post(words_url(), {"do": "standard"}))
        assert "This is a reminder of your appointment on" in filled
        assert "Patients get the kept words until you press" in filled
        assert Wording.objects.count() == 1, "put into the fields, and no more"
        ours = our_words("emails/appointment_48h.txt", timed=True, language="en-gb")
        again = said(mona.post(words_url(), ours | {"do": "keep"}, follow=True))
        assert "Patients get the standard words from now on." in again
        assert wishes.read().words_for("clinic.booking.reminders", "appointment_48h", "") is None
        assert put in again
        filled = said(mona.post(words_url(), {"do": "last"}))
        assert "We see you {when}." in filled
        assert put not in filled
        mona.post(words_url(), WORDS | {"do": "keep"})
        assert [one.subject for one in Wording.objects.all()] == [WORDS["subject"], "", WORDS["subject"]]

    def test_keeping_the_standard_words_writes_nothing(self, mona):
        ours = our_words("emails/appointment_48h.txt", timed=True, language="en-gb")
        assert "as before" in said(mona.post(words_url(), ours | {"do": "keep"}, follow=True))
        assert not Wording.objects.exists()

    def test_the_way_out_of_an_empty_field_is_a_button_that_is_there(self, mona):
        shown = said(mona.post(words_url(), WORDS | {"subject": "", "do": "keep"}))
        assert f"or press “{STANDARD_AGAIN}”" in shown
        assert f">{STANDARD_AGAIN}</button>" in shown
        assert f">{STANDARD_AGAIN}</button>" not in said(mona.get(words_url()))

    def test_words_that_cannot_be_changed_are_not(self, mona):
        mona.post(words_url("series_booked"), WORDS | {"do": "keep"})
        assert not Wording.objects.exists()

    def test_in_another_language_dates_are_told_in_it(self, mona):
        german = {"subject": "Ihr Termin", "text": "Bis {when}. {link}", "short": "{when}"}
        shown = said(mona.post(words_url(language="de"), german | {"do": "look"}))
        assert "Bis Donnerstag 12 März 2026, 10:00" in shown
        assert "Keine Nachrichten mehr erhalten: http" in shown
        assert "Reply STOP" not in shown

    def test_another_language_says_what_is_needed_and_begins_with_it(self, mona):
        shown = said(mona.get(words_url(language="de")))
        assert "your text needs <code>{link}</code>" in shown
        assert "Patients who want German get the English words." in shown
        assert "Send me a test of the English words" in shown
        begun = our_words("emails/appointment_48h.txt", timed=True, language="de")
        translated = begun | {"text": begun["text"].replace("This is a reminder of", "Bald:")}
        assert mona.post(words_url(language="de"), translated | {"do": "keep"}).status_code == 302

    @pytest.mark.parametrize(
        ("name", "language"), [("appointment_48h", "xx"), ("series_booked", "de"), ("no", "de")]
    )
    def test_that_cannot_be_written(self, mona, name, language):
        assert mona.get(words_url(name, language)).status_code == 404

    def test_a_test_goes_to_whoever_asks_in_the_words_that_are_kept(self, world, mona, monkeypatch):
        mona.post(words_url(), WORDS | {"do": "keep"})
        rung = []
        monkeypatch.setattr(tasks.send_test, "apply_async", lambda known, **how: rung.append(known))
        answer = mona.post(reverse("desk:send_test", args=["appointment_48h", "en-gb"]), follow=True)
        assert f"on its way to {world.mona.email}" in said(answer)
        assert rung == [(world.mona.pk, "appointment_48h", "en-gb")], "the queue holds ids and names of kinds"
        tasks.send_test(*rung[0])
        assert [(one.to, one.subject) for one in mail.outbox] == [
            ([world.mona.email], "Soon: Stride Physical Therapy")
        ]

    def test_without_a_queue_it_says_so(self, mona, monkeypatch):
        nobody = app.connection_for_write("redis://127.0.0.1:9/0")
        call = partial(tasks.send_test.apply_async, connection=nobody)
        monkeypatch.setattr(tasks.send_test, "apply_async", call)
        answer = mona.post(reverse("desk:send_test", args=["appointment_48h", "en-gb"]), follow=True)
        assert "The queue does not answer, so no test was sent" in said(answer)


class TestHowTheSendingGoes:
    @pytest.fixture
    def outbox(self, world):
        def made(many=1, **known):
            Reminder.objects.bulk_create(
                Reminder(
                    **{
                        "patient": world.ana, "source": "s", "kind": "k", "subject_id": Reminder.objects.count() + n,
                        "about_at": NOW, "due_at": NOW, "try_at": NOW, "ring_at": NOW,
                    } | known
                )
                for n in range(many)
            )  # fmt: skip

        return made

    def test_says_nothing_waits(self, mona):
        assert "Nothing waits" in said(mona.get(reverse("desk:sending")))

    def test_counts_by_provider_and_says_why(self, mona, outbox):
        gone = {"state": State.SENT, "sent_at": NOW, "sent_to": "a@b.example"}
        outbox(3, **gone, way="email", provider="smtp")
        outbox(1, **gone, way="text", provider="twilio", delivered_at=NOW)
        outbox(
            2,
            state=State.FAILED,
            because="The mail server refused it for good (answer 550).",
            way="email",
            provider="smtp",
        )
        shown = said(mona.get(reverse("desk:sending")))
        assert '<td data-label="Sent">3</td>' in shown
        assert "2 × The mail server refused it for good (answer 550)." in shown
        assert "Text message" in shown

    def test_counts_by_when_it_went_out_and_what_was_sent_again_too(self, world, mona, outbox):
        """Due two days ago, sent just now; and sent before somebody had it sent again."""
        outbox(
            1,
            state=State.SENT,
            due_at=NOW - 2 * DAY,
            sent_at=NOW,
            sent_to="a@b.example",
            way="email",
            provider="smtp",
        )
        outbox(
            1,
            state=State.SENT,
            due_at=NOW - 2 * DAY,
            sent_at=NOW - 2 * DAY,
            sent_to="a@b.example",
            way="email",
        )
        EarlierSend.objects.create(
            reminder=Reminder.objects.first(), state=State.SENT, sent_at=NOW, sent_to="a@b.example", way="email",
            provider="smtp", resent_at=NOW, resent_by=world.dee,
        )  # fmt: skip
        shown = said(mona.get(reverse("desk:sending")))
        assert "<dt>Sent in the last hour</dt><dd>2</dd>" in shown
        assert '<td data-label="Provider">Mail server</td><td data-label="Sent">2</td>' in shown

    def test_tells_what_waits_for_the_morning_from_what_is_late(self, mona, outbox):
        outbox(3, try_at=NOW + dt.timedelta(hours=2), ring_at=NOW + dt.timedelta(hours=2))
        shown = said(mona.get(reverse("desk:sending")))
        assert "Held for later</dt><dd>3, the next" in shown
        assert "Nothing waits" in shown

    def test_is_red_when_the_oldest_waits_for_over_five_minutes(self, mona, outbox, clock):
        outbox(1)
        assert "has waited for over five minutes" not in said(mona.get(reverse("desk:sending")))
        clock.shift(dt.timedelta(minutes=6))
        shown = said(mona.get(reverse("desk:sending")))
        assert "has waited for over five minutes" in shown
        assert "6 minutes" in shown

    @pytest.mark.parametrize("page", ["desk:sending", "desk:wishes", "desk:reminders"])
    def test_costs_the_same_however_much_was_sent(self, mona, outbox, page):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                assert mona.get(reverse(page)).status_code == 200
            return len(queries)

        actions.collect(now=NOW)
        outbox(2, state=State.FAILED, because="x", way="email")
        cost()  # what a first request of a session costs besides
        few = cost()
        outbox(300, state=State.FAILED, because="x", way="email")
        assert cost() == few <= 12


class TestTheListOfTheDesk:
    def test_shows_what_its_provider_told_since(self, world):
        known = dict.fromkeys(("about_at", "due_at", "try_at", "ring_at", "sent_at"), NOW)
        known |= {"patient": world.ana, "source": "s", "kind": "k", "sent_to": "+447700900123", "way": "text"}
        Reminder.objects.create(**known, subject_id=1, state=State.SENT, delivered_at=NOW)
        Reminder.objects.create(
            **known, subject_id=2, state=State.FAILED, bounced_at=NOW, because="No such number."
        )
        dee = world.signed_in(world.dee)
        shown = said(dee.get(reverse("desk:reminders")))
        assert "Arrived" in shown
        assert "Came back" in shown
        assert "+447700900123, text message" in shown
        only = said(dee.get(reverse("desk:reminders"), {"state": "came_back"}))
        assert "No such number." in only
        assert "1 on this page" in only

    def test_of_one_visit_alone(self, world):
        for hours in (30, 54):
            world.booked(starts_at=world.now + dt.timedelta(hours=hours))
        actions.collect(now=world.now)
        first, _ = Reminder.objects.order_by("pk").values_list("subject_id", flat=True)
        dee = world.signed_in(world.dee)
        shown = said(dee.get(reverse("desk:reminders"), {"visit": first}))
        assert "1 on this page" in shown
        assert "Only about one visit." in shown

    def test_does_not_offer_the_desk_what_managers_choose(self, world):
        dee = world.signed_in(world.dee)
        assert reverse("desk:wishes") not in said(dee.get(reverse("desk:reminders")))
        assert dee.get(reverse("desk:wishes")).status_code == 403
