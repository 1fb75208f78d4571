"""A desk form that an expired session kept: given back with a word about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, QueryDict

from clinic.desk.forms.patients import EditForm, RegisterForm
from clinic.people import kept_forms

NOT_SAVED_YET = "This was not saved yet: you were signed out first. Look it over and save it."


def brought_back(request: HttpRequest) -> QueryDict | None:
    """What they typed here before they were signed out, once, with the notice that it is not saved; else None."""
    kept = kept_forms.take_back(request)
    if kept is not None:
        messages.warning(request, NOT_SAVED_YET)
    return kept


def unsaved(form_class: type[RegisterForm] | type[EditForm], kept: QueryDict) -> dict[str, object]:
    """What was typed, as the starting values of a form that refuses nothing yet."""
    bound = form_class(kept)
    return {name: bound[name].data for name in bound.fields}
