"""A clinician's day: each visit with the way on to its screen, and who is due to be screened again without one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.screens import from_home
from assessments.screens.models import Answer, Screen
from assessments.screens.offered import place_of
from assessments.triage.models import Result
from assessments.triage.rechecks import Again, to_screen_again
from clinic.booking.models import Appointment
from clinic.booking.status import Status
from clinic.people.models import Account

TO_COME = frozenset({Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_SESSION})
SOONEST = (Status.IN_SESSION, Status.ARRIVED)  # whoever is here comes before whoever is only expected
NO_SCREEN = {Status.NO_SHOW: "None: did not come", Status.DONE: "None was taken"}


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft a row continues. `place` is empty where there is one screen; `others` are places with a draft too.

    `named`: the patient named the place while booking, and nothing is answered yet.
    """

    catalogue: str
    place: str
    from_home: bool
    named: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment of the day with its ways on: a result, a draft to continue, both, a start, or why none."""

    appointment: Appointment
    result_id: int | None
    draft: Draft | None
    may_start: bool
    words: str
    is_next: bool
    again: Again | None


@dataclass(frozen=True, slots=True)
class Day:
    """A clinician's day: the visits in order of time, and who is due to be screened again without one today."""

    visits: list[Visit]
    also_due: list[Again]

    @property
    def named(self) -> list[int]:
        """The ids of everybody the day names."""
        return [one.appointment.patient_id for one in self.visits] + [one.patient.pk for one in self.also_due]


def day_of(account: Account, now: dt.datetime) -> Day:
    """Each visit with what can be done about its screen; one of them is next. Two queries."""
    found = list(_appointments_on(account, timezone.localdate(now)))
    here = {one.patient_id for one in found}
    due = {one.patient.pk: one for one in to_screen_again(now=now, patients=here, last_screened_by=account)}
    return Day(_visits(found, due), [one for patient, one in due.items() if patient not in here])


def day_and_zone(now: dt.datetime) -> str:
    """“Mon 23 Nov 2026 · times in Europe/London”: said once, so that no row has to."""
    local = timezone.localtime(now)
    return f"{format_date(local, 'D j M Y')} · times in {timezone.get_current_timezone_name()}"


def _visits(found: list[Any], due: dict[int, Again]) -> list[Visit]:
    coming = [one for one in found if one.status in TO_COME]
    here = (one for status in SOONEST for one in coming if one.status == status)
    following = next(here, coming[0] if coming else None)
    return [_visit(one, is_next=one is following, again=due.get(one.patient_id)) for one in found]


def _visit(row: Any, *, is_next: bool, again: Again | None) -> Visit:
    """A screen is started only at a visit that is still to come or under way, and where nothing is to go on with."""
    draft = _draft(row)
    leads_on = draft is not None or row.result_id is not None
    may_start = not leads_on and row.status in TO_COME and row.type.is_assessment
    words = "" if leads_on or may_start else NO_SCREEN.get(row.status, "None at this visit")
    return Visit(row, row.result_id, draft, may_start, words, is_next, again)


def _draft(row: Any) -> Draft | None:
    """The newest draft of this visit, also beside a result of another region; without a result, the newest there is.

    Nothing is continued at a no-show; at a visit that is over, only what belongs to it or to none.
    """
    if row.status not in TO_COME and row.status != Status.DONE:
        return None
    mine = [one for one in row.drafts if one["visit"] == row.pk]
    loose = [one for one in row.drafts if row.status in TO_COME or one["visit"] is None]
    open_here = mine if row.result_id else [*mine, *(one for one in loose if one not in mine)]
    if not open_here:
        return None
    first = open_here[0]
    others = tuple(place_of(one["catalogue"]) for one in row.drafts if one is not first)
    place = place_of(first["catalogue"])
    return Draft(first["catalogue"], place, first["from_home"], first["named"], others)


def _appointments_on(account: Account, day: dt.date) -> QuerySet[Appointment]:
    """Each with `drafts`, all of its patient's but amendments, newest first, and `result_id`, its own newest."""
    results = Result.objects.filter(screen__appointment=OuterRef("pk")).values("pk")[:1]
    return (
        Appointment.objects.on_day(day, timezone.get_current_timezone())
        .filter(clinician__account=account)
        .exclude(status=Status.CANCELLED)
        .select_related("patient", "type")
        .annotate(drafts=ArraySubquery(_drafts()), result_id=Subquery(results))
        .order_by("starts_at")
    )


def _drafts() -> QuerySet[Any]:
    """Of the patient around it: {catalogue, visit, from_home: answers of the patient that wait, named: none at all}."""
    waiting = Answer.objects.filter(
        screen=OuterRef("pk"), said_by=Answer.SaidBy.PATIENT, confirmed_at__isnull=True
    )
    drafts = Screen.objects.drafts().filter(patient=OuterRef("patient"), amends__isnull=True)
    named = from_home.only_named()
    shown = JSONObject(catalogue="catalogue", visit="appointment", from_home=Exists(waiting), named=named)
    return drafts.order_by("-started_at", "-pk").values(row=shown)
