"""The link of a message: it opens one visit, each act works once, and a dead one says no more than a wrong one."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.urls import reverse

from clinic.booking import actions, by_patients, links
from clinic.booking import reminders as calendar
from clinic.booking.by_patients import ByPhone, Changed, TimeGone
from clinic.booking.models import Appointment, AppointmentLink
from clinic.booking.status import SETTLES, Status
from clinic.reminders import mail as mails
from clinic.reminders.actions import claim_and_send, collect
from clinic.reminders.models import Reminder, State
from programs.portal.tasks import forget_requests
from tests.clinic.reminders.test_sign_in_links import rows_holding

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
TOKEN = re.compile(r"/my/visit/([\w-]{43})/")


@pytest.fixture(autouse=True)
def _only_the_calendar(settings):
    settings.REMINDER_SOURCES = ["clinic.booking.reminders"]


@pytest.fixture
def visit(world) -> Appointment:
    """Booked on Tuesday at nine for Thursday of next week at ten."""
    return world.booked(starts_at=world.now + 9 * DAY + HOUR)


@pytest.fixture
def token(world, visit) -> str:
    return links.make_link(appointment=visit, now=world.now)


def opened(token, now) -> AppointmentLink:
    link = links.behind(token, now=now)
    assert link is not None
    return link


def send_all(now) -> list[str]:
    """What is mailed now, as the texts of the mails."""
    collect(now=now)
    before = len(mail.outbox)
    for row in Reminder.objects.claimable(now).order_by("pk"):
        claim_and_send(reminder_id=row.pk, now=now)
    return [sent.body for sent in mail.outbox[before:]]


class TestInEveryMessage:
    def test_each_brings_a_link_that_opens_its_visit(self, world, visit):
        start = visit.starts_at
        for now in (world.now, start - 2 * DAY, start - 2 * HOUR):
            (text,) = send_all(now)
            (token,) = set(TOKEN.findall(text))
            assert opened(token, now + MINUTE).appointment == visit
        assert AppointmentLink.objects.count() == 3

    def test_a_moved_one_too_and_then_the_older_ones_are_dead(self, world, visit):
        (first,) = send_all(world.now)
        actions.move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=world.now + HOUR)
        (moved,) = send_all(world.now + 2 * HOUR)
        later = world.now + 3 * HOUR
        assert links.behind(TOKEN.search(first)[1], now=later) is None
        assert opened(TOKEN.search(moved)[1], later).appointment == visit

    def test_a_cancelled_one_brings_none(self, world, visit):
        send_all(world.now)
        actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now + HOUR)
        (text,) = send_all(world.now + 2 * HOUR)
        assert not TOKEN.search(text)
        assert "ring 020 7946 0000" in text

    def test_nothing_that_is_stored_opens_it(self, world, visit):
        (text,) = send_all(world.now)
        assert rows_holding(TOKEN.search(text)[1]) == []

    def test_copies_of_one_message_can_be_folded_since_each_link_works(self, world, visit, monkeypatch):
        collect(now=world.now)
        row, ids = Reminder.objects.get(), set()

        def unsure(line, letter, **rest):
            ids.add(rest["message_id"])
            raise mails.NotSent("The line broke.", unsure=True)

        monkeypatch.setattr(mails.Line, "send", unsure)
        for minutes in (0, 2):
            claim_and_send(reminder_id=row.pk, now=world.now + minutes * MINUTE)
        assert len(ids) == 1
        assert AppointmentLink.objects.count() == 2

    def test_it_says_until_when_it_changes_anything(self, world, visit):
        (text,) = send_all(world.now)
        assert "online until Wednesday 11 March 2026 at 10:00 (Europe/London, GMT)." in text
        assert "Confirm, move or cancel it: http" in text
        (text,) = send_all(visit.starts_at - 2 * HOUR)
        assert "To move or cancel it now, ring 020 7946 0000." in text
        assert "Confirm it: http" in text

    def test_who_has_confirmed_is_not_asked_again(self, world, visit, token):
        links.confirm(link=opened(token, world.now), now=world.now)
        assert "\nMove or cancel it: http" in send_all(world.now)[0]
        assert "\nSee it: http" in send_all(visit.starts_at - 2 * HOUR)[0]


class TestForgetting:
    def test_links_long_past_their_visit_go_and_the_others_stay(self, world, visit, token):
        began = visit.starts_at
        for now in (began, began + 30 * DAY):
            assert links.forget(now=now) == 0
        assert links.forget(now=began + 30 * DAY + MINUTE) == 1
        assert not AppointmentLink.objects.exists()
        assert links.behind(token, now=began + 31 * DAY) is None

    def test_it_is_bounded_and_begins_with_the_oldest(self, world, visit, token, monkeypatch):
        monkeypatch.setattr(links, "MOST_AT_ONCE", 1)
        later = world.booked(patient=world.ben, starts_at=visit.starts_at + HOUR)
        links.make_link(appointment=later, now=world.now)
        now = visit.starts_at + 40 * DAY
        assert links.forget(now=now) == 1
        assert AppointmentLink.objects.get().appointment == later
        assert [links.forget(now=now) for _ in range(2)] == [1, 0]

    def test_the_hourly_task_does_it(self, world, visit, token):
        with time_machine.travel(visit.starts_at + 31 * DAY, tick=False):
            forget_requests()
        assert not AppointmentLink.objects.exists()

    def test_its_page_says_the_same_as_one_that_is_only_old(self, client, visit, token):
        address = reverse("portal:visit", args=[token])
        with time_machine.travel(visit.starts_at + 31 * DAY, tick=False):
            old = client.get(address)
            assert links.forget(now=visit.starts_at + 31 * DAY) == 1
            gone = client.get(address)
        assert old.status_code == gone.status_code
        assert "This link does not work any more" in old.content.decode()
        without_csrf = [re.sub(r'(nonce|value)="[^"]+"', "", page.content.decode()) for page in (old, gone)]
        assert without_csrf[0] == without_csrf[1]


class TestTheLimitItNames:
    """It is the one the link's page keeps to, however late the mail is written."""

    @pytest.mark.parametrize("before", [2 * HOUR, 5 * MINUTE, MINUTE, dt.timedelta()])
    def test_up_to_the_limit_it_is_named_as_it_is(self, world, visit, before):
        limit = by_patients.change_until(visit)
        collect(now=world.now)  # due long before it is written
        (row,) = Reminder.objects.all()
        claim_and_send(reminder_id=row.pk, now=limit - before)
        assert "online until Wednesday 11 March 2026 at 10:00 (Europe/London, GMT)." in mail.outbox[-1].body
        assert by_patients.may_change(visit, now=limit)
        assert not by_patients.may_change(visit, now=limit + dt.timedelta(seconds=1))

    @pytest.mark.parametrize("after", [dt.timedelta(seconds=1), 5 * MINUTE, 20 * HOUR])
    def test_after_it_there_is_only_the_phone(self, world, visit, after):
        collect(now=world.now)
        (row,) = Reminder.objects.all()
        claim_and_send(reminder_id=row.pk, now=by_patients.change_until(visit) + after)
        assert "To move or cancel it now, ring 020 7946 0000." in mail.outbox[-1].body
        assert "online until" not in mail.outbox[-1].body


