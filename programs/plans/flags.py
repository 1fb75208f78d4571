"""What a logged session says about going on: the ladder's green, amber and red as plain values.

Green up to 2 of 10, amber at 3, red from 4 (recipe: ladder rules, sources S104, S107, S122). A warning sign
outranks any number: the therapist looks before the next session.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

AMBER_FROM = 3
RED_FROM = 4


class Level(IntEnum):
    """Higher is looked at first."""

    GREEN = 0
    COULD_NOT = 1
    AMBER = 2
    RED = 3
    WARNING_SIGN = 4


@dataclass(frozen=True, slots=True)
class Flag:
    """`level` sorts; `label` and `words` are for clinicians; `tone` picks the badge's look."""

    level: Level
    label: str
    words: str
    tone: str
    icon: str


FLAGS = {
    Level.WARNING_SIGN: Flag(
        Level.WARNING_SIGN,
        "Warning sign",
        "The patient reported a warning sign: stop, examine and screen again before the next session.",
        "urgent-solid",
        "octagon",
    ),
    Level.RED: Flag(
        Level.RED,
        "Red",
        "Pain of 4 or more: rest 48 hours, then go back one or two stages.",
        "urgent",
        "warning",
    ),
    Level.AMBER: Flag(
        Level.AMBER, "Amber", "Pain of 3: repeat the stage, do not progress.", "warning", "clock"
    ),
    Level.COULD_NOT: Flag(
        Level.COULD_NOT,
        "Could not do",
        "At least one exercise could not be done: ask why, swap or lower the dose.",
        "info",
        "question",
    ),
    Level.GREEN: Flag(Level.GREEN, "Green", "Pain of 2 or less: as planned.", "success", "check"),
}


def flag(*, pain_during: int, warned: bool, could_not: bool = False) -> Flag:
    """The most cautious flag one session earns. `pain_during` is 0 to 10, `warned` that a symptom was reported."""
    if warned:
        return FLAGS[Level.WARNING_SIGN]
    if pain_during >= RED_FROM:
        return FLAGS[Level.RED]
    if pain_during >= AMBER_FROM:
        return FLAGS[Level.AMBER]
    return FLAGS[Level.COULD_NOT if could_not else Level.GREEN]


def needs_safety_text(*, pain_during: int, warned: bool) -> bool:
    """Whether the patient is shown the fixed “stop and call” text after logging."""
    return warned or pain_during >= RED_FROM
