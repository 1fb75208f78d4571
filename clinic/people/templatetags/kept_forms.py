"""`{% load kept_forms %}{% form_owner %}` inside a form: says who opened it, so that nothing typed is lost."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.people.kept_forms import OWNER_FIELD, owner_note

register = template.Library()


@register.simple_tag(takes_context=True)
def form_owner(context: dict[str, Any]) -> SafeString | str:
    """The hidden field; nothing for somebody who is not signed in."""
    account = context["request"].user
    if not account.is_authenticated:
        return ""
    return format_html('<input type="hidden" name="{}" value="{}">', OWNER_FIELD, owner_note(account.pk))
