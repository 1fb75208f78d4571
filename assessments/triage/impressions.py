"""“My impression first”: what a clinician thinks is written down before a result opens to them, where the clinic asks.

Results to be acted on the same day are never held up: nobody is asked first (Result.is_sealed).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from assessments.triage.actions import UnknownClass, classes_to_choose
from assessments.triage.models import Impression, Result
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.models import Account


@transaction.atomic
def record_impression(
    *, result: Result, klass: str, words: str = "", by: Account, now: dt.datetime
) -> Impression:
    """The clinician's impression, `klass` "" where they cannot say; their first one stays. Raises UnknownClass."""
    if klass and klass not in classes_to_choose(result):
        raise UnknownClass
    impression, is_first = Impression.objects.get_or_create(
        result=result, made_by=by, defaults={"klass": klass, "words": words.strip(), "made_at": now}
    )
    if is_first:
        record(
            action=Entry.Action.CREATED,
            patient=result.patient,
            by=by,
            what=f"impression of result {result.pk}",
        )
    return impression
