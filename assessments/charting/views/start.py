"""Starting a movement screen, or going on with one: where the trouble is, and the way into its first section."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from assessments.charting import starting
from assessments.charting.section_page import ScreenPage
from assessments.charting.without_catalogue import with_catalogue
from assessments.screens import actions as screens
from assessments.screens import offered
from assessments.screens.actions import NotOffered
from clinic.audit.guards import for_record
from clinic.booking.models import Appointment
from clinic.people.models import Account, Patient
from clinic.people.roles import Role

KEYS = [("1 … 9", "That place"), ("Enter", "The place that is marked"), ("?", "This list")]
AMENDMENT_FIRST = (
    "No new screen was started: an amendment of an earlier one is still open, and this is it. "
    "Sign it first; what you find today belongs into a screen of its own."
)


@for_record(Role.CLINICIAN)
@with_catalogue
def start(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """Open the draft of the posted place, or begin one; where there are several and none is posted, ask which."""
    catalogue = request.POST.get("catalogue", "")
    if request.method != "POST":
        return _ask_where(request, patient) if offered.several() else redirect("charting:patient", patient.pk)
    if not catalogue and offered.several():
        visit = urlencode({"appointment": request.POST.get("appointment", "")})
        return redirect(f"{reverse('charting:screen_start', args=[patient.pk])}?{visit}")
    now, visit_today = timezone.now(), _todays(request, patient)
    try:
        screen = screens.start(
            patient=patient, by=account, now=now, catalogue=catalogue, appointment=visit_today
        )
    except NotOffered:
        raise Http404 from None
    if screen.amends_id is None:
        screens.take_from_record(screen=screen, by=account, now=now)
    elif not request.POST.get("amendment"):
        messages.warning(request, AMENDMENT_FIRST)
    page = ScreenPage(screen)
    return redirect(page.url(page.first_open()))


def _ask_where(request: HttpRequest, patient: Patient) -> HttpResponse:
    context = {
        "patient": patient,
        "ways": starting.ways(patient),
        "appointment": request.GET.get("appointment", ""),
        "keys": KEYS,
    }
    return render(request, "charting/where.html", context)


def _todays(request: HttpRequest, patient: Patient) -> Appointment | None:
    """The appointment the screen is taken at: the one it was started from, else the patient's standing one of today."""
    chosen = request.POST.get("appointment", "")
    if chosen.isdecimal() and len(chosen) < 19:
        return patient.appointments.filter(pk=chosen).first()
    day, zone = timezone.localdate(), timezone.get_current_timezone()
    return Appointment.objects.on_day(day, zone).standing().filter(patient=patient).first()