class TestWhatLives:
    @pytest.mark.parametrize("wrong", ["x" * 43, "", "é" * 400, "\x00", "' or 1=1 --"])
    def test_a_wrong_one_opens_nothing(self, world, token, wrong):
        assert links.behind(wrong, now=world.now) is None
        assert links.behind(token, now=world.now)

    def test_it_dies_as_the_visit_begins(self, world, visit, token):
        assert links.behind(token, now=visit.starts_at - MINUTE)
        assert links.behind(token, now=visit.starts_at) is None

    def test_it_dies_when_the_desk_cancels(self, world, visit, token):
        actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now)
        assert links.behind(token, now=world.now) is None

    def test_it_dies_when_the_desk_moves_and_works_again_moved_back(self, world, visit, token):
        there, back = visit.starts_at + DAY, visit.starts_at
        actions.move(appointment=visit, starts_at=there, by=world.dee, now=world.now)
        assert links.behind(token, now=world.now + MINUTE) is None
        actions.move(appointment=visit, starts_at=back, by=world.dee, now=world.now + MINUTE)
        assert links.behind(token, now=world.now + MINUTE)

    def test_it_dies_once_they_are_here(self, world, visit, token):
        actions.change_status(appointment=visit, to=Status.ARRIVED, by=world.dee, now=world.now)
        assert links.behind(token, now=world.now) is None

    def test_it_opens_no_other_visit(self, world, token, visit):
        other = world.booked(patient=world.ben, starts_at=visit.starts_at + 2 * HOUR)
        assert opened(token, world.now).appointment == visit != other


class TestConfirming:
    def test_once_and_again_is_harmless(self, world, visit, token):
        for minutes in (0, 1, 2):
            links.confirm(link=opened(token, world.now), now=world.now + minutes * MINUTE)
        visit.refresh_from_db()
        assert visit.status == Status.CONFIRMED
        changes = visit.changes.filter(to_status=Status.CONFIRMED)
        assert [(one.job, one.note) for one in changes] == [("link in a message", "confirmed by link")]
        assert AppointmentLink.objects.get().confirmed_at == world.now

    def test_until_it_begins_and_no_longer(self, world, visit, token):
        link = opened(token, world.now)
        links.confirm(link=link, now=visit.starts_at - MINUTE)
        with pytest.raises(Changed):
            links.confirm(link=link, now=visit.starts_at)


