"""How allauth behaves here: nobody signs themselves up, staff and patients are registered by the clinic."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

NO_SUCH_PAIR = (
    "This name and password do not belong together. Try again, or ask a manager for a new password."
)


class ClinicAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    # One sentence for each way to sign in: a different one would tell which names exist.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": NO_SUCH_PAIR,
        "email_password_mismatch": NO_SUCH_PAIR,
        "username_email_password_mismatch": NO_SUCH_PAIR,
        "too_many_login_attempts": "Too many tries. Wait a few minutes, then try again.",
        "incorrect_password": "This is not your password.",
        "incorrect_code": "This code is not right, or it has just run out. Type the one shown now.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
