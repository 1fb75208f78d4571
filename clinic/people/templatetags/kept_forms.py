"""`{% load kept_forms %}{% form_owner %}` inside a form: says who opened it, and for which patient."""

from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from clinic.people.belonging import PATIENT_FIELD
from clinic.people.kept_forms import OWNER_FIELD, owner_note

register = template.Library()


@register.simple_tag(takes_context=True)
def form_owner(context: dict[str, Any], patient: Any = None) -> SafeString | str:
    """The hidden fields; nothing for somebody who is not signed in.

    `patient`, or its id, is named where the page is about several; elsewhere it is the page's own `patient`.
    """
    account = context["request"].user
    if not account.is_authenticated:
        return ""
    fields: list[tuple[str, object]] = [(OWNER_FIELD, owner_note(account.pk))]
    if whose := patient or context.get("patient"):
        fields.append((PATIENT_FIELD, getattr(whose, "pk", whose)))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)
