"""What triage has to say to a patient: come back some time after a tightness result; ring us where nobody has booked.

A result of tightness is the calmest there is, and the one that is most costly when it was wrong: its rule asks for a
new screen in two weeks. An urgent one names the days within which they are to be seen; the desk has them on its list
from the moment it was concluded, and who is not booked by then is asked to ring. Neither message names the finding or
the part of the body.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from assessments.screens.models import Screen
from assessments.triage.actions import BY_WHEN, by_when
from assessments.triage.models import Decision, Result
from assessments.triage.rechecks import AFTER, LOOKED_AT_AGAIN, tightness_to_look_at_again
from clinic.booking.hours import clinic_zone, shifted
from clinic.booking.models import Appointment
from clinic.booking.status import HOLDS_A_SLOT
from clinic.reminders import wishes
from clinic.reminders.kinds import CLOCKS, DAY, HOUR, Kind, after
from clinic.reminders.sources import Due, Message, NotWanted, unwritten
from clinic.reminders.wishes import Wishes

RECHECK = "recheck"
RING_US = "to_be_seen"
KINDS = {
    RECHECK: Kind("Time for another visit", after(AFTER, least=7 * DAY, most=28 * DAY)),
    RING_US: Kind("To be seen soon, and no visit booked", after(2 * HOUR, least=HOUR, most=48 * HOUR)),
}
# A clinic that starts sending late does not write to everybody of last year.
REACH = {RECHECK: 28 * DAY, RING_US: 14 * DAY}
BOOKED = "They are booked, or were seen since."


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Tightness to be looked at again, and urgent results without a visit. Five queries."""
    wished = wishes.read()
    if wished.is_on(__name__, RECHECK):
        yield from _rechecks(wished, now)
    if wished.is_on(__name__, RING_US):
        yield from _not_booked(wished, now)


def _rechecks(wished: Wishes, now: dt.datetime) -> Iterator[Due]:
    """Results decided as tightness so long ago, of patients whose region was not screened since."""
    lead = wished.lead(__name__, RECHECK)
    found = tightness_to_look_at_again(now=now, after=lead - CLOCKS)
    found = found.filter(decided_at__gt=now - lead - REACH[RECHECK])
    for result in found.filter(unwritten(__name__, RECHECK, about="decided_at")):
        due_at = shifted(result.decided_at, lead, clinic_zone())
        if due_at <= now:
            yield Due(RECHECK, result.pk, result.patient_id, about_at=result.decided_at, due_at=due_at)


def _not_booked(wished: Wishes, now: dt.datetime) -> Iterator[Due]:
    """Urgent results a clinician agreed with, of patients who have no visit by the day the rule names."""
    lead = wished.lead(__name__, RING_US)
    found = _urgent(now=now).filter(
        agreed_at__lte=now - lead + CLOCKS, agreed_at__gt=now - lead - REACH[RING_US]
    )
    for result in found.filter(unwritten(__name__, RING_US, about="decided_at")):
        due_at = shifted(result.agreed_at, lead, clinic_zone())
        if due_at <= now and not _is_booked(result):
            yield Due(RING_US, result.pk, result.patient_id, about_at=result.decided_at, due_at=due_at)


def _urgent(*, now: dt.datetime) -> Any:
    """Results to be seen by a day that a clinician agrees with and no newer screen of the region has answered.

    Each with `agreed_at`, when the standing decision was made, and `next_at`, the soonest visit after it was concluded.
    """
    decided = Decision.objects.filter(result=OuterRef("pk")).order_by("-pk")
    newest = Screen.objects.signed().filter(
        patient=OuterRef("patient"), catalogue=OuterRef("screen__catalogue")
    )
    visits = Appointment.objects.filter(
        patient=OuterRef("patient"), status__in=HOLDS_A_SLOT, starts_at__gt=OuterRef("decided_at")
    ).exclude(pk=Coalesce(OuterRef("screen__appointment"), 0))
    return (
        Result.objects.filter(urgency__in=list(BY_WHEN), decided_at__gt=now - 4 * REACH[RING_US])
        .annotate(
            standing=Subquery(decided.values("klass")[:1]),
            agreed_at=Subquery(decided.values("made_at")[:1]),
            newest_screen=Subquery(newest.values("pk")[:1]),
            next_at=Subquery(visits.order_by("starts_at").values("starts_at")[:1]),
        )
        .filter(standing=F("klass"), newest_screen=F("screen"))
    )


def _is_booked(row: Any) -> bool:
    """Whether the next visit of a row of `_urgent` comes by the day it names."""
    at = row.next_at
    return at is not None and at.astimezone(clinic_zone()).date() <= by_when(row).day


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The invitation, unless they are seen or booked, or the clinician has decided otherwise since."""
    if kind == RING_US:
        return _ring_us(subject_id, now)
    result = Result.objects.select_related("screen").prefetch_related("decisions").get(pk=subject_id)
    decision = result.standing_decision
    if decision is None or decision.klass not in LOOKED_AT_AGAIN:
        return NotWanted("The clinician has decided otherwise since.")
    same = Screen.objects.signed().filter(patient=result.patient_id, catalogue=result.screen.catalogue)
    if same.values_list("pk", flat=True)[0] != result.screen_id:
        return NotWanted("They were seen again already, or the screen was amended.")
    return Message(template="emails/recheck.txt", page="portal:appointments")


def _ring_us(subject_id: int, now: dt.datetime) -> Message | NotWanted:
    found = _urgent(now=now).filter(pk=subject_id).first()
    if found is None:
        return NotWanted("The clinician has decided otherwise, or saw them again since.")
    if _is_booked(found):
        return NotWanted(BOOKED)
    return Message(template="emails/to_be_seen.txt", page="portal:appointments")
