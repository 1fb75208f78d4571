"""What a visit's card says its patient was told: true before, during and after the three quiet minutes."""

import datetime as dt

import pytest
import time_machine

from clinic.booking.actions import change_status, move, take_back
from clinic.booking.agenda import Slot
from clinic.booking.models import Appointment
from clinic.booking.reminders import TOO_LATE, TWO_DAYS
from clinic.booking.series import book_series, following, move_following
from clinic.booking.told import OF_A_VISIT
from clinic.desk.cards import visit_of, with_their_cards
from clinic.reminders import actions as outbox
from clinic.reminders.claims import NO_ADDRESS
from clinic.reminders.models import Reminder, State
from tests.world import NOW

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def visit(world):
    """Ana with Carl, Thursday at ten; her confirmation went out."""
    visit = world.booked()
    the_outbox_runs(NOW)
    return visit


def the_outbox_runs(at):
    with time_machine.travel(at, tick=False):
        outbox.collect(now=at)
        for pk in outbox.to_ring(now=at, room=50):
            outbox.claim_and_send(reminder_id=pk, now=at)


def moved(world, visit, hours=1, at=NOW + MINUTE):
    return move(
        appointment=visit, starts_at=visit.starts_at + dt.timedelta(hours=hours), by=world.dee, now=at
    )


def told(visit, at):
    """The words of its card, and why nobody reached them."""
    with time_machine.travel(at, tick=False):
        card = visit_of(with_their_cards(Appointment.objects.filter(pk=visit.pk)).get(), now=at)
    return card.told, card.unreached_because


def test_a_confirmation_that_went_out(visit):
    assert told(visit, NOW + MINUTE) == ("Confirmation sent", "")


def test_in_the_quiet_minutes_it_says_when_the_new_time_goes_out_and_what_was_sent_before(world, visit):
    moved(world, visit)
    words, missed = told(visit, NOW + 2 * MINUTE)
    assert words == "New time is sent at 09:04; sent before: confirmation"
    assert missed == ""


def test_after_them_it_is_on_its_way_and_then_sent(world, visit):
    moved(world, visit)
    later = NOW + 5 * MINUTE
    assert told(visit, later)[0] == "New time on its way; sent before: confirmation"
    the_outbox_runs(later)
    assert told(visit, later)[0] == "New time sent"


def test_moved_before_anything_was_sent(world):
    visit = world.booked()
    moved(world, visit)
    assert told(visit, NOW + 2 * MINUTE)[0] == "New time is sent at 09:04; sent before: nothing"


def test_whoever_agreed_to_no_mail_is_to_be_called(world, visit):
    world.ana.channels.filter(kind="email").update(consent_withdrawn_at=NOW)
    moved(world, visit)
    words = told(visit, NOW + 2 * MINUTE)[0]
    assert words == "New time: no e-mail agreed, call them; sent before: confirmation"


def test_a_second_move_is_not_taken_for_the_first(world, visit):
    """They know the first new time; of the second nothing was said yet."""
    moved(world, visit)
    the_outbox_runs(NOW + 5 * MINUTE)
    visit.refresh_from_db()
    moved(world, visit, at=NOW + 10 * MINUTE)
    assert told(visit, NOW + 11 * MINUTE)[0] == "New time is sent at 09:13; sent before: an earlier new time"


def test_moved_to_where_it_was_after_the_other_time_was_mailed(world, visit):
    """An old confirmation of that time is not what they were told last."""
    moved(world, visit)
    the_outbox_runs(NOW + 5 * MINUTE)
    visit.refresh_from_db()
    moved(world, visit, hours=-1, at=NOW + 10 * MINUTE)
    assert told(visit, NOW + 11 * MINUTE)[0].startswith("New time is sent at 09:13")


def test_moved_back_before_anybody_heard_of_it_nobody_is_called_not_reached(world, visit):
    moved(world, visit)
    visit.refresh_from_db()
    moved(world, visit, hours=-1, at=NOW + 2 * MINUTE)
    assert told(visit, NOW + 3 * MINUTE) == ("Confirmation sent", "")
    the_outbox_runs(NOW + 6 * MINUTE)
    assert told(visit, NOW + 7 * MINUTE) == ("Confirmation sent", "")


def test_undone_it_says_again_what_they_know(world, visit):
    done = moved(world, visit)
    take_back(change=done.changes.latest("pk"), by=world.dee, now=NOW + 2 * MINUTE)
    assert told(visit, NOW + 3 * MINUTE) == ("Confirmation sent", "")


