"""Opening a corrected version of a signed screen, and taking it back where it was opened by mistake."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from assessments.charting.forms import AmendForm
from assessments.charting.section_page import ScreenPage
from assessments.charting.views.screen import show_answers
from assessments.charting.without_catalogue import with_catalogue
from assessments.screens import amending
from assessments.screens.actions import AlreadySigned
from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role

STAYS = (
    "Not withdrawn: the amendment says something the signed screen does not. "
    "See what changed below; sign it, or put it back as it was signed and withdraw it then."
)


@for_record(Role.CLINICIAN)
@with_catalogue
def amend(request: HttpRequest, *, account: Account, patient: Patient, screen_id: int) -> HttpResponse:
    """Open the draft that amends this screen, or say what stands in its way."""
    screen = get_object_or_404(patient.screens.select_related("signed_by", "amends"), pk=screen_id)
    if request.method != "POST":
        kept = kept_forms.take_back(request)
        return show_answers(request, screen, AmendForm(kept) if kept else None)
    form = AmendForm(request.POST)
    if not form.is_valid():
        return show_answers(request, screen, form, status=422)
    try:
        draft = amending.amend(screen=screen, by=account, now=timezone.now(), **form.cleaned_data)
    except amending.NotSignedYet:
        messages.info(request, "This screen is not signed yet: correct it here.")
        draft = screen
    except amending.AmendedAlready as refused:
        messages.warning(request, "This screen was amended already. This is the newer version.")
        return redirect("charting:answers", patient.pk, refused.newer.pk)
    except amending.DraftIsOpen as refused:
        messages.warning(request, "This draft is still open: sign it first, then amend. Nothing was changed.")
        return redirect("charting:answers", patient.pk, refused.draft.pk)
    page = ScreenPage(draft)
    return redirect(page.url(page.first_open()))


@for_record(Role.CLINICIAN)
@with_catalogue
def withdraw(request: HttpRequest, *, account: Account, patient: Patient, screen_id: int) -> HttpResponse:
    """Take back an amendment in which nothing was changed, or say why it stays."""
    screen = get_object_or_404(patient.screens.select_related("amends"), pk=screen_id)
    if request.method == "POST":
        try:
            signed = amending.withdraw(amendment=screen, by=account)
        except amending.NotAnAmendment:
            messages.info(request, "This screen amends no other one, so there is nothing to withdraw.")
        except amending.SaysOtherwise:
            messages.warning(request, STAYS)
        except AlreadySigned:
            messages.warning(request, "This amendment was signed already. It stays as it was signed.")
        else:
            messages.success(request, "The amendment was withdrawn. This screen stands as it was signed.")
            return redirect("charting:answers", patient.pk, signed.pk)
    return redirect("charting:answers", patient.pk, screen.pk)
