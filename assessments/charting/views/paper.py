"""A signed screen with its result, as a file to print or send."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from assessments.charting.paper.facts import NotSigned, facts
from assessments.charting.paper.typesetting import typeset
from assessments.charting.without_catalogue import with_catalogue
from clinic.audit.guards import for_record
from clinic.people.models import Account, Patient
from clinic.people.roles import Role


@for_record(Role.CLINICIAN)
@with_catalogue
@require_GET
def pdf(request: HttpRequest, *, account: Account, patient: Patient, screen_id: int) -> HttpResponse:
    """The PDF; of a draft there is none. Its file name says nothing about anybody."""
    screen = get_object_or_404(patient.screens.select_related("signed_by", "amends"), pk=screen_id)
    try:
        paper = typeset(facts(screen, by=account, now=timezone.now()))
    except NotSigned:
        messages.warning(request, "A draft has no PDF: sign the screen first. Nothing was changed.")
        return redirect("charting:answers", patient.pk, screen.pk)
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="screen-{screen.pk}.pdf"'
    return response