class TestCancelling:
    def test_the_desk_reads_that_it_was_the_patient_and_why(self, world, visit, token):
        links.cancel(link=opened(token, world.now), reason="  I am\nabroad ", now=world.now)
        visit.refresh_from_db()
        assert visit.cancelled_because == "by the patient by link: I am abroad"
        assert (visit.cancelled_by, visit.cancelled_by_job) == (None, "link in a message")

    def test_without_a_reason_is_said_so(self, world, visit, token):
        links.cancel(link=opened(token, world.now), reason="", now=world.now)
        visit.refresh_from_db()
        assert visit.cancelled_because.endswith("no reason given")

    def test_a_novel_is_cut_and_not_refused_by_the_column(self, world, visit, token):
        links.cancel(link=opened(token, world.now), reason="word " * 500, now=world.now)
        visit.refresh_from_db()
        assert len(visit.cancelled_because) <= 200

    def test_works_once(self, world, visit, token):
        link = opened(token, world.now)
        links.cancel(link=link, reason="", now=world.now)
        with pytest.raises(Changed):
            links.cancel(link=link, reason="again", now=world.now)
        assert visit.changes.filter(to_status=Status.CANCELLED).count() == 1

    def test_can_be_taken_back_by_the_same_link_for_three_minutes_and_nobody_is_told(
        self, world, visit, token
    ):
        send_all(world.now)
        links.cancel(link=opened(token, world.now), reason="", now=world.now)
        link = opened(token, world.now + 2 * MINUTE)
        assert links.take_back(link=link, now=world.now + 2 * MINUTE) == ""
        visit.refresh_from_db()
        assert visit.status == Status.BOOKED
        assert opened(token, world.now + HOUR)
        assert send_all(world.now + HOUR) == []

    def test_after_three_minutes_the_link_is_dead(self, world, visit, token):
        link = opened(token, world.now)
        links.cancel(link=link, reason="", now=world.now)
        late = world.now + SETTLES + MINUTE
        assert links.behind(token, now=late) is None
        with pytest.raises(Changed):
            links.take_back(link=link, now=late)

    def test_another_link_to_it_does_not_take_back_what_the_desk_did(self, world, visit, token):
        link = opened(token, world.now)
        actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now)
        with pytest.raises(Changed):
            links.take_back(link=link, now=world.now)


class TestMoving:
    def test_kills_the_link_and_brings_another(self, world, visit, token):
        new = links.move(
            link=opened(token, world.now), starts_at=visit.starts_at + HOUR, anybody=False, now=world.now
        )
        assert links.behind(token, now=world.now) is None
        assert opened(new, world.now).appointment.starts_at == visit.starts_at + HOUR
        assert visit.changes.last().job == "link in a message"

    def test_works_once(self, world, visit, token):
        link = opened(token, world.now)
        links.move(link=link, starts_at=visit.starts_at + HOUR, anybody=False, now=world.now)
        with pytest.raises(Changed):
            links.move(link=link, starts_at=visit.starts_at + 3 * HOUR, anybody=False, now=world.now)

    def test_taken_back_the_link_of_the_first_message_works_again(self, world, visit, token):
        new = links.move(
            link=opened(token, world.now), starts_at=visit.starts_at + HOUR, anybody=False, now=world.now
        )
        third = links.take_back(link=opened(new, world.now), now=world.now + MINUTE)
        visit.refresh_from_db()
        assert visit.starts_at == world.now + 9 * DAY + HOUR
        assert links.behind(new, now=world.now + MINUTE) is None
        assert opened(third, world.now + MINUTE) != opened(token, world.now + MINUTE)

    def test_a_time_somebody_took_says_what_is_free_and_not_who_has_it(self, world, visit, token):
        world.booked(patient=world.ben, starts_at=visit.starts_at + HOUR)
        with pytest.raises(TimeGone) as gone:
            links.move(
                link=opened(token, world.now), starts_at=visit.starts_at + HOUR, anybody=False, now=world.now
            )
        assert gone.value.later[0].starts_at == visit.starts_at + 2 * HOUR
        assert "Nowak" not in str(gone.value)
        visit.refresh_from_db()
        assert opened(token, world.now).appointment.starts_at == visit.starts_at

    def test_whoever_is_free_takes_it_where_the_own_clinician_is_not(self, world, visit, token):
        assert world.cleo
        world.booked(patient=world.ben, starts_at=visit.starts_at + HOUR)
        new = links.move(
            link=opened(token, world.now), starts_at=visit.starts_at + HOUR, anybody=True, now=world.now
        )
        assert opened(new, world.now).appointment.clinician == world.cleo.clinician

    @pytest.mark.parametrize(
        "away",
        [
            -20 * DAY,  # past
            -9 * DAY + 3 * HOUR,  # within the notice its type asks for
            12 * HOUR,  # at night
            2 * DAY,  # a Saturday
            70 * DAY,  # further than its type reaches
            7 * MINUTE,  # on no quarter of an hour
            7.5 * HOUR,  # runs past the end of the day
        ],
        ids=str,
    )
    def test_to_a_time_that_is_not_offered_changes_nothing(self, world, visit, token, away):
        with pytest.raises(TimeGone):
            links.move(
                link=opened(token, world.now), starts_at=visit.starts_at + away, anybody=False, now=world.now
            )
        kept = Appointment.objects.get(pk=visit.pk)
        assert (kept.starts_at, kept.moved_at) == (visit.starts_at, None)


