"""Writing audit rows. Failing to write one fails the read or change it belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from clinic.audit.middleware import NOWHERE, current
from clinic.audit.models import Entry
from clinic.people.actors import Actor, Job
from clinic.people.models import Patient
from clinic.people.statements import Adding, Asked

# What a job does outside a request is written while somebody's mail waits for it.
BY_A_JOB = Adding(
    lambda at, job, patient, action, what: Entry(
        at=at, job=job, patient_id=patient, action=action, what=what
    ),
    *(dt.datetime, str, int, str, str),
)


def record(*, action: str, patient: Patient | None, by: Actor, what: str = "") -> None:
    """One row: `by` did `action` to `patient`'s record. `what` names a row, never its contents."""
    if isinstance(by, Job) and patient is not None and current() == NOWHERE:
        recording(action=action, patient_id=patient.pk, by=by, what=what).alone()
        return
    _entry(action=action, patient_id=patient.pk if patient else None, by=by, what=what).save(
        force_insert=True
    )


def recording(*, action: str, patient_id: int, by: Job, what: str) -> Asked[None]:
    """The same of a job outside a request, to be sent together with what it did."""
    return BY_A_JOB.asked(timezone.now(), by.name, patient_id, str(action), what)


def record_listed(*, patients: Iterable[int], by: Actor, what: str = "") -> None:
    """One row for each patient (by id) whose name a list showed, in one insert."""
    Entry.objects.bulk_create(
        [
            _entry(action=Entry.Action.LISTED, patient_id=pk, by=by, what=what)
            for pk in dict.fromkeys(patients)
        ]
    )


def _entry(*, action: str, patient_id: int | None, by: Actor, what: str) -> Entry:
    here = current()
    return Entry(
        at=timezone.now(),
        account=None if isinstance(by, Job) else by,
        job=by.name if isinstance(by, Job) else "",
        role="" if isinstance(by, Job) else by.role,
        patient_id=patient_id,
        action=action,
        page=here.page,
        what=what,
        request_id=here.request_id,
        address=here.address,
    )
