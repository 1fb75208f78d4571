"""Every edit of a draft is checked here: what it would do to the week, and whether a guard asks for a reason first.

The week is laid out anew after each edit, so a guard is never broken silently: an exercise finds no day instead. Then
the edit is refused until the clinician gives a reason; with one, the exercise keeps its days, and the reason is kept.
What no reason can give a day to (a warm-up where running is paused) is refused outright.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal

from clinic.people.models import Account
from programs.builder.guards import breaches
from programs.plans import limits
from programs.plans.blocks import plan_of, rules_of
from programs.plans.doses import Dose
from programs.plans.models import Exercise, Version, Waiver
from programs.plans.refusals import NeedsReason, OverTheLimit
from programs.plans.work import times_as_much

# Set aside: a guard of the week, the patient's limits, where runs start, how much a dose may grow.
ROOM, WISH, RUNS, DOSE = "room", "wish", "runs", "dose"
TWICE, A_HUNDRED = 2, 100
MOST_NAMED = 3


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


@dataclass(frozen=True, slots=True)
class _Laid:
    """The first week with these exercises: names and days a week by library id, and its minutes."""

    names: Mapping[str, str]
    days: Mapping[str, int]
    minutes: Decimal


def check(
    version: Version, *, before: Sequence[Exercise], after: Sequence[Exercise], reason: Reason
) -> Consequence:
    """Refuse an edit that leaves an exercise without a day, unless a reason is given.

    `before` and `after` are the listed exercises in their order. Raises NeedsReason; OverTheLimit where no reason
    helps, and for a version that is older than blocks.
    """
    if "runner" not in version.proposal:
        _must_not_grow_over(version, before, after)
        return _consequence(_laid(version, before), _laid(version, after))
    was, week = frozenset(version.block(before).left_out), _laid(version, before)
    if crowded := _crowded(version, after, was):
        _set_aside(version, after, was, crowded, reason, week)
    return _consequence(week, _laid(version, after))


def _crowded(version: Version, after: Sequence[Exercise], was: frozenset[str]) -> dict[str, str]:
    return {id: why for id, why in version.block(after).left_out.items() if id not in was}


def _set_aside(
    version: Version,
    after: Sequence[Exercise],
    was: frozenset[str],
    crowded: dict[str, str],
    reason: Reason,
    week: _Laid,
) -> None:
    kept = version.proposal["keep"]
    never: dict[str, str] = {}
    while not never:
        # What keeps its days takes room, and may leave another without.
        version.proposal["keep"] = sorted({*kept, *crowded})
        left = _crowded(version, after, was)
        if not left:
            break
        never = {id: why for id, why in left.items() if id in crowded}
        crowded = {**crowded, **left}
    then = "" if never or reason.because.strip() else _then(version, week, after, crowded)
    if never or not reason.because.strip():
        version.proposal["keep"] = kept
    if never:
        raise OverTheLimit(f"{_no_day(after, never)} Nothing was changed: change something else first.")
    if not reason.because.strip():
        raise NeedsReason(
            f"{_no_day(after, crowded)} Nothing was changed: give a reason to keep it all the same, "
            f"or change something else first.{then}"
        )
    version.save(update_fields=["proposal"])
    for id, why in crowded.items():
        waive(version, id, guard=ROOM, words=why, reason=reason)


def _no_day(exercises: Sequence[Exercise], left_out: Mapping[str, str]) -> str:
    names = {one.library_id: one.name for one in exercises}
    told = [f"“{names[id]}” finds no day: {why}" for id, why in left_out.items()]
    more = len(told) - MOST_NAMED
    if more > 0:
        told[MOST_NAMED:] = [f"And {more} more {'finds' if more == 1 else 'find'} no day."]
    return " ".join(told)


def _then(version: Version, week: _Laid, after: Sequence[Exercise], crowded: Mapping[str, str]) -> str:
    """What keeping these would take from the others; empty where it takes nothing. They keep their days just now."""
    return taking(_consequence(week, _laid(version, after)).fewer_days, many=len(crowded))


def taking(fewer: Sequence[str], *, many: int = 1) -> str:
    """Who loses days once a reason is given, with a space before it; empty where nobody does. `many` are kept."""
    kept = "it is kept" if many == 1 else "they are kept"
    return f" With a reason {kept}, and then: fewer days for {few(fewer)}." if fewer else ""


def few(names: Sequence[str]) -> str:
    """“Dead bug, Step up, Side lift and 2 more”."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def waive(version: Version, library_id: str, *, guard: str, words: str, reason: Reason) -> None:
    """Keep why a guard was set aside for this exercise; the newest reason stays."""
    Waiver.objects.update_or_create(
        version=version,
        library_id=library_id,
        guard=guard,
        defaults={
            "words": words,
            "because": reason.because.strip(),
            "made_at": reason.now,
            "made_by": reason.by,
        },
    )


