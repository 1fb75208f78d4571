"""What a patient's chart shows, one query a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.charting.without_catalogue import title_of
from assessments.screens import from_home
from assessments.screens.models import Screen
from assessments.screens.offered import place_of
from assessments.triage.actions import class_label
from assessments.triage.models import Decision, Result
from assessments.triage.rechecks import what_is_due
from assessments.triage.rules import INSUFFICIENT, REVIEW
from clinic.booking.models import Appointment
from clinic.people.models import Patient

SHOWN_APPOINTMENTS = 20

SEALED = "A result waits for your impression"


def screens_of(patient: Patient) -> list[Screen]:
    """All screens of a patient, the newest first, each with `only_named`."""
    found = patient.screens.select_related("signed_by", "started_by")
    return list(found.annotate(only_named=from_home.only_named()))


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


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A screen that is not signed yet, an amendment too. `place` is empty where there is one screen."""

    screen: Screen
    place: str
    only_named: bool


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest result of one region, and how its label is introduced."""

    result: Result
    place: str
    words: str


def open_drafts(screens: list[Screen]) -> list[OpenDraft]:
    """All of them, the one begun last first; an amendment is begun when it is opened, whatever it is about."""
    drafts = [one for one in screens if not one.is_signed]
    drafts.sort(key=lambda one: (one.amended_at or one.started_at, one.pk), reverse=True)
    return [OpenDraft(one, place_of(one.catalogue), vars(one)["only_named"]) for one in drafts]


def latest_of(results: list[Result], screens: list[Screen]) -> list[Latest]:
    """Of each region the result of its newest examination, the newest first; of an amended one, its newest version."""
    taken = {one.pk: one for one in screens}
    newest: dict[str, Result] = {}
    for one in sorted(results, key=lambda one: (taken[one.screen_id].started_at, one.screen_id, one.pk)):
        region = taken[one.screen_id].catalogue
        newest.pop(region, None)
        newest[region] = one
    return [Latest(one, place_of(region), words_before(one)) for region, one in reversed(newest.items())]


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
