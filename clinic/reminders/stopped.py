"""Who stopped a channel: no column says it twice, the log of changes does, written in the change's own transaction."""

from __future__ import annotations

from collections.abc import Sequence

from clinic.audit.models import Entry
from clinic.people.actors import Job
from clinic.people.models import ContactChannel


def last_by(job: Job, channels: Sequence[ContactChannel], what: str) -> set[int]:
    """Ids of those to which `what` (as clinic.people notes it) was last done by this job. One query; none for none."""
    said = {f"{one.kind} channel {one.pk}: {what}": one for one in channels}
    if not said:
        return set()
    entries = Entry.objects.filter(patient__in={one.patient_id for one in channels}, what__in=said)
    last = dict(entries.order_by("pk").values_list("what", "job"))  # the newest of each is kept
    return {said[each].pk for each, by in last.items() if by == job.name}
