"""What the booking page has filled in when it opens, so that the usual call takes a few keys.

Somebody new gets the initial assessment with whoever is free first; somebody known the next visit with the
clinician they saw last. Only what nobody chose is filled in, and nothing is booked by it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.utils import timezone

from clinic.booking.free import bookable, clinic_zone, soonest
from clinic.booking.models import Appointment, AppointmentType
from clinic.desk.wish import Wish
from clinic.people.models import Clinician, Patient


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be chosen from: read once for the page, its selects and its suggestions."""

    types: list[AppointmentType]
    clinicians: list[Clinician]

    @classmethod
    def stocked(cls, today: dt.date, *, types: bool = True) -> Shelf:
        return cls(list(AppointmentType.objects.all()) if types else [], list(bookable(today)))

    def type_of(self, wish: Wish) -> AppointmentType | None:
        return next((type for type in self.types if type.slug == wish.type), None)

    def clinician_of(self, wish: Wish) -> Clinician | None:
        return next((person for person in self.clinicians if str(person.pk) == wish.clinician), None)


def suggested(wish: Wish, *, patient: Patient | None, shelf: Shelf, now: dt.datetime) -> Wish:
    """The wish with what is missing filled in. At most three queries."""
    last = _last_visit(patient) if patient and not (wish.type and wish.clinician) else None
    if not wish.type:
        wish = replace(wish, type=_usual_type(shelf.types, known=last is not None))
    seen = next((c for c in shelf.clinicians if last and c.pk == last.clinician_id), None)
    if seen and not wish.clinician:
        wish = replace(wish, clinician=str(seen.pk))
    type, clinician = shelf.type_of(wish), shelf.clinician_of(wish)
    if type is None or (wish.clinician and wish.day):
        return wish
    day = wish.date
    after = max(now, dt.datetime.combine(day, dt.time(), clinic_zone())) if day else now
    found = soonest([clinician] if clinician else shelf.clinicians, type, after, now=now)
    if found is None:
        return wish if wish.day else replace(wish, day=timezone.localdate(now).isoformat())
    first, at = found
    return replace(
        wish,
        clinician=wish.clinician or str(first.pk),
        day=wish.day or timezone.localdate(at).isoformat(),
    )


def _last_visit(patient: Patient) -> Appointment | None:
    return patient.appointments.standing().order_by("-starts_at").first()


def _usual_type(types: list[AppointmentType], *, known: bool) -> str:
    """The initial assessment (the longest that examines) for somebody new, else the shortest visit."""
    examining = [type for type in types if type.is_assessment]
    others = [type for type in types if not type.is_assessment]
    usual = others[:1] if known else examining[-1:]
    return next((type.slug for type in usual or types), "")
