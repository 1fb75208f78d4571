"""What must hold of the people in the database before production starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connections

from clinic.people.models import Account


@register("production")
def no_demo_accounts(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Their passwords are printed on screens and in the README."""
    if settings.DEBUG or not databases:
        return []
    if Account._meta.db_table not in connections["default"].introspection.table_names():
        return []  # a new database: `migrate` asks before it makes the tables
    names = list(Account.objects.filter(is_demo=True).values_list("username", flat=True)[:5])
    if not names:
        return []
    return [
        Error(
            f"This database holds demo accounts ({', '.join(names)}).",
            hint="Use a database the demo clinic was never put into.",
            id="people.E001",
        )
    ]
