"""The steps every booking goes through: where the trouble is, what must not wait, what for, and when.

A page whose earlier step is not done sends to it. Opening a page changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessments.screens.definitions import Item
from assessments.screens.reading import load_screen
from clinic.booking import free, online
from clinic.booking.holding import let_go
from clinic.booking.models import AppointmentType, Hold, OnlineRequest
from clinic.people.models import Clinician
from clinic.people.roles import Role
from programs.portal.booking import limits, safety, times
from programs.portal.booking.errand import Booking, Errand, alone, facts, remember
from programs.portal.booking.forms import PlaceForm, SafetyForm, TypeForm
from programs.portal.booking.safety import Way

PAGE_OF = {Way.EMERGENCY: "emergency", Way.RING: "ring_us"}
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
def begin(request: HttpRequest, booking: Booking) -> HttpResponse:
    """What happens here, when not to book, and where the trouble is."""
    if booking.is_public and getattr(request.user, "role", "") == Role.PATIENT:
        return redirect("portal:booking:begin")
    if booking.patient is not None:
        try:
            online.check_enough(booking.patient, now=booking.now)
        except online.EnoughBooked as enough:
            return render(request, "portal/booking/enough.html", facts(booking) | {"enough": enough})
    chosen = booking.errand.place or _place_of_last_screen(booking)
    form = PlaceForm(request.POST if request.method == "POST" else None, chosen=chosen)
    if not form.is_valid():
        at_most = safety.most_asked(briefly=not booking.is_public)
        shown = facts(booking) | {"form": form, "at_most": at_most}
        return render(request, "portal/booking/begin.html", shown, status=_status(form.is_bound))
    limits.may_begin(limits.who(request, booking))
    if booking.errand.appointment:  # that one is done: this is another
        booking.errand = Errand()
    booking.errand.place = form.cleaned_data["place"]
    booking.errand.first_part, booking.errand.cleared_at = False, ""
    remember(request, booking)
    return redirect(booking.url("safety"))


@get_or_post
def first_questions(request: HttpRequest, booking: Booking) -> HttpResponse:
    """What would be an emergency; for a patient in treatment also what would be for today, and that is all."""
    if lacking := booking.lacks("safety"):
        return redirect(lacking)
    if not booking.is_public:
        return _ask(request, booking, safety.in_short(booking.place), to_come=0)
    first, others = safety.in_two_parts(booking.place)
    return _ask(request, booking, first, to_come=len(others))


@get_or_post
def more_questions(request: HttpRequest, booking: Booking) -> HttpResponse:
    """What else should not wait for an appointment."""
    if lacking := booking.lacks("more"):
        return redirect(lacking)
    return _ask(request, booking, safety.in_two_parts(booking.place)[1], to_come=0)


def _ask(request: HttpRequest, booking: Booking, items: Sequence[Item], *, to_come: int) -> HttpResponse:
    """These questions; `to_come` is how many more are asked after them."""
    form = SafetyForm(items, request.POST if request.method == "POST" else None)
    if not form.decides():
        is_first = bool(to_come) or not booking.is_public
        shown = facts(booking) | {"form": form, "is_first": is_first, "to_come": to_come}
        return render(request, "portal/booking/safety.html", shown, status=_status(form.is_bound))
    way = safety.leads(booking.place, form.said)
    if way != Way.ON:
        _stop(request, booking)
        return redirect(booking.url(PAGE_OF[way]))
    if to_come:
        booking.errand.first_part = True
        remember(request, booking)
        return redirect(booking.url("more"))
    booking.errand.cleared_at = booking.now.isoformat()
    if len(booking.types) == 1:
        booking.errand.type = booking.types[0].slug
    remember(request, booking)
    return redirect(booking.url("times" if booking.type else "type"))


@require_safe
def emergency(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Where to go. The same words for everybody."""
    shown = facts(booking) | {"safety": load_screen(booking.place).safety_text}
    return render(request, "portal/booking/emergency.html", shown)


