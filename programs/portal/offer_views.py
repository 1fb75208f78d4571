"""A time that came free, offered by link: yes, or no thank you. The link is the key; opening it changes nothing."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.guards import open_to_everyone
from clinic.booking import answering
from clinic.booking.hours import clinic_zone
from clinic.booking.refusals import Refused
from clinic.desk.throttle import allowed
from clinic.reminders.wording import elsewhere
from clinic.ui import errors

TRIED = {"most": 60, "seconds": 600}  # per address: opened and answered; a whole waiting room may share one


@open_to_everyone(because="the link is the key: it opens one offered time, and names nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """The offered time and two buttons. A wrong link, an old one and a used one answer alike."""
    if not allowed(what="offer tried", who=str(get_adapter().get_client_ip(request)), **TRIED):
        return errors.page(429)
    now = timezone.now()
    try:
        if request.method != "POST":
            return _page(request, "portal/offer.html", offer=answering.behind(token, now=now))
        if request.POST.get("answer") == "yes":
            return _page(request, "portal/offer_taken.html", visit=answering.accept(token=token, now=now))
        if request.POST.get("answer") == "no":
            return _page(request, "portal/offer_left.html", left=answering.decline(token=token, now=now))
        return _page(
            request, "portal/offer.html", status=422, offer=answering.behind(token, now=now), unread=True
        )
    except answering.NotOpen:
        return _page(request, "portal/offer_closed.html", status=410)
    except Refused as refused:
        return _page(request, "portal/offer_closed.html", status=409, refused=refused)


def _page(request: HttpRequest, template: str, *, status: int = 200, **facts: Any) -> HttpResponse:
    """The time is shown in the clinic's zone, and in the patient's where their clock shows another."""
    offered, visit = facts.get("offer"), facts.get("visit")
    if offered is not None:
        facts["starts_at"], patient = offered.starts_at, offered.entry.patient
    elif visit is not None:
        facts["starts_at"], patient = visit.starts_at, visit.patient
    else:
        patient = None
    if patient is not None:
        facts["there"] = elsewhere(facts["starts_at"], clinic_zone(), patient.zone)
    return render(request, template, facts, status=status)
