"""A dose in words: how many sets, how often, how long to hold and to rest. Plain values, no database."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_SETS = 10
LONGEST_REST_S = 600
NUMBERS = re.compile(r"^\d{1,3}( ?[-–] ?\d{1,3})?$")  # people type both dashes


@dataclass(frozen=True, slots=True)
class Dose:
    """What to do in one session. `reps` and `hold_s` may be ranges or words (“20–30”, “5 min”)."""

    sets: int
    reps: str
    hold_s: str = ""
    rest_s: int = 0
    each_side: bool = False

    def in_words(self) -> str:
        """“3 sets of 10–15, hold 5 seconds, each side. Rest 45 seconds.”"""
        parts = [self._how_many()]
        if self.hold_s:
            parts.append(f"hold {dashed(self.hold_s)} seconds")
        if self.each_side and "side" not in self.reps and "way" not in self.reps:
            parts.append("each side")
        words = ", ".join(parts)
        return (
            f"{words}. Rest {resting(self.rest_s)} between sets." if self.rest_s and self.sets > 1 else words
        )

    def _how_many(self) -> str:
        reps = dashed(self.reps)
        if self.sets == 1:
            return "Once" if reps == "1" else f"{reps} times" if NUMBERS.match(self.reps) else _sentence(reps)
        if reps == "1":
            return f"{self.sets} times"
        return f"{self.sets} sets of {reps}"


def dashed(numbers: str) -> str:
    """“10-15” with the dash print uses for a range."""
    return re.sub(r"(?<=\d) ?- ?(?=\d)", "\N{EN DASH}", numbers)


def resting(seconds: int) -> str:
    """“45 seconds”, “2 minutes”, “2 min 30 s”."""
    minutes, rest = divmod(seconds, 60)
    if minutes == 0 or seconds < 90:
        return f"{seconds} seconds"
    return f"{minutes} minutes" if rest == 0 and minutes > 1 else f"{minutes} min {rest} s"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
