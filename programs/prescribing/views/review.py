"""How a patient's program goes: flags, where everything stands, gates, the time line; and the word to go on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from programs.plans import diary
from programs.plans.refusals import Refusal
from programs.prescribing import reviewing
from programs.prescribing.forms import GoOnForm
from programs.prescribing.more_forms import HandsOnForm
from programs.prescribing.showing import logs

HANDS_ON_SHOWN = 10


@for_record(Role.CLINICIAN)
@require_GET
def review(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """The program the patient has, as it goes: what asks for a look first."""
    return draw_review(request, patient)


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def go_on(request: HttpRequest, *, account: Account, patient: Patient, log_id: int) -> HttpResponse:
    """The clinician has looked at a warning sign: the patient may go on. A GET shows what an expired session kept."""
    log = get_object_or_404(patient.session_logs.select_related("patient"), pk=log_id)
    if request.method == "GET":
        kept = kept_forms.take_back(request)
        if kept is None:
            return redirect("prescribing:review", patient_id=patient.pk)
        return draw_review(request, patient, bound=GoOnForm(kept, log_id=log_id), kept=True)
    form = GoOnForm(request.POST, log_id=log_id)
    if form.is_valid():
        try:
            diary.let_go_on(log=log, because=form.cleaned_data["because"], by=account, now=timezone.now())
        except Refusal as refusal:
            form.add_error("because", str(refusal))
        else:
            messages.success(request, f"{patient.called} may go on. What you looked at is in the record.")
            return redirect("prescribing:review", patient_id=patient.pk)
    return draw_review(request, patient, bound=form, status=422)


@for_record(Role.CLINICIAN)
@require_POST
def seen_all(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """The flags below red that stood on the page were read; what came in since stays unread."""
    meant = set(request.POST.getlist("log"))
    read = [one.log for one in logs(patient) if one.may_be_read_together and str(one.log.pk) in meant]
    for log in read:
        diary.mark_seen(log=log, by=account, now=timezone.now())
    many = "1 session" if len(read) == 1 else f"{len(read)} sessions"
    messages.success(request, f"{many} marked as read." if read else "Nothing was marked: they were read.")
    return redirect("prescribing:review", patient_id=patient.pk)


def draw_review(
    request: HttpRequest,
    patient: Patient,
    *,
    bound: GoOnForm | None = None,
    hands_on: HandsOnForm | None = None,
    kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The review; a refused form comes back with what was typed."""
    context = reviewing.review(patient, now=timezone.now())
    flags = [(one, _form(one.log.pk, bound)) for one in context.get("flags", [])]
    together = [one for one, _ in flags if one.may_be_read_together]
    stray = bound if bound and not any(form is bound for _, form in flags) else None
    context |= {
        "patient": patient,
        "flags": flags,
        "together": together,
        "read_all": f"Mark all {len(together)} below red as read",
        "stray": stray,
        "kept": kept,
        "hands_on": patient.hands_on.select_related("given_by")[:HANDS_ON_SHOWN],
        "hands_on_form": hands_on or HandsOnForm(initial={"on_day": timezone.localdate()}),
    }
    return render(request, "prescribing/review.html", context, status=status)


def _form(log_id: int, bound: GoOnForm | None) -> GoOnForm:
    return bound if bound and bound.log_id == log_id else GoOnForm(log_id=log_id)
