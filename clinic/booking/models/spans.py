"""How the columns of a calendar row compare inside an exclusion constraint.

See clinic/decisions/2026-11-one-appointment-at-a-time.md: no extension is needed.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import BigIntegerRangeField
from django.db.models import Func, Q, Value

# Half open, the buffer after a visit included: one that begins as the other's buffer ends shares no moment with it.
THIS_TIME = Func("starts_at", "held_until", function="tstzrange", output_field=DateTimeRangeField())


def one_at_a_time(field: str, *, name: str, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows that meet the condition hold the same clinician, or resource, in the same moment."""
    the_same = Func(field, field, Value("[]"), function="int8range", output_field=BigIntegerRangeField())
    return ExclusionConstraint(
        name=name,
        index_type="gist",
        expressions=[(the_same, RangeOperators.OVERLAPS), (THIS_TIME, RangeOperators.OVERLAPS)],
        condition=condition,
        violation_error_message="That time is taken. Pick another.",
    )
