"""How much a dose asks for, as seconds: compared with the library's, so that minutes follow the whole dose.

Only proportions count: the library's own dose has the library's own minutes. Plain values, no database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from programs.plans.doses import Dose

SECONDS_A_REP = 4  # one up, three down: a convention; a hold longer than that takes its place
FEWEST = Decimal("0.1")
TIMES = {"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1}
TIMES |= {"min": 60, "mins": 60, "minute": 60, "minutes": 60}
WAYS = frozenset({"m", "metre", "metres", "meter", "meters", "km", "step", "steps"})
BY = frozenset({"x", "×"})
NUMBER = re.compile(
    r"(\d+(?:[.,]\d+)?)(?: ?[-–] ?(\d+(?:[.,]\d+)?))?(?: ?([a-z×]+))?"
)  # both dashes are typed


@dataclass(frozen=True, slots=True)
class Counted:
    """The numbers in a text such as “8-10”, “5 min” or “2-4 x 1 min”.

    `many` is their product, each range by its middle; `most` the largest that counts repetitions, 0 where none does.
    `unit` is the seconds one takes where all of it is a time (60 for minutes); 0 for repetitions; None for what takes
    as long as it takes (a way, several numbers in a sentence). `words` is the text without its numbers.
    """

    many: Decimal
    most: Decimal
    unit: int | None
    words: str


def counted(reps: str) -> Counted:
    """Reads any text; one without a number counts as once."""
    text = reps.casefold()
    many, most, kinds = Decimal(1), Decimal(0), []
    for low, high, word in NUMBER.findall(text):
        ends = [Decimal(one.replace(",", ".")) for one in (low, high or low)]
        many *= (ends[0] + ends[1]) / 2
        kinds.append(word)
        if word not in TIMES and word not in WAYS:
            most = max(most, *ends)
    words = "".join(NUMBER.sub(lambda found: f"#{found[3] or ''}", text).split())
    return Counted(many, most, _unit(kinds), words)


def _unit(kinds: list[str]) -> int | None:
    if not kinds or kinds[-1] in WAYS or not BY.issuperset(kinds[:-1]):
        return None
    return TIMES.get(kinds[-1], 0)


def minutes_for(minutes: Decimal, dose: Dose, proposed: Dose) -> Decimal:
    """The library's minutes are for its own dose; another takes longer or less in proportion, rests included."""
    with localcontext(prec=150):  # any number that fits into a dose's text is counted to its end
        long = minutes * _share(dose, proposed, with_rest=True)
        return max(long.quantize(FEWEST, rounding=ROUND_HALF_EVEN), FEWEST)


def times_as_much(dose: Dose, than: Dose) -> Decimal:
    """The work (sets, repetitions, seconds held) as a multiple of another dose's; resting is no work."""
    return _share(dose, than, with_rest=False)


def _share(dose: Dose, other: Dose, *, with_rest: bool) -> Decimal:
    here, there = counted(dose.reps), counted(other.reps)
    same = here.words == there.words or (here.unit is not None and there.unit is not None)
    if same and there.many:
        return _seconds(dose, here, with_rest=with_rest) / _seconds(other, there, with_rest=with_rest)
    return Decimal(dose.sets) / max(other.sets, 1)


def _seconds(dose: Dose, once: Counted, *, with_rest: bool) -> Decimal:
    each = once.unit or max(_middle(dose.hold_s), Decimal(SECONDS_A_REP))
    two_sides = dose.each_side or "side" in dose.reps or "way" in dose.reps
    work = max(dose.sets, 1) * once.many * each * (2 if two_sides else 1)
    return work + dose.rest_s * (dose.sets - 1) if with_rest else work


def _middle(hold_s: str) -> Decimal:
    return counted(hold_s).many if hold_s else Decimal(0)
