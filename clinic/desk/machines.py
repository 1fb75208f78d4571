"""The guards of addresses that other people's programs post to: mail providers, text gateways, mail programs.

They cannot have a form's token, so these pages alone are not asked for one; a signature that only they can make stands
in for it, and there is no way to wear one of them without naming who checks it. Whoever has no right signature
learns nothing, whatever they ask about.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from clinic.audit.guards import Door, View
from clinic.audit.middleware import name_page
from clinic.desk.throttle import allowed, network
from clinic.ui import errors

LONGEST = 64 * 1024  # bytes; a text or a report of one is a few hundred, a provider's batch some thousand
KEYS_SHOWN = {"most": 120, "seconds": 600}  # per network; scanners of a large mail provider share a few
GUESSES = {"most": 60, "seconds": 600}  # wrong signatures from one network address


def for_machines(*, is_signed: Callable[[HttpRequest], bool], because: str) -> Callable[[View], View]:
    """Only a post that `is_signed` knows. A right signature is never held up: a STOP has to arrive."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if request.resolver_match:
                name_page(request.resolver_match.view_name)
            return _answer(request, view, is_signed)

        return _exempt(guarded, because)

    return guard


def for_key_holders(
    *, part: str, opens: Callable[[str], object | None], because: str
) -> Callable[[View], View]:
    """A page whose address holds a signed key, which alone decides: nobody is signed in there, and a mail program may
    post by itself. The view is handed what the key opens as `found`; None where it opens nothing.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: str) -> HttpResponse:
            if request.resolver_match:
                name_page(request.resolver_match.view_name)
            if request.method not in {"GET", "HEAD", "POST"}:
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            if not allowed(what="key shown", who=network(request), **KEYS_SHOWN):
                return errors.page(429)
            response = view(request, found=opens(kwargs[part]))
            response["Cache-Control"] = "no-store"
            response["X-Robots-Tag"] = "noindex"
            return response

        return _exempt(guarded, because)

    return guard


def _exempt(view: View, because: str) -> View:
    """Worn, and not asked for a form's token."""
    view.door = Door(frozenset(), because=because)  # type: ignore[attr-defined]  # read by the house-rule tests
    view.csrf_exempt = True  # type: ignore[attr-defined]  # Django's middleware looks for it
    return view


def _answer(request: HttpRequest, view: View, is_signed: Callable[[HttpRequest], bool]) -> HttpResponse:
    if request.method != "POST":
        response = _plain(405)
        response["Allow"] = "POST"
    elif int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        response = _plain(413)
    elif is_signed(request):
        response = view(request)
    else:
        response = _plain(403 if allowed(what="call unsigned", who=network(request), **GUESSES) else 429)
    response["Cache-Control"] = "no-store"
    return response


def _plain(status: int) -> HttpResponse:
    return HttpResponse("", status=status, content_type="text/plain")
