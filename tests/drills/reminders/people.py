"""Thousands of patients with a visit each, and somebody who moves and cancels visits while reminders go out.

The past is written in bulk; what is done during a drill goes through the actions the desk's pages use.
"""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.management import call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from clinic.booking.actions import cancel, move
from clinic.booking.hours import clinic_zone
from clinic.booking.models import Appointment, AppointmentType, WorkingHours
from clinic.booking.refusals import Refused
from clinic.people.models import Account, ChannelKind, Clinician, ContactChannel, Patient
from clinic.people.roles import Role
from clinic.reminders.models import Quiet

HALF_HOUR = dt.timedelta(minutes=30)
# Inside these, both the confirmation and the reminder two days before are due, and no other is while a drill lasts.
NEAREST, FARTHEST = dt.timedelta(hours=7), dt.timedelta(hours=46)
PER_CLINICIAN = (FARTHEST - NEAREST) // HALF_HOUR
# Where visits are moved to: days from now on which clinicians have hours and nobody a visit, and so nothing but the
# move is to be told.
FREE_DAYS = range(4, 12)
OPENS, CLOSES = 8, 18
DUE_AT_FIRST = 2  # of each visit


def fill(visits: int, *, now: dt.datetime) -> list[int]:
    """Ids of that many visits in the next two days, of one patient each, booked three days ago by the desk."""
    call_command("loaddata", "appointment_types", verbosity=0)
    first = now.replace(minute=0, second=0, microsecond=0) + NEAREST + HALF_HOUR
    made = book_in_bulk(visits, "pat", first=first, booked_at=now - dt.timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum would have long ago
    return made


def book_in_bulk(visits: int, called: str, *, first: dt.datetime, booked_at: dt.datetime) -> list[int]:
    """Each half hour from the first on, of patients and with clinicians of their own, told apart by that word."""
    type = AppointmentType.objects.get(slug="follow-up")
    with transaction.atomic():
        desk = _desk()
        clinicians = _clinicians(-(-visits // PER_CLINICIAN), called, since=booked_at.date())
        patients = _patients(visits, called, desk, at=booked_at)
        rows = []
        for number, patient in enumerate(patients):
            place, whose = divmod(number, len(clinicians))
            starts_at = first + place * HALF_HOUR
            rows.append(
                Appointment(
                    patient=patient,
                    clinician=clinicians[whose],
                    type=type,
                    starts_at=starts_at,
                    ends_at=starts_at + HALF_HOUR,
                    held_until=starts_at + HALF_HOUR,
                    booked_at=booked_at,
                    booked_by=desk,
                )
            )
        made = Appointment.objects.bulk_create(rows, batch_size=1000)
    return [visit.pk for visit in made]


def _desk() -> Account:
    who = {"display_name": "Dee Hartley", "role": Role.FRONT_DESK}
    desk, _ = Account.objects.get_or_create(username="dee", defaults=who)
    _loud(desk)
    return desk


def _loud(desk: Account) -> None:
    """A minute of quiet half a day from now: a drill at night would wait for the morning."""
    noon = timezone.localtime() + dt.timedelta(hours=12)
    hours = {"quiet_from": dt.time(noon.hour, 0), "quiet_to": dt.time(noon.hour, 1)}
    Quiet.objects.update_or_create(defaults={**hours, "changed_at": timezone.now(), "changed_by": desk})


def _clinicians(how_many: int, called: str, *, since: dt.date) -> list[Clinician]:
    accounts = Account.objects.bulk_create(
        Account(username=f"{called}-clinician{n}", display_name=f"Clinician {n}", role=Role.CLINICIAN)
        for n in range(how_many)
    )
    made = Clinician.objects.bulk_create(
        Clinician(account=account, works_here_since=since) for account in accounts
    )
    WorkingHours.objects.bulk_create(
        WorkingHours(clinician=each, weekday=day, starts=dt.time(OPENS), ends=dt.time(CLOSES))
        for each in made
        for day in range(7)
    )
    return made


def _patients(how_many: int, called: str, desk: Account, *, at: dt.datetime) -> list[Patient]:
    made = Patient.objects.bulk_create(
        [
            Patient(
                legal_given_name="Pat",
                legal_family_name=f"Number{n}",
                birth_date=dt.date(1990, 1, 1),
                registered_at=at,
                registered_by=desk,
            )
            for n in range(how_many)
        ],
        batch_size=1000,
    )
    ContactChannel.objects.bulk_create(
        [
            ContactChannel(
                patient=patient,
                kind=ChannelKind.EMAIL,
                value=f"{called}{n}@runner.example",
                consent_given_at=at,
                consent_recorded_by=desk,
            )
            for n, patient in enumerate(made)
        ],
        batch_size=1000,
    )
    return made


@dataclass
class Desk(threading.Thread):
    """Moves and cancels visits, each once so many letters have arrived: at random moments, however fast they go out.

    One in four of the moved ones is moved or cancelled once more. `made` counts changes that are known to stand.
    """

    visits: list[int]
    changed: int
    letters: int
    arrived: Callable[[], int]
    dice: random.Random
    made: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    last_at: float = 0.0
    trouble: str = ""

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        picked = self.dice.sample(self.visits, self.changed)
        again = [pk for pk in picked if self.dice.random() < 0.25]
        late = int(self.letters * 0.9)
        self.plan = sorted((self.dice.randint(0, late), pk) for pk in picked + again)
        self.taken: set[tuple[int, dt.datetime]] = set()
        self.ended = threading.Event()

    # A dataclass compares by its fields, and threads are kept in sets.
    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            for at, pk in self.plan:
                while self.arrived() < at and not self.ended.is_set():
                    time.sleep(0.05)
                if self.ended.is_set():
                    return
                self.insist(pk)
            self.done.set()
        except Exception as error:
            self.trouble = repr(error)
            raise
        finally:
            connection.close()

    def insist(self, pk: int) -> None:
        """Through whatever the database goes through. A change that had stood after all is refused, which is fine."""
        becomes = self.dice.choice(["moved", "moved", "cancelled"])
        while not self.ended.is_set():
            try:
                self.change(pk, becomes)
            except Refused:
                pass
            except Error:
                connection.close()
                time.sleep(0.2)
                continue
            self.made += 1
            self.last_at = time.time()
            return

    def change(self, pk: int, becomes: str) -> None:
        desk = Account.objects.get(username="dee")
        visit = Appointment.objects.select_related("clinician", "type", "patient").get(pk=pk)
        if becomes == "cancelled":
            cancel(appointment=visit, because="The patient rang.", by=desk, now=timezone.now())
        else:
            move(appointment=visit, starts_at=self.free_time(visit), by=desk, now=timezone.now())

    def free_time(self, visit: Appointment) -> dt.datetime:
        """A time of that clinician's nobody was given in this drill."""
        while True:
            day = timezone.localdate() + dt.timedelta(days=self.dice.choice(FREE_DAYS))
            half_hours = self.dice.randrange(2 * (CLOSES - OPENS))
            clock = dt.datetime.combine(day, dt.time(OPENS), clinic_zone()) + half_hours * HALF_HOUR
            if (visit.clinician_id, clock) not in self.taken:
                self.taken.add((visit.clinician_id, clock))
                return clock
