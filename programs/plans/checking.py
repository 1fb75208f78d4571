"""Every edit of a draft is checked here: what it would do to the week, and whether a guard asks for a reason first.

The week is laid out anew after each edit, so a guard is never broken silently: an exercise finds no day instead. Then
the edit is refused until the clinician gives a reason; with one, the exercise keeps its days, and the reason is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from clinic.people.models import Account
from programs.builder.guards import breaches
from programs.plans import limits
from programs.plans.blocks import plan_of, rules_of
from programs.plans.models import Exercise, Version, Waiver
from programs.plans.refusals import NeedsReason, OverTheLimit


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a guard is set aside, by whom and when; `because` empty where none was given."""

    because: str
    by: Account
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an edit did, for the page: minutes a week before and after, and ids that gained or lost days."""

    minutes_before: Decimal
    minutes_after: Decimal
    fewer_days: tuple[str, ...]
    more_days: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """“The week takes 12 minutes more. Fewer days for: Dead bug.”"""
        change = self.minutes_after - self.minutes_before
        parts = []
        if change:
            parts.append(
                f"The week takes {abs(change).normalize():f} minutes {'more' if change > 0 else 'less'}."
            )
        if self.fewer_days:
            parts.append(f"Fewer days for: {', '.join(self.fewer_days)}.")
        if self.more_days:
            parts.append(f"More days for: {', '.join(self.more_days)}.")
        return " ".join(parts)


def check(
    version: Version, *, before: Sequence[Exercise], after: Sequence[Exercise], reason: Reason
) -> Consequence:
    """Refuse an edit that leaves an exercise without a day, unless a reason is given.

    `before` and `after` are the listed exercises in their order. Raises NeedsReason; OverTheLimit for a version that
    is older than blocks.
    """
    if "runner" not in version.proposal:
        _must_not_grow_over(version, before, after)
        return consequence(version, before, after)
    was, now = version.block(before).left_out, version.block(after).left_out
    crowded = {id: why for id, why in now.items() if id not in was}
    if crowded:
        _set_aside(version, after, crowded, reason)
    return consequence(version, before, after)


def _set_aside(version: Version, after: Sequence[Exercise], crowded: dict[str, str], reason: Reason) -> None:
    names = {one.library_id: one.name for one in after}
    if not reason.because.strip():
        words = " ".join(f"“{names[id]}” finds no day: {why}" for id, why in crowded.items())
        raise NeedsReason(f"{words} Give a reason to keep it all the same, or change something else first.")
    version.proposal["keep"] = sorted({*version.proposal["keep"], *crowded})
    version.save(update_fields=["proposal"])
    for id, why in crowded.items():
        waive(version, id, guard="room", words=why, reason=reason)


def waive(version: Version, library_id: str, *, guard: str, words: str, reason: Reason) -> None:
    """Keep why a guard was set aside for this exercise; the newest reason stays."""
    Waiver.objects.update_or_create(
        version=version,
        library_id=library_id,
        defaults={
            "guard": guard,
            "words": words,
            "because": reason.because.strip(),
            "made_at": reason.now,
            "made_by": reason.by,
        },
    )


def _must_not_grow_over(version: Version, before: Sequence[Exercise], after: Sequence[Exercise]) -> None:
    """A draft that is too long already may be made shorter step by step, never longer."""
    was = {load.label: load.minutes for load in limits.loads(version, before)}
    for load in limits.loads(version, after):
        if load.hard and load.over and load.minutes > was[load.label]:
            raise OverTheLimit(
                f"{load.label} would take {load.minutes.normalize():f} minutes; the limit is {load.limit}. "
                "Nothing was changed."
            )


def consequence(version: Version, before: Sequence[Exercise], after: Sequence[Exercise]) -> Consequence:
    """What the change from these exercises to those does to the week; nothing is refused."""
    names = {one.library_id: one.name for one in (*before, *after)}
    old, new = (_days(version, listed) for listed in (before, after))
    common = [id for id in old.keys() & new.keys() if {one.library_id for one in after} >= {id}]
    return Consequence(
        minutes_before=_minutes(version, before),
        minutes_after=_minutes(version, after),
        fewer_days=tuple(sorted(names[id] for id in common if new[id] < old[id])),
        more_days=tuple(sorted(names[id] for id in common if new[id] > old[id])),
    )


def _days(version: Version, exercises: Sequence[Exercise]) -> dict[str, int]:
    days = version.block(exercises).weeks[0].days
    return {one.library_id: sum(one in day.all for day in days) for one in exercises}


def _minutes(version: Version, exercises: Sequence[Exercise]) -> Decimal:
    days = version.block(exercises).weeks[0].days
    return sum((one.minutes for day in days for one in day.all), Decimal(0))


def broken(version: Version, exercises: Sequence[Exercise]) -> list[str]:
    """The guards this version breaks, in words, less those a clinician set aside with a reason."""
    plan = plan_of(version.proposal, version.split, starts_on=version.starts_on)
    if plan is None:
        return []
    found = breaches(version.block(exercises), plan, rules_of(version.proposal))
    waived = set(version.waivers.values_list("library_id", flat=True))
    return [one.words for one in found if not waived or (one.exercise and one.exercise not in waived)]
