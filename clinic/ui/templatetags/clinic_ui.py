"""`{% load clinic_ui %}`: the tags that draw our components. All of them are shown on /components/.

Blocks take their content between the tags; everything else takes plain facts, already decided by the page.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from clinic.ui import badges, drawing, icons

register = template.Library()

register.simple_tag(icons.icon, name="icon")

EMERGENCY = "112 or 999"  # as every text for patients says it, those of the catalogues too


@register.simple_block_tag
def page_header(
    content: str,
    title: str,
    *,
    lead: str = "",
    eyebrow: str = "",
    back_url: str = "",
    back_label: str = "Back",
) -> SafeString:
    """{% page_header "Today" lead="12 appointments" back_url=url back_label="Today" %}actions{% endpage_header %}"""
    return _draw(
        "components/page_header.html",
        actions=content,
        title=title,
        lead=lead,
        eyebrow=eyebrow,
        back_url=back_url,
        back_label=back_label,
    )


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> SafeString:
    """{% notice "warning" "Two records look alike" %}…{% endnotice %}; info, success, warning or urgent.

    Raises KeyError for another kind.
    """
    return _draw(
        "components/notice.html", content=content, kind=kind, title=title, icon=drawing.NOTICE_ICONS[kind]
    )


@register.simple_block_tag
def table_region(content: str, label: str) -> SafeString:
    """A wide table in its own scroll region that the keyboard reaches: {% table_region "Appointments" %}<table>…"""
    return format_html(
        '<div class="table-region" role="region" aria-label="{}" tabindex="0">{}</div>', label, content
    )


@register.simple_block_tag
def exercise_card(content: str, exercise: Mapping[str, Any], level: int = 2) -> SafeString:
    """One exercise; the block is its figure. Needs name, dose, why, stop_when; number, cue, pain, url optional.

    `level` is the heading's: 2 straight under the page's title.
    """
    return _draw("components/exercise_card.html", figure=content, exercise=exercise, level=level)


@register.simple_block_tag
def key_hints(content: str, hints: Iterable[tuple[str, str]], title: str = "Keys on this page") -> SafeString:
    """The `?` dialog and its button. `hints`: ("Alt S", "Sign the screen"); the block may add a note."""
    rows = [(keys.split(), what) for keys, what in hints]
    return _draw("components/key_hints.html", note=content, hints=rows, title=title)


@register.simple_tag
def status_badge(state: str, family: str = "appointment") -> SafeString:
    """{% status_badge "no_show" %}; families: appointment, urgency, sending, record (clinic/ui/badges.py)."""
    return drawing.badge(badges.badge(family, state))


@register.simple_tag
def urgency_badge(level: str) -> SafeString:
    """{% urgency_badge "same_day" %}: emergency_now, same_day, within_days or routine."""
    return drawing.badge(badges.badge("urgency", level))


@register.simple_tag
def button(label: str, href: str = "", kind: str = "secondary", icon: str = "", **attrs: str) -> SafeString:
    """A link or submit button: {% button "Book" href=url kind="primary" icon="plus" %}; extra attributes by name.

    Kinds: primary, secondary, quiet, danger. In a name, `_` stands for `-` (data_row="1" → data-row).
    """
    return drawing.button(label, href=href, kind=kind, icon=icon, attrs=attrs)


@register.simple_tag
def form_field(field: BoundField, label: str = "") -> SafeString:
    """Label, hint, error and input, tied together by ids. Crispy draws every field the same way.

    `label` replaces the form's own word where that form is not ours, and the placeholder that repeats it.
    """
    if label:
        field.label = label
        field.field.widget.attrs.pop("placeholder", None)
    return _draw("components/field.html", **drawing.field_facts(field))


@register.simple_tag
def error_summary(form: Any, title: str = "There is a problem", *, kept: bool = True) -> SafeString | str:
    """Every refusal of the form on top, each a link to its field; takes the focus. Nothing while all is well.

    `kept=False` where a form saves nothing and gives nothing back, as with passwords and codes.
    """
    if not (problems := drawing.problems(form)):
        return ""
    return _draw("components/error_summary.html", problems=problems, title=title, kept=kept)


@register.simple_tag
def empty_state(
    title: str, text: str = "", action_label: str = "", action_url: str = "", icon: str = "list"
) -> SafeString:
    """What is shown where a list has nothing: what it means and what to do next."""
    return _draw(
        "components/empty_state.html",
        title=title,
        text=text,
        action_label=action_label,
        action_url=action_url,
        icon=icon,
    )


@register.simple_tag
def fact_lists(
    supporting: Sequence[Any] = (), against: Sequence[Any] = (), unknown: Sequence[Any] = ()
) -> SafeString:
    """For, against and not known with the same weight. A fact: a text, or a mapping with text, detail, rule, source."""
    columns = [
        ("Speaks for", "plus", "for", drawing.facts(supporting), "Nothing found that speaks for it."),
        (
            "Speaks against",
            "minus-circle",
            "against",
            drawing.facts(against),
            "Nothing found that speaks against it.",
        ),
        ("Not known", "question", "unknown", drawing.facts(unknown), "Nothing is missing."),
    ]
    return _draw("components/fact_lists.html", columns=columns)


@register.simple_tag
def facts(pairs: Iterable[tuple[str, Any]]) -> SafeString:
    """Words and their values: [("Booked for", "Mon 24 Nov"), …] as a definition list."""
    return _draw("components/facts.html", pairs=list(pairs))


@register.simple_tag
def timeline(events: Iterable[Mapping[str, Any]], label: str = "What happened") -> SafeString:
    """Newest or oldest first as given. An event: at (aware datetime), what; who, detail, icon, url optional."""
    return _draw("components/timeline.html", events=list(events), label=label)


@register.simple_tag
def patient_bar(patient: Any, url: str = "") -> SafeString:
    """Who this page is about; stays in view. `patient`: a Patient, or a mapping with the facts of PatientFacts."""
    return _draw(
        "components/patient_bar.html",
        patient=drawing.patient_facts(patient, today=timezone.localdate()),
        url=url,
    )


@register.simple_tag
def section_nav(sections: Iterable[Mapping[str, Any]], label: str = "Sections") -> SafeString:
    """A screen's sections: label, url; missing (int), urgent (missing for a safe triage), current, done optional."""
    return _draw("components/section_nav.html", sections=list(sections), label=label)


