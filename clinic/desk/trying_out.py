"""A made-up reminder sent to whoever asks, from any page that offers it, and what is said of it there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from clinic.people.models import Account
from clinic.people.roles import Role
from clinic.reminders import tasks, wishes


def send_to(account: Account, request: HttpRequest, *, name: str, language: str) -> None:
    """By mail, in the words that are kept. `name` is a kind's that there is."""
    found = wishes.source_of(name)
    label = found[1].label if found is not None else name
    if not account.email:
        who = "Add one under Settings." if account.role == Role.MANAGER else "Ask a manager to add one."
        messages.warning(request, f"Your account has no e-mail address, so nothing was sent. {who}")
    elif tasks.called(tasks.send_test, account.pk, name, language):
        messages.success(
            request,
            f"A test of “{label}” is on its way to {account.email}. Nothing of it concerns a patient.",
        )
    else:
        messages.warning(request, "The queue does not answer, so no test was sent. Try it again in a minute.")
