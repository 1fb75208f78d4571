"""The patient's own limits as the page tells them: what was asked for, what it costs, and what would bring it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.dateformat import format as format_date

from programs.builder.limits import Limits
from programs.builder.sessions import DAYS
from programs.exercises.equipment import load_equipment
from programs.plans.blocks import asked_of
from programs.plans.models import Version
from programs.prescribing import words

MOST_UNFOLDED = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """One kind of thing the program goes without: `title`, and each with its reason."""

    title: str
    lost: Sequence[Mapping[str, Any]]

    @property
    def is_short(self) -> bool:
        """Told unfolded."""
        return len(self.lost) <= MOST_UNFOLDED


@dataclass(frozen=True, slots=True)
class Suggested:
    """One change that brings something back: its `place` in the proposal, its words there, and as they are shown."""

    place: int
    words: str
    label: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """`asked` in words; `costs` without the empty ones."""

    asked: list[tuple[str, str]]
    costs: list[Cost]
    suggestions: list[Suggested]
    unwanted: Sequence[Mapping[str, Any]]

    @property
    def is_tight(self) -> bool:
        """Whether the limits leave something out that a change of them would bring back."""
        return bool(self.suggestions)


def wishes(version: Version, without_a_day: Sequence[Mapping[str, Any]]) -> Wishes:
    """What this version was built within. `without_a_day` are exercises of its list that no day holds now."""
    snapshot = version.proposal
    dropped = _counted([(one["what"], one["because"]) for one in snapshot.get("dropped", [])])
    unfilled = [
        {"name": title, "because": "fewer exercises than the phase asks for"}
        for title in snapshot.get("unfilled", [])
    ]
    costs = [
        Cost("In the list, but on no day", without_a_day),
        Cost("Left out: no day has room", snapshot.get("left_out", [])),
        Cost("Sessions without a day", dropped),
        Cost("Kinds of exercise left short", unfilled),
    ]
    return Wishes(
        asked=in_words(asked_of(snapshot), names_of(snapshot)),
        costs=[cost for cost in costs if cost.lost],
        suggestions=[
            Suggested(place, one["words"], _said(one["words"], snapshot))
            for place, one in enumerate(snapshot.get("suggestions", []))
        ]
        if version.is_draft
        else [],
        unwanted=snapshot.get("unwanted", []),
    )


def _counted(dropped: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """The same session dropped on three days is one line."""
    found = Counter(dropped)
    return [
        {"name": f"{what[:1].upper()}{what[1:]}{f' × {times}' if times > 1 else ''}", "because": because}
        for (what, because), times in found.items()
    ]


def names_of(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """Names of the exercises the patient's limits ruled out, by id."""
    return {one["id"]: one["name"] for one in snapshot.get("unwanted", [])}


def _said(suggestion: str, snapshot: Mapping[str, Any]) -> str:
    """A suggestion with the exercise's name where it has the id, and with a capital."""
    for id, name in names_of(snapshot).items():
        suggestion = suggestion.replace(f"“{id}”", f"“{name}”")
    return suggestion[:1].upper() + suggestion[1:]


def in_words(asked: Limits, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """[("Days", "Mon, Wed"), …]; nothing for what was not asked."""
    return [(word, value) for word, value in _every(asked, names) if value]


def _every(asked: Limits, names: Mapping[str, str]) -> list[tuple[str, str]]:
    days = [day for day in DAYS if day in asked.days]
    has = asked.equipment
    kinds = load_equipment().kinds
    things = [kind.label for kind in kinds.values() if has is not None and kind.id in has]
    return [
        ("Days", words.days_of(days) if days else ""),
        ("Minutes a day", str(asked.minutes) if asked.minutes is not None else ""),
        ("Equipment", "" if has is None else ", ".join(things) or "None"),
        ("Long run", asked.long_run),
        ("Race", format_date(asked.race_on, "D j M Y") if asked.race_on else ""),
        ("Would rather not", ", ".join(names.get(id, id.replace("_", " ")) for id in sorted(asked.dislikes))),
    ]
