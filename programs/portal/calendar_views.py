"""The patient's own calendar: the page that makes, renews and takes away its address, and what calendars read there."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit.guards import for_patient, open_to_everyone
from clinic.audit.middleware import current
from clinic.people.models import Account, Patient
from programs.feeds import actions
from programs.feeds.calendar import calendar_of
from programs.feeds.models import USUAL_TIME, Feed
from programs.portal.forms import CalendarForm

FEED = "portal:calendar_feed"


@for_patient
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """Whether a calendar reads the sessions, and when they begin. The address itself is shown once, when made."""
    asked = request.POST.get("do")
    if asked == "end":
        return _take_away(request, patient)
    if asked not in {"make", "time"}:
        return _page(request, patient)
    form = CalendarForm(request.POST)
    if not form.is_valid():
        return _page(request, patient, form=form, status=422)
    if asked == "time":
        return _choose_time(request, patient, form)
    token = actions.make_address(
        patient=patient,
        time_of_day=form.cleaned_data["time_of_day"],
        by=_account(request),
        now=timezone.now(),
    )
    return _page(request, patient, token=token)


def _choose_time(request: HttpRequest, patient: Patient, form: CalendarForm) -> HttpResponse:
    chosen = form.cleaned_data["time_of_day"]
    try:
        actions.choose_time(patient=patient, time_of_day=chosen, by=_account(request), now=timezone.now())
    except actions.NoAddress:
        messages.warning(request, "You have no calendar address any more, so no time was changed.")
    else:
        messages.success(request, "Saved. Your calendar shows the new time when it next looks, within a day.")
    return redirect("portal:calendar")


def _take_away(request: HttpRequest, patient: Patient) -> HttpResponse:
    actions.take_away(patient=patient, by=_account(request))
    messages.success(request, "Disconnected. The address no longer works for anyone.")
    return redirect("portal:calendar")


def _page(
    request: HttpRequest,
    patient: Patient,
    *,
    form: CalendarForm | None = None,
    token: str = "",
    status: int = 200,
) -> HttpResponse:
    feed = Feed.objects.filter(patient=patient).first()
    at = feed.time_of_day if feed else USUAL_TIME
    context: dict[str, Any] = {
        "patient": patient,
        "feed": feed,
        "form": form or CalendarForm(initial={"time_of_day": at}),
    }
    if token:
        address = settings.CLINIC_BASE_URL + reverse(FEED, args=[token])
        context |= {"address": address, "opens": "webcal:" + address.partition(":")[2]}
    return render(request, "portal/calendar.html", context, status=status)


@open_to_everyone(
    because="a calendar cannot sign in: the address is the key, it tells times alone, and the patient can take it away"
)
@require_safe
def calendar_feed(request: HttpRequest, *, calendar_token: str) -> HttpResponse:
    """The sessions of the coming four weeks. A wrong address and one that was taken away answer alike."""
    feed = actions.behind(calendar_token)
    if feed is None:
        raise Http404
    now, here = timezone.now(), current()
    actions.note_reading(feed, page=here.page, address=here.address, now=now)
    response = HttpResponse(calendar_of(feed, now=now), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = 'inline; filename="sessions.ics"'
    return response


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)  # the guard let nobody else in
