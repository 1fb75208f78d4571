"""What can be booked: the types of appointment, made, changed and retired by managers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.guards import for_roles
from clinic.booking import kinds
from clinic.booking.models import AppointmentType
from clinic.booking.rosters import ChangedMeanwhile
from clinic.desk.forms.kinds import TypeForm
from clinic.desk.kept import brought_back
from clinic.people.models import Account
from clinic.people.roles import Role

# What a change does to visits that are booked: said before it and after it.
BOOKED = (
    "Visits booked already keep their length, their clinician and their room; everything else, reminders too, goes "
    "for them as well."
)


@for_roles(Role.MANAGER)
@require_safe
def types(request: HttpRequest, *, account: Account) -> HttpResponse:
    rows = AppointmentType.objects.select_related("needs").prefetch_related("clinicians__account")
    offered = [type for type in rows if type.retired_on is None]
    retired = [type for type in rows if type.retired_on is not None]
    return render(request, "desk/rosters/types.html", {"offered": offered, "retired": retired})


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, *, account: Account) -> HttpResponse:
    today = timezone.localdate()
    if request.method != "POST":
        return _page(request, _opened(request, None), None)
    form = TypeForm(request.POST, today=today)
    if not form.is_valid():
        return _page(request, form, None, status=422)
    try:
        made = kinds.make_type(details=form.details, by=account)
    except kinds.NameTaken as refused:
        form.add_error("name", str(refused))
        return _page(request, form, None, status=422)
    messages.success(request, f"{made.name} can be booked now.")
    return redirect("desk:types")


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, *, account: Account, type_id: int) -> HttpResponse:
    """A change that touches visits to come says how, and is saved with a second press."""
    type = get_object_or_404(AppointmentType.objects.select_related("needs"), pk=type_id)
    if request.method != "POST":
        return _page(request, _opened(request, type), type)
    form = TypeForm(request.POST, today=timezone.localdate(), type=type)
    if not form.is_valid():
        return _page(request, form, type, status=422)
    touched = kinds.touched(type=type, details=form.details, now=timezone.now())
    if touched and "knowing" not in request.POST:
        return _page(request, form, type, touched=touched, status=409)
    try:
        kinds.change_type(type=type, details=form.details, based_on=form.cleaned_data["based_on"], by=account)
    except kinds.NameTaken as refused:
        form.add_error("name", str(refused))
        return _page(request, form, type, status=422)
    except ChangedMeanwhile as refused:
        form.add_error(None, str(refused))
        form.builds_on(type)
        return _page(request, form, type, status=409)
    messages.success(request, f"{form.details.name} is changed. {BOOKED}")
    return redirect("desk:types")


@for_roles(Role.MANAGER)
@require_POST
def retire(request: HttpRequest, *, account: Account, type_id: int) -> HttpResponse:
    """Or offer it again."""
    type = get_object_or_404(AppointmentType, pk=type_id)
    if request.POST.get("do") == "again":
        kinds.offer_again(type=type, by=account)
        messages.success(request, f"{type.name} can be booked again.")
    elif request.POST.get("do") == "retire":
        kinds.retire_type(type=type, by=account, now=timezone.now())
        messages.success(
            request, f"{type.name} is retired. What is booked stays, and can be moved; nothing new is booked."
        )
    return redirect("desk:types")


def _opened(request: HttpRequest, type: AppointmentType | None) -> TypeForm:
    today, kept = timezone.localdate(), brought_back(request)
    if kept is None:
        return TypeForm.showing(type, today=today)
    told = kept.dict() | {"clinicians": kept.getlist("clinicians")}
    return TypeForm(initial=told, today=today, type=type)


def _page(
    request: HttpRequest,
    form: TypeForm,
    type: AppointmentType | None,
    *,
    touched: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "type": type, "touched": touched or [], "booked": BOOKED}
    shown["now"] = _now_in_words(type) if type and status == 409 and not touched else []
    if type is not None:
        shown["to_come"] = kinds.how_many_to_come(type, timezone.now())
    return render(request, "desk/rosters/type.html", shown, status=status)


def _now_in_words(type: AppointmentType) -> list[tuple[str, object]]:
    """What is kept since somebody else changed it."""
    fresh = AppointmentType.objects.select_related("needs").get(pk=type.pk)
    return [
        ("Name", fresh.name),
        ("Length", f"{fresh.minutes} minutes, then {fresh.buffer_minutes} kept free"),
        ("Needs", fresh.needs or "Nothing"),
        ("Bookable online", "Yes" if fresh.bookable_online else "No"),
        ("First reminder", _before(fresh.first_reminder_days, "day")),
        ("Last reminder", _before(fresh.last_reminder_hours, "hour")),
    ]


def _before(count: int | None, unit: str) -> str:
    if count is None:
        return "As the clinic has it"
    return f"{count} {unit}{'' if count == 1 else 's'} before" if count else "None"
