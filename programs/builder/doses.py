"""How a dose grows and shrinks: repetitions (or seconds) first, then a set, then load. Plain values.

Step 0 is the low end of the library's range. The order is the recipe's `set_progress` (source S122).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from programs.builder.progression import DoseRules

RANGE = re.compile(r"(\d{1,3}) ?[-–] ?(\d{1,3})")  # people type both dashes
LOWEST_STEP = -2


@dataclass(frozen=True, slots=True)
class Amount:
    """How much, once: `reps` and `hold_s` without a range where the step fixes it; `load` counts raises of weight."""

    sets: int
    reps: str
    hold_s: str
    load: int = 0


@lru_cache(maxsize=4096)
def amount_at(
    step: int, *, sets: int, reps: str, hold_s: str, rules: DoseRules, deload_percent: int = 0
) -> Amount:
    """The amount at this step of a dose; `deload_percent` takes that share of the sets off, at least one stays.

    Below 0 a set is taken off a step. A dose without a range goes from its sets to its load. A range of seconds goes
    before one of repetitions.
    """
    reps_steps = range_steps(reps=reps, hold_s=hold_s, rules=rules)
    turn = reps_steps + rules.more_sets + 1
    load, place = divmod(max(step, 0), turn)
    fewer = min(step, 0)
    more = max(place - reps_steps, 0)
    share = min(place / reps_steps, 1.0) if reps_steps else 0.0
    count = max(sets + more + max(fewer, LOWEST_STEP), 1)
    if deload_percent:
        count = max(round(count * (100 - deload_percent) / 100), 1)
    if RANGE.search(hold_s):
        return Amount(count, reps, _at(hold_s, share), load)
    return Amount(count, _at(reps, share), hold_s, load)


def range_steps(*, reps: str, hold_s: str, rules: DoseRules) -> int:
    """The steps from the low to the high end of a dose's range; 0 for one without a range."""
    return rules.reps_steps if RANGE.search(hold_s) or RANGE.search(reps) else 0


def _at(text: str, share: float) -> str:
    """The text with its first range at this share of the way from low to high."""

    def fixed(found: re.Match[str]) -> str:
        low, high = int(found[1]), int(found[2])
        return str(low + round((high - low) * share)) if low <= high else found[0]

    return RANGE.sub(fixed, text, count=1)


def top_step(*, reps: str, hold_s: str, rules: DoseRules) -> int:
    """The last step before load: what comes after it is a harder exercise, or more weight."""
    return range_steps(reps=reps, hold_s=hold_s, rules=rules) + rules.more_sets
