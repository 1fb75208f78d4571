"""Taking a movement screen: one page a section, read it over, sign."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assessments.charting import finding, recordings_page, said_at_home, saving
from assessments.charting.forms import AmendForm
from assessments.charting.recordings_page import subject_from
from assessments.charting.section_page import ScreenPage
from assessments.charting.without_catalogue import with_catalogue
from assessments.screens import from_home
from assessments.screens.actions import AlreadySigned, NothingAnswered
from assessments.screens.amending import differences
from assessments.screens.definitions import Section
from assessments.screens.forms import SectionForm
from assessments.screens.models import Screen
from assessments.triage import actions as triage
from assessments.triage import rechecks
from assessments.triage.actions import Unconfirmed
from clinic.audit.guards import for_record
from clinic.people import kept_forms
from clinic.people.models import Account, Patient
from clinic.people.roles import Role

KEYS = [
    ("Tab", "Next question"),
    ("Enter", "Next field; after the last one, save and continue (in a text box, a new line)"),
    ("y n u", "Yes, no, not known"),
    ("c", "Confirm what the patient answered at home"),
    ("0 … 9", "A pain score (t for 10), or that option of a list"),
    ("← ↑ → ↓", "On the body chart: another place; Enter marks it, 0 … t how strong, s d n how deep"),
    ("/", "Find an item by its name"),
    ("?", "This list"),
]


@for_record(Role.CLINICIAN)
@with_catalogue
def section(
    request: HttpRequest, *, account: Account, patient: Patient, screen_id: int, section: str
) -> HttpResponse:
    """One section: read it, save it, or save one change of it from the page's script."""
    screen = get_object_or_404(patient.screens.select_related("amends"), pk=screen_id)
    page = ScreenPage(screen)
    place = page.find(section)
    if place is None:
        raise Http404
    if screen.is_signed:
        return _signed_already(request, screen)
    if request.method == "POST":
        return _save(request, page, place, account)
    kept = kept_forms.take_back(request)
    return _show(request, page, place, page.form(place, kept), kept=kept is not None)


@for_record(Role.CLINICIAN)
@with_catalogue
def find(request: HttpRequest, *, account: Account, patient: Patient, screen_id: int) -> HttpResponse:
    """Straight to the one item of that name, or a list to choose from; without words, of every item."""
    screen = get_object_or_404(patient.screens.select_related("amends"), pk=screen_id)
    if screen.is_signed:
        return _signed_already(request, screen)
    page, typed = ScreenPage(screen), request.GET.get("q", "")[:80].strip()
    found = finding.find(page, typed)
    if typed and len(found) == 1:
        return redirect(page.link(found[0]))
    context = {
        "patient": patient,
        "page": page,
        "typed": typed,
        "found": found,
        "count": len(found),
        "listed": finding.listed(page, found or finding.find(page, "")),
    }
    return render(request, "charting/find.html", context)


def _save(request: HttpRequest, page: ScreenPage, place: Section, account: Account) -> HttpResponse:
    form = page.form(place, request.POST)
    form.is_valid()
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        if wants_json:
            return JsonResponse(saving.save_what_fits(page, form, by=account, now=timezone.now()))
        page.problems = saving.save_all(page.screen, form, by=account, now=timezone.now())
    except AlreadySigned as refused:
        return _signed_already(request, refused.screen)
    if form.errors or page.problems:
        return _show(request, page, place, form, status=409 if page.problems else 422)
    if pressed := request.POST.get("confirm"):  # the patient's answers, once what was typed is safe
        return _confirm(page, place, pressed, account)
    if wanted := request.POST.get("record"):  # a test's “Add a photo or video”, once the section is safe
        return redirect(recordings_page.page_url(page.screen, subject_from(page.screen.definition, wanted)))
    return redirect(ScreenPage(Screen.objects.get(pk=page.screen.pk)).after(place))


def _confirm(page: ScreenPage, place: Section, pressed: str, account: Account) -> HttpResponse:
    items = said_at_home.to_confirm(pressed, place.items)
    from_home.confirm(screen=page.screen, items=items, by=account, now=timezone.now())
    if pressed == said_at_home.ALL:
        return redirect(page.url(place))
    return redirect(page.link(page.screen.definition.items[items[0]]) if items else page.url(place))


def _show(
    request: HttpRequest, page: ScreenPage, place: Section, form: SectionForm, **how: Any
) -> HttpResponse:
    status = how.pop("status", 200)
    context = {
        "patient": page.screen.patient,
        "page": page,
        "section": place,
        "form": form,
        "groups": page.groups(place, form),
        "nav": page.nav(place),
        "back_url": page.before(place),
        "unconfirmed": page.unconfirmed(place),
        "keys": KEYS,
        **how,
    }
    return render(request, "charting/section.html", context, status=status)


@for_record(Role.CLINICIAN)
@with_catalogue
def sign(request: HttpRequest, *, account: Account, patient: Patient, screen_id: int) -> HttpResponse:
    """Read it over, with what is missing and what contradicts itself; then sign, which also concludes."""
    screen = get_object_or_404(patient.screens, pk=screen_id)
    if screen.is_signed:
        return _signed_already(request, screen)
    if request.method == "POST":
        try:
            result = triage.sign_and_conclude(screen=screen, by=account, now=timezone.now())
        except AlreadySigned as refused:
            return _signed_already(request, refused.screen)
        except NothingAnswered:
            messages.error(request, "Nothing was answered yet, so there is nothing to sign.")
        except Unconfirmed as refused:
            messages.error(request, _not_confirmed(len(refused.items)))
        else:
            return redirect("charting:triage", patient.pk, result.pk)
    context = {
        "patient": patient,
        "page": ScreenPage(screen),
        "again": rechecks.answered_by(screen, timezone.now()),
    }
    return render(request, "charting/sign.html", context)


@for_record(Role.CLINICIAN)
@with_catalogue
def answers(request: HttpRequest, *, account: Account, patient: Patient, screen_id: int) -> HttpResponse:
    """A screen to read: what was answered, in the catalogue's own order and words."""
    screen = get_object_or_404(patient.screens.select_related("signed_by", "amends"), pk=screen_id)
    return show_answers(request, screen)


def show_answers(
    request: HttpRequest, screen: Screen, form: AmendForm | None = None, status: int = 200
) -> HttpResponse:
    """The screen to read, with its versions; `form` is a refused amendment."""
    changed = differences(screen)
    is_open = screen.amends_id is not None and not screen.is_signed
    context = {
        "patient": screen.patient,
        "page": ScreenPage(screen),
        "result": screen.results.first(),
        "newer": screen.amendment,
        "differences": changed,
        "may_withdraw": is_open and not changed and not screen.recordings.exists(),
        "form": form or AmendForm(),
    }
    return render(request, "charting/answers.html", context, status=status)


def _not_confirmed(count: int) -> str:
    answers = "1 answer of the patient is" if count == 1 else f"{count} answers of the patient are"
    return f"Not signed: {answers} not confirmed yet. They are listed below; confirm or change each."


def _signed_already(request: HttpRequest, screen: Screen) -> HttpResponse:
    """Nothing is saved into a signed screen; say who signed it, and show it."""
    at = timezone.localtime(screen.signed_at)
    words = f"{screen.signed_by} signed this screen on {at:%d %b %Y at %H:%M}. It stays as it was signed"
    if request.method == "POST":
        words += ", and what you just sent was not added to it"
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"signed": f"{words}."}, status=409)
    messages.warning(request, f"{words}.")
    return redirect("charting:answers", screen.patient_id, screen.pk)
