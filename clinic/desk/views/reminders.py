"""What was sent to patients, what was not, and why."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_record, for_roles
from clinic.booking.reminders import TWO_DAYS
from clinic.desk import reply_list, trying_out
from clinic.desk.forms.reminders import NarrowForm
from clinic.desk.reminder_list import Wanted, coming, page, whom
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK, Role
from clinic.people.search import TooShort, by_address, find
from clinic.reminders import health
from clinic.reminders.actions import CannotResend, resend
from clinic.reminders.reaching import reached_by


# A name is posted, never asked for in the address: addresses end up in logs.
@for_roles(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest, *, account: Account) -> HttpResponse:
    """The list; a post looks for the patient it should be about."""
    wanted, now = Wanted.read(request.GET), timezone.now()
    if request.method == "POST":
        return _whose(request, account, wanted)
    shown = page(wanted, now=now)
    about = whom(wanted, shown)
    named = shown.patient_ids or ([about.pk] if about is not None else [])
    record_listed(patients=named, by=account, what="reminders")
    facts = {
        "page": shown,
        "coming": coming(wanted, now=now) if about else None,
        "is_reached": about is None or bool(reached_by(about)),
        "wanted": wanted,
        "narrow": NarrowForm(request.GET),
        "about": about,
        "replies_wait": reply_list.waiting(),
        "late": health.is_late(now),
        "manages": account.role == Role.MANAGER,
    }
    return render(request, "desk/reminders.html", facts)


def _whose(request: HttpRequest, account: Account, wanted: Wanted) -> HttpResponse:
    """One patient found: their reminders. Several: which one? None: say so, and keep what was typed."""
    typed = request.POST.get("q", "").strip()[:80]
    try:
        found, too_short = list((by_address if "@" in typed else find)(typed)) if typed else [], False
    except TooShort:
        found, too_short = [], True
    record_listed(patients=[patient.pk for patient in found], by=account, what="reminders of")
    if len(found) == 1:
        return redirect(wanted.url(patient=found[0].pk))
    facts = {
        "typed": typed,
        "too_short": too_short,
        "wanted": wanted,
        "found": [(patient, wanted.url(patient=patient.pk)) for patient in found],
    }
    return render(request, "desk/reminders_whose.html", facts)


@for_record(*DESK)
@require_POST
def resend_reminder(
    request: HttpRequest, *, account: Account, patient: Patient, reminder_id: int
) -> HttpResponse:
    """Send it again, or say why it is not wanted any more."""
    reminder = get_object_or_404(patient.reminders, pk=reminder_id)
    try:
        resend(reminder=reminder, by=account, now=timezone.now())
        messages.success(request, "It goes out again within a minute. Until then it stands under “Due”.")
    except CannotResend as refused:
        messages.warning(request, str(refused))
    return redirect(Wanted.read(request.POST).url())


@for_roles(*DESK)
@require_POST
def test_reminder(request: HttpRequest, *, account: Account) -> HttpResponse:
    """To whoever asks: of the kind the list shows, else of the one that goes out most."""
    wanted = Wanted.read(request.POST)
    trying_out.send_to(account, request, name=wanted.kind or TWO_DAYS, language=settings.LANGUAGE_CODE)
    return redirect(wanted.url())
