"""Rooms and machines that visits need: made, renamed and retired by managers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.booking import kinds
from clinic.booking.models import Resource, ResourceKind
from clinic.booking.refusals import Refused
from clinic.desk.forms.kinds import NameForm, ResourceForm
from clinic.people.models import Account
from clinic.people.roles import Role


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def resources(request: HttpRequest, *, account: Account) -> HttpResponse:
    form = ResourceForm(request.POST or None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = kinds.make_resource(**form.cleaned_data, by=account)
        except kinds.NameTaken as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"{made} can be booked now, for types that need it.")
            return redirect("desk:resources")
    listed = ResourceKind.objects.prefetch_related("resources", "types")
    return render(request, "desk/rosters/resources.html", {"form": form, "kinds": listed}, status=status)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def resource(request: HttpRequest, *, account: Account, resource_id: int) -> HttpResponse:
    """Rename it, retire it or use it again; who holds it is listed first."""
    kept = get_object_or_404(Resource.objects.select_related("kind"), pk=resource_id)
    renaming = "name" in request.POST
    form = NameForm(request.POST if renaming else None, initial={"name": kept.name})
    status = 200
    if request.method == "POST" and (not renaming or form.is_valid()):
        try:
            messages.success(request, _done(request, kept, form, account))
            return redirect("desk:resources")
        except kinds.NameTaken as refused:
            form.add_error("name", str(refused))
        except Refused as refused:
            messages.error(request, str(refused))
    if request.method == "POST":
        status = 422
    visits = kinds.visits_holding(kept, timezone.now())
    record_listed(patients=[visit.patient_id for visit in visits], by=account, what="hold a room or machine")
    shown = {"resource": kept, "form": form, "visits": visits}
    return render(request, "desk/rosters/resource.html", shown, status=status)


def _done(request: HttpRequest, kept: Resource, form: NameForm, account: Account) -> str:
    """Do what was pressed; what to say of it. Raises Refused."""
    if "name" in request.POST:
        kinds.rename_resource(resource=kept, name=form.cleaned_data["name"], by=account)
        return "The name is changed."
    if request.POST.get("do") == "again":
        kinds.use_again(resource=kept, by=account)
        return f"{kept} can be booked again."
    kinds.retire_resource(resource=kept, by=account, now=timezone.now())
    return f"{kept} is retired. Visits that hold it keep it until they are moved."


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def kind(request: HttpRequest, *, account: Account, kind_id: int) -> HttpResponse:
    kept = get_object_or_404(ResourceKind, pk=kind_id)
    form = NameForm(request.POST or None, initial={"name": kept.name})
    if request.method == "POST" and form.is_valid():
        try:
            kinds.rename_kind(kind=kept, name=form.cleaned_data["name"], by=account)
            messages.success(request, "The name is changed.")
            return redirect("desk:resources")
        except kinds.NameTaken as refused:
            form.add_error("name", str(refused))
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/rosters/kind.html", {"kind": kept, "form": form}, status=status)
