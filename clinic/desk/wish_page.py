"""What the pages of reminders' settings show: each kind in a line, and what a change has done."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from clinic.desk import type_leads
from clinic.desk.forms.wishes import language_choices
from clinic.desk.type_leads import TypeLead
from clinic.reminders import wishes
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Quiet, Way
from clinic.reminders.wishing import said

# What each source is about, for whoever looks for a kind; one not named here stands under "Other".
GROUPS = {
    "clinic.booking": "Visits",
    "assessments": "After a visit",
    "programs": "At home",
    "clinic.reminders": "Signing in",
}
AS_PREFERRED = "As the patient prefers"
BY_WAY = {
    "": "as the patient prefers",
    Way.EMAIL.value: "by e-mail first",
    Way.TEXT.value: "by text message first",
    Way.PUSH.value: "as a notice on the phone first",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One kind. `when`, `way` and `words` are words; of a fixed one nothing can be chosen."""

    name: str
    label: str
    is_on: bool
    needed: bool
    is_fixed: bool
    when: str
    way: str
    words: str


def groups(wished: wishes.Wishes) -> list[tuple[str, list[Line]]]:
    """[(what they are about, lines)], in the order of GROUPS."""
    found: dict[str, list[Line]] = {title: [] for title in [*GROUPS.values(), "Other"]}
    of_types = type_leads.own_leads()
    for source, name, kind in wishes.all_kinds():
        title = next((title for start, title in GROUPS.items() if source.startswith(start)), "Other")
        found[title].append(_line(source, name, kind, wished, of_types.get(name, [])))
    return [(title, lines) for title, lines in found.items() if lines]


def _line(source: str, name: str, kind: Kind, wished: wishes.Wishes, of_types: list[TypeLead]) -> Line:
    first = wished.first_way(source, name)
    if kind.goes_one_way:
        (first,) = wishes.ways_in_order(kind, clinic="", patient="")
    return Line(
        name=name,
        label=kind.label,
        is_on=wished.is_on(source, name),
        needed=kind.needed,
        is_fixed=is_fixed(kind),
        when="; ".join([_when(source, name, kind, wished), *(f"{one.name}: {one.lead}" for one in of_types)]),
        way=str(Way(first).label) if first else AS_PREFERRED,
        words=_words(source, name, wished),
    )


def is_fixed(kind: Kind) -> bool:
    """Whether a manager has nothing to choose of it."""
    return kind.needed and kind.goes_one_way and kind.lead is None and not kind.worded


def why_fixed(kind: Kind) -> str:
    if kind.by_mail_alone:
        return "It goes by e-mail alone: its link is for whoever reads that mailbox."
    return "It goes by text message alone: it asks whoever holds that phone."


def _when(source: str, name: str, kind: Kind, wished: wishes.Wishes) -> str:
    if kind.lead is None:
        return "When it happens"
    return f"{said(wished.lead(source, name))} {'before' if kind.lead.before else 'after'}"


def _words(source: str, name: str, wished: wishes.Wishes) -> str:
    """Standard or Changed, and how many languages it is written in besides."""
    written = {key[2] for key, row in wished.words.items() if key[:2] == (source, name) and row.subject}
    others = len(written - {settings.LANGUAGE_CODE})
    told = "Changed" if settings.LANGUAGE_CODE in written else "Standard"
    return told + (f", and {others} language{'' if others == 1 else 's'} more" if others else "")


def what_changed(source: str, name: str, was: wishes.Wishes, now: wishes.Wishes) -> str:
    """What a save has done, and what becomes of those that wait already, in sentences."""
    kind = wishes.kind_of(source, name)
    told = []
    if was.is_on(source, name) and not now.is_on(source, name):
        told.append(
            "is switched off. What waits already is not sent either: the list says “Not sent”, and why."
        )
    if now.is_on(source, name) and not was.is_on(source, name):
        told.append(
            "is switched on. What came due meanwhile goes out too, unless it is too late for it; what is marked "
            "“Not sent” stays so."
        )
    if (when := _when(source, name, kind, now)) != (before := _when(source, name, kind, was)):
        told.append(f"goes out {when} now, no longer {before}. Who has had it already does not get it again.")
    if (way := now.first_way(source, name)) != was.first_way(source, name):
        told.append(f"goes {BY_WAY[way]} from now on, and so do those that wait already.")
    if not told:
        return f"“{kind.label}” stays as it was: nothing was changed."
    return " ".join([f"“{kind.label}” {told[0]}", *(f"It {more}" for more in told[1:])])


def what_quiet_became(kept: Quiet) -> str:
    """What a save of the quiet hours has done, in a sentence."""
    if not kept.is_on:
        return "No quiet hours from now on: what waited for them goes out, and what is due at night goes out at night."
    return f"Quiet from {kept.quiet_from:%H:%M} to {kept.quiet_to:%H:%M} from now on."


def languages(source: str, name: str) -> list[tuple[str, str, bool]]:
    """(code, name, whether the clinic has its own words in it)."""
    words = wishes.read().words
    return language_choices(
        {code for at, kind, code in words if (at, kind) == (source, name) and words[at, kind, code].subject}
    )
