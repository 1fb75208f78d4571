"""What a patient may read of a result: the text of the class that stands, once a clinician has released it.

A program's release releases the text of the decision it rests on; of a class without a program a clinician releases
the text by a press of its own. The patient's pages reach it through `Telling.objects.released_to_patient` alone.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from assessments.triage.models import Decision, Result, Telling
from assessments.triage.rules import load_ruleset
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account


class NothingToTell(Exception):
    """The rules hold no words for patients about this class."""


class NoLongerHolds(Exception):
    """A later decision about the same result names another class."""


def words_for_patient(decision: Decision) -> str:
    """The text of the decided class: the outcome's own when agreed with, else the chosen class's first rule's.

    Empty where the rules say nothing to patients about it.
    """
    if decision.agrees:
        return str(decision.result.outcome.get("say_patient", "")).strip()
    name, _, version = decision.result.ruleset.rpartition(".v")
    rules = load_ruleset(name, int(version)).rules
    first = min(
        (one for one in rules if one.klass == decision.klass), key=lambda one: one.order, default=None
    )
    return first.say_patient.strip() if first else ""


@transaction.atomic
def tell(*, decision: Decision, by: Account, now: dt.datetime) -> Telling:
    """The patient may read the text from now on; a second press changes nothing.

    Raises NothingToTell, and NoLongerHolds when the decision is not the one that stands.
    """
    result = (
        Result.objects.select_for_update(of=("self",)).select_related("patient").get(pk=decision.result_id)
    )
    standing = result.standing_decision
    if standing is None or standing.klass != decision.klass:
        raise NoLongerHolds
    if found := Telling.objects.filter(decision=decision).first():
        return found
    text = words_for_patient(decision)
    if not text:
        raise NothingToTell
    telling = Telling.objects.create(decision=decision, text=text, told_at=now, told_by=by)
    record(action=Entry.Action.CREATED, patient=result.patient, by=by, what=f"{telling} released")
    return telling
