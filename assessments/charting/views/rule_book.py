"""The rules in plain words, every version of them, for whoever works with their results."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assessments.screens.offered import in_order, usual_screen
from assessments.triage import rule_book as books
from assessments.triage.actions import named
from assessments.triage.rules import load_ruleset
from clinic.audit.guards import for_roles
from clinic.knowledge.reading import KnowledgeError
from clinic.people.models import Account
from clinic.people.roles import Role


@for_roles(Role.CLINICIAN, Role.MANAGER)
@require_safe
def newest(request: HttpRequest, *, account: Account) -> HttpResponse:
    """The usual screen's rules of today; every other version is named on their page."""
    return redirect("charting:rule_book", load_ruleset(usual_screen()).version_label)


@for_roles(Role.CLINICIAN, Role.MANAGER)
@require_safe
def rule_book(request: HttpRequest, *, account: Account, label: str) -> HttpResponse:
    """One version; `?draft=3` tries that draft of it on stories and stored results. Names nobody."""
    published = {f"{name}.v{version}": (name, version) for name, version in books.books()}
    if label not in published:
        raise Http404
    name, version = published[label]
    waiting = [str(number) for number in books.drafts(name)]
    wanted = request.GET.get("draft", "")
    context = {
        "book": books.rule_book(name, version),
        "is_newest": load_ruleset(name).version_label == label,
        "regions": _regions(published.values()),
        "label": label,
        "drafts": [(number, f"{name}.v{number}") for number in waiting],
        "most_results": books.MOST_RESULTS,
    }
    if wanted in waiting:
        context |= _tried(f"{name}.v{wanted}")
    return render(request, "charting/rule_book.html", context)


def _regions(published: Iterable[tuple[str, int]]) -> list[tuple[str, list[str]]]:
    """(title of today's rules, labels with the newest first) of each region, the usual screen's first."""
    labels: dict[str, list[str]] = {}
    for name, version in published:
        labels.setdefault(name, []).append(f"{name}.v{version}")
    return [(load_ruleset(name).head.title, labels[name]) for name in in_order(labels)]


def _tried(label: str) -> dict[str, object]:
    """A draft that cannot be read is said so, with what is wrong in it: it is being written."""
    try:
        return {"trial": books.try_draft(books.draft_ruleset(*named(label)), books.newest_results())}
    except KnowledgeError as error:
        return {"unreadable": f"{error} {error.problem.hint}", "tried_label": label}
