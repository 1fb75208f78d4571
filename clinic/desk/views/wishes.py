"""What the clinic wants of its reminders: managers choose which go out, how early, which way and in what words."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.guards import for_roles
from clinic.desk import wish_page
from clinic.desk.forms.wishes import KindForm, QuietForm, WordsForm
from clinic.people.languages import LANGUAGES, language_name
from clinic.people.models import Account
from clinic.people.roles import Role
from clinic.reminders import tasks, wishes, wishing
from clinic.reminders.figures import figures
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Wording


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def all_wishes(request: HttpRequest, *, account: Account) -> HttpResponse:
    """Every kind in a line; a post changes the quiet hours."""
    wished = wishes.read()
    form = QuietForm(
        request.POST or None, initial={"quiet_from": wished.quiet_from, "quiet_to": wished.quiet_to}
    )
    if request.method == "POST" and form.is_valid():
        try:
            wishing.set_quiet(**form.cleaned_data, by=account, now=timezone.now())
        except wishing.CannotWish as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, "The quiet hours are kept from now on.")
            return redirect("desk:wishes")
    facts = {"groups": wish_page.groups(wished), "quiet": form}
    return render(request, "desk/wishes.html", facts, status=422 if form.errors else 200)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def one_wish(request: HttpRequest, *, account: Account, name: str) -> HttpResponse:
    source, kind = _found(name)
    row = wishes.read().rows.get((source, name))
    form = KindForm(request.POST if request.method == "POST" else None, kind=kind, row=row)
    if form.is_bound and form.is_valid():
        try:
            wishing.wish(source=source, name=name, **form.wished, by=account, now=timezone.now())
        except wishing.CannotWish as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, f"“{kind.label}” is kept as you chose, for what goes out from now on.")
            return redirect("desk:wishes")
    facts = {"kind": kind, "name": name, "form": form, "languages": wish_page.languages(source, name)}
    return render(request, "desk/wish.html", facts, status=422 if form.errors else 200)


@for_roles(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest, *, account: Account, name: str, language: str) -> HttpResponse:
    """The words of a kind in a language: looked at before they are kept, kept, or given up for ours."""
    source, kind = _found(name, language)
    now, do = timezone.now(), request.POST.get("do", "")
    own = wish_page.own_words(source, name, language)
    if request.method != "POST":
        form = WordsForm(initial=wish_page.words_now(own, name, kind))
        return _words_page(request, form, kind, name, language, own=own)
    if do == "ours":
        wishing.ours_again(source=source, name=name, language=language, by=account, now=now)
        messages.success(request, "Our own words are sent again. Yours stay on record.")
        return redirect("desk:words", name=name, language=language)
    form = WordsForm(request.POST)
    form.is_valid()
    form.refuse(wish_page.faults(kind, form.words, language))
    if form.errors or do != "keep":
        return _words_page(request, form, kind, name, language, own=own)
    wishing.write_words(source=source, name=name, language=language, words=form.words, by=account, now=now)
    messages.success(request, f"Kept. “{kind.label}” says this from now on.")
    return redirect("desk:words", name=name, language=language)


def _words_page(
    request: HttpRequest, form: WordsForm, kind: Kind, name: str, language: str, *, own: Wording | None
) -> HttpResponse:
    words = None if form.errors else (form.words if form.is_bound else form.initial)
    facts = {
        "form": form,
        "kind": kind,
        "name": name,
        "language": language,
        "language_name": language_name(language),
        "own": own,
        "preview": wish_page.preview(kind, name, language, words, now=timezone.now()),
        "filled_in": wish_page.filled_in(kind),
    }
    return render(request, "desk/words.html", facts, status=422 if form.errors else 200)


@for_roles(Role.MANAGER)
@require_POST
def send_test(request: HttpRequest, *, account: Account, name: str, language: str) -> HttpResponse:
    """What is kept now, to whoever asks: no patient's name is in it."""
    _found(name, language)
    if not account.email:
        messages.warning(
            request, "Your account has no e-mail address, so nothing was sent. Add one under Settings."
        )
    elif tasks.called(tasks.send_test, account.pk, name, language):
        messages.success(
            request, f"A test is on its way to {account.email}. Nothing of it concerns a patient."
        )
    else:
        messages.warning(request, "The queue does not answer, so no test was sent. Try it again in a minute.")
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
