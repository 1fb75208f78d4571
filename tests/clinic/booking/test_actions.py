"""Booking, moving, cancelling: what is refused, and the row each change leaves."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.audit.models import Entry
from clinic.booking import actions, reminders
from clinic.booking.models import Appointment, AppointmentChange, AppointmentType
from clinic.booking.refusals import (
    HasLeft,
    InThePast,
    NoReason,
    NotAllowedFrom,
    NotYet,
    OutsideWorkingHours,
    Refused,
    SlotTaken,
    TooLong,
)
from clinic.booking.status import MAY_BECOME, Status
from clinic.people.actors import Job

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def raw(world, **other) -> Appointment:
    """Straight into the table, past every action."""
    start = world.now + 2 * DAY + HOUR
    fields = {
        "patient": world.ben,
        "clinician": world.carl.clinician,
        "type": world.assessment,
        "starts_at": start,
        "ends_at": start + HOUR,
        "booked_at": world.now,
        "booked_by": world.dee,
    }
    fields |= other
    return Appointment.objects.create(**{"held_until": fields["ends_at"]} | fields)


class TestBooking:
    def test_leaves_a_change_and_an_audit_row(self, world):
        appointment = world.booked()
        change = AppointmentChange.objects.get()
        assert (change.from_status, change.to_status, change.account) == ("", "booked", world.dee)
        entry = Entry.objects.get(patient=world.ana)
        assert (entry.action, entry.what, entry.account) == (
            "created",
            f"appointment {appointment.pk}",
            world.dee,
        )

    def test_takes_as_long_as_its_type(self, world):
        assert (
            world.booked().ends_at
            - world.booked(type=world.follow_up, patient=world.ben, clinician=world.cleo).starts_at
            == HOUR
        )

    def test_a_job_may_book(self, world):
        appointment = actions.book(
            patient=world.ana,
            clinician=world.carl.clinician,
            type=world.follow_up,
            starts_at=world.now + DAY,
            by=Job("demo clinic"),
            now=world.now,
        )
        assert (appointment.booked_by, appointment.booked_by_job) == (None, "demo clinic")
        assert appointment.changes.get().job == "demo clinic"

    def test_a_taken_slot_says_who_holds_it_and_what_is_free(self, world):
        held = world.booked()
        with pytest.raises(SlotTaken) as refused:
            world.booked(patient=world.ben, starts_at=held.starts_at + HOUR / 2)
        assert refused.value.holder == held
        assert refused.value.next_free[0] == held.ends_at
        assert len(refused.value.next_free) == 3
        text = str(refused.value)
        assert text == (
            "10:30 on Thursday 5 March (GMT) with Carl Jensen is taken: Ana Silva, 10:00–11:00. "
            "Nothing was changed."
        )
        assert refused.value.instead.startswith("Next free: 11:00 on Thursday 5 March (GMT); 11:15 on")
        assert Appointment.objects.count() == 1
        assert AppointmentChange.objects.count() == 1

    def test_back_to_back_is_no_overlap(self, world):
        first = world.booked()
        world.booked(patient=world.ben, starts_at=first.ends_at)
        world.booked(patient=world.ben, starts_at=first.starts_at - HOUR)
        assert Appointment.objects.count() == 3

    def test_two_clinicians_may_work_at_once(self, world):
        world.booked()
        world.booked(patient=world.ben, clinician=world.cleo)

    def test_the_past_is_refused(self, world):
        with pytest.raises(InThePast, match="has passed"):
            world.booked(starts_at=world.now - HOUR / 2)

    @pytest.mark.parametrize(("days", "hour"), [(4, 10), (2, 7), (2, 18), (2, 22)])  # a Saturday; early; late
    def test_outside_working_hours_is_refused(self, world, days, hour):
        start = (world.now + days * DAY).replace(hour=hour)
        with pytest.raises(
            OutsideWorkingHours, match=r"outside working hours. Nothing was changed.$"
        ) as refused:
            world.booked(starts_at=start)
        assert refused.value.instead.startswith("Next free: ")

    def test_one_that_would_run_past_closing_time_is_too_long(self, world):
        with pytest.raises(TooLong, match="60 minutes from 17:30 on Thursday 5 March"):
            world.booked(starts_at=(world.now + 2 * DAY).replace(hour=17, minute=30))
        world.booked(starts_at=(world.now + 2 * DAY).replace(hour=17, minute=0))

    def test_a_clinician_who_has_left_takes_nobody(self, world):
        clinician = world.carl.clinician
        clinician.left_on = world.now.date()
        clinician.save()
        with pytest.raises(HasLeft):
            world.booked()
        clinician.left_on = None
        clinician.save()
        clinician.working_hours.all().delete()
        with pytest.raises(OutsideWorkingHours) as refused:
            world.booked()
        assert refused.value.instead == "Set this clinician's working hours first."


class TestMoving:
    def test_frees_the_old_time_and_takes_the_new(self, world):
        appointment = world.booked()
        old = appointment.starts_at
        moved = actions.move(appointment=appointment, starts_at=old + DAY, by=world.dee, now=world.now + HOUR)
        assert (moved.starts_at, moved.ends_at) == (old + DAY, old + DAY + HOUR)
        assert moved.moved_at == world.now + HOUR
        world.booked(patient=world.ben, starts_at=old)
        note = moved.changes.last().note
        assert note == "moved from 10:00 on Thursday 5 March (GMT) to 10:00 on Friday 6 March (GMT)"
        assert Entry.objects.filter(patient=world.ana, what__endswith="moved").count() == 1

    def test_may_overlap_where_it_was(self, world):
        appointment = world.booked()
        actions.move(
            appointment=appointment, starts_at=appointment.starts_at + HOUR / 4, by=world.dee, now=world.now
        )

    def test_a_confirmation_does_not_move_along(self, world):
        appointment = world.booked()
        actions.change_status(appointment=appointment, to="confirmed", by=world.dee, now=world.now)
        moved = actions.move(
            appointment=appointment, starts_at=appointment.starts_at + DAY, by=world.dee, now=world.now
        )
        assert moved.status == Status.BOOKED

    def test_to_another_clinician_at_the_same_time_stays_confirmed_and_nobody_is_told(self, world):
        visit = world.booked()
        actions.change_status(appointment=visit, to=Status.CONFIRMED, by=world.dee, now=world.now)
        moved = actions.move(
            appointment=visit,
            starts_at=visit.starts_at,
            clinician=world.cleo.clinician,
            by=world.dee,
            now=world.now + HOUR,
        )
        assert (moved.clinician, moved.status, moved.moved_at) == (
            world.cleo.clinician,
            Status.CONFIRMED,
            None,
        )
        kinds = {due.kind for due in reminders.due(now=world.now + 2 * HOUR)}
        assert reminders.CONFIRMATION in kinds
        assert reminders.MOVED not in kinds

    def test_onto_a_taken_time_of_another_clinician_changes_nothing(self, world):
        appointment = world.booked()
        held = world.booked(patient=world.ben, clinician=world.cleo)
        with pytest.raises(SlotTaken) as refused:
            actions.move(
                appointment=appointment,
                starts_at=appointment.starts_at,
                clinician=world.cleo.clinician,
                by=world.dee,
                now=world.now,
            )
        assert refused.value.holder == held
        appointment.refresh_from_db()
        assert appointment.clinician == world.carl.clinician

    def test_into_the_past_or_from_a_finished_one_is_refused(self, world):
        appointment = world.booked()
        with pytest.raises(InThePast):
            actions.move(appointment=appointment, starts_at=world.now - DAY, by=world.dee, now=world.now)
        actions.cancel(appointment=appointment, because="ill", by=world.dee, now=world.now)
        # the page in hand still shows it as booked
        with pytest.raises(
            NotAllowedFrom, match="This appointment is cancelled, so it cannot be moved"
        ) as refused:
            actions.move(
                appointment=appointment, starts_at=appointment.starts_at + DAY, by=world.dee, now=world.now
            )
        assert refused.value.status == Status.CANCELLED


class TestStatus:
    @pytest.mark.parametrize("was", list(Status))
    @pytest.mark.parametrize("to", list(Status))
    def test_only_the_table_decides(self, world, was, to):
        appointment = raw(world)
        if was == Status.CANCELLED:
            actions.cancel(appointment=appointment, because="ill", by=world.dee, now=world.now)
        else:
            Appointment.objects.filter(pk=appointment.pk).update(status=was)
        changes = AppointmentChange.objects.count()
        late = appointment.starts_at + HOUR

        def step():
            return actions.change_status(
                appointment=appointment, to=to, because="asked", by=world.dee, now=late
            )

        if to in MAY_BECOME[was]:
            assert step().status == to
            assert AppointmentChange.objects.count() == changes + 1
            assert Entry.objects.filter(patient=world.ben, what=f"appointment {appointment.pk} {to}").exists()
        else:
            with pytest.raises(NotAllowedFrom):
                step()
            assert AppointmentChange.objects.count() == changes

    def test_cancelling_says_why_and_frees_the_time(self, world):
        appointment = world.booked()
        with pytest.raises(NoReason):
            actions.cancel(appointment=appointment, because="  ", by=world.dee, now=world.now)
        done = actions.cancel(appointment=appointment, because="Has a cold", by=world.dee, now=world.now)
        assert (done.cancelled_at, done.cancelled_by, done.cancelled_because) == (
            world.now,
            world.dee,
            "Has a cold",
        )
        world.booked(patient=world.ben)

    def test_nobody_has_missed_what_has_not_begun(self, world):
        with pytest.raises(NotYet, match="cancel it instead"):
            actions.change_status(appointment=world.booked(), to="no_show", by=world.dee, now=world.now)

    def test_a_missed_one_cannot_come_back_to_a_time_given_away(self, world):
        appointment = world.booked()
        late = appointment.starts_at + HOUR / 6
        actions.change_status(appointment=appointment, to="no_show", by=world.dee, now=late)
        other = world.booked(patient=world.ben, starts_at=late + HOUR / 12, now=late, type=world.follow_up)
        with pytest.raises(SlotTaken) as refused:
            actions.change_status(appointment=appointment, to="arrived", by=world.dee, now=late)
        assert refused.value.holder == other

    def test_every_refusal_is_caught_by_one_name(self):
        for refusal in (SlotTaken, InThePast, OutsideWorkingHours, TooLong, NotAllowedFrom, NotYet, NoReason):
            assert issubclass(refusal, Refused)


class TestUrgent:
    def test_keeps_the_first_time_and_the_newest_reason(self, world):
        appointment = world.booked()
        actions.mark_urgent(appointment=appointment, because="same day", by=world.carl, now=world.now)
        again = actions.mark_urgent(
            appointment=appointment, because="emergency", by=world.carl, now=world.now + HOUR
        )
        assert (again.urgent_since, again.urgent_because, again.is_urgent) == (world.now, "emergency", True)
        assert again.changes.count() == 3
        with pytest.raises(NoReason):
            actions.mark_urgent(appointment=appointment, because="", by=world.carl, now=world.now)


class TestTheDatabaseAlone:
    """What holds even against code that goes round the actions."""

    def test_refuses_an_overlap(self, world):
        raw(world)
        with pytest.raises(IntegrityError, match="one_appointment_at_a_time"), transaction.atomic():
            raw(world, patient=world.ana, ends_at=world.now + 2 * DAY + 3 * HOUR)

    @pytest.mark.parametrize("status", ["no_show"])
    def test_lets_a_missed_one_be_overlapped(self, world, status):
        raw(world, status=status)
        raw(world)

    @pytest.mark.parametrize(
        ("broken", "constraint"),
        [
            ({"booked_by": None}, "an_appointment_is_booked_by_a_person_or_a_job"),
            ({"booked_by_job": "x"}, "an_appointment_is_booked_by_a_person_or_a_job"),
            ({"urgent_because": "x"}, "urgent_says_since_when_and_why"),
            ({"status": "cancelled"}, "cancelled_says_when_who_and_why"),
            ({"cancelled_because": "x"}, "cancelled_says_when_who_and_why"),
            ({"status": "asleep"}, "appointment_status_is_one_we_know"),
        ],
    )
    def test_refuses_half_a_fact(self, world, broken, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            raw(world, **broken)

    def test_refuses_an_end_before_the_start(self, world):
        # the range itself cannot be made, whichever of the two PostgreSQL looks at first
        with (
            pytest.raises(Exception, match=r"an_appointment_ends_after_it_starts|range lower bound"),
            transaction.atomic(),
        ):
            raw(world, ends_at=world.now)

    def test_control_without_the_constraint_two_get_in(self, world):
        with connection.cursor() as cursor:
            cursor.execute("alter table booking_appointment drop constraint one_appointment_at_a_time")
        raw(world)
        raw(world, patient=world.ana)
        assert Appointment.objects.count() == 2


def test_the_types_can_be_loaded_again_without_doubling(world):
    assert world.assessment.is_assessment
    assert not world.follow_up.is_assessment
    assert AppointmentType.objects.count() == 4
