"""What the booking page has filled in when it opens, so that the usual call takes a few keys.

Somebody new gets the initial assessment with whoever is free first; somebody known the next visit with the
clinician they saw last. Only what nobody chose is filled in, and nothing is booked by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, Value
from django.utils import timezone

from clinic.booking.free import bookable, clinic_zone, soonest
from clinic.booking.models import Appointment, AppointmentType
from clinic.desk.wish import ANYBODY, Wish
from clinic.people.models import Clinician, Patient


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be chosen from: read once for the page, its selects and its suggestions. Two queries."""

    types: list[AppointmentType]
    clinicians: list[Clinician]
    named: dict[int, frozenset[int]] = field(default_factory=dict)  # a type's id: those who alone may do it

    @classmethod
    def stocked(cls, today: dt.date) -> Shelf:
        doing = ArrayAgg("clinicians", filter=Q(clinicians__isnull=False), default=Value([]))
        offered = AppointmentType.objects.offered(today).annotate(done_by=doing)
        types = list(offered.order_by("minutes", "name"))  # grouping forgets the model's own order
        named = {type.pk: frozenset(type.done_by) for type in types if type.done_by}  # type: ignore[attr-defined]
        return cls(types, list(bookable(today)), named)

    def type_of(self, wish: Wish) -> AppointmentType | None:
        return next((type for type in self.types if type.slug == wish.type), None)

    def clinician_of(self, wish: Wish) -> Clinician | None:
        return next((person for person in self.clinicians if str(person.pk) == wish.clinician), None)

    def doing(self, type: AppointmentType | None) -> list[Clinician]:
        """Those who may do it; everybody while no type is chosen."""
        only = self.named.get(type.pk) if type else None
        return [person for person in self.clinicians if only is None or person.pk in only]

    def done_by(self, clinician: Clinician | None) -> list[AppointmentType]:
        """The types that clinician may do; all of them while nobody is chosen."""
        return [t for t in self.types if clinician is None or clinician in self.doing(t)]

    def whom(self, wish: Wish, type: AppointmentType | None) -> list[Clinician]:
        """With whom it may be, as wished: one, all who do it for “any clinician”, none while nobody is chosen."""
        able = self.doing(type)
        return [person for person in able if wish.clinician in {ANYBODY, str(person.pk)}]


def suggested(wish: Wish, *, patient: Patient | None, shelf: Shelf, now: dt.datetime) -> Wish:
    """The wish with what is missing filled in. At most three queries."""
    last = _last_visit(patient) if patient and not (wish.type and wish.clinician) else None
    if not wish.type:
        types = shelf.done_by(shelf.clinician_of(wish))
        wish = replace(wish, type=_usual_type(types, known=last is not None))
    type = shelf.type_of(wish)
    seen = next((c for c in shelf.doing(type) if last and c.pk == last.clinician_id), None)
    if seen and not wish.clinician:
        wish = replace(wish, clinician=str(seen.pk))
    if type is None or (wish.clinician and wish.day):
        return wish
    day = wish.date
    after = max(now, dt.datetime.combine(day, dt.time(), clinic_zone())) if day else now
    found = soonest(shelf.whom(wish, type) or shelf.doing(type), type, after, now=now)
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


def _usual_type(types: Iterable[AppointmentType], *, known: bool) -> str:
    """The initial assessment (the longest that examines) for somebody new, else the shortest visit."""
    types = list(types)
    examining = [type for type in types if type.is_assessment]
    others = [type for type in types if not type.is_assessment]
    usual = others[:1] if known else examining[-1:]
    return next((type.slug for type in usual or types), "")