@register.simple_tag
def pagination(previous_url: str = "", next_url: str = "", label: str = "Pages") -> SafeString:
    """Previous and next; nothing is counted, so a list of a million costs no more than one of ten."""
    return _draw("components/pagination.html", previous_url=previous_url, next_url=next_url, label=label)


@register.simple_tag
def saved_state(at: datetime | None = None, state: str = "saved") -> SafeString:
    """“Saved 10:42” near a title; states: saved, saving, offline, unsaved, empty. A script may rewrite it in place."""
    return _draw("components/saved_state.html", at=at, state=state, text=drawing.saved_text(at, state))


@register.simple_tag
def clinic_time(at: datetime, form: str = "full") -> SafeString:
    """A time in the clinic's zone with the zone named. Forms: full (day and time), time, day (no zone).

    moment (day and time) and clock leave the zone to the page or table, which names it once with `clinic_zone`.
    """
    local = timezone.localtime(at)
    shown = format_date(local, drawing.TIME_FORMS[form])
    if form in drawing.WITHOUT_ZONE:
        return format_html('<time datetime="{}">{}</time>', local.isoformat(), shown)
    return format_html(
        '<time datetime="{}">{} <span class="zone">{}</span></time>',
        local.isoformat(),
        shown,
        clinic_zone(),
    )


@register.simple_tag
def clinic_zone() -> str:
    """The name of the clinic's time zone, for a page or table to say once: “America/New York”."""
    return timezone.get_current_timezone_name().replace("_", " ")


@register.filter
def emergency_links(text: str) -> SafeString:
    """A text with its emergency numbers to be tapped; the rest of it stays as safe or unsafe as it was."""
    numbers = re.sub(r"\d+", r'<a class="ring" href="tel:\g<0>">\g<0></a>', EMERGENCY)
    return mark_safe(conditional_escape(text).replace(EMERGENCY, numbers))  # escaped just there


@register.simple_tag
def logo(size: int = 32) -> SafeString:
    """The clinic's mark as inline SVG; the name beside it is said by the page."""
    return _draw("components/logo.html", size=size)


def _draw(component: str, **facts_shown: Any) -> SafeString:
    return render_to_string(component, facts_shown)
