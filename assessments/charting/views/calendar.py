"""The clinician's own calendar: the page that makes, renews and takes away its address, and what is read there."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit.guards import for_roles, open_to_everyone
from clinic.audit.middleware import current
from clinic.booking import clinician_feeds
from clinic.booking.models import ClinicianFeed
from clinic.people.models import Account, Clinician
from clinic.people.roles import Role


@for_roles(Role.CLINICIAN)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Whether a calendar reads their visits. The address itself is shown once, when made."""
    clinician = get_object_or_404(Clinician, account=account)
    asked = request.POST.get("do")
    if asked == "end":
        clinician_feeds.take_away(clinician=clinician, by=account)
        messages.success(request, "Disconnected. The address no longer works for anyone.")
        return redirect("charting:calendar")
    shown: dict[str, object] = {}
    if asked == "make":
        token = clinician_feeds.make_address(clinician=clinician, by=account, now=timezone.now())
        address = settings.CLINIC_BASE_URL + reverse("charting:calendar_feed", args=[token])
        shown = {"address": address, "opens": "webcal:" + address.partition(":")[2]}
    shown["feed"] = ClinicianFeed.objects.filter(clinician=clinician).first()
    return render(request, "charting/calendar.html", shown)


@open_to_everyone(
    because="a calendar cannot sign in: the address is the key, it tells busy times alone, and can be taken away"
)
@require_safe
def calendar_feed(request: HttpRequest, *, clinician_token: str) -> HttpResponse:
    """When they are busy or away. A wrong address and one that was taken away answer alike."""
    now, here = timezone.now(), current()
    feed = clinician_feeds.behind(clinician_token, now=now)
    if feed is None:
        raise Http404
    clinician_feeds.note_reading(feed, page=here.page, address=here.address, now=now)
    response = HttpResponse(
        clinician_feeds.calendar_of(feed, now=now), content_type="text/calendar; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    return response
