"""Ends sessions that were left open, and keeps records out of browser caches."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from clinic.people.models import Account

SEEN = "last_seen_at"
STARTED = "signed_in_at"
WRITE_EVERY_SECONDS = 30  # the session row is written at most this often
# A page that asks again by itself says so with this header: nobody touched it, so the session is not used by it.
BY_ITSELF = "X-By-Itself"

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionLimitsMiddleware:
    """Signs out after the idle or absolute limit of settings.SESSION_LIMITS (minutes)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Account):
            now = time.time()
            if self.has_run_out(request, request.user, now):
                logout(request)
                messages.info(request, "You were signed out because nothing happened for a while.")
            elif BY_ITSELF not in request.headers:
                self.note(request, now)
        return self.get_response(request)

    def has_run_out(self, request: HttpRequest, account: Account, now: float) -> bool:
        who = "staff" if account.works_here else "patient"
        idle, absolute = (minutes * 60 for minutes in settings.SESSION_LIMITS[who])
        session = request.session
        seen, started = float(session.get(SEEN, now)), float(session.get(STARTED, now))
        return now - seen > idle or now - started > absolute

    def note(self, request: HttpRequest, now: float) -> None:
        session = request.session
        session.setdefault(STARTED, now)
        if now - session.get(SEEN, 0) > WRITE_EVERY_SECONDS:
            session[SEEN] = now


class NoStoreMiddleware:
    """Nothing a signed-in person sees is kept by a browser or proxy; the back button shows nothing after sign-out.

    A patient's phone keeps their coming sessions, to work without signal: signing out clears them. A session that only
    ran out does not, or a log that waits for signal would be lost (SessionLimitsMiddleware comes before).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was = request.user
        is_patient = isinstance(was, Account) and not was.works_here
        response = self.get_response(request)
        if is_patient and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response
