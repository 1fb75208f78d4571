"""A program as a file: refused where paper would outlive it, set within the request, named after nobody."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.http import HttpResponse

from assessments.charting.paper.typesetting import typeset
from clinic.people.models import Account, Patient
from programs.paper.facts import NotHandedOut, facts
from programs.paper.figures import figure_of
from programs.plans.models import Version

TEMPLATE = Path(__file__).parent / "program.typ"


def printed(version: Version, *, patient: Patient, by: Account, now: dt.datetime) -> bytes:
    """The PDF of a draft or of the version its patient has; needs `with_exercises`. Raises NotHandedOut."""
    if not version.is_draft and not Version.objects.released_to(patient).filter(pk=version.pk).exists():
        raise NotHandedOut
    drawn = {one.library_id: figure_of(one.library_id) for one in version.listed}
    pictures = {name: svg.decode() for name, svg in drawn.items() if svg is not None}
    said = facts(version, patient=patient, by=by, now=now)
    return typeset(said, template=TEMPLATE, pictures=pictures)


def as_file(paper: bytes, version: Version) -> HttpResponse:
    """The answer that hands it out. A downloads folder is nobody's record, so the name says nothing about anybody."""
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="program-{version.pk}.pdf"'
    return response
