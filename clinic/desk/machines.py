"""The guard of addresses that other people's programs post to: mail providers, text gateways.

They cannot have a form's token, so these pages alone are not asked for one; a signature that only they can make stands
in for it, and there is no way to wear this guard without naming who checks it. The answer tells nothing: whoever has
no right signature reads 403, whatever they ask about.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

from clinic.audit.guards import Door, View
from clinic.audit.middleware import name_page
from clinic.desk.throttle import allowed

LONGEST = 64 * 1024  # bytes; a text or a report of one is a few hundred, a provider's batch some thousand
GUESSES = {"most": 60, "seconds": 600}  # wrong signatures from one network address


def for_machines(*, is_signed: Callable[[HttpRequest], bool], because: str) -> Callable[[View], View]:
    """Only a post that `is_signed` knows. A right signature is never held up: a STOP has to arrive."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if request.resolver_match:
                name_page(request.resolver_match.view_name)
            return _answer(request, view, is_signed)

        guarded.door = Door(frozenset(), because=because)  # type: ignore[attr-defined]  # read by the house-rule tests
        guarded.csrf_exempt = True  # type: ignore[attr-defined]  # Django's middleware looks for it
        return guarded

    return guard


def _answer(request: HttpRequest, view: View, is_signed: Callable[[HttpRequest], bool]) -> HttpResponse:
    if request.method != "POST":
        response = _plain(405)
        response["Allow"] = "POST"
    elif int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        response = _plain(413)
    elif is_signed(request):
        response = view(request)
    else:
        response = _plain(403 if allowed(what="call unsigned", who=_network(request), **GUESSES) else 429)
    response["Cache-Control"] = "no-store"
    return response


def _plain(status: int) -> HttpResponse:
    return HttpResponse("", status=status, content_type="text/plain")


def _network(request: HttpRequest) -> str:
    return str(get_adapter().get_client_ip(request))
