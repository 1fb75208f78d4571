"""Which visits lie on top of others on purpose: who did it, when, why, and onto whom. One query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from clinic.booking.diaries import moment
from clinic.booking.models import LONGEST_HELD, Appointment, AppointmentChange

A_PAGE = 25


@dataclass(frozen=True, slots=True)
class Under:
    """A visit that lies below it."""

    patient_id: int
    name: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Row:
    """`visit` lies on `under`; empty where that one was moved or called off since, or was only held."""

    visit: Appointment
    by: str
    at: dt.datetime
    under: list[Under]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    older: str

    @property
    def patient_ids(self) -> list[int]:
        """Everybody whose name it shows."""
        shown = [[row.visit.patient_id, *(below.patient_id for below in row.under)] for row in self.rows]
        return [pk for pks in shown for pk in pks]


def overbookings(*, before: int | None) -> Page:
    """25 of them, newest first, from those whose change is older than `before`."""
    # The change that put it where it is: its booking, a move or a new length.
    placing = AppointmentChange.objects.filter(appointment=OuterRef("pk")).filter(
        Q(from_status="") | Q(was_starts_at__isnull=False)
    )
    newest = placing.order_by("-pk")
    rows = Appointment.objects.exclude(overbooked_because="").annotate(
        placed=Subquery(newest.values("pk")[:1]),
        placed_at=Subquery(newest.values("at")[:1]),
        placed_by=Subquery(newest.values("account__display_name")[:1]),
        placed_by_job=Subquery(newest.values("job")[:1]),
        below=ArraySubquery(_below()),
    )
    if before is not None:
        rows = rows.filter(placed__lt=before)
    rows = rows.select_related("patient", "clinician__account", "type").order_by("-placed")
    found: list[Any] = list(rows[: A_PAGE + 1])
    shown, more = found[:A_PAGE], len(found) > A_PAGE
    older = f"?before={shown[-1].placed}" if more else ""
    return Page([_row(visit) for visit in shown], older)


def _below() -> Any:
    me = OuterRef("pk")
    rows = Appointment.objects.standing().filter(
        clinician=OuterRef("clinician"),
        starts_at__gt=OuterRef("starts_at") - LONGEST_HELD,
        starts_at__lt=OuterRef("held_until"),
        held_until__gt=OuterRef("starts_at"),
    )
    told = {
        "patient": "patient_id",
        "given": "patient__legal_given_name",
        "family": "patient__legal_family_name",
        "starts": "starts_at",
        "ends": "ends_at",
    }
    return rows.exclude(pk=me).order_by("starts_at", "pk").values(part=JSONObject(**told))


def _row(visit: Any) -> Row:
    by = visit.placed_by or f"the clinic itself ({visit.placed_by_job})"
    return Row(visit, by, visit.placed_at, [_under(part) for part in visit.below])


def _under(part: Mapping[str, Any]) -> Under:
    return Under(
        part["patient"], f"{part['given']} {part['family']}", moment(part["starts"]), moment(part["ends"])
    )
