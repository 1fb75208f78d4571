"""A patient's last steps: look once more, and book."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clinic.booking import online
from clinic.booking.models import CameBy
from clinic.people.models import Account
from programs.portal.booking import keeping, limits
from programs.portal.booking.errand import Booking, alone, facts
from programs.portal.booking.pages import get_or_post
from programs.portal.booking.safety import hand_on_place


@get_or_post
def check(request: HttpRequest, booking: Booking) -> HttpResponse:
    """One press books what stands there."""
    if booking.errand.appointment:
        return redirect(booking.url("booked"))
    if lacking := booking.lacks("last"):
        return redirect(lacking)
    if request.method != "POST":
        return _page(request, booking)
    if "longer" in request.POST:
        return _page(request, booking, longer=keeping.longer(request, booking))
    return _book(request, booking)


def _page(
    request: HttpRequest,
    booking: Booking,
    *,
    longer: bool | None = None,
) -> HttpResponse:
    shown = facts(booking) | keeping.kept(booking) | {"longer": longer}
    return render(request, "portal/booking/check.html", shown)


def _book(request: HttpRequest, booking: Booking) -> HttpResponse:
    """A second press finds the visit that the first one booked."""
    refused: online.NotBooked | None = None
    with alone(request, booking) as errand:
        patient, type, clinician, starts_at = (
            booking.patient,
            booking.type,
            booking.clinician,
            booking.starts_at,
        )
        if errand.appointment:
            return redirect(booking.url("booked"))
        if patient is None or type is None or clinician is None or starts_at is None:
            return redirect(booking.lacks("last") or booking.url("times"))
        try:
            visit = online.book_kept(
                patient=patient,
                type=type,
                clinician=clinician,
                starts_at=starts_at,
                holding=booking.hold,
                came_by=CameBy.PORTAL,
                by=cast(Account, request.user),  # the guard let nobody else in
                now=booking.now,
            )
            hand_on_place(visit, errand.place, now=booking.now)
            errand.appointment, errand.hold, errand.cleared_at = visit.pk, 0, ""
            limits.leave_seat(errand, limits.who(request, booking))
        except online.EnoughBooked as enough:
            refused = enough
        except online.NotBooked as gone:
            refused = gone
            errand.forget_time()
    if isinstance(refused, online.EnoughBooked):
        shown = facts(booking) | {"enough": refused}
        return render(request, "portal/booking/enough.html", shown, status=409)
    if refused is not None:
        return keeping.choose_again(request, booking, refused)
    return redirect(booking.url("booked"))


@require_safe
def booked(request: HttpRequest, booking: Booking) -> HttpResponse:
    """When and where, and what happens next."""
    visit = booking.appointment
    if visit is None or visit.patient_id != getattr(booking.patient, "pk", None):
        return redirect("portal:appointments")
    return render(request, "portal/booking/booked.html", facts(booking) | {"visit": visit})
