"""Who may write to which calendar now. Whoever wants one slot queues here, and nobody deadlocks."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

# Our classes of advisory locks; the second key is the row's id. All clinicians come before all resources, each in
# order of their ids: two who swap would wait for each other for ever.
CLINICIANS = 7_201
RESOURCES = 7_202


def lock_calendars(clinicians: Iterable[int], resources: Iterable[int] = ()) -> None:
    """Held until the transaction ends."""
    with connection.cursor() as cursor:
        for pk in sorted(set(clinicians)):
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", [CLINICIANS, pk])
        for pk in sorted(set(resources)):
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", [RESOURCES, pk])
