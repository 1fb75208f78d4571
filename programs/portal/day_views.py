"""“Done” and “Not today”, by the links of the mail about a session: each a page with one question and one button.

Nobody is signed in there. The pages name a day and nobody, and say nothing of what was planned: a mail is forwarded,
and read over shoulders. Opening one changes nothing, since mail scanners open links.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.views.decorators.http import require_http_methods

from clinic.audit.actions import record
from clinic.audit.guards import open_to_everyone
from clinic.audit.models import Entry
from clinic.booking.by_patients import LINK
from clinic.desk.throttle import allowed, network
from clinic.people.actors import Actor
from clinic.people.models import Account
from clinic.ui import errors
from programs.plans import diary
from programs.plans.refusals import LoggedAlready, Refusal
from programs.portal import day_links
from programs.portal.day_links import Asked
from programs.portal.forms import SessionForm

OPENED = {"most": 120, "seconds": 600}  # per network; scanners of a large mail provider share a few
LEAD = "Your plan for {day}"
ASK_DONE, TOLD = "portal/day_ask_done.html", "portal/day_told.html"
ASK_PUT_OFF, PUT_OFF = "portal/day_ask_put_off.html", "portal/day_put_off.html"
WHY_OPEN = "the link of the mail is the key: it tells of one day, and says neither whose nor what was planned"


def by_link(page: Callable[[HttpRequest, Asked], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands a page the day behind the key of the address, or answers that the link does not work."""

    @wraps(page)
    def opened(request: HttpRequest, *, day_key: str) -> HttpResponse:
        if not allowed(what="day link opened", who=network(request), **OPENED):
            return errors.page(429)
        asked = day_links.behind(day_key, now=timezone.now())
        if asked is None:
            response = _dead(request)
        else:
            reading = request.method in {"GET", "HEAD"}
            action = Entry.Action.READ if reading else Entry.Action.CHANGED
            record(
                action=action,
                patient=asked.patient,
                by=_who(request, asked),
                what=f"{asked.version}, {asked.day}",
            )
            response = page(request, asked)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return opened


def _done(request: HttpRequest, asked: Asked) -> HttpResponse:
    """How much it hurt, and one button: all of that day was done as planned."""
    logged = asked.logged()
    if logged is not None:
        ours = request.method == "POST" and logged.client_key == asked.client_key
        return _page(request, asked, TOLD, stop=ours and logged.asks_to_stop)
    if asked.rests:
        return _dead(request)
    if request.method != "POST" or not day_links.can_be_said(asked):
        form = SessionForm(exercises=(), today=asked.day)
        return _page(request, asked, ASK_DONE, form=form, can_be_said=day_links.can_be_said(asked))
    form = day_links.as_planned(asked, request.POST, now=timezone.now())
    if not form.is_valid():
        return _page(request, asked, ASK_DONE, form=form, can_be_said=True, status=422)
    try:
        logged = day_links.log(asked, form, by=_who(request, asked), now=timezone.now())
    except LoggedAlready:
        return _page(request, asked, TOLD)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, asked, ASK_DONE, form=form, can_be_said=True, status=409)
    return _page(request, asked, TOLD, stop=logged.asks_to_stop)


def _not_today(request: HttpRequest, asked: Asked) -> HttpResponse:
    """One button: it does not happen that day."""
    if asked.logged() is not None:
        return _page(request, asked, TOLD)
    if asked.rests:
        return _dead(request)
    if request.method != "POST":
        said = asked.patient.not_todays.filter(on_day=asked.day).exists()
        return _page(request, asked, PUT_OFF if said else ASK_PUT_OFF)
    by = _who(request, asked)
    try:
        diary.say_not_today(patient=asked.patient, on_day=asked.day, by=by, now=timezone.now())
    except LoggedAlready:
        return _page(request, asked, TOLD)
    return _page(request, asked, PUT_OFF)


def _who(request: HttpRequest, asked: Asked) -> Actor:
    """The patient who is signed in, or whoever holds the link."""
    by = request.user
    return by if isinstance(by, Account) and by == asked.patient.account else LINK


def _page(
    request: HttpRequest, asked: Asked, name: str, *, status: int = 200, **facts: object
) -> HttpResponse:
    lead = LEAD.format(day=format_date(asked.day, "l j F"))
    return render(request, name, {"lead": lead, "key": asked.key} | facts, status=status)


def _dead(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/day_dead.html", status=404)


GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])
done = open_to_everyone(because=WHY_OPEN)(GET_AND_POST(by_link(_done)))
not_today = open_to_everyone(because=WHY_OPEN)(GET_AND_POST(by_link(_not_today)))
