"""Where a proposal is for another place than the program the patient has: a patient has one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject

from assessments.screens.offered import place_of
from programs.plans.models import Version


@dataclass(frozen=True, slots=True)
class Has:
    """The program the patient has: its class in words, and the place it is for."""

    label: str
    place: str


SCREEN = "program__decision__result__screen__catalogue"


def with_what_the_patient_has(versions: QuerySet[Version]) -> QuerySet[Version]:
    """Each version with `screen` and with `has`, the patient's released one as {screen, label}; None without one.

    No query of its own.
    """
    released = Version.objects.filter(patient=OuterRef("patient"), state=Version.State.RELEASED)
    row = JSONObject(screen=SCREEN, label=KT("proposal__class_label"))
    return versions.annotate(screen=F(SCREEN), has=Subquery(released.values(row=row)[:1]))


def given_up_for(version: Any) -> Has | None:
    """What the release of this proposal takes from the patient; None where it is for the same place, or nothing is."""
    if not version.is_draft or version.has is None or version.has["screen"] == version.screen:
        return None
    return Has(version.has["label"], place_of(version.has["screen"]))
