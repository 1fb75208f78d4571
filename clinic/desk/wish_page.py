"""What the pages of reminders' settings show: each kind in a line, and a wording as it would be sent."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.desk.forms.wishes import language_choices
from clinic.reminders import wishes
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Way
from clinic.reminders.wishing import said

# What each source is about, for whoever looks for a kind; one not named here stands under "Other".
GROUPS = {
    "clinic.booking": "Visits",
    "assessments": "After a visit",
    "programs": "At home",
    "clinic.reminders": "Signing in",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One kind. `when` and `way` are words."""

    name: str
    label: str
    is_on: bool
    needed: bool
    when: str
    way: str
    own_words: int


def groups(wished: wishes.Wishes) -> list[tuple[str, list[Line]]]:
    """[(what they are about, lines)], in the order of GROUPS."""
    found: dict[str, list[Line]] = {title: [] for title in [*GROUPS.values(), "Other"]}
    for source, name, kind in wishes.all_kinds():
        title = next((title for start, title in GROUPS.items() if source.startswith(start)), "Other")
        found[title].append(_line(source, name, kind, wished))
    return [(title, lines) for title, lines in found.items() if lines]


def _line(source: str, name: str, kind: Kind, wished: wishes.Wishes) -> Line:
    when = "When it happens"
    if kind.lead is not None:
        when = f"{said(wished.lead(source, name))} {'before' if kind.lead.before else 'after'}"
    first = wished.first_way(source, name)
    if kind.goes_one_way:
        (first,) = wishes.ways_in_order(kind, clinic="", patient="")
    return Line(
        name=name,
        label=kind.label,
        is_on=wished.is_on(source, name),
        needed=kind.needed,
        when=when,
        way=str(Way(first).label) if first else "As the patient prefers",
        own_words=sum(key[:2] == (source, name) and bool(row.subject) for key, row in wished.words.items()),
    )


def languages(source: str, name: str) -> list[tuple[str, str, bool]]:
    """(code, name, whether the clinic has its own words in it)."""
    words = wishes.read().words
    return language_choices(
        {code for at, kind, code in words if (at, kind) == (source, name) and words[at, kind, code].subject}
    )
