"""Loads the signed-in account with everything the guards ask, in one query."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from clinic.people.models import Account


class ClinicBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    def get_user(self, user_id: Any) -> Account | None:
        account: Account | None = Account.objects.with_doors().filter(pk=user_id, is_active=True).first()
        return account
