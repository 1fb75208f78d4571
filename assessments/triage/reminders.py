"""What triage has to say to a patient: come back two weeks after a tightness result, so that it is looked at again.

A result of tightness is the calmest there is, and the one that is most costly when it was wrong: its rule asks for a
new screen in two weeks. The message names neither the finding nor the part of the body.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from assessments.screens.models import Screen
from assessments.triage.models import Result
from assessments.triage.rechecks import AFTER, LOOKED_AT_AGAIN, tightness_to_look_at_again
from clinic.reminders.kinds import Kind
from clinic.reminders.sources import Due, Message, NotWanted, unwritten

RECHECK = "recheck"
KINDS = {RECHECK: Kind("Two-week re-check")}
TOO_LATE = dt.timedelta(days=42)  # a clinic that starts sending late does not write to everybody of last year


def due(*, now: dt.datetime) -> Iterable[Due]:
    """Results decided as tightness two weeks ago or more, of patients whose region was not screened since."""
    found = (
        tightness_to_look_at_again(now=now)
        .filter(decided_at__gt=now - TOO_LATE)
        .filter(unwritten(__name__, RECHECK, about="decided_at"))
    )
    for result in found:
        yield Due(
            RECHECK,
            result.pk,
            result.patient_id,
            about_at=result.decided_at,
            due_at=result.decided_at + AFTER,
        )


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The invitation, unless the region was screened again or the clinician has decided otherwise since."""
    result = Result.objects.select_related("screen").prefetch_related("decisions").get(pk=subject_id)
    decision = result.standing_decision
    if decision is None or decision.klass not in LOOKED_AT_AGAIN:
        return NotWanted("The clinician has decided otherwise since.")
    same = Screen.objects.signed().filter(patient=result.patient_id, catalogue=result.screen.catalogue)
    if same.values_list("pk", flat=True)[0] != result.screen_id:
        return NotWanted("They were seen again already, or the screen was amended.")
    return Message(template="emails/recheck.txt", page="portal:appointments")
