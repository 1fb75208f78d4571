"""A screen whose catalogue version is not there: removed, changed or never published. Its answers are still shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assessments.screens.models import Screen
from clinic.knowledge.reading import KnowledgeError
from clinic.people.models import Patient

View = Callable[..., HttpResponse]


def with_catalogue(view: View) -> View:
    """Shows what is kept, instead of the page, where the screen's questions cannot be read. Nothing is changed."""

    @wraps(view)
    def shown(request: HttpRequest, *, patient: Patient, **named: Any) -> HttpResponse:
        try:
            return view(request, patient=patient, **named)
        except KnowledgeError:
            lost = _lost(patient, named.get("screen_id"))
            if lost is None:
                raise
            return _kept(request, patient, *lost)

    return shown


def title_of(screen: Screen) -> str:
    """What the screen is called; its catalogue's label where the catalogue is not there."""
    try:
        return screen.definition.head.title
    except KnowledgeError:
        return f"Screen {screen.label}, whose questions are missing"


def _lost(patient: Patient, screen_id: int | None) -> tuple[Screen, KnowledgeError] | None:
    """The screen the page was about and why it cannot be read; None when something else was wrong."""
    theirs = patient.screens.select_related("signed_by")
    for screen in theirs.filter(pk=screen_id) if screen_id else theirs.drafts():
        try:
            screen.definition  # noqa: B018 - reading it is what fails
        except KnowledgeError as error:
            return screen, error
    return None


def _kept(request: HttpRequest, patient: Patient, screen: Screen, error: KnowledgeError) -> HttpResponse:
    answers = [
        (row.item, "unable because of pain" if row.unable else row.value)
        for row in sorted(screen.answered.values(), key=lambda row: row.item)
    ]
    context = {
        "patient": patient,
        "screen": screen,
        "answers": answers,
        "error": error,
        "result": screen.results.first(),
    }
    return render(request, "charting/without_catalogue.html", context, status=409)
