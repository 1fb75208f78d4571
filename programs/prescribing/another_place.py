"""Where a proposal is for another place than the program the patient has: a patient has one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject

from assessments.screens.offered import place_of
from programs.plans.models import Version


@dataclass(frozen=True, slots=True)
class Has:
    """The program the patient has: its class in words, and the place it is for."""

    label: str
    place: str


def with_what_the_patient_has(versions: QuerySet[Version]) -> QuerySet[Version]:
    """Each version with `has`, the patient's released one as {recipe, label}; None without one. No query of its own."""
    released = Version.objects.filter(patient=OuterRef("patient"), state=Version.State.RELEASED)
    row = JSONObject(recipe="program__recipe", label=KT("proposal__class_label"))
    return versions.annotate(has=Subquery(released.values(row=row)[:1]))


def given_up_for(version: Any) -> Has | None:
    """What the release of this proposal takes from the patient; None where it is for the same place, or nothing is."""
    if not version.is_draft or version.has is None:
        return None
    region, own = (_region(recipe) for recipe in (version.has["recipe"], version.program.recipe))
    return None if region == own else Has(version.has["label"], place_of(region))


def _region(recipe: str) -> str:
    return recipe.partition(".v")[0]
