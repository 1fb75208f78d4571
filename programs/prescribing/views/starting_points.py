"""All of the clinic's starting points: what each holds; retired with a second press, and brought back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.audit.guards import for_roles
from clinic.people.models import Account
from clinic.people.roles import Role
from programs.plans import starting_points as kept
from programs.plans.models import StartingPoint
from programs.plans.refusals import Refusal
from programs.prescribing.refused import Refused
from programs.prescribing.starting_page import starting_points


@for_roles(Role.CLINICIAN)
@require_GET
def every(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Those in use, and those retired. They hold nobody's record."""
    return _draw(request)


@for_roles(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, *, account: Account, point_id: int) -> HttpResponse:
    """Offer it no longer; the tick is the second press. A GET is somebody back from signing in: nothing was done."""
    point = get_object_or_404(StartingPoint, pk=point_id)
    if request.method == "GET":
        return redirect("prescribing:starting_points")
    if request.POST.get("sure") != "on":
        told = Refused(f"Tick that “{point.name}” is offered no longer. Nothing was changed.")
        return _draw(request, told, asked=point.pk, status=422)
    try:
        kept.retire(starting_point=point, by=account, now=timezone.now())
    except Refusal as refusal:
        return _draw(request, Refused(str(refusal)), status=409)
    messages.success(request, f"“{point.name}” is retired. It stays below, and can be brought back.")
    return redirect("prescribing:starting_points")


@for_roles(Role.CLINICIAN)
@require_http_methods(["GET", "POST"])
def bring_back(request: HttpRequest, *, account: Account, point_id: int) -> HttpResponse:
    """Offer a retired one again. A GET is somebody back from signing in: nothing was done."""
    point = get_object_or_404(StartingPoint, pk=point_id)
    if request.method == "GET":
        return redirect("prescribing:starting_points")
    try:
        kept.bring_back(starting_point=point, by=account, now=timezone.now())
    except Refusal as refusal:
        return _draw(request, Refused(str(refusal)), status=409)
    messages.success(request, f"“{point.name}” is in use again.")
    return redirect("prescribing:starting_points")


def _draw(
    request: HttpRequest, refused: Refused | None = None, *, asked: int = 0, status: int = 200
) -> HttpResponse:
    """`asked` is the one whose tick is missing: its form stays unfolded."""
    in_use, retired = starting_points()
    context = {"in_use": in_use, "retired": retired, "refused": refused, "asked": asked}
    return render(request, "prescribing/starting_points.html", context, status=status)