class TestWindows:
    def test_later_than_its_type_allows_it_is_by_phone_and_confirming_still_works(self, world, visit, token):
        late = visit.starts_at - 24 * HOUR + MINUTE
        link = opened(token, late)
        with pytest.raises(ByPhone):
            links.cancel(link=link, reason="", now=late)
        with pytest.raises(ByPhone):
            links.move(link=link, starts_at=visit.starts_at + DAY, anybody=False, now=late)
        assert links.confirm(link=link, now=late).status == Status.CONFIRMED

    def test_to_the_very_minute(self, world, visit, token):
        assert by_patients.may_change(visit, now=visit.starts_at - 24 * HOUR)
        assert not by_patients.may_change(visit, now=visit.starts_at - 24 * HOUR + dt.timedelta(seconds=1))

    def test_an_urgent_visit_is_changed_by_phone_alone(self, world, visit, token):
        actions.mark_urgent(appointment=visit, because="Seen soon.", by=world.dee, now=world.now)
        with pytest.raises(ByPhone):
            links.cancel(link=opened(token, world.now), reason="", now=world.now)

    def test_times_keep_to_notice_reach_and_length(self, world, visit):
        found = list(by_patients.times(visit, anybody=False, now=world.now))
        assert min(one.starts_at for one in found) >= world.now + 24 * HOUR
        assert max(one.starts_at for one in found) < world.now + 57 * DAY
        assert visit.starts_at not in {one.starts_at for one in found}
        assert visit.starts_at + 15 * MINUTE in {one.starts_at for one in found}, "it is not in its own way"

    def test_asking_for_times_writes_nothing_and_costs_little(self, world, visit, django_assert_num_queries):
        with django_assert_num_queries(2):
            list(by_patients.times(visit, anybody=True, now=world.now))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_moves_it(world):
    """Two phones, one link: the second learns that it was changed, and nothing deadlocks."""
    visit = world.booked(starts_at=world.now + 9 * DAY + HOUR)
    token = links.make_link(appointment=visit, now=world.now)
    ready, came = threading.Barrier(4), []

    def press(hours):
        try:
            link = opened(token, world.now)
            ready.wait(10)
            links.move(link=link, starts_at=visit.starts_at + hours * HOUR, anybody=True, now=world.now)
            came.append("moved")
        except Changed:
            came.append("changed")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[hours]) for hours in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(came) == ["changed"] * 3 + ["moved"]
    assert visit.changes.filter(was_starts_at__isnull=False).count() == 1


class TestQuietMinutes:
    """A reminder that meets a change which can still be undone waits, or it would be given up for good."""

    def test_a_confirmation_survives_a_cancellation_that_is_taken_back(self, world, visit):
        collect(now=world.now)
        actions.cancel(appointment=visit, because="wrong row", by=world.dee, now=world.now)
        assert send_all(world.now + MINUTE) == []
        row = Reminder.objects.get()
        assert (row.state, row.attempts, row.try_at) == (State.DUE, 0, world.now + SETTLES)
        assert "can still be undone" in row.because
        actions.take_back(change=visit.changes.last(), by=world.dee, now=world.now + 2 * MINUTE)
        assert len(send_all(world.now + SETTLES)) == 1
        row.refresh_from_db()
        assert (row.state, row.because) == (State.SENT, "")

    def test_and_a_move_that_is_taken_back(self, world, visit):
        collect(now=world.now)
        actions.move(appointment=visit, starts_at=visit.starts_at + DAY, by=world.dee, now=world.now)
        assert send_all(world.now + MINUTE) == []
        actions.take_back(change=visit.changes.last(), by=world.dee, now=world.now + 2 * MINUTE)
        assert len(send_all(world.now + SETTLES)) == 1

    def test_one_that_stands_gives_it_up(self, world, visit):
        collect(now=world.now)
        actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now)
        send_all(world.now + MINUTE)
        send_all(world.now + SETTLES)
        row = Reminder.objects.get(kind=calendar.CONFIRMATION)
        assert (row.state, row.because) == (State.SKIPPED, "The appointment was cancelled.")
