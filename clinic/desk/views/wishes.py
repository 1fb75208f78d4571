"""What the clinic wants of its reminders: managers choose which go out, how early, which way and in what words."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.guards import for_roles
from clinic.booking.reminders import OF_A_TYPE
from clinic.desk import trying_out, type_leads, wish_page, words_page
from clinic.desk.forms.wishes import KindForm, QuietForm, WordsForm
from clinic.people.languages import LANGUAGES, english_name
from clinic.people.models import Account
from clinic.people.roles import Role
from clinic.reminders import wishes, wishing
from clinic.reminders.figures import figures
from clinic.reminders.kinds import Kind


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def all_wishes(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Every kind in a line; a post changes the quiet hours."""
    wished = wishes.read()
    form = QuietForm(
        request.POST or None,
        initial={
            "is_on": wished.is_ever_quiet,
            "quiet_from": wished.quiet_from,
            "quiet_to": wished.quiet_to,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            kept = wishing.set_quiet(**form.cleaned_data, by=account, now=timezone.now())
        except wishing.CannotWish as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, wish_page.what_quiet_became(kept))
            return redirect("desk:wishes")
    facts = {"groups": wish_page.groups(wished), "quiet": form, "language": settings.LANGUAGE_CODE}
    return render(request, "desk/wishes.html", facts, status=422 if form.errors else 200)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def one_wish(request: HttpRequest, *, account: Account, name: str) -> HttpResponse:
    source, kind = _found(name)
    was = wishes.read()
    form = KindForm(
        request.POST if request.method == "POST" else None, kind=kind, row=was.rows.get((source, name))
    )
    if form.is_bound and form.is_valid():
        try:
            wishing.wish(source=source, name=name, **form.wished, by=account, now=timezone.now())
        except wishing.CannotWish as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, wish_page.what_changed(source, name, was, wishes.read()))
            return redirect("desk:wishes")
    facts = {
        "kind": kind,
        "name": name,
        "form": form,
        "languages": wish_page.languages(source, name),
        "by_type": name in OF_A_TYPE,
        "own_leads": type_leads.own_leads().get(name, []),
        "why_fixed": wish_page.why_fixed(kind) if wish_page.is_fixed(kind) else "",
    }
    return render(request, "desk/wish.html", facts, status=422 if form.errors else 200)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest, *, account: Account, name: str, language: str) -> HttpResponse:
    """The words of a kind in a language. Only “keep” keeps something; the rest shows how it would look."""
    source, kind = _found(name, language)
    record, do = words_page.on_record(source, name, kind, language), request.POST.get("do", "")
    put_in = {"standard": record.standard, "last": record.last}.get(do)
    if request.method != "POST" or put_in or not kind.worded:
        form = WordsForm(initial=dict(put_in or record.now))
        return _words_page(request, form, kind, name, record)
    form = WordsForm(request.POST)
    form.is_valid()
    form.refuse(wishing.faults_of(kind, form.words, language=language))
    if form.errors or do != "keep":
        return _words_page(request, form, kind, name, record)
    _keep(request, form.words, source, name, record, by=account)
    return redirect("desk:words", name=name, language=language)


def _keep(
    request: HttpRequest,
    words: dict[str, str],
    source: str,
    name: str,
    record: words_page.OnRecord,
    *,
    by: Account,
) -> None:
    """Our own words, kept, are no words of the clinic's: a better wording of ours reaches its patients."""
    language, now = record.language, timezone.now()
    if words != record.standard:
        wishing.write_words(source=source, name=name, language=language, words=words, by=by, now=now)
        messages.success(request, "Kept. Patients get these words from now on.")
    elif record.kept is not None:
        wishing.ours_again(source=source, name=name, language=language, by=by, now=now)
        said = f"Kept. Patients get the {record.otherwise} words from now on."
        messages.success(request, f"{said} Yours can be put in again below.")
    else:
        messages.info(request, "Those are the standard words, as before. Nothing had to be changed.")


def _words_page(
    request: HttpRequest, form: WordsForm, kind: Kind, name: str, record: words_page.OnRecord
) -> HttpResponse:
    shown, now = form.on_screen, timezone.now()
    facts = {
        "form": form,
        "kind": kind,
        "name": name,
        "record": record,
        "language_name": english_name(record.language),
        "is_new": shown != record.now,
        "is_standard": shown == record.standard,
        "is_last": record.last is None or shown == record.last,
        "looks": None if form.errors else words_page.looks(kind, name, record.language, shown, now=now),
        "filled_in": words_page.filled_in(kind),
        "is_fixed": wish_page.is_fixed(kind),
        "why_fixed": wish_page.why_fixed(kind),
    }
    return render(request, "desk/words.html", facts, status=422 if form.errors else 200)


@for_roles(Role.MANAGER)
@require_POST
def send_test(request: HttpRequest, *, account: Account, name: str, language: str) -> HttpResponse:
    """What is kept now, to whoever asks: no patient's name is in it."""
    _found(name, language)
    trying_out.send_to(account, request, name=name, language=language)
    return redirect("desk:words", name=name, language=language)


@for_roles(Role.MANAGER)
@require_safe
def sending(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Whether reminders go out, in figures that name nobody."""
    return render(request, "desk/sending.html", {"figures": figures(now=timezone.now())})


def _found(name: str, language: str = settings.LANGUAGE_CODE) -> tuple[str, Kind]:
    found = wishes.source_of(name)
    if (
        found is None
        or language not in LANGUAGES
        or (language != settings.LANGUAGE_CODE and not found[1].worded)
    ):
        raise Http404
    return found
