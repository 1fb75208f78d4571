"""What the template tags work out before a component's template is drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clinic.ui import icons
from clinic.ui.badges import Badge

NOTICE_ICONS = {"info": "info", "success": "check-circle", "warning": "warning", "urgent": "octagon"}
TIME_FORMS = {
    "full": "D j M Y, H:i",
    "time": "H:i",
    "day": "D j M Y",
    "moment": "D j M Y, H:i",
    "clock": "H:i",
}
WITHOUT_ZONE = {"day", "moment", "clock"}  # the last two where the page or table names the zone once
BUTTON_KINDS = {"primary", "secondary", "quiet", "danger"}


def badge(shown: Badge) -> SafeString:
    """The badge as one span: shape, then word."""
    return format_html('<span class="tag tag-{}">{}{}</span>', shown.tone, icons.icon(shown.icon), shown.text)


def button(label: str, *, href: str, kind: str, icon: str, attrs: Mapping[str, str]) -> SafeString:
    """An <a> where there is somewhere to go, else a <button>. Raises ValueError for an unknown kind."""
    if kind not in BUTTON_KINDS:
        raise ValueError(f"No button of kind “{kind}”: choose one of {', '.join(sorted(BUTTON_KINDS))}.")
    extra = format_html_join(
        "", ' {}="{}"', ((name.replace("_", "-"), value) for name, value in attrs.items())
    )
    inside = format_html("{}{}", icons.icon(icon), label) if icon else label
    if href:
        return format_html('<a class="btn btn-{}" href="{}"{}>{}</a>', kind, href, extra, inside)
    if "type" not in attrs:
        extra = format_html(' type="submit"{}', extra)
    return format_html('<button class="btn btn-{}"{}>{}</button>', kind, extra, inside)


def field_facts(field: BoundField) -> dict[str, Any]:
    """Everything components/field.html needs, decided here so that the template only prints."""
    widget = field.field.widget
    boxed = isinstance(widget, forms.CheckboxInput)
    drawn_as = _input_class(widget)
    refused = " is-invalid" if field.errors and drawn_as else ""
    look = f"{widget.attrs.get('class', '')} {drawn_as}{refused}".strip()
    return {
        "field": field,
        "hidden": field.is_hidden,
        "grouped": field.use_fieldset,
        "boxed": boxed,
        "optional": not field.field.required and _mixed(field.form) and not boxed,
        "described_by": field.aria_describedby,
        "input": field.as_widget(attrs={"class": look} if look else {}),
    }


def _input_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.MultiWidget):
        return ""
    if isinstance(widget, forms.Select):
        return "form-select"
    return "" if "form-control" in str(widget.attrs.get("class", "")) else "form-control"


def _mixed(form: forms.BaseForm) -> bool:
    # “(optional)” helps only beside fields that are not: on a screen where all are, it is noise.
    return any(field.required for field in form.fields.values())


def problems(form: forms.BaseForm) -> list[tuple[str, str, str]]:
    """(address of the field or "", label, message) for each refusal, the form's own first."""
    if not getattr(form, "is_bound", False) or not form.errors:
        return []
    found = [("", "", str(message)) for message in form.non_field_errors()]
    for field in form:
        address = "" if field.is_hidden else _first_input(field)
        found += [(address, str(field.label), str(message)) for message in field.errors]
    return found


def _first_input(field: BoundField) -> str:
    several = field.use_fieldset
    return f"{field.auto_id}_0" if several and field.auto_id else field.id_for_label or field.auto_id


def facts(given: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Texts and mappings alike as mappings with `text`."""
    return [fact if isinstance(fact, Mapping) else {"text": fact} for fact in given]


def saved_text(at: datetime | None, state: str) -> str:
    """The words of the saved state. Raises KeyError for a state nobody worded."""
    clock = format_date(timezone.localtime(at), "H:i") if at else ""
    return {
        "saved": f"Saved {clock}".strip(),
        "saving": "Saving…",
        "offline": f"No connection. Kept on this device{f' since {clock}' if clock else ''}",
        "unsaved": "Not saved yet",
        "empty": "Nothing entered yet",
    }[state]


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """What tells two people apart on a page: legal name, preferred name, birth date, age in years, record number."""

    name: str
    preferred_name: str
    birth_date: date
    age: int
    record_number: str


def patient_facts(patient: Any, *, today: date) -> PatientFacts:
    """The facts of a Patient row (named by its attributes: this layer lies below it) or of a mapping."""
    if isinstance(patient, Mapping):
        return PatientFacts(**patient)
    return PatientFacts(
        name=patient.full_name,
        preferred_name=patient.preferred_name,
        birth_date=patient.birth_date,
        age=patient.age_on(today),
        record_number=patient.record_number,
    )
