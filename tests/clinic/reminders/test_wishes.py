"""What the clinic wants: which kinds go out, how early, and when the patients' phones stay quiet."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as sent_mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.people.models import Patient
from clinic.reminders import actions, claims, unsubscribe, wishes, wishing
from clinic.reminders.kinds import DAY, HOUR, Kind, before
from clinic.reminders.models import KindWish, Quiet, Reminder, State, Way
from clinic.reminders.sources import Message
from tests.clinic.reminders.conftest import NAME

LONDON = ZoneInfo("Europe/London")
TOKYO = "Asia/Tokyo"


@pytest.fixture
def reminder(world, source) -> Reminder:
    source.nags(world.ana, now=world.now)
    actions.collect(now=world.now)
    return Reminder.objects.get()


@pytest.fixture
def wish(world):
    def made(**wished):
        return KindWish.objects.create(
            source=NAME, kind="nag", changed_at=world.now, changed_by=world.mona, **wished
        )

    return made


def send(reminder, now):
    state = actions.claim_and_send(reminder_id=reminder.pk, now=now)
    reminder.refresh_from_db()
    return state


class TestSwitchedOff:
    def test_is_not_written(self, world, source, wish):
        wish(is_on=False)
        source.nags(world.ana, now=world.now)
        actions.collect(now=world.now)
        assert not Reminder.objects.exists()

    def test_is_not_sent_though_it_was_written_before(self, reminder, world, wish):
        wish(is_on=False)
        assert send(reminder, world.now) == State.SKIPPED
        assert reminder.because == wishes.SWITCHED_OFF
        assert not sent_mail.outbox

    def test_does_not_concern_what_is_needed(self, world, source, wish):
        source.KINDS = {"nag": Kind("Nag", needed=True)}
        wish(is_on=False)
        source.nags(world.ana, now=world.now)
        actions.collect(now=world.now)
        assert send(Reminder.objects.get(), world.now) == State.SENT


class TestHowEarly:
    @pytest.fixture
    def timed(self, source):
        source.KINDS = {
            "nag": Kind("Nag", lead=before(2 * DAY, least=DAY, most=7 * DAY)),
            "bell": Kind("Bell"),
        }

    def test_is_the_sources_until_the_clinic_says(self, world, timed, wish):
        assert wishes.read().lead(NAME, "nag") == 2 * DAY
        wish(lead=3 * DAY)
        assert wishes.read().lead(NAME, "nag") == 3 * DAY

    @pytest.mark.parametrize(("wished", "kept"), [(HOUR, DAY), (30 * DAY, 7 * DAY)])
    def test_stays_within_what_makes_sense(self, world, timed, wish, wished, kept):
        wish(lead=wished)
        assert wishes.read().lead(NAME, "nag") == kept

    def test_is_not_to_be_had_where_something_happens(self, timed):
        with pytest.raises(LookupError, match="goes out when something happens"):
            wishes.Wishes().lead(NAME, "bell")

    def test_is_told_in_days_where_it_is_days(self):
        assert before(2 * DAY, least=DAY, most=7 * DAY).in_days
        assert not before(2 * HOUR, least=HOUR, most=12 * HOUR).in_days


class TestHeld:
    def test_a_source_asked_by_a_sender_decides_by_the_same_wishes(
        self, world, source, wish, django_assert_num_queries
    ):
        mine = wishes.read()
        wish(is_on=False)
        with wishes.held(mine), django_assert_num_queries(0):
            assert wishes.read().is_on(NAME, "nag")
        assert not wishes.read().is_on(NAME, "nag")

    def test_a_fault_inside_lets_go_of_them(self, world, wish):
        mine = wishes.read()
        with pytest.raises(ZeroDivisionError), wishes.held(mine):
            1 / 0  # noqa: B018
        wish(is_on=False)
        assert not wishes.read().is_on(NAME, "nag")

    def test_collecting_reads_them_once_however_many_sources_ask(self, world, settings):
        settings.REMINDER_SOURCES = [
            "clinic.booking.reminders", "clinic.booking.missed_reminders", "programs.plans.reminders",
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            actions.collect(now=world.now)
        assert sum("reminders_kindwish" in query["sql"] for query in queries) == 1


class TestQuietHours:
    @pytest.mark.parametrize(
        ("at", "until"),
        [
            ("20:59", None),
            ("21:00", "next 08:00"),
            ("23:59", "next 08:00"),
            ("00:00", "same 08:00"),
            ("07:59", "same 08:00"),
            ("08:00", None),
            ("12:00", None),
        ],
    )
    def test_over_night(self, at, until):
        self.check(wishes.Wishes(), at, until)

    @pytest.mark.parametrize(("at", "until"), [("11:59", None), ("12:00", "same 14:00"), ("14:00", None)])
    def test_over_noon(self, at, until):
        self.check(wishes.Wishes(quiet_from=dt.time(12), quiet_to=dt.time(14)), at, until)

    def check(self, wished, at, until):
        now = dt.datetime.combine(dt.date(2026, 3, 4), dt.time.fromisoformat(at), tzinfo=LONDON)
        found = wished.quiet_until(now)
        if until is None:
            assert found is None
            return
        day, hour = until.split()
        assert found == dt.datetime.combine(
            dt.date(2026, 3, 4 + (day == "next")), dt.time.fromisoformat(hour), tzinfo=LONDON
        )

    @pytest.mark.parametrize("day", [dt.date(2026, 3, 28), dt.date(2026, 10, 24)])
    def test_end_at_the_wall_clocks_eight_though_the_clocks_change(self, day):
        late = dt.datetime.combine(day, dt.time(23), tzinfo=LONDON)
        morning = wishes.Wishes().quiet_until(late)
        assert (morning.hour, morning.date()) == (8, day + DAY)
        assert morning.astimezone(dt.UTC) - late.astimezone(dt.UTC) != 9 * HOUR

    def night(self, world):
        return dt.datetime.combine(world.now.date(), dt.time(23), tzinfo=LONDON)

    @pytest.fixture
    def nothing_soon(self, source):
        source.answers = Message(template="emails/appointment_48h.txt", page="home")

    def test_hold_a_reminder_until_the_morning_and_count_no_try(self, reminder, world, nothing_soon):
        assert send(reminder, self.night(world)) == State.DUE
        assert (reminder.attempts, reminder.because) == (
            0,
            "Quiet hours: it goes out at 08:00 where the patient is.",
        )
        assert reminder.try_at == self.night(world) + 9 * HOUR
        assert send(reminder, reminder.try_at) == State.SENT

    def test_are_the_patients_own(self, reminder, world, nothing_soon):
        """Eleven at night in London is eight in the morning in Tokyo."""
        Patient.objects.update(time_zone=TOKYO)
        assert send(reminder, self.night(world)) == State.SENT

    def test_are_the_clinics_to_choose(self, reminder, world, nothing_soon):
        Quiet.objects.create(
            quiet_from=dt.time(23, 30), quiet_to=dt.time(6), changed_at=world.now, changed_by=world.mona
        )
        assert send(reminder, self.night(world)) == State.SENT

    def test_given_up_they_let_go_of_what_waits(self, reminder, world, nothing_soon):
        assert send(reminder, self.night(world)) == State.DUE
        usual = wishes.Wishes()
        hours = {"quiet_from": usual.quiet_from, "quiet_to": usual.quiet_to}
        wishing.set_quiet(**hours, is_on=False, by=world.mona, now=self.night(world) + HOUR)
        assert send(reminder, self.night(world) + HOUR) == State.SENT

    @pytest.mark.parametrize(("hours", "state"), [(9, State.SENT), (9.9, State.SENT), (10, State.DUE)])
    def test_do_not_make_it_too_late_for_its_visit(self, reminder, world, source, hours, state):
        at = self.night(world) + hours * HOUR
        source.answers = Message(template="emails/appointment_2h.txt", page="home", at=at)
        assert send(reminder, self.night(world)) == state

    def test_do_not_hold_what_somebody_waits_for(self, reminder, world, source, nothing_soon):
        source.KINDS = {"nag": Kind("Nag", at_once=True)}
        assert send(reminder, self.night(world)) == State.SENT

    def test_changed_in_the_night_hold_what_waits_already_until_the_new_end(
        self, reminder, world, nothing_soon
    ):
        send(reminder, self.night(world))
        wishing.set_quiet(
            quiet_from=dt.time(20), quiet_to=dt.time(9), by=world.mona, now=self.night(world) + HOUR
        )
        assert send(reminder, self.night(world) + HOUR) == State.DUE
        assert (reminder.try_at, reminder.attempts) == (self.night(world) + 10 * HOUR, 0)
        assert "09:00" in reminder.because

    def test_hold_nothing_that_reaches_nobody(self, reminder, world, nothing_soon):
        """The desk sees that evening that somebody has to call, not in the morning."""
        world.ana.channels.all().delete()
        assert send(reminder, self.night(world)) == State.SKIPPED
        assert reminder.because == claims.NO_ADDRESS

    def test_hold_nothing_for_somebody_who_stops_their_mail_meanwhile(self, reminder, world, nothing_soon):
        send(reminder, self.night(world))
        unsubscribe.stop(channel=world.ana.channels.get(kind="email"), now=self.night(world) + HOUR)
        assert send(reminder, self.night(world) + HOUR) == State.SKIPPED

    def test_asked_again_is_what_waits_for_the_morning_alone(self, reminder, world):
        later = world.now + HOUR
        for because, attempts in (("The mail server asked us to try later.", 1), ("", 0)):
            Reminder.objects.update(try_at=later, ring_at=later, because=because, attempts=attempts)
            assert Reminder.objects.decide_again(world.now) == 0

    def test_do_not_hold_what_is_sent_again_by_hand(self, reminder, world, nothing_soon):
        send(reminder, world.now)
        actions.resend(reminder=reminder, by=world.dee, now=self.night(world))
        assert send(reminder, self.night(world)) == State.SENT


@pytest.mark.parametrize(
    ("clinic", "patient", "first"),
    [("", "", Way.EMAIL), ("", "text", Way.TEXT), ("push", "text", Way.PUSH), ("", "pigeon", Way.EMAIL)],
)
def test_the_clinics_wish_goes_before_the_patients(clinic, patient, first):
    ways = wishes.ways_in_order(Kind("Nag"), clinic=clinic, patient=patient)
    assert ways[0] == first
    assert sorted(ways) == sorted(Way)


def test_a_link_for_whoever_reads_the_mailbox_goes_by_mail_alone():
    assert wishes.ways_in_order(Kind("Link", by_mail_alone=True), clinic="text", patient="push") == [
        Way.EMAIL
    ]


class TestTheDatabaseAlone:
    @pytest.mark.parametrize(
        ("broken", "constraint"),
        [({"lead": -HOUR}, "a_lead_is_not_negative"), ({"first_way": "pigeon"}, "first_way_is_one_we_know")],
    )
    def test_refuses_a_wish_nobody_can_mean(self, wish, broken, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            wish(**broken)

    def test_refuses_a_night_without_a_day(self, world):
        with pytest.raises(IntegrityError, match="quiet_hours_leave_a_day"), transaction.atomic():
            Quiet.objects.create(
                quiet_from=dt.time(8), quiet_to=dt.time(8), changed_at=world.now, changed_by=world.mona
            )