@require_safe
def ring_us(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The clinic's number, and no time."""
    shown = facts(booking) | {"safety": load_screen(booking.place).safety_text}
    return render(request, "portal/booking/ring_us.html", shown)


@get_or_post
def what_for(request: HttpRequest, booking: Booking) -> HttpResponse:
    if lacking := booking.lacks("type"):
        return redirect(lacking)
    form = TypeForm(
        booking.types, request.POST if request.method == "POST" else None, chosen=booking.errand.type
    )
    if not form.is_valid():
        shown = facts(booking) | {"form": form}
        return render(request, "portal/booking/type.html", shown, status=_status(form.is_bound))
    if booking.errand.type != form.cleaned_data["type"]:  # another length, perhaps other people: another time
        _let_time_go(request, booking)
    booking.errand.type = form.cleaned_data["type"]
    remember(request, booking)
    return redirect(booking.url("times"))


@get_or_post
def when(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The free times; choosing one keeps it for five minutes."""
    if lacking := booking.lacks("times"):
        return redirect(lacking)
    type = booking.type
    assert type is not None  # noqa: S101 - it lacks nothing
    people = list(free.doing(type, booking.now.date()))
    if request.method != "POST":
        return _times(request, booking, type, people)
    starts_at = times.read_start(request.POST.get("start", ""))
    if starts_at is None:
        refused = online.NotBooked("No time was chosen. Choose one below.")
        return _times(request, booking, type, people, refused=refused, status=422)
    clinician = times.read_clinician(request.POST.get("with", ""), people)
    try:
        with alone(request, booking) as errand:
            _keep(errand, booking, type, clinician, starts_at, limits.who(request, booking))
    except online.NotBooked as refused:
        return _times(request, booking, type, people, refused=refused, status=409)
    return redirect(booking.url("last"))


def _keep(
    errand: Errand,
    booking: Booking,
    type: AppointmentType,
    clinician: Clinician | None,
    starts_at: dt.datetime,
    whose: str,
) -> None:
    """That time for this errand. A second press of the same button finds it kept already."""
    held = booking.hold
    if (
        held is not None
        and (held.starts_at, held.type_id) == (starts_at, type.pk)
        and clinician in (None, held.clinician)
    ):
        return
    limits.take_seat(errand, whose)
    kept = online.keep(type=type, clinician=clinician, starts_at=starts_at, now=booking.now, instead_of=held)
    _note(errand, kept, anybody=clinician is None)


def _note(errand: Errand, kept: Hold, *, anybody: bool) -> None:
    errand.hold, errand.clinician, errand.anybody = kept.pk, kept.clinician_id, anybody
    errand.starts_at, errand.appointment = kept.starts_at.isoformat(), 0


def _times(
    request: HttpRequest,
    booking: Booking,
    type: AppointmentType,
    people: list[Clinician],
    *,
    refused: online.NotBooked | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    clinician = times.read_clinician(asked.get("with", ""), people)
    since = times.read_day(asked.get("from", ""))
    offered = times.offered(type, clinician=clinician, since=since, now=booking.now, holding=booking.hold)
    shown = facts(booking) | {
        "type": type,
        "people": people if len(people) > 1 else [],
        "clinician": clinician,
        "times": offered,
        "since": since,
        "refused": refused,
        "typed": booking.is_public and booking.request is not None,
    }
    return render(request, "portal/booking/times.html", shown, status=status)


def _stop(request: HttpRequest, booking: Booking) -> None:
    """Nothing is kept of somebody who should be seen by others first: no time, and nothing they typed."""
    _let_time_go(request, booking)
    OnlineRequest.objects.filter(pk=booking.errand.request, appointment=None).delete()
    booking.errand = Errand(place=booking.errand.place)
    remember(request, booking)


def _let_time_go(request: HttpRequest, booking: Booking) -> None:
    limits.leave_seat(booking.errand, limits.who(request, booking))
    if booking.hold is not None:
        let_go(hold=booking.hold)
    booking.errand.forget_time()


def _place_of_last_screen(booking: Booking) -> str:
    """What a patient was last examined for is likely what they come for."""
    if booking.patient is None:
        return ""
    last = booking.patient.screens.order_by("-pk").values_list("catalogue", flat=True).first()
    return str(last or "")


def _status(is_bound: bool) -> int:  # noqa: FBT001 - of a form
    return 422 if is_bound else 200
