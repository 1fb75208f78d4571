"""The desk has compared a record that was made by a booking online with the others: the same person, or another one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.models import NewcomerCheck
from clinic.booking.refusals import Refused
from clinic.people.models import Account, Patient


class NotANewcomer(Refused):
    """Somebody at the desk made that record, and saw then who is alike."""

    def __init__(self) -> None:
        super().__init__(
            "This record was made at the desk, so there is nothing to check. Nothing was changed."
        )


class CheckedAlready(Refused):
    """Somebody else said the other thing first. `check` is theirs."""

    somebody_was_first = True

    def __init__(self, check: NewcomerCheck) -> None:
        self.check = check
        super().__init__(
            f"{check.checked_by} has checked this already, with another answer. Nothing was changed. Ask them, or "
            "take their answer back and choose again."
        )


@transaction.atomic
def check(*, patient: Patient, same_as: Patient | None, by: Account, now: dt.datetime) -> NewcomerCheck:
    """Keep what the desk found. Saying the same again changes nothing. Raises NotANewcomer or CheckedAlready."""
    if patient.registered_by_id is not None:
        raise NotANewcomer
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)  # two desks at once: one answer
    known = NewcomerCheck.objects.select_related("checked_by").filter(patient=patient).first()
    if known is not None:
        if known.same_as_id != (same_as.pk if same_as else None):
            raise CheckedAlready(known)
        return known
    made = NewcomerCheck.objects.create(patient=patient, same_as=same_as, checked_at=now, checked_by=by)
    found = f"the same person as record {same_as.pk}" if same_as else "another person"
    record(action=Entry.Action.CHANGED, patient=patient, by=by, what=f"compared with others: {found}")
    return made


@transaction.atomic
def take_back(*, patient: Patient, by: Account) -> bool:
    """It is to be checked again. Whether it had been."""
    found, _ = NewcomerCheck.objects.filter(patient=patient).delete()
    if found:
        record(action=Entry.Action.CHANGED, patient=patient, by=by, what="compared with others: taken back")
    return bool(found)
