"""Loads the signed-in account with everything the guards ask, in one query."""

from __future__ import annotations

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from clinic.people.models import Account, AccountQuerySet


class ClinicBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    def get_user(self, user_id: Any) -> Account | None:
        account: Account | None = _at_work().filter(pk=user_id).first()
        return account


@cache
def _at_work() -> AccountQuerySet:
    """Put together once: each request of somebody signed in begins with it, and asking takes no longer."""
    found: AccountQuerySet = Account.objects.with_doors().filter(is_active=True)
    return found
