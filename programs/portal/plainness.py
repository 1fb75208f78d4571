"""How plain each kind of text is, and what is too hard. Pure: texts in, judgements out.

- A kind's mean is at most 11 years (OLDEST). That is the promise, and where the formula is at its best: many texts.
- A single text of COUNTED words or more is at most 13 (OLDEST_SINGLE). One text swings by two years for one word that
  it needs (“comfortable”, “emergency”), so 11 for each would forbid words, not hard texts. Texts that can be changed
  at once, and are not in a published file, keep to 11 all the same.
- A text below SHORT words has no age: it has no hard word. Between the two, a text counts in its kind's mean alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from programs.portal.patient_texts import Text
from programs.portal.reading_age import hard_words, is_short, reading_age, smog_age, words

OLDEST = 11
OLDEST_SINGLE = 13
COUNTED = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One text with its age; None for a short one, which has its hard words instead."""

    text: Text
    age: float | None
    hard: tuple[str, ...]

    @property
    def is_above(self) -> bool:
        """Older than a kind's mean may be, or short with a hard word: worth a look."""
        return bool(self.hard) if self.age is None else self.age > OLDEST

    @property
    def is_too_hard(self) -> bool:
        """Above the limit for a single text."""
        if self.age is None:
            return bool(self.hard)
        limit = OLDEST_SINGLE if self.text.fixed else OLDEST
        return self.age > limit and len(words(self.text.text)) >= COUNTED


@dataclass(frozen=True, slots=True)
class Kind:
    """All texts of one kind. `mean` and `worst` are of those that have an age."""

    name: str
    judged: tuple[Judged, ...]
    smog: float | None

    @property
    def ages(self) -> list[float]:
        return [one.age for one in self.judged if one.age is not None]

    @property
    def mean(self) -> float:
        return fmean(self.ages) if self.ages else 0.0

    @property
    def worst(self) -> float:
        return max(self.ages, default=0.0)

    @property
    def above(self) -> list[Judged]:
        """The oldest first, then short ones with hard words."""
        return sorted((one for one in self.judged if one.is_above), key=lambda one: -(one.age or 0))

    @property
    def too_hard(self) -> list[Judged]:
        return [one for one in self.above if one.is_too_hard]

    @property
    def is_plain(self) -> bool:
        return self.mean <= OLDEST and not self.too_hard


def judge(name: str, texts: Sequence[Text]) -> Kind:
    return Kind(name, tuple(_judged(one) for one in texts), smog_age(one.text for one in texts))


def _judged(text: Text) -> Judged:
    if is_short(text.text):
        return Judged(text, None, tuple(hard_words(text.text)))
    return Judged(text, reading_age(text.text), ())
