"""Opening a corrected version of a signed screen."""

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
from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role


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
