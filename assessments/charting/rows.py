"""What the lists of the clinician's pages show, one query a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.charting.without_catalogue import title_of
from assessments.screens.models import Answer, Screen
from assessments.triage.actions import class_label
from assessments.triage.models import Decision, Result
from assessments.triage.rechecks import Again, to_screen_again, what_is_due
from assessments.triage.rules import INSUFFICIENT, REVIEW
from clinic.booking.models import Appointment
from clinic.booking.status import Status
from clinic.people.models import Account, Patient

SHOWN_APPOINTMENTS = 20


TO_COME = frozenset({Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_SESSION})
SOONEST = (Status.IN_SESSION, Status.ARRIVED)  # whoever is here comes before whoever is only expected
SEALED = "A result waits for your impression"
NO_SCREEN = {Status.NO_SHOW: "None: did not come", Status.DONE: "None was taken"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment of the day with its way on: `way` is result, continue, start, or empty where `words` says why."""

    appointment: Appointment
    way: str
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


def _visits(found: list[Any], due: dict[int, Again]) -> list[Visit]:
    coming = [one for one in found if one.status in TO_COME]
    here = (one for status in SOONEST for one in coming if one.status == status)
    following = next(here, coming[0] if coming else None)
    return [Visit(one, *_way(one), is_next=one is following, again=due.get(one.patient_id)) for one in found]


def _way(visit: Any) -> tuple[str, str]:
    """Where the row leads. A screen is started only at a visit that is still to come or under way."""
    if visit.result_id:
        return "result", ""
    of_this_visit = visit.draft_visit_id in (None, visit.pk)
    if visit.draft_id and (visit.status in TO_COME or (visit.status == Status.DONE and of_this_visit)):
        return "continue", ""
    if visit.status in TO_COME and visit.type.is_assessment:
        return "start", ""
    return "", NO_SCREEN.get(visit.status, "None at this visit")


def _appointments_on(account: Account, day: dt.date) -> QuerySet[Appointment]:
    """Each with `draft_id`, `draft_visit_id`, `result_id` (None without one), and `from_home`: answers that wait."""
    drafts = Screen.objects.drafts().filter(patient=OuterRef("patient"), amends__isnull=True)
    results = Result.objects.filter(screen__appointment=OuterRef("pk")).values("pk")[:1]
    said_at_home = Answer.objects.filter(
        screen__patient=OuterRef("patient"),
        screen__signed_at__isnull=True,
        said_by=Answer.SaidBy.PATIENT,
        confirmed_at__isnull=True,
    )
    return (
        Appointment.objects.on_day(day, timezone.get_current_timezone())
        .filter(clinician__account=account)
        .exclude(status=Status.CANCELLED)
        .select_related("patient", "type")
        .annotate(
            draft_id=Subquery(drafts.values("pk")[:1]),
            draft_visit_id=Subquery(drafts.values("appointment")[:1]),
            from_home=Exists(said_at_home),
            result_id=Subquery(results),
        )
        .order_by("starts_at")
    )


def day_and_zone(now: dt.datetime) -> str:
    """“Mon 23 Nov 2026 · times in Europe/London”: said once, so that no row has to."""
    local = timezone.localtime(now)
    return f"{format_date(local, 'D j M Y')} · times in {timezone.get_current_timezone_name()}"


def screens_of(patient: Patient) -> list[Screen]:
    """All screens of a patient, the newest first."""
    return list(patient.screens.select_related("signed_by", "started_by"))


def results_of(patient: Patient, now: dt.datetime) -> list[Result]:
    """All results with their decisions and with what `rechecks.again_of` reads, the newest first."""
    decisions = Prefetch("decisions", Decision.objects.select_related("made_by"))
    due = what_is_due(now=now, patient="patient")
    return list(patient.triage_results.to_read().annotate(**due).prefetch_related(decisions))


def appointments_of(patient: Patient) -> list[Appointment]:
    """The newest appointments, the ones to come included."""
    found = patient.appointments.select_related("type", "clinician__account").order_by("-starts_at")
    return list(found[:SHOWN_APPOINTMENTS])


def timeline(
    patient: Patient, screens: list[Screen], results: list[Result], appointments: list[Appointment]
) -> list[dict[str, Any]]:
    """Everything that happened, the newest first, as the timeline component takes it."""
    newer = {one.amends_id: one for one in screens if one.amends_id}
    events = [
        *(_screen(patient, one, newer.get(one.pk)) for one in screens),
        *(event for one in results for event in _result(patient, one, newer.get(one.screen_id))),
        *(_appointment(one) for one in appointments),
    ]
    return sorted(events, key=lambda event: event["at"], reverse=True)


def newest_of(results: list[Result], screens: list[Screen]) -> Result | None:
    """The result of the newest examination; of an amended one, that of its newest version."""
    begun = {one.pk: (one.started_at, one.pk) for one in screens}
    return max(results, key=lambda one: (begun[one.screen_id], one.pk), default=None)


def _screen(patient: Patient, screen: Screen, newer: Screen | None) -> dict[str, Any]:
    """The screen's event. `newer` is the version that takes its place, signed or being written."""
    title = title_of(screen) + (": amendment" if screen.amends_id else "")
    where = reverse("charting:answers", args=[patient.pk, screen.pk])
    because = f"Reason: {screen.amended_because}" if screen.amends_id else ""
    if screen.is_signed:
        who = f"signed by {screen.signed_by}"
        event = {"at": screen.signed_at, "what": title, "who": who, "url": where, "icon": "lock"}
        return event | {"detail": " ".join(filter(None, [because, _amended(newer)]))}
    return {
        "at": screen.amended_at or screen.started_at,
        "what": f"{title}, draft" if because else f"{title}: draft",
        "who": f"started by {screen.started_by}",
        "detail": because,
        "url": where,
        "icon": "pencil",
    }


def _amended(newer: Screen | None, what: str = "This screen") -> str:
    if newer is None:
        return ""
    if not newer.is_signed:
        return f"{what} is being amended: a newer version is a draft."
    return f"{what} was amended on {format_date(timezone.localtime(newer.signed_at), 'j M Y')}."


def _result(patient: Patient, result: Result, newer: Screen | None) -> Iterator[dict[str, Any]]:
    where = reverse("charting:triage", args=[patient.pk, result.pk])
    what = SEALED if result.is_sealed else f"{words_before(result)}: {result.label}"
    event = {"at": result.decided_at, "what": what, "who": result.ruleset, "url": where, "icon": "list"}
    yield event | {"detail": _amended(newer, "Its screen")}
    for decision in result.decisions.all():
        said = "agreed" if decision.agrees else f"overruled: {class_label(result, decision.klass)}"
        yield {
            "at": decision.made_at,
            "what": f"Clinician {said}",
            "who": str(decision.made_by),
            "detail": decision.reason,
            "url": where,
            "icon": "check-circle" if decision.agrees else "pencil",
        }


def _appointment(appointment: Appointment) -> dict[str, Any]:
    return {
        "at": appointment.starts_at,
        "what": appointment.type.name,
        "who": str(appointment.clinician),
        "detail": appointment.get_status_display(),
        "icon": "calendar",
    }


def words_before(result: Result) -> str:
    """How a result's label is introduced: the findings fit a class, or triage cannot name one."""
    return "Triage cannot name one yet" if result.klass in (INSUFFICIENT, REVIEW) else "The findings fit"


def page_above(name: str, *args: object) -> str:
    """The address of a page of the layer above, by name; empty while there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
