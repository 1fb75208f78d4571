"""A clinic with much to do: so many visits on one day, past the actions, which would take their time."""

from __future__ import annotations

import datetime as dt

from clinic.booking.models import Appointment
from clinic.people.models import Patient
from tests.world import World

PER_CLINICIAN = 20
THURSDAY = dt.date(2026, 3, 5)
EIGHT = dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC)
HALF_HOUR = dt.timedelta(minutes=30)


def fill(world: World, how_many: int, *, of: int = 0) -> list[Appointment]:
    """Follow-ups on Thursday, over as many clinicians as it takes; the first `of` of them are there already."""
    type, by = world.follow_up, world.dee
    names = [f"Number{number}" for number in range(of, how_many)]
    people = Patient.objects.bulk_create(
        Patient(
            legal_given_name="Pat",
            legal_family_name=name,
            birth_date=dt.date(1990, 1, 1),
            registered_at=world.now,
        )
        for name in names
    )
    visits = []
    for number, patient in enumerate(people, start=of):
        place = number % PER_CLINICIAN
        if place == 0:
            clinician = world.clinician(f"busy{number}", f"Busy {number}").clinician
        start = EIGHT + place * HALF_HOUR
        visits.append(
            Appointment(
                patient=patient,
                clinician=clinician,
                type=type,
                starts_at=start,
                ends_at=start + HALF_HOUR,
                held_until=start + HALF_HOUR,
                booked_at=world.now,
                booked_by=by,
            )
        )
    return Appointment.objects.bulk_create(visits)
