"""Dragging a visit, the keys and buttons that do the same, and taking the last thing done back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record
from clinic.booking.actions import take_back
from clinic.booking.as_shown import put as put_there
from clinic.booking.models import Appointment
from clinic.booking.refusals import AlreadyThere, Refused, SlotHeld, SlotTaken
from clinic.desk.asking import said_of_move
from clinic.desk.day import told
from clinic.desk.forms.putting import PutForm, UndoForm
from clinic.desk.telling import say
from clinic.desk.views.day import back_to
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK


@for_record(*DESK)
@require_POST
def put(request: HttpRequest, *, account: Account, patient: Patient, appointment_id: int) -> HttpResponse:
    """Another time, clinician or length, from where the page showed it. Refused, it says so and all stays."""
    rows = patient.appointments.select_related("clinician__account", "type", "patient")
    appointment, now = get_object_or_404(rows, pk=appointment_id), timezone.now()
    form = PutForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
        return redirect(back_to(request, appointment))
    try:
        done = put_there(appointment=appointment, **form.asked, by=account, now=now)
    except AlreadyThere:
        return redirect(back_to(request, appointment))
    except Refused as refused:
        if isinstance(refused, SlotTaken):
            record_listed(patients=[refused.holder.patient_id], by=account, what="holder of a taken slot")
        return _refused(request, appointment, form, refused)
    say(request, said_of_move(done, now=now), done)
    return redirect(back_to(request, done))


def _refused(request: HttpRequest, appointment: Appointment, form: PutForm, refused: Refused) -> HttpResponse:
    """With the next free times as buttons that put it there instead, and with the way to overbook."""
    shown = {
        "appointment": appointment,
        "refused": refused,
        "sent": form.sent,
        "here": request.get_full_path(),
        "back": back_to(request, appointment),
        "overbook": form.to_overbook
        if isinstance(refused, SlotTaken | SlotHeld) and appointment.may_move
        else None,
    }
    status = 409 if refused.somebody_was_first else 422
    return render(request, "desk/not_put.html", shown, status=status)


@for_record(*DESK)
@require_POST
def undo(request: HttpRequest, *, account: Account, patient: Patient, appointment_id: int) -> HttpResponse:
    """Take the last thing that was done to it back, while nobody has been told."""
    rows = patient.appointments.select_related("clinician__account", "type", "patient")
    appointment = get_object_or_404(rows, pk=appointment_id)
    form = UndoForm(request.POST)
    change = appointment.changes.filter(pk=form.cleaned_data["change"]).first() if form.is_valid() else None
    if change is None:
        messages.error(request, "That step is not one of this appointment's. Nothing was changed.")
        return redirect(back_to(request, appointment))
    try:
        back = take_back(change=change, by=account, now=timezone.now())
    except Refused as refused:
        messages.error(request, f"{refused} {refused.instead}".strip())
    else:
        messages.success(request, f"Taken back: {told(back)}, {back.get_status_display().lower()} as before.")
    return redirect(back_to(request, appointment))
