"""What goes on with a program: the next block, steps up allowed in advance, what a version changed, hands-on notes."""

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
from programs.plans import actions, continuing, edits, hands_on
from programs.plans.differences import difference
from programs.plans.refusals import Refusal, WrongDay
from programs.prescribing.more_forms import HandsOnForm
from programs.prescribing.refused import CHANGE, Refused
from programs.prescribing.views.pages import draw_program
from programs.prescribing.views.review import draw_review


@for_record(Role.CLINICIAN)
@require_POST
def next_block(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """A draft of the block after this one, from where the sessions have led."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    try:
        draft = continuing.next_block(version=version, by=account, now=timezone.now())
    except Refusal as refusal:
        told = Refused(str(refusal), CHANGE)
        return draw_program(request, patient, version_id, refused=told, status=409)
    messages.info(
        request, "The next block, from where the sessions have led. They keep the old one until you release."
    )
    return redirect("prescribing:program", patient_id=patient.pk, version_id=draft.pk)


@for_record(Role.CLINICIAN)
@require_POST
def give_up(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """Take a draft away. What the patient has stays as it is."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    if request.POST.get("sure") != "on":
        told = Refused("Nothing was taken away. Tick that the draft goes with all that was changed in it.")
        return draw_program(request, patient, version_id, refused=told, status=422)
    try:
        actions.give_up(version=version, by=account)
    except Refusal as refusal:
        return draw_program(request, patient, version_id, refused=Refused(str(refusal)), status=409)
    messages.success(request, f"The draft is gone. {patient.called} keeps what they have.")
    return redirect("charting:patient", patient_id=patient.pk)


@for_record(Role.CLINICIAN)
@require_POST
def steps_up(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """Whether what is kept ready as the next one may take over by itself."""
    version = get_object_or_404(patient.program_versions, pk=version_id)
    allowed, seen = (request.POST.get(name) == "on" for name in ("allowed", "seen"))
    try:
        edits.allow_steps_up(version=version, allowed=allowed, by=account, seen=seen)
    except Refusal as refusal:
        return draw_program(request, patient, version_id, refused=Refused(str(refusal)), status=409)
    words = "happen by themselves with this version." if allowed else "wait for you."
    messages.success(request, f"Steps up in level {words}")
    return redirect("prescribing:program", patient_id=patient.pk, version_id=version_id)


@for_record(Role.CLINICIAN)
@require_GET
def changed(request: HttpRequest, *, account: Account, patient: Patient, version_id: int) -> HttpResponse:
    """What this version changes against the one before it in its program."""
    deep = patient.program_versions.select_related("program", "made_by", "released_by")
    version = get_object_or_404(deep, pk=version_id)
    before = deep.filter(program=version.program_id, number__lt=version.number).order_by("-number").first()
    context = {
        "patient": patient,
        "version": version,
        "before": before,
        "changes": difference(before, version) if before else (),
    }
    return render(request, "prescribing/changed.html", context)


@for_record(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def note_hands_on(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """Hands-on treatment given at a visit. A GET shows what an expired session kept."""
    if request.method == "GET":
        kept = kept_forms.take_back(request)
        if kept is None:
            return redirect("prescribing:review", patient_id=patient.pk)
        return draw_review(request, patient, hands_on=HandsOnForm(kept), kept=True)
    form = HandsOnForm(request.POST)
    if form.is_valid():
        try:
            hands_on.note_hands_on(patient=patient, by=account, now=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("on_day" if isinstance(refusal, WrongDay) else "what", str(refusal))
        else:
            messages.success(request, "Hands-on treatment noted.")
            return redirect("prescribing:review", patient_id=patient.pk)
    return draw_review(request, patient, hands_on=form, status=422)
