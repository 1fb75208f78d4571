"""When a patient's present course of care began: the day from which weeks are counted.

A program that takes another's place goes on with its course. A course begins anew after a program was ended, and
where the trouble is at another place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef

from clinic.people.models import Patient
from programs.plans.models import Version


@dataclass(frozen=True, slots=True)
class Course:
    """`is_open` while the patient sees a program; otherwise it is the last course they had."""

    began_at: dt.datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class Release:
    """One released version: when, for which place (its screen), and whether it was ended."""

    at: dt.datetime
    screen: str
    was_ended: bool


def course_of(patient: Patient) -> Course | None:
    """The patient's last course; None before any program was released. One query."""
    versions = Version.objects.filter(patient=patient, released_at__isnull=False)
    in_force = Version.objects.in_force().filter(pk=OuterRef("pk"))
    rows = versions.order_by("released_at", "pk").annotate(
        screen=F("program__decision__result__screen__catalogue"), is_in_force=Exists(in_force)
    )
    found = list(rows.values_list("released_at", "screen", "state", "is_in_force"))
    began_at = began(
        [Release(at, screen, state == Version.State.ENDED) for at, screen, state, _ in found if at]
    )
    return Course(began_at, is_open=any(seen for *_, seen in found)) if began_at else None


def began(releases: Iterable[Release]) -> dt.datetime | None:
    """When the last course began, of releases oldest first."""
    at: dt.datetime | None = None
    before: Release | None = None
    for release in releases:
        if before is None or before.was_ended or before.screen != release.screen:
            at = release.at
        before = release
    return at
