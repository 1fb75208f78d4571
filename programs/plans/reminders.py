"""What programs have to say to patients (clinic.reminders.sources tells how the outbox asks).

Nothing about health is said: only that something waits on the patient's own page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from clinic.reminders.kinds import Kind
from clinic.reminders.sources import Due, Message, NotWanted, unwritten
from programs.plans.models import SessionLog, Version

RELEASED = "program_released"
CHECK_IN = "session_check_in"
SECOND_CHECK_IN = "session_check_in_again"

KINDS = {
    RELEASED: Kind("Program ready"),
    CHECK_IN: Kind("Follow-up: nothing logged for two days", template="emails/session_check_in.txt"),
    SECOND_CHECK_IN: Kind("Second follow-up: nothing logged for five days", template="emails/session_check_in.txt"),
}
# Twice and no more: a patient who does not answer two messages is rung, not written to.
SILENCE = {CHECK_IN: dt.timedelta(days=2), SECOND_CHECK_IN: dt.timedelta(days=5)}
REACH = dt.timedelta(days=7)  # what was missed for longer than this is no longer worth saying


def due(*, now: dt.datetime) -> Iterable[Due]:
    """New programs at once; a kind word two and five days after the last sign of life."""
    standing = Version.objects.in_force()
    new = standing.filter(released_at__gt=now - REACH, released_at__lte=now)
    new = new.filter(unwritten(__name__, RELEASED, about="released_at"))
    for pk, patient_id, at in new.values_list("pk", "patient_id", "released_at"):
        assert at is not None  # noqa: S101  # a released version says when (a constraint holds it)
        yield Due(RELEASED, pk, patient_id, about_at=at, due_at=at)
    for kind, silence in SILENCE.items():
        # Silence counts from the last log of this patient, or from the release when that came later.
        logged = SessionLog.objects.filter(version=OuterRef("pk")).order_by("-logged_at").values("logged_at")
        quiet = standing.annotate(last_at=Coalesce(Subquery(logged[:1]), F("released_at")))
        quiet = quiet.filter(last_at__lte=now - silence, last_at__gt=now - silence - REACH)
        # Told to stop and ring, they rest as they should: nobody nudges them.
        told = SessionLog.objects.asking_to_stop().filter(
            version=OuterRef("pk"), logged_at=OuterRef("last_at")
        )
        quiet = quiet.exclude(Exists(told))
        quiet = quiet.filter(unwritten(__name__, kind, about="last_at"))
        for pk, patient_id, at in quiet.values_list("pk", "patient_id", "last_at"):
            yield Due(kind, pk, patient_id, about_at=at, due_at=at + silence)


def message(*, kind: str, subject_id: int, about_at: dt.datetime, now: dt.datetime) -> Message | NotWanted:
    """The words for it, or why it is no longer wanted."""
    if not Version.objects.in_force().filter(pk=subject_id).exists():
        return NotWanted("The patient has another program by now, or none.")
    if kind == RELEASED:
        return Message(template="emails/program_released.txt", page="portal:today")
    if SessionLog.objects.filter(version=subject_id, logged_at__gt=about_at).exists():
        return NotWanted("A session was logged since.")
    if SessionLog.objects.asking_to_stop().filter(version=subject_id, logged_at=about_at).exists():
        return NotWanted("The last session asked the patient to stop and ring the clinic.")
    return Message(template="emails/session_check_in.txt", page="portal:today")
