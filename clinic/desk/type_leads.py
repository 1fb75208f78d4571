"""How early the reminders before a visit go: the clinic's word, and what types of appointment say for themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from clinic.booking import reminders
from clinic.booking.models import AppointmentType
from clinic.reminders.wishes import Wishes
from clinic.reminders.wishing import said


@dataclass(frozen=True, slots=True)
class TypeLead:
    """A type that has its own. `lead` is words: 4 hours, none."""

    type_id: int
    name: str
    lead: str


def own_leads() -> dict[str, list[TypeLead]]:
    """Of each kind that types may have their own time for, those that have. One query."""
    has_own = Q(first_reminder_days__isnull=False) | Q(last_reminder_hours__isnull=False)
    types = list(AppointmentType.objects.filter(has_own, retired_on=None).order_by("name"))
    return {
        kind: [
            TypeLead(type.pk, type.name, said(count * unit) if count else "none")
            for type in types
            if (count := getattr(type, column)) is not None
        ]
        for kind, (column, unit) in reminders.OF_A_TYPE.items()
    }


def hints(wished: Wishes) -> dict[str, str]:
    """{a type's field: what leaving it empty comes to now}."""
    return {column: _hint(kind, wished) for kind, (column, _) in reminders.OF_A_TYPE.items()}


def _hint(kind: str, wished: Wishes) -> str:
    source = reminders.__name__
    if not wished.is_on(source, kind):
        return "The clinic has switched these off: none goes out, whatever stands here."
    return f"Empty: {said(wished.lead(source, kind))}, as the clinic has it now. 0: none."
