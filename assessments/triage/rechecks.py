"""Who is to be screened again: after a symptom reported between visits, and two weeks after a tightness result.

A newer signed screen answers a symptom, whichever region it is of; tightness only one of the same region. An
amendment is no newer screen: it corrects an examination of before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.dateparse import parse_datetime

from assessments.screens.models import Screen
from assessments.screens.offered import place_of
from assessments.triage.models import Decision, Recheck, Result, Symptom
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actors import Actor
from clinic.people.models import Account, Patient

LOOKED_AT_AGAIN = frozenset({"tightness"})  # the decided classes that are looked at again
AFTER = dt.timedelta(days=14)


def ask_again(*, patient: Patient, symptoms: Collection[str], by: Actor, now: dt.datetime) -> Recheck | None:
    """A screen is to be taken again because of `symptoms` (Symptom values). None, and nothing stored, without any."""
    if not symptoms:
        return None
    asked = Recheck.objects.create(patient=patient, symptoms=list(symptoms), asked_at=now)
    record(action=Entry.Action.CREATED, patient=patient, by=by, what=str(asked))
    return asked


@dataclass(frozen=True, slots=True)
class Again:
    """One patient to be screened again. `because` are sentences for clinicians, the newest report first."""

    patient: Patient
    because: tuple[str, ...]

    @property
    def in_words(self) -> str:
        return " ".join(self.because)


def to_screen_again(
    *, now: dt.datetime, patients: Collection[int] = (), last_screened_by: Account | None = None
) -> list[Again]:
    """Those of `patients` (ids), and of the patients this clinician screened last, who are due. One query."""
    signed = Screen.objects.signed().filter(patient=OuterRef("pk"))
    found = Patient.objects.annotate(
        **what_is_due(now=now, patient="pk"),
        screened_by=Subquery(signed.order_by("-started_at", "-pk").values("signed_by")[:1]),
    ).filter(Q(tight__len__gt=0) | Q(asked__len__gt=0))
    whose = Q(pk__in=list(patients))
    if last_screened_by is not None:
        whose |= Q(screened_by=last_screened_by.pk)
    return [Again(one, _because(one)) for one in found.filter(whose).order_by("pk")]


def what_is_due(*, now: dt.datetime, patient: str) -> dict[str, Any]:
    """Annotations `asked` and `tight`, for rows whose column `patient` names the patient; `again_of` reads them."""
    asked = _open_rechecks().filter(patient=OuterRef(patient)).order_by("-asked_at", "-pk")
    tight = tightness_to_look_at_again(now=now).filter(patient=OuterRef(patient))
    return {
        "asked": ArraySubquery(asked.values(row=JSONObject(symptoms="symptoms", at="asked_at"))),
        "tight": ArraySubquery(tight.values(row=JSONObject(of="screen__catalogue", at="decided_at"))),
    }


def again_of(patient: Patient, row: Any) -> Again | None:
    """Why this patient is due, from a row of theirs annotated by `what_is_due`; None where nothing asks for it."""
    because = _because(row)
    return Again(patient, because) if because else None


def answered_by(screen: Screen, now: dt.datetime) -> Again | None:
    """Why its patient is to be screened again, as far as a screen of this region answers it; None where it does not."""
    due = what_is_due(now=now, patient="pk")
    row: Any = Patient.objects.annotate(**due).get(pk=screen.patient_id)
    row.tight = [one for one in row.tight if one["of"] == screen.catalogue]
    return again_of(row, row)


def tightness_to_look_at_again(*, now: dt.datetime, after: dt.timedelta = AFTER) -> QuerySet[Result]:
    """Results decided as tightness so long ago or longer, of patients whose region was not screened since."""
    decided = Decision.objects.filter(result=OuterRef("pk")).order_by("-pk").values("klass")[:1]
    newest = Screen.objects.signed().filter(
        patient=OuterRef("patient"), catalogue=OuterRef("screen__catalogue")
    )
    return (
        Result.objects.filter(decided_at__lte=now - after)
        .annotate(decided_klass=Subquery(decided), newest_screen=Subquery(newest.values("pk")[:1]))
        .filter(decided_klass__in=LOOKED_AT_AGAIN, newest_screen=F("screen"))
    )


def _open_rechecks() -> QuerySet[Recheck]:
    newer = Screen.objects.signed().filter(
        patient=OuterRef("patient"), amends__isnull=True, signed_at__gt=OuterRef("asked_at")
    )
    return Recheck.objects.exclude(Exists(newer))


def _because(row: Any) -> tuple[str, ...]:
    return (*map(_reported, row.asked), *map(_found_tight, row.tight))


def _reported(row: dict[str, Any]) -> str:
    words = ", ".join(Symptom(one).label for one in row["symptoms"])
    return f"Reported on {_day(row['at'])}: {words}."


def _found_tight(row: dict[str, Any]) -> str:
    place = place_of(row["of"])
    where = f" ({place})" if place else ""
    return f"Found tight on {_day(row['at'])}{where}: due for another look after two weeks."


def _day(written: str) -> str:
    at = parse_datetime(written)
    assert at is not None  # noqa: S101 - for the type checker; the database wrote it
    return format_date(timezone.localtime(at), "j M Y")
