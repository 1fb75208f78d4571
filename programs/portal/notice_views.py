"""A patient's notices: on which of their phones, on and off. `facts` and _notices.html fit into another page too."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.guards import for_patient
from clinic.people.models import Account, Patient
from clinic.reminders import phones, push
from clinic.reminders.models import Phone
from programs.portal import reached
from programs.portal.browsers import called_by

SWITCHED_OFF = "Switched off by the patient."


def facts(patient: Patient) -> dict[str, Any]:
    """What _notices.html shows. One query."""
    return {
        "key": push.application_key(),
        "phones": [(phone, phones.mark(phone)) for phone in phones.living(patient)],
    }


@for_patient
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest, *, patient: Patient) -> HttpResponse:
    """The phones that take notices; a post switches this one on, or any of them off."""
    if request.method == "POST":
        if request.POST.get("do") == "off":
            _switch_off(request, patient)
        else:
            _switch_on(request, patient)
        return redirect(reached.page(request.POST.get("from", "")))
    return render(request, "portal/notices.html", {"notices": facts(patient)})


def _switch_on(request: HttpRequest, patient: Patient) -> None:
    given = {name: request.POST.get(name, "").strip()[:700] for name in ("endpoint", "p256dh", "auth")}
    try:
        phones.switch_on(
            patient=patient,
            called=called_by(request.headers.get("User-Agent", "")),
            by=cast(Account, request.user),  # the guard let nobody else in
            now=timezone.now(),
            **given,
        )
    except phones.CannotTell as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Notices are on. Reminders can now appear on this phone.")


def _switch_off(request: HttpRequest, patient: Patient) -> None:
    asked = request.POST.get("phone", "")
    mine = patient.phones.filter(ended_at=None)
    phone: Phone | None = (
        mine.filter(pk=asked).first() if asked.isascii() and asked.isdigit() and len(asked) < 18 else None
    )
    if phone is None:
        messages.info(request, "Notices were off there already.")
        return
    phones.end(phone=phone, because=SWITCHED_OFF, by=cast(Account, request.user), now=timezone.now())
    messages.success(request, f"Notices are off: {phone}.")
