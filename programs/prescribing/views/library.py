"""The exercise library, for clinicians to look through. It shows nobody's record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinic.audit.guards import for_roles
from clinic.people.models import Account
from clinic.people.roles import Role
from programs.exercises.reading import load_titles
from programs.prescribing.library import may_move, shelves


@for_roles(Role.CLINICIAN)
@require_GET
def library(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Every exercise with its figure, by category; `?q=` searches, `?category=` keeps to one."""
    asked, category = request.GET.get("q", "")[:100], request.GET.get("category", "")
    found = shelves(asked, category)
    context = {
        "asked": asked,
        "category": category,
        "categories": load_titles(),
        "shelves": found,
        "count": sum(len(shelf.exercises) for shelf in found),
        "moving": may_move(found),
    }
    return render(request, "prescribing/library.html", context)
