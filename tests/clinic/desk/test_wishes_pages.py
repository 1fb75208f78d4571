"""The managers' pages about reminders: what goes out, how early, in what words, and whether it goes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.booking.models import AppointmentType
from clinic.reminders import actions, wishes
from clinic.reminders.kinds import DAY
from clinic.reminders.models import EarlierSend, KindWish, Quiet, Reminder, State
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
        typed = {"is_on": "on", "quiet_from": "20", "quiet_to": "7.30"}
        answer = mona.post(reverse("desk:wishes"), typed, follow=True)
        assert "Quiet from 20:00 to 07:30 from now on" in said(answer)
        kept = Quiet.objects.get()
        assert (kept.is_on, kept.quiet_from, kept.quiet_to) == (True, dt.time(20), dt.time(7, 30))

    def test_can_be_given_up_and_taken_up_again(self, mona):
        """A box that is not ticked is not sent. The hours stay to be found again."""
        typed = {"quiet_from": "20", "quiet_to": "7.30"}
        answer = mona.post(reverse("desk:wishes"), typed, follow=True)
        assert "No quiet hours from now on" in said(answer)
        assert 'value="20:00"' in said(answer)
        assert " checked" not in said(answer)
        assert not Quiet.objects.get().is_on
        mona.post(reverse("desk:wishes"), {"is_on": "on", **typed})
        assert Quiet.objects.get().is_on

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
        answer = mona.post(reverse("desk:wishes"), {"is_on": "on", "quiet_from": start, "quiet_to": end})
        assert answer.status_code == 422
        assert why in said(answer)
        for typed in filter(None, (start, end)):
            assert f'value="{typed}"' in said(answer)
        assert not Quiet.objects.exists()


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
        assert "+447700900123</span>, text message" in shown
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
