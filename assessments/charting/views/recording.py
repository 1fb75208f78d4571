"""Photos and videos of a movement: add, look at, remove."""

from __future__ import annotations

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assessments.charting import recordings_page as pages
from assessments.charting.recordings_page import RecordingForm, RemovalForm
from assessments.charting.without_catalogue import with_catalogue
from assessments.screens.actions import AlreadySigned
from assessments.screens.models import Recording, Screen
from assessments.screens.recordings import actions
from assessments.screens.recordings.refusals import NotKept
from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role


@for_record(Role.CLINICIAN)
@with_catalogue
def recordings(request: HttpRequest, *, account: Account, patient: Patient, screen_id: int) -> HttpResponse:
    """The page that adds one to a draft, with those already there."""
    screen = get_object_or_404(patient.screens.select_related("signed_by"), pk=screen_id)
    if screen.is_signed:
        return _signed_already(request, screen)
    if request.method == "POST":
        return _add(request, screen, account)
    subject = pages.subject_from(screen.definition, request.GET.get("of", ""))
    kept = kept_forms.take_back(request)
    first = {"shows": request.GET.get("of", "")} | (kept.dict() if kept else {})
    return _show(request, screen, RecordingForm(initial=first, definition=screen.definition), subject)


def _add(request: HttpRequest, screen: Screen, account: Account) -> HttpResponse:
    form = RecordingForm(request.POST, request.FILES, definition=screen.definition)
    subject = pages.subject_from(screen.definition, request.POST.get("shows", ""))
    if form.is_valid():
        sent, caption = form.cleaned_data["file"], form.cleaned_data["caption"]
        try:
            row = actions.add(
                screen=screen, subject=subject, file=sent, caption=caption, by=account, now=timezone.now()
            )
        except NotKept as refused:
            form.add_error("file", str(refused))
        except AlreadySigned as refused:
            return _signed_already(request, refused.screen)
        else:
            what = pages.name_of(screen.definition, subject)
            messages.success(request, f"{row.get_kind_display()} kept with “{what}”.")
            return redirect(pages.back_url(screen, subject))
    return _show(request, screen, form, subject, status=422)


@for_record(Role.CLINICIAN)
def remove(
    request: HttpRequest, *, account: Account, patient: Patient, screen_id: int, recording_id: int
) -> HttpResponse:
    """Take one out of a draft, with a reason that stays."""
    rows = Recording.objects.filter(screen__patient=patient, screen=screen_id).select_related("screen")
    row = get_object_or_404(rows, pk=recording_id)
    form = RemovalForm(request.POST)
    if request.method == "POST" and not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["because"])))
    elif request.method == "POST":
        try:
            because = form.cleaned_data["because"]
            actions.remove(recording=row, because=because, by=account, now=timezone.now())
        except AlreadySigned as refused:
            return _signed_already(request, refused.screen)
        messages.success(request, f"{row.get_kind_display()} removed. The record keeps that it was, and why.")
    return redirect("charting:recordings", patient.pk, screen_id)


@for_record(Role.CLINICIAN)  # type: ignore[arg-type]  # csp_update hands back a wider type than it takes
@csp_update({"sandbox": True})  # type: ignore[arg-type]
def recording(request: HttpRequest, *, account: Account, patient: Patient, recording_id: int) -> HttpResponse:
    """The file itself: never by its place on the disk, only by its row, through its patient."""
    rows = Recording.objects.standing().filter(screen__patient=patient)
    row = get_object_or_404(rows, pk=recording_id)
    return pages.handed_out(row, small="small" in request.GET)


def _show(
    request: HttpRequest, screen: Screen, form: RecordingForm, subject: actions.Subject, *, status: int = 200
) -> HttpResponse:
    context = {
        "patient": screen.patient,
        "screen": screen,
        "form": form,
        "recordings": pages.shown(screen),
        "limits": pages.limits(),
        "back_url": pages.back_url(screen, subject),
        "back_label": pages.name_of(screen.definition, subject),
    }
    return render(request, "charting/recordings.html", context, status=status)


def _signed_already(request: HttpRequest, screen: Screen) -> HttpResponse:
    at = timezone.localtime(screen.signed_at)
    words = f"{screen.signed_by} signed this screen on {at:%d %b %Y at %H:%M}."
    messages.warning(request, f"{words} Its photos and videos stay as they are: none was added or removed.")
    return redirect("charting:answers", screen.patient_id, screen.pk)
