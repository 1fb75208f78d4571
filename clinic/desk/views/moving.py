"""Moving an appointment to another time, perhaps to another clinician."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record
from clinic.booking.models import Appointment
from clinic.booking.refusals import AlreadyThere, NotAllowedFrom, Refused, SlotTaken
from clinic.booking.status import Status
from clinic.desk.asking import move_as_asked, said_of_move
from clinic.desk.booking_page import facts_of_move
from clinic.desk.day import where_it_is
from clinic.desk.forms.booking import MoveForm
from clinic.desk.kept import brought_back
from clinic.desk.telling import say
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, *, account: Account, patient: Patient, appointment_id: int) -> HttpResponse:
    rows = patient.appointments.select_related("clinician__account", "type", "patient")
    appointment = get_object_or_404(rows, pk=appointment_id)
    if not appointment.may_move:
        messages.error(request, str(NotAllowedFrom(Status(appointment.status), "moved")))
        return redirect(where_it_is(appointment))
    if request.method != "POST":
        kept = brought_back(request)
        return _page(request, appointment, request.GET if kept is None else kept)
    if "look" in request.POST:  # only asks which times are free for what is chosen now
        return _page(request, appointment, request.POST)
    return _move(request, appointment, account)


def _move(request: HttpRequest, appointment: Appointment, account: Account) -> HttpResponse:
    now = timezone.now()
    form = MoveForm(request.POST, today=timezone.localdate(now))
    if not form.is_valid():
        return _page(request, appointment, request.POST, form=form, status=422)
    try:
        moved = move_as_asked(form, appointment=appointment, by=account, now=now)
    except AlreadyThere as there:
        messages.info(request, str(there))
        return redirect(where_it_is(appointment))
    except Refused as refused:
        if isinstance(refused, SlotTaken):
            holder = refused.holder.patient_id
            record_listed(patients=[holder], by=account, what="holder of a taken slot")
        status = 409 if refused.somebody_was_first else 422
        return _page(request, appointment, request.POST, form=form, refused=refused, status=status)
    say(request, said_of_move(moved, now=now), moved)
    return redirect(where_it_is(moved))


def _page(
    request: HttpRequest,
    appointment: Appointment,
    given: QueryDict,
    *,
    form: MoveForm | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with everything that was chosen or typed so far."""
    shown = facts_of_move(appointment, given, now=timezone.now(), form=form, refused=refused)
    return render(request, "desk/move.html", shown | {"day_url": where_it_is(appointment)}, status=status)
