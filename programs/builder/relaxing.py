"""Which of a patient's limits to relax, when they leave a program short: one change at a time, the best first.

The program built is the nearest that keeps the limits; each suggestion says what one change would bring. Plain values.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from programs.builder.limits import Limits
from programs.builder.proposal import Case, Proposal, build
from programs.builder.sessions import DAYS
from programs.exercises.equipment import load_equipment

MORE_MINUTES = (10, 20, 30)
MOST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One change of the limits: `words` for the clinician, the `limits` it makes, how much less is `lost` then."""

    words: str
    limits: Limits
    gained: int


def lost(proposal: Proposal) -> int:
    """How much the program goes without: exercises without a day, slots left short, sessions without a day."""
    dropped = proposal.planned.dropped if proposal.planned else ()
    return len(proposal.left_out) + len(proposal.unfilled) + len(dropped)


def suggestions(
    case: Case, limits: Limits, found: Proposal, starts_on: dt.date | None = None
) -> tuple[Suggestion, ...]:
    """The changes that would bring something back, the most first; empty where the limits cost nothing."""
    now = lost(found)
    if limits == Limits() or now <= lost(build(case, Limits(race_on=limits.race_on), starts_on)):
        return ()
    gains = []
    for words, relaxed in _relaxed(limits, found):
        gained = now - lost(build(case, relaxed, starts_on))
        if gained > 0:
            gains.append(Suggestion(words, relaxed, gained))
    return tuple(sorted(gains, key=lambda one: -one.gained)[:MOST_SHOWN])


def _relaxed(limits: Limits, found: Proposal) -> Iterator[tuple[str, Limits]]:
    if limits.days:
        for day in DAYS:
            if day not in limits.days:
                yield f"one day more, on {day}", replace(limits, days=limits.days | {day})
        yield "any day", replace(limits, days=frozenset())
    if limits.minutes is not None:
        for more in MORE_MINUTES:
            yield f"{more} minutes more a day", replace(limits, minutes=limits.minutes + more)
        yield "as many minutes as it takes", replace(limits, minutes=None)
    if limits.long_run:
        yield "another day for the long run", replace(limits, long_run="")
    if limits.equipment is not None:
        for kind in _would_help(found):
            label = load_equipment().kinds[kind].label
            yield (
                f"with: {label[:1].lower()}{label[1:]}",
                replace(limits, equipment=limits.equipment | {kind}),
            )
    for id in sorted(limits.dislikes & set(found.unwanted)):
        yield f"if they would do “{id}” after all", replace(limits, dislikes=limits.dislikes - {id})


def _would_help(found: Proposal) -> list[str]:
    """Kinds of equipment that exercises of this program are missing, in the list's order."""
    listed = load_equipment()
    words = {word for one in found.unwanted.values() for word in one.missing}
    helpful = {kind for word in words for kind in listed.words.get(word, ())}
    return [kind for kind in listed.kinds if kind in helpful]
