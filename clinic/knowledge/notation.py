"""Reads conditions the way they are written in knowledge files.

    onset = sudden and days_since_onset <= 42 and (pop_felt or bruising != none)
    at least 2 of (pain_sitting, palp_ischial_tender, rkf_pain_max >= 2)
    rf_leg_swelling and then wells_score >= 2        ask for the second only once the first is known
    abi_post_drop >= 0.4 if known                    an optional test: not tested counts as no
    pop_felt is no · alt_dx_likely is no or unknown · pain_location in [buttock, thigh]
    pain_now_nprs > fact pain_worst_nprs · not (…)

`and` binds tighter than `or`; `and` and `and then` may not be mixed without brackets. Values are numbers or words.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from clinic.knowledge.conditions import All, AtLeast, Condition, Not, Question

TOKEN = re.compile(r"\s*(?:(-?\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(!=|<=|>=|[=<>(),\[\]]))")
KEYWORDS = frozenset(["and", "or", "not", "then", "is", "in", "at", "of", "if"])
SIGNS = frozenset(["=", "!=", "<", "<=", ">", ">="])
ORDERED = frozenset(["<", "<=", ">", ">="])


class NotationError(ValueError):
    """A condition that cannot be read: what was expected, what stands there, and where."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """Text → condition. Raises NotationError; never guesses."""
    reader = _Reader(text)
    found = reader.any_of()
    reader.end()
    return found


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise NotationError(f"cannot read {text[at : at + 20]!r} in the condition")
        tokens.append(match.group().strip())
        at = match.end()
    return tokens


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0

    def look(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def next(self) -> str:
        token = self.look()
        self.at += 1
        return token

    def accept(self, *words: str) -> bool:
        if all(self.look(ahead) == word for ahead, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise self.wrong(f"{word!r}")

    def wrong(self, expected: str) -> NotationError:
        before = " ".join(self.tokens[max(0, self.at - 4) : self.at])
        return NotationError(f"expected {expected} after {before!r}, found {self.look() or 'the end'!r}")

    def end(self) -> None:
        if self.look():
            raise self.wrong("'and', 'or' or the end")

    def any_of(self) -> Condition:
        parts = [self.all_of()]
        while self.accept("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else AtLeast(1, tuple(parts))

    def all_of(self) -> Condition:
        parts, staged = [self.part()], False
        while self.accept("and"):
            then = self.accept("then")
            if len(parts) > 1 and then != staged:
                raise self.wrong("brackets, because 'and' and 'and then' are mixed,")
            staged = then
            parts.append(self.part())
        return parts[0] if len(parts) == 1 else All(tuple(parts), staged)

    def part(self) -> Condition:
        if self.accept("not"):
            self.expect("(")
            return Not(self._closed(self.any_of))
        if self.accept("("):
            return self._closed(self.any_of)
        if self.accept("at", "least"):
            return self._at_least()
        return self._test()

    def _closed(self, inside: Callable[[], Condition]) -> Condition:
        found = inside()
        self.expect(")")
        return found

    def _at_least(self) -> Condition:
        number = self.next()
        if not number.isdigit() or int(number) < 1:
            raise self.wrong("how many ('at least 2 of')")
        self.expect("of")
        self.expect("(")
        parts = [self.any_of()]
        while self.accept(","):
            parts.append(self.any_of())
        self.expect(")")
        if int(number) > len(parts):
            raise self.wrong(f"at least {number} parts")
        return AtLeast(int(number), tuple(parts))

    def _test(self) -> Question:
        fact = self._word("a fact")
        if self.accept("is", "no", "or", "unknown"):
            return Question(fact, "is no or unknown")
        if self.accept("is", "no"):
            return Question(fact, "is no", if_known=self._if_known())
        if self.accept("is", "yes"):
            return Question(fact, "is yes", if_known=self._if_known())
        if self.accept("in"):
            return Question(fact, "in", self._listed(), self._if_known())
        if self.accept(">", "fact"):
            return Question(fact, "> fact", self._word("a fact"))
        if self.look() in SIGNS:
            return self._compared(fact)
        return Question(fact, "is yes")

    def _compared(self, fact: str) -> Question:
        sign = self.next()
        value = self._value()
        if sign in ORDERED and isinstance(value, str):
            raise self.wrong(f"a number after {fact} {sign}, not a word,")
        return Question(fact, sign, value, self._if_known())

    def _if_known(self) -> bool:
        return self.accept("if", "known")

    def _listed(self) -> tuple[str, ...]:
        self.expect("[")
        words = [self._word("a value")]
        while self.accept(","):
            words.append(self._word("a value"))
        self.expect("]")
        return tuple(words)

    def _value(self) -> int | float | str:
        token = self.look()
        if re.fullmatch(r"-?\d+", token):
            return int(self.next())
        if re.fullmatch(r"-?\d+\.\d+", token):
            return float(self.next())
        return self._word("a value")

    def _word(self, what: str) -> str:
        if not self.look().isidentifier() or self.look() in KEYWORDS:
            raise self.wrong(what)
        return self.next()
