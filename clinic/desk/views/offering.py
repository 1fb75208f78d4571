"""Beside a gap: who of those who wait fits it. Offering it to the first of them, and taking an offer back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.booking import offering
from clinic.booking.refusals import Refused
from clinic.desk import gaps
from clinic.desk.day import day_url
from clinic.desk.wish import read_key
from clinic.people.models import Account
from clinic.people.roles import DESK


@for_roles(*DESK)
@require_safe
def who_waits(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Those who fit the gap named by clinician, day and time; the day's page asks for the list alone."""
    part = gaps.PART in request.headers
    most = gaps.MOST_IN_PART if part else gaps.MOST
    shown = gaps.asked(request.GET, now=timezone.now(), most=most)
    if shown is not None:
        record_listed(patients=[one.patient_id for one in shown.first], by=account, what="who waits")
    template = "desk/who_waits_list.html" if part else "desk/who_waits.html"
    return render(request, template, {"gap": shown}, status=200 if shown else 404)


@for_roles(*DESK)
@require_POST
def offer_time(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Ask the first who fit, or the one who was chosen, and hold the time meanwhile."""
    now = timezone.now()
    slot, to = gaps.slot_of(request.POST.get("slot", ""), now=now), None
    if (chosen := request.POST.get("to")) is not None and (to := read_key(chosen)) is None:
        slot = None  # one person was meant: the first three are no answer to that
    if slot is None:
        messages.error(
            request, "Nothing was offered: what was chosen could not be read. Choose it on the day again."
        )
        return redirect("desk:wait_list")
    try:
        made = offering.offer(clinician=slot.clinician, starts_at=slot.starts_at, to=to, by=account, now=now)
    except Refused as refused:
        messages.error(request, f"{refused} {refused.instead}".strip())
        return redirect(day_url(slot.starts_at))
    messages.success(request, gaps.told(made, chosen=to is not None))
    return redirect("desk:wait_list")


@for_roles(*DESK)
@require_POST
def take_back(request: HttpRequest, *, account: Account, round_id: uuid.UUID) -> HttpResponse:
    """The clinic needs the time after all."""
    how_many = offering.take_back(round=round_id, by=account, now=timezone.now())
    if how_many:
        messages.success(request, "Taken back: the time is free again. Whoever was mailed is told so.")
    else:
        messages.error(request, "Nothing was taken back: nobody is being asked any more.")
    return redirect("desk:wait_list")
