"""Conditions over findings, in three-valued (Kleene) logic: yes, no, not known.

Not known never counts as no: a condition is decided only when the answers that are there decide it whatever the
missing ones turn out to be. `None` stands for not known throughout.
"""

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeGuard

Value: TypeAlias = bool | int | float | str | tuple[float, ...] | tuple[str, ...]
Facts: TypeAlias = Mapping[str, Value]
"""Fact id → value. A fact that is not known is not a key."""
Truth: TypeAlias = bool | None

ABSENT = ("none", "negative", "normal", "no")  # options that say a sign is not there
ANYTHING: tuple[str, ...] = ()

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one fact.

    `sign` is one of = != < <= > >= in, "is yes", "is no", "is no or unknown" or "> fact". With `if_known`, a fact
    that was not tested counts as no: only for optional tests that can add weight but must never block.
    """

    fact: str
    sign: str
    value: Value | None = None
    if_known: bool = False

    def truth(self, facts: Facts) -> Truth:
        known = facts.get(self.fact)
        if self.sign == "is no or unknown":
            return known is not True
        if known is None:
            return False if self.if_known else None
        if self.sign == "is yes":
            return known is True
        if self.sign == "is no":
            return known is False
        if self.sign == "in":
            return isinstance(self.value, tuple) and known in self.value
        if self.sign == "> fact":
            other = facts.get(str(self.value))
            return None if other is None else _COMPARE[">"](known, other)
        return _COMPARE[self.sign](known, self.value)

    def unknown(self, facts: Facts) -> frozenset[str]:
        if self.truth(facts) is not None:
            return frozenset()
        return frozenset(name for name in self.names() if name not in facts)

    def tests(self) -> Iterator["Question"]:
        yield self

    def names(self) -> frozenset[str]:
        return frozenset([self.fact, str(self.value)] if self.sign == "> fact" else [self.fact])

    @property
    def is_of_a_sign(self) -> bool:
        """Whether a yes means that something is there, not that it is absent or small."""
        if self.sign in ("=", "!="):
            return (self.sign == "=") is (self.value not in ABSENT)
        return self.sign not in ("is no", "is no or unknown", "<", "<=")

    def complaints(self, vocabulary: Mapping[str, Collection[str]]) -> list[str]:
        """What this test names that does not exist. `vocabulary` is fact → its options, empty for no options."""
        missing = [f"there is no fact {name!r}" for name in sorted(self.names()) if name not in vocabulary]
        if missing:
            return missing
        options = vocabulary[self.fact]
        words = self.value if isinstance(self.value, tuple) else (self.value,)
        if self.sign == "> fact":
            return []
        return [
            f"{self.fact} has no option {word!r}"
            for word in words
            if isinstance(word, str) and word not in options
        ]

    def __str__(self) -> str:
        tail = " if known" if self.if_known else ""
        if self.sign == "is yes" and not self.if_known:
            return self.fact
        if self.sign.startswith("is "):
            return f"{self.fact} {self.sign}{tail}"
        if isinstance(self.value, tuple):
            return f"{self.fact} in [{', '.join(str(word) for word in self.value)}]{tail}"
        return f"{self.fact} {self.sign} {self.value}{tail}"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. `staged` (written `and then`) means: do not ask for a part before those above are known."""

    parts: tuple["Condition", ...]
    staged: bool = False

    def truth(self, facts: Facts) -> Truth:
        verdict: Truth = True
        for part in self.parts:
            found = part.truth(facts)
            if found is False:
                return False
            if found is None:
                verdict = None
        return verdict

    def unknown(self, facts: Facts) -> frozenset[str]:
        if self.truth(facts) is not None:
            return frozenset()
        asked = (part.unknown(facts) for part in self.parts)
        if self.staged:
            return next((names for names in asked if names), frozenset())
        return frozenset().union(*asked)

    def tests(self) -> Iterator[Question]:
        return _tests(self.parts)

    def names(self) -> frozenset[str]:
        return _names(self.parts)

    def complaints(self, vocabulary: Mapping[str, Collection[str]]) -> list[str]:
        return _complaints(self.parts, vocabulary)

    def __str__(self) -> str:
        return (" and then " if self.staged else " and ").join(_within(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `number` of the parts hold; `number` = 1 is an ordinary `or`."""

    number: int
    parts: tuple["Condition", ...]

    def truth(self, facts: Facts) -> Truth:
        yes = unknown = 0
        for part in self.parts:
            found = part.truth(facts)
            if found is None:
                unknown += 1
            elif found:
                yes += 1
                if yes >= self.number:
                    return True
        return None if yes + unknown >= self.number else False

    def unknown(self, facts: Facts) -> frozenset[str]:
        if self.truth(facts) is not None:
            return frozenset()
        return frozenset().union(*(part.unknown(facts) for part in self.parts))

    def tests(self) -> Iterator[Question]:
        return _tests(self.parts)

    def names(self) -> frozenset[str]:
        return _names(self.parts)

    def complaints(self, vocabulary: Mapping[str, Collection[str]]) -> list[str]:
        return _complaints(self.parts, vocabulary)

    def __str__(self) -> str:
        if self.number == 1:
            return " or ".join(_within(part) for part in self.parts)
        return f"at least {self.number} of ({', '.join(str(part) for part in self.parts)})"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; not known stays not known."""

    part: "Condition"

    def truth(self, facts: Facts) -> Truth:
        found = self.part.truth(facts)
        return None if found is None else not found

    def unknown(self, facts: Facts) -> frozenset[str]:
        return self.part.unknown(facts)

    def tests(self) -> Iterator[Question]:
        return self.part.tests()

    def names(self) -> frozenset[str]:
        return self.part.names()

    def complaints(self, vocabulary: Mapping[str, Collection[str]]) -> list[str]:
        return self.part.complaints(vocabulary)

    def __str__(self) -> str:
        return f"not ({self.part})"


Condition: TypeAlias = Question | All | AtLeast | Not


def spelled_out(condition: Condition, meanings: Mapping[str, Condition]) -> Condition:
    """The condition with each general name (`meanings`: name → what it stands for) put into facts.

    A general name is a yes or a no; ValueError where it is asked anything else.
    """
    if isinstance(condition, Question):
        return _meant(condition, meanings)
    if isinstance(condition, Not):
        return Not(spelled_out(condition.part, meanings))
    parts = tuple(spelled_out(part, meanings) for part in condition.parts)
    if isinstance(condition, AtLeast) and condition.number == 1:
        parts = tuple(one for part in parts for one in (part.parts if _is_or(part) else (part,)))
    return replace(condition, parts=parts)


def _is_or(part: Condition) -> TypeGuard[AtLeast]:
    return isinstance(part, AtLeast) and part.number == 1


def _meant(test: Question, meanings: Mapping[str, Condition]) -> Condition:
    if not test.names() & set(meanings):
        return test
    if test.sign not in ("is yes", "is no") or test.if_known:
        raise ValueError(f"{test.fact!r} is a yes or a no, and cannot be asked {str(test)!r}")
    meant = meanings[test.fact]
    return meant if test.sign == "is yes" else Not(meant)


def _tests(parts: Iterable[Condition]) -> Iterator[Question]:
    for part in parts:
        yield from part.tests()


def _names(parts: Iterable[Condition]) -> frozenset[str]:
    return frozenset().union(*(part.names() for part in parts))


def _complaints(parts: Iterable[Condition], vocabulary: Mapping[str, Collection[str]]) -> list[str]:
    return [complaint for part in parts for complaint in part.complaints(vocabulary)]


def _within(part: Condition) -> str:
    """A part as text, in brackets where leaving them out could be read two ways."""
    return f"({part})" if isinstance(part, All) or _is_or(part) else str(part)