def forget_what_left(version: Version) -> None:
    """Nothing stays set aside for an exercise that has left the draft: put back, it is checked as any other."""
    rows = set(version.exercises.values_list("library_id", flat=True))
    listed = set(version.listed_now().values_list("library_id", flat=True))
    gone = set(version.waivers.filter(guard=ROOM).values_list("library_id", flat=True)) - listed
    if gone:
        version.proposal["keep"] = sorted(set(version.proposal["keep"]) - gone)
        version.save(update_fields=["proposal"])
        version.waivers.filter(guard=ROOM, library_id__in=gone).delete()
    version.waivers.exclude(guard=RUNS).exclude(library_id__in=rows).delete()
    _forget_doses(version)


def _forget_doses(version: Version) -> None:
    """A reason for a dose stays only as long as an exercise has more than twice as much."""
    kept = set(version.waivers.filter(guard=DOSE).values_list("library_id", flat=True))
    if not kept:
        return
    now = doses_now(version)
    rows = version.exercises.filter(library_id__in=kept)
    still = {one.library_id for one in rows if much_more(one, now)}
    if kept - still:
        version.waivers.filter(guard=DOSE, library_id__in=kept - still).delete()


def doses_now(version: Version) -> dict[str, Dose]:
    """What the patient does now, by library id; nothing where no program is released. One query."""
    rows = Exercise.objects.filter(
        version__patient=version.patient_id,
        version__state=Version.State.RELEASED,
        role=Exercise.Role.LISTED,
    )
    return {one.library_id: one.asks for one in rows}


def much_more(exercise: Exercise, now: Mapping[str, Dose]) -> str:
    """In words, how far a dose is above twice the library's, or twice what the patient does now; empty where not."""
    beside = [("the library’s dose", exercise.proposed)]
    if exercise.library_id in now:
        beside.append(("what the patient does now", now[exercise.library_id]))
    found = [(times_as_much(exercise.asks, dose), what, dose) for what, dose in beside]
    told = [f"{_times(many)} {what} ({_without_rest(dose)})" for many, what, dose in found if many > TWICE]
    return f"“{exercise.name}” would be {' and '.join(told)}." if told else ""


def _times(many: Decimal) -> str:
    """“2.1 times”: rounded up, since 2.04 is more than twice; what no day holds is not told to the last figure."""
    if many > A_HUNDRED:
        return "more than 100 times"
    return f"{many.quantize(Decimal('0.1'), rounding=ROUND_UP).normalize():f} times"


def _without_rest(dose: Dose) -> str:
    return replace(dose, rest_s=0).in_words() if dose.reps else f"{dose.sets} sets"


def _must_not_grow_over(version: Version, before: Sequence[Exercise], after: Sequence[Exercise]) -> None:
    """A draft that is too long already may be made shorter step by step, never longer."""
    was = {load.label: load.minutes for load in limits.loads(version, before)}
    for load in limits.loads(version, after):
        if load.hard and load.over and load.minutes > was[load.label]:
            raise OverTheLimit(
                f"{load.label} would take {load.minutes.normalize():f} minutes; the limit is {load.limit}. "
                "Nothing was changed."
            )


def _consequence(old: _Laid, new: _Laid) -> Consequence:
    common = old.days.keys() & new.days.keys()
    return Consequence(
        minutes_before=old.minutes,
        minutes_after=new.minutes,
        fewer_days=tuple(sorted(new.names[id] for id in common if new.days[id] < old.days[id])),
        more_days=tuple(sorted(new.names[id] for id in common if new.days[id] > old.days[id])),
    )


def _laid(version: Version, exercises: Sequence[Exercise]) -> _Laid:
    days = version.block(exercises).weeks[0].days
    return _Laid(
        names={one.library_id: one.name for one in exercises},
        days={one.library_id: sum(one in day.all for day in days) for one in exercises},
        minutes=sum((version.split.minutes(day.all) for day in days), Decimal(0)),
    )


def broken(version: Version, exercises: Sequence[Exercise]) -> list[str]:
    """The guards this version breaks, in words, less those a clinician set aside for an exercise that takes part."""
    plan = plan_of(version.proposal, version.split, starts_on=version.starts_on)
    if plan is None:
        return []
    block = version.block(exercises)
    waived = set(version.waivers.filter(guard=ROOM).values_list("library_id", flat=True))
    found = breaches(block, plan, rules_of(version.proposal))
    without_day = [_no_day(exercises, {id: why}) for id, why in block.left_out.items()]
    return without_day + [one.words for one in found if not waived & {one.exercise, *one.among}]
