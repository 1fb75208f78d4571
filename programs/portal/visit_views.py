"""One visit's pages: see it, confirm, move or cancel it, as a calendar file. By the link of a message, or signed in.

Opening one changes nothing, since mail scanners open links; each act is a post. A link that is wrong, old, used or
expired answers alike, so that it tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit.actions import record
from clinic.audit.guards import for_patient, open_to_everyone
from clinic.audit.models import Entry
from clinic.booking import by_patients, ics, links
from clinic.booking.by_patients import LINK, LONGEST_REASON, ByPhone, NotDone, TimeGone
from clinic.booking.models import Appointment
from clinic.desk.throttle import allowed, network
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.ui import errors
from programs.portal import visits
from programs.portal.visits import ByLink, SignedIn, Way

OPENED = {"most": 120, "seconds": 600}  # per network; scanners of a large mail provider share a few
KEPT = "This was not done yet: you were signed out first. Look it over and send it again."
WHY_OPEN = "the link of the message is the key; it opens one visit and says neither whose nor what for"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why, if you like to say",
        max_length=LONGEST_REASON,
        required=False,
        error_messages={"max_length": f"Say it in {LONGEST_REASON} characters or fewer."},
        help_text="Only the clinic reads it.",
    )


def by_link(page: Callable[[HttpRequest, Way], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands a page its visit behind the token of the address, or answers that the link does not work."""

    @wraps(page)
    def opened(request: HttpRequest, *, visit_token: str) -> HttpResponse:
        if not allowed(what="visit link opened", who=network(request), **OPENED):
            return errors.page(429)
        link = links.behind(visit_token, now=timezone.now())
        if link is None:
            response = render(request, "portal/visit_dead.html", status=404)
        else:
            reading = request.method in {"GET", "HEAD"}
            action = Entry.Action.READ if reading else Entry.Action.CHANGED
            what = f"appointment {link.appointment_id}"
            record(action=action, patient=link.appointment.patient, by=LINK, what=what)
            response = page(request, ByLink(link, visit_token))
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return opened


def signed_in(page: Callable[[HttpRequest, Way], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands a page the patient's own visit."""

    @wraps(page)
    def opened(request: HttpRequest, *, patient: Patient, appointment_id: int) -> HttpResponse:
        rows = Appointment.objects.filter(patient=patient)
        rows = rows.select_related("type", "clinician__account", "patient__account")
        visit = get_object_or_404(rows, pk=appointment_id)
        return page(request, SignedIn(visit, cast(Account, request.user)))

    return opened


def _one(request: HttpRequest, way: Way) -> HttpResponse:
    """The visit with its buttons; a post does one of them."""
    if request.method != "POST":
        kept = kept_forms.take_back(request)
        if kept is not None:
            messages.warning(request, KEPT)
        return _page(request, way, form=ReasonForm(initial=kept.dict()) if kept else None)
    form = ReasonForm(request.POST)
    asked = request.POST.get("do", "")
    if asked not in {"confirm", "cancel", "back"} or (asked == "cancel" and not form.is_valid()):
        return _page(request, way, form=form, status=422)
    try:
        leads_to = _do(request, way, asked, form)
    except NotDone as refused:
        messages.warning(request, str(refused))
        return _as_it_stands(request, way, form)
    return redirect(leads_to)


def _as_it_stands(request: HttpRequest, way: Way, form: ReasonForm) -> HttpResponse:
    """After a refusal: the visit as it is now, with what was typed; a link that died meanwhile says so."""
    if isinstance(way, ByLink) and links.behind(way.token, now=timezone.now()) is None:
        return redirect(way.page)
    way.visit.refresh_from_db()
    return _page(request, way, form=form, status=409)


def _do(request: HttpRequest, way: Way, asked: str, form: ReasonForm) -> str:
    """Where it leads. Raises NotDone."""
    now = timezone.now()
    if asked == "confirm":
        way.confirm(now)
        messages.success(request, "Confirmed. We look forward to seeing you.")
        return way.page
    if asked == "cancel":
        way.cancel(form.cleaned_data["reason"], now)
        return way.page
    back = way.take_back(now)
    messages.success(
        request, "Taken back. Your visit stands as it did before, and nobody was told otherwise."
    )
    return back


def _move(request: HttpRequest, way: Way) -> HttpResponse:
    """Free times to choose from; a post takes one."""
    if not by_patients.may_change(way.visit, now=timezone.now()):
        messages.warning(request, str(ByPhone()))
        return redirect(way.page)
    if request.method != "POST":
        return _times(request, way)
    starts_at = visits.read_time(request.POST.get("starts_at", ""))
    anybody = request.POST.get("who") == "anybody"
    if starts_at is None:
        return _times(request, way, refused=TimeGone(), status=422)
    try:
        leads_to = way.move(starts_at, anybody=anybody, now=timezone.now())
    except TimeGone as gone:
        return _times(request, way, refused=gone, status=409)
    except NotDone as refused:
        messages.warning(request, str(refused))
        return _as_it_stands(request, way, ReasonForm())
    return redirect(leads_to)


def _file(request: HttpRequest, way: Way) -> HttpResponse:
    """The visit as a calendar file."""
    response = HttpResponse(
        ics.of_visit(Appointment.objects.all(), way.visit.pk), content_type="text/calendar; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = f'attachment; filename="{ics.FILE_NAME}"'
    return response


def _page(
    request: HttpRequest, way: Way, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    shown = visits.facts(way, now=timezone.now())
    return render(request, "portal/visit.html", shown | {"form": form or ReasonForm()}, status=status)


def _times(
    request: HttpRequest, way: Way, *, refused: TimeGone | None = None, status: int = 200
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    anybody = asked.get("who") == "anybody"
    from_day = visits.read_day(asked.get("from", ""))
    days, later = visits.times(way.visit, anybody=anybody, from_day=from_day, now=timezone.now())
    shown: dict[str, Any] = {
        "way": way,
        "details": visits.details(way.visit),
        "clinician": str(way.visit.clinician),
        "there": way.visit.patient.time_zone if visits.is_elsewhere(way.visit) else "",
        "anybody": anybody,
        "days": days,
        "later": later,
        "from_day": from_day,
        "refused": refused,
        "instead": visits.offered(way.visit, refused.later) if refused else [],
    }
    return render(request, "portal/visit_times.html", shown, status=status)


GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])
visit = open_to_everyone(because=WHY_OPEN)(GET_AND_POST(by_link(_one)))
visit_move = open_to_everyone(because=WHY_OPEN)(GET_AND_POST(by_link(_move)))
visit_file = open_to_everyone(because=WHY_OPEN)(require_safe(by_link(_file)))
appointment = for_patient(GET_AND_POST(signed_in(_one)))
appointment_move = for_patient(GET_AND_POST(signed_in(_move)))
appointment_file = for_patient(require_safe(signed_in(_file)))
