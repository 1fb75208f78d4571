"""What the pages of reminders' settings show: each kind in a line, and a wording as it would be sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from clinic.desk.forms.wishes import language_choices
from clinic.reminders import lint, wishes
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Way, Wording
from clinic.reminders.samples import sample
from clinic.reminders.wishing import said
from clinic.reminders.wording import Letter, our_words

# What each source is about, for whoever looks for a kind; one not named here stands under "Other".
GROUPS = {
    "clinic.booking": "Visits",
    "assessments": "After a visit",
    "programs": "At home",
    "clinic.reminders": "Signing in",
}
MEANINGS = {
    "clinic": "the clinic’s name",
    "phone": "its phone number",
    "link": "the patient’s own page",
    "day": "the day of the visit",
    "when": "its day, time and zone",
    "place": "the clinic’s address",
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


def own_words(source: str, name: str, language: str) -> Wording | None:
    """The clinic's own in that very language; None: ours."""
    newest = Wording.objects.filter(source=source, kind=name, language=language).first()
    return newest if newest is not None and newest.subject else None


def words_now(own: Wording | None, name: str, kind: Kind) -> dict[str, str]:
    """What is sent now: the clinic's own, else ours to begin with."""
    if own is not None:
        return {"subject": own.subject, "text": own.text, "short": own.short}
    return our_words(kind.template_of(name), timed=kind.timed)


def faults(kind: Kind, words: Mapping[str, str], language: str) -> list[lint.Fault]:
    return lint.faults(kind, dict(words), language=language, ours=settings.LANGUAGE_CODE)


def preview(
    kind: Kind, name: str, language: str, words: Mapping[str, str] | None, *, now: dt.datetime
) -> Letter | None:
    """As a made-up patient would get it; None without words. Ours in a language they were not written for stay ours."""
    if words is None:
        return None
    own = None if faults(kind, words, language) else Wording(language=language, **words)
    return sample(kind, name, own, now=now)


def filled_in(kind: Kind) -> list[tuple[str, str]]:
    """({name}, what stands there)."""
    return [(f"{{{name}}}", MEANINGS[name]) for name in lint.may_be_filled_in(kind)]