def test_nothing_is_promised_once_they_are_here(world, visit):
    moved(world, visit, hours=0.25)
    visit.refresh_from_db()
    change_status(appointment=visit, to="arrived", by=world.dee, now=NOW + 2 * MINUTE)
    assert "is mailed" not in told(visit, NOW + 3 * MINUTE)[0]


@pytest.fixture
def in_series(world):
    """The second of Ana's three visits, which were confirmed in one message."""
    world.ana, world.carl  # noqa: B018  # made before anything is booked
    starts = [NOW + dt.timedelta(days=7 * week, hours=1) for week in (1, 2, 3)]
    slots = [Slot(world.carl.clinician, start, start + world.follow_up.lasts, None) for start in starts]
    series = book_series(patient=world.ana, type=world.follow_up, slots=slots, by=world.dee, now=NOW)
    the_outbox_runs(NOW + 5 * MINUTE)
    return series.appointments.order_by("starts_at")[1]


def test_the_one_message_of_a_series_is_told_of_each_visit(in_series):
    assert told(in_series, NOW + 6 * MINUTE) == ("Confirmation sent", "")


def test_one_of_a_series_moved_alone(world, in_series):
    moved(world, in_series, at=NOW + 10 * MINUTE)
    words = told(in_series, NOW + 11 * MINUTE)[0]
    assert words == "New time is sent at 09:13; sent before: confirmation"
    the_outbox_runs(NOW + 14 * MINUTE)
    assert told(in_series, NOW + 15 * MINUTE) == ("New time sent", "")


def test_one_of_a_series_moved_and_moved_back(world, in_series):
    """They know the time it has again: nobody is called, whatever the outbox let go."""
    moved(world, in_series, at=NOW + 10 * MINUTE)
    in_series.refresh_from_db()
    moved(world, in_series, hours=-1, at=NOW + 11 * MINUTE)
    assert told(in_series, NOW + 12 * MINUTE) == ("Confirmation sent", "")
    the_outbox_runs(NOW + 15 * MINUTE)
    assert told(in_series, NOW + 16 * MINUTE) == ("Confirmation sent", "")


def test_the_rest_of_a_series_moved_together(world, in_series):
    rest = following(in_series, now=NOW + 10 * MINUTE).visits
    hour = dt.timedelta(hours=1)
    moves = [(one, Slot(one.clinician, one.starts_at + hour, one.ends_at + hour, None)) for one in rest]
    move_following(moves=moves, by=world.dee, now=NOW + 10 * MINUTE)
    words = told(in_series, NOW + 11 * MINUTE)[0]
    assert words == "New time is sent at 09:13; sent before: confirmation"
    the_outbox_runs(NOW + 14 * MINUTE)
    assert told(in_series, NOW + 15 * MINUTE) == ("New time sent", "")
    in_series.refresh_from_db()
    moved(world, in_series, hours=1, at=NOW + 20 * MINUTE)
    words = told(in_series, NOW + 21 * MINUTE)[0]
    assert words == "New time is sent at 09:23; sent before: an earlier new time"


class TestAFirstReminderThatIsLeftToTheLast:
    """It was too late for it, since the last one says the same: whether anybody is reached the others tell."""

    def left_out(self, world, visit):
        return Reminder.objects.create(
            source=OF_A_VISIT, kind=TWO_DAYS, subject_id=visit.pk, patient=visit.patient, about_at=visit.starts_at,
            due_at=NOW, try_at=NOW, ring_at=NOW, state=State.SKIPPED, because=TOO_LATE,
        )  # fmt: skip

    def test_whoever_was_told_is_not_called_not_reached(self, world, visit):
        self.left_out(world, visit)
        assert told(visit, NOW + MINUTE) == ("Confirmation sent", "")

    def test_whom_nothing_reaches_is_still_named(self, world):
        visit = world.booked()
        visit.patient.channels.update(consent_withdrawn_at=NOW)
        the_outbox_runs(NOW)
        self.left_out(world, visit)
        assert told(visit, NOW + MINUTE) == ("Confirmation not sent", NO_ADDRESS)

    def test_one_left_out_for_another_reason_counts(self, world, visit):
        """The control."""
        Reminder.objects.filter(pk=self.left_out(world, visit).pk).update(because=NO_ADDRESS)
        assert told(visit, NOW + MINUTE) == ("Reminder not sent", NO_ADDRESS)
