"""Programs whose screen was amended after they were built: they stay as they are, and their pages say so."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from assessments.screens.models import Screen


def is_amended(program: str) -> Exists:
    """Whether a signed amendment stands in the place of the screen behind a program, by the name of its column."""
    return Exists(_taking_its_place(program).signed())


def with_amendment(versions: QuerySet[Any]) -> QuerySet[Any]:
    """Each version with `amendment_id`: the screen, signed or a draft, that takes the place of the one behind it."""
    amendment = Subquery(_taking_its_place("program").values("pk")[:1])
    return versions.annotate(amendment_id=amendment)  # type: ignore[no-any-return]


def amendment_of(version: Any) -> Screen | None:
    """The amendment a version of `with_amendment` names; no query where there is none."""
    if version.amendment_id is None:
        return None
    return Screen.objects.select_related("signed_by").get(pk=version.amendment_id)


def _taking_its_place(program: str) -> Any:
    return Screen.objects.filter(amends__results__decisions__program=OuterRef(program))
