"""What is built of the calendar's plain changes: series, offers, bookings online and by link, dragging.

The model does not foretell these, but each is done whole or leaves no trace, and the calendar stays whole.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction

from clinic.booking import as_shown, by_patients, offer_reminders, offering, online
from clinic.booking.agenda import Slot
from clinic.booking.answering import accept, decline
from clinic.booking.as_shown import Shown
from clinic.booking.by_patients import NotDone
from clinic.booking.models import Appointment, CameBy, Hold
from clinic.booking.online import NotBooked
from clinic.booking.refusals import Refused
from clinic.booking.series import book_series, cancel_following, following, move_following
from clinic.people.actors import Job
from clinic.reminders.sources import Message
from tests.clinic.booking.model_calendar import Kept, Model
from tests.world import World

MINUTE = dt.timedelta(minutes=1)


class BuiltOfThem:
    """Half of tests/clinic/booking/test_every_change.py, whose walk has the rest."""

    world: World
    model: Model
    now: dt.datetime
    types: dict[str, Any]
    people: list[Any]
    patients: list[Any]
    undo: list[Any]
    took: Counter[str]
    refused: Counter[str]
    rows: Callable[[], list[Any]]
    picked: Callable[[int], Any]
    slot: Callable[[int], dt.datetime]
    note: Callable[[Appointment, str], None]

    def tries_what(self, name: str, change: Callable[[], Any]) -> None:
        """Done whole, or refused without a trace; then the model takes over what there is."""
        before = self.rows()
        try:
            with transaction.atomic():
                change()
        except (Refused, NotBooked, NotDone) as refusal:
            refused = refusal
        else:
            self.took[name] += 1
            return self.look_again()
        assert self.rows() == before, f"{name} was refused and left a trace"
        self.refused[f"{name}: {type(refused).__name__}"] += 1
        return None

    def look_again(self) -> None:
        kinds = {type.pk: kind for kind, type in self.types.items()}
        for row in Appointment.objects.all():
            self.note(row, kinds[row.type_id])
        self.model.kept = {}
        for hold in Hold.objects.all():
            kind = kinds[hold.type_id]
            held = int((hold.held_until - hold.starts_at) / MINUTE) - self.model.buffers[kind]
            self.model.kept[hold.pk] = Kept(
                hold.clinician_id, kind, hold.starts_at, held, hold.resource_id, hold.expires_at
            )
        self.undo = []

    def series(self, number: int, other: int, kind: str, why: str) -> None:
        """Two visits that are made together, on both days."""
        who, type = self.people[other % 2], self.types[kind]
        machine = 0 if kind in self.model.needing else None
        starts = [self.slot(number), self.slot(number + 1)]
        slots = [Slot(who, start, start + type.lasts, machine) for start in starts]
        self.tries_what(
            "series",
            lambda: book_series(
                patient=self.patients[number % 2], type=type, slots=slots, by=self.world.dee, now=self.now
            ),
        )

    def rest(self, number: int, other: int, kind: str, why: str) -> None:
        """The rest of a series, a quarter of an hour or more later, or called off."""
        visit = Appointment.objects.exclude(series=None).order_by("pk").first()
        if visit is None:
            return None
        visits = following(visit, now=self.now).visits
        if other % 4 == 0:
            return self.tries_what(
                "rest",
                lambda: cancel_following(
                    visits=visits, because="moves away", by=self.world.dee, now=self.now
                ),
            )
        later = (1 + other % 3) * 15 * MINUTE
        moves = [
            (
                one,
                Slot(
                    one.clinician, one.starts_at + later, one.ends_at + later, 0 if one.resource_id else None
                ),
            )
            for one in visits
        ]
        return self.tries_what("rest", lambda: move_following(moves=moves, by=self.world.dee, now=self.now))

    def put(self, number: int, other: int, kind: str, why: str) -> None:
        """Dragged on the day's page, perhaps from where it no longer is."""
        if (found := self.picked(number)) is None:
            return
        pk, visit = found
        end = visit.starts_at + (visit.minutes + (other % 5 == 0)) * MINUTE
        self.tries_what(
            "put",
            lambda: as_shown.put(
                appointment=Appointment.objects.get(pk=pk),
                shown=Shown(visit.starts_at, end, visit.clinician),
                starts_at=self.slot(other),
                clinician=self.people[number % 2],
                minutes=visit.minutes,
                by=self.world.dee,
                now=self.now,
            ),
        )

    def offer(self, number: int, other: int, kind: str, why: str) -> None:
        """A time is offered to whoever waits, who says yes, no, or nothing yet."""
        patient = self.patients[number % 2]
        start = self.slot(number)

        def offered() -> None:
            if not patient.wait_list_entries.open().exists():
                self.world.waits(patient, type=self.types[kind], now=self.now)
            made = offering.offer(
                clinician=self.people[other % 2], starts_at=start, by=self.world.dee, now=self.now
            )
            if other % 3 == 2:
                return
            told = offer_reminders.message(
                kind="time_offered", subject_id=made[0].pk, about_at=self.now, now=self.now
            )
            assert isinstance(told, Message)
            (accept if other % 3 == 0 else decline)(token=told.key, now=self.now)

        self.tries_what("offer", offered)

    def online(self, number: int, other: int, kind: str, why: str) -> None:
        """Kept for somebody who types, and booked when the code came back, with anybody or with whom they chose."""
        type, start = self.types[kind], self.slot(number)
        whom = [None, *self.people][other % 3]

        def booked() -> None:
            held = online.keep(type=type, clinician=whom, starts_at=start, now=self.now)
            online.book_kept(
                patient=self.patients[other % 2],
                type=type,
                clinician=held.clinician,
                starts_at=start,
                holding=held,
                came_by=CameBy.ONLINE,
                by=Job("online booking"),
                now=self.now,
            )

        self.tries_what("online", booked)

    def patient(self, number: int, other: int, kind: str, why: str) -> None:
        """Moved by the patient, by a link in a message."""
        if (found := self.picked(number)) is None:
            return
        visit = Appointment.objects.select_related("type", "clinician", "patient").get(pk=found[0])
        self.tries_what(
            "patient",
            lambda: by_patients.move(
                visit=visit,
                starts_at=self.slot(other),
                anybody=other % 2 == 0,
                by=Job("link in a message"),
                now=self.now,
            ),
        )
