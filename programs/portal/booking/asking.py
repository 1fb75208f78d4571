"""A visitor's last steps: who they are, the code from their mail, and the visit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clinic.booking import online, online_requests
from clinic.booking.models import OnlineRequest
from clinic.booking.online_requests import MOST_CODES, CodeRefused, Contact
from programs.portal.booking import keeping, limits
from programs.portal.booking.errand import Booking, alone, facts
from programs.portal.booking.forms import CodeForm, ContactForm
from programs.portal.booking.pages import get_or_post
from programs.portal.booking.safety import hand_on_place


@get_or_post
def who(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Names, birth date, where to write. What was typed is kept, also when the time is gone."""
    if booking.errand.appointment:
        return redirect(booking.url("booked"))
    if lacking := booking.lacks("typed" if request.method == "POST" else "last"):
        return redirect(lacking)
    if request.method != "POST":
        return _form(request, booking, ContactForm.showing(booking.request))
    if "longer" in request.POST:
        was_longer = keeping.longer(request, booking)
        return _form(request, booking, ContactForm.as_typed(request.POST), longer=was_longer)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _form(request, booking, form, status=422)
    return _go_on(request, booking, form.contact)


def _form(
    request: HttpRequest,
    booking: Booking,
    form: ContactForm,
    *,
    longer: bool | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = booking.request
    shown = facts(booking) | keeping.kept(booking) | {"form": form, "longer": longer}
    shown["is_known"] = asked is not None and asked.confirmed_at is not None and asked.appointment_id is None
    return render(request, "portal/booking/who.html", shown, status=status)


def _go_on(request: HttpRequest, booking: Booking, contact: Contact) -> HttpResponse:
    """Keep it, then ask for the code; or book at once where the code for this address came back before."""
    whose = limits.who(request, booking)
    with alone(request, booking) as errand:
        type, clinician, starts_at = booking.type, booking.clinician, booking.starts_at
        if type is None or clinician is None or starts_at is None:  # taken away in another window
            return redirect(booking.lacks("last") or booking.url("times"))
        gone, too_much = None, False
        try:
            gone = keeping.again(booking, whose)
        except limits.TooMuch:
            too_much = True
        asked = online_requests.ask(
            type=type,
            clinician=booking.clinician or clinician,
            starts_at=starts_at,
            hold=booking.hold,
            contact=contact,
            now=booking.now,
            instead_of=booking.request,
        )
        errand.request, errand.appointment = asked.pk, 0
        if gone is not None:
            errand.forget_time()
        elif asked.confirmed_at is None and not too_much:
            too_much = not _sent(booking, asked, whose)
    if too_much:  # said out here, so that what was typed is kept
        raise limits.TooMuch
    if gone is not None:
        return keeping.choose_again(request, booking, gone)
    if asked.confirmed_at is not None:
        return _confirm(request, booking, "")
    return redirect(booking.url("code"))


def _sent(booking: Booking, asked: OnlineRequest, whose: str, *, again: bool = False) -> bool:
    """Have a code mailed, unless one is on its way. False where too many were asked for."""
    if online_requests.wants_code(asked, again=again, now=booking.now):
        try:
            limits.may_send_code(asked.email, whose)
        except limits.TooMuch:
            return False
        online_requests.want_code(request=asked, now=booking.now)
    return True


@get_or_post
def code(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Six digits from the mail. Another code can be asked for twice."""
    if lacking := booking.lacks("code"):
        return redirect(lacking)
    if booking.errand.appointment:
        return redirect(booking.url("booked"))
    if booking.request is None:  # forgotten after a day
        return redirect(booking.url("last"))
    if not booking.errand.starts_at:
        return redirect(booking.url("times"))
    if request.method != "POST":
        return _code_page(request, booking, CodeForm())
    if "longer" in request.POST:
        return _code_page(request, booking, CodeForm(), longer=keeping.longer(request, booking))
    if "again" in request.POST:
        return _another(request, booking)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, booking, form, status=422)
    return _confirm(request, booking, form.cleaned_data["code"], form)


def _another(request: HttpRequest, booking: Booking) -> HttpResponse:
    """A second press before the mail has gone asks for the same code."""
    with alone(request, booking):
        asked = booking.request
        more = asked is not None and asked.codes_sent < MOST_CODES
        too_much = (
            more and asked is not None and not _sent(booking, asked, limits.who(request, booking), again=True)
        )
    if too_much:
        raise limits.TooMuch
    return _code_page(request, booking, CodeForm(), sent=more, status=200 if more else 409)


def _code_page(
    request: HttpRequest,
    booking: Booking,
    form: CodeForm,
    *,
    sent: bool | None = None,
    longer: bool | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = booking.request
    shown = facts(booking) | keeping.kept(booking) | {"form": form, "sent": sent, "longer": longer}
    shown |= {"asked": asked, "more_codes": asked is not None and asked.codes_sent < MOST_CODES}
    return render(request, "portal/booking/code.html", shown, status=status)


def _confirm(
    request: HttpRequest, booking: Booking, typed: str, form: CodeForm | None = None
) -> HttpResponse:
    whose = limits.who(request, booking)
    limits.may_type_code(whose)
    refused: CodeRefused | None = None
    gone: online.NotBooked | None = None
    with alone(request, booking) as errand:
        asked = booking.request
        if asked is None:
            return redirect(booking.url("last"))
        try:
            visit = online_requests.confirm(request=asked, code=typed, now=booking.now)
            hand_on_place(visit, errand.place, now=booking.now)
            errand.appointment = visit.pk
            limits.leave_seat(errand, whose)
            errand.hold = 0
        except CodeRefused as why:
            refused = why
        except online.NotBooked as why:
            gone = why
            errand.forget_time()
    if refused is not None:
        form = form or CodeForm()
        form.add_error("code", str(refused))
        return _code_page(request, booking, form, status=422)
    if isinstance(gone, online.EnoughBooked):
        return render(request, "portal/booking/enough.html", facts(booking) | {"enough": gone}, status=409)
    if gone is not None:
        return keeping.choose_again(request, booking, gone)
    return redirect(booking.url("booked"))


@require_safe
def booked(request: HttpRequest, booking: Booking) -> HttpResponse:
    """When and where, and what happens next."""
    appointment = booking.appointment
    if appointment is None:
        return redirect(booking.url("begin"))
    shown = facts(booking) | {"visit": appointment, "asked": booking.request}
    return render(request, "portal/booking/booked.html", shown)
