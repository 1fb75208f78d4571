"""The wait list: who waits, putting somebody on it, changing and closing a wish, and how freed times are offered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit.actions import record, record_listed
from clinic.audit.guards import for_record, for_roles
from clinic.audit.models import Entry
from clinic.booking import waiting
from clinic.booking.free import bookable
from clinic.booking.models import Urgency, WaitListEntry, WaitListPolicy
from clinic.booking.refusals import Refused
from clinic.desk import gaps, records, reply_list, wait_lines
from clinic.desk.forms.waiting import ChangeForm, PolicyForm, WaitForm
from clinic.desk.suggestions import Shelf
from clinic.desk.wish import read_key
from clinic.people.models import Account, Patient
from clinic.people.roles import DESK, Role


@for_roles(*DESK)
@require_safe
def wait_list(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Everybody who waits, most urgent first, and the times that are being offered."""
    now = timezone.now()
    lines, rounds = wait_lines.lines(now=now), wait_lines.rounds(now=now)
    asked = [patient for one in rounds for patient, *_ in one.answers]
    record_listed(patients=[*(line.patient_id for line in lines), *asked], by=account, what="wait list")
    shown = {"lines": lines, "rounds": rounds, "most": wait_lines.MOST, "policy": WaitListPolicy.now()}
    return render(request, "desk/wait_list.html", shown)


@for_roles(*DESK)
@require_safe
def to_be_seen(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Whoever cannot wait: those to be seen by a day, and texts to read. The day's page asks for the list alone."""
    people = wait_lines.to_be_seen(now=timezone.now())
    record_listed(patients=[one.patient_id for one in people], by=account, what="to be seen")
    template = "desk/to_be_seen_list.html" if gaps.PART in request.headers else "desk/to_be_seen.html"
    shown = {
        "people": people,
        "more": len(people) == wait_lines.MOST_URGENT,
        "replies_wait": reply_list.waiting(),
    }
    return render(request, template, shown)


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """A new wish; `?appointment=` is the visit they would move, `?type=`, `?day=` and `?clinician=` what was chosen."""
    now = timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = WaitForm(sent, initial=_chosen(request))
    shelf = Shelf.stocked(timezone.localdate(now))
    form.offer(types=shelf.types, clinicians=shelf.clinicians, visits=wait_lines.coming(patient, now=now))
    if sent is None or not form.is_valid():
        return _form_page(request, form, patient, status=200 if sent is None else 422)
    told = form.cleaned_data
    try:
        waiting.add(
            patient=patient,
            type=told["type"],
            instead_of=told["visit"],
            wanted=form.wanted,
            by=account,
            now=now,
        )
    except waiting.AlreadyWaiting as there:
        return _form_page(request, form, patient, status=409, refused=there, there=there.entry)
    except Refused as refused:
        return _form_page(request, form, patient, status=422, refused=refused)
    messages.success(request, f"{patient.full_name} is on the wait list.")
    return redirect("desk:wait_list")


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, *, account: Account, patient: Patient, entry_id: int) -> HttpResponse:
    """Another wish in the same place of the line, or off the list."""
    entry = get_object_or_404(patient.wait_list_entries.select_related("type", "instead_of"), pk=entry_id)
    now = timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = ChangeForm(sent, initial=ChangeForm.initial_of(entry))
    form.offer(clinicians=list(bookable(timezone.localdate(now))))
    closing = sent is not None and sent.get("do") == "close"
    if not closing and (sent is None or not form.is_valid()):
        return _form_page(request, form, patient, status=200 if sent is None else 422, entry=entry)
    try:
        if closing:
            waiting.withdraw(entry=entry, by=account, now=now)
        else:
            waiting.change(entry=entry, wanted=form.wanted, by=account, now=now)
    except Refused as refused:
        return _form_page(request, form, patient, status=409, refused=refused, entry=entry)
    said = "is off the wait list" if closing else "keeps their place; the wish is changed"
    messages.success(request, f"{patient.full_name} {said}.")
    return redirect("desk:wait_list")


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Whether freed times are offered by themselves, to how many, and how long they may think."""
    sent = request.POST if request.method == "POST" else None
    form = PolicyForm(sent, instance=WaitListPolicy.now())
    if sent is None or not form.is_valid():
        return render(request, "desk/wait_policy.html", {"form": form}, status=200 if sent is None else 422)
    form.save()
    record(action=Entry.Action.CHANGED, patient=None, by=account, what="wait list policy")
    messages.success(request, "Saved. It holds from the next freed time on.")
    return redirect("desk:wait_list")


def _chosen(request: HttpRequest) -> dict[str, object]:
    """What was chosen on the page the link stood on."""
    asked = request.GET
    visit, clinician = asked.get("appointment", ""), asked.get("clinician", "")
    return {
        "instead_of": visit,
        "type": asked.get("type", "")[:60],
        "clinicians": [clinician] if read_key(clinician) is not None else [],
        "urgency": int(Urgency.SOON if visit else Urgency.ROUTINE),
    }


def _form_page(
    request: HttpRequest,
    form: WaitForm,
    patient: Patient,
    *,
    status: int,
    refused: Refused | None = None,
    there: WaitListEntry | None = None,
    entry: WaitListEntry | None = None,
) -> HttpResponse:
    bar = records.bar(patient, timezone.localdate())
    waits = WaitListEntry.objects.open().filter(patient=patient).select_related("type")
    shown = {"form": form, "patient": patient, "bar": bar, "refused": refused, "there": there, "entry": entry}
    shown["waits"] = [] if entry else list(waits)
    return render(request, "desk/wait.html", shown, status=status)
