"""Runners nobody met: known cases with some answers changed, for every region there are rules for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from random import Random
from typing import Any

from hypothesis import strategies as st

from assessments.screens.answers import SIDES, Answers
from assessments.screens.definitions import Item, Screen
from assessments.screens.models import may_be_unable
from assessments.screens.reading import load_screen
from assessments.triage import worked_cases
from assessments.triage.rules import RULESETS, Outcome, Rule, Ruleset, conclude, load_ruleset
from assessments.triage.rules.definitions import EMERGENCY_TIER
from assessments.triage.rules.reading import is_ruleset
from clinic.knowledge.files import versions

Case = dict[str, Any]
MOST_CHANGED = 5
MOST_UNABLE = 2


@dataclass(frozen=True, eq=False)
class Region:
    """One region's newest screen and rules, and the known cases random runners start from."""

    name: str
    screen: Screen
    ruleset: Ruleset
    starts: tuple[Case, ...]

    def answers(self, case: Case) -> Answers:
        checked = self.screen.validate(case)
        assert isinstance(checked, Answers), checked
        return checked

    def triage(self, case: Case) -> Outcome:
        return conclude(self.answers(case), screen=self.screen, ruleset=self.ruleset)

    def part(self, name: str) -> str:
        return "history" if self.screen.items[name].is_history else "exam"

    @cached_property
    def core(self) -> tuple[str, ...]:
        """The red flags everybody is asked for."""
        return tuple(item.id for item in self.screen.core_items(self.ruleset.core_group))

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """Those whose yes is the sign."""
        return tuple(name for name in self.core if self.screen.items[name].kind == "bool")

    @cached_property
    def calmest(self) -> frozenset[str]:
        """The classes of the last tier: tightness, given only when everything else was ruled out."""
        last = self.ruleset.rules[-1].tier
        return frozenset(rule.klass for rule in self.ruleset.rules if rule.tier == last)

    def standing(self, case: Case) -> list[Rule]:
        """The rules that hold or are not decided."""
        facts = self.screen.derive(self.answers(case))
        return [rule for rule in self.ruleset.rules if rule.when.truth(facts) is not False]

    def red_flags_open(self, case: Case) -> bool:
        """Whether a red flag was not asked, or an emergency's rule is not decided."""
        facts = self.screen.derive(self.answers(case))
        unasked = any(case[self.part(name)].get(name) is None for name in self.core)
        return unasked or any(
            rule.when.truth(facts) is None for rule in self.ruleset.rules if rule.tier == EMERGENCY_TIER
        )


def case_of_probe(name: str, probe: dict[str, Any]) -> Case:
    """A probe's base case with the probe's answers; null takes an answer away."""
    base = next(one for one in worked_cases.load(name) if one["id"] == worked_cases.load_probes(name)["base"])
    case = json.loads(json.dumps(base["input"]))
    case["history"].update(probe["set_history"])
    case["exam"].update(probe["set_exam"])
    return case


@cache
def regions() -> tuple[Region, ...]:
    """Every region there are rules for, in its newest version."""
    names = [name for name, found in versions(RULESETS).items() if is_ruleset(RULESETS, name, found[-1])]
    return tuple(_region(name) for name in names)


def _region(name: str) -> Region:
    screen = load_screen(name)
    known = [one["input"] for one in worked_cases.load(name)]
    probes = worked_cases.load_probes(name)["probes"]
    return Region(
        name,
        screen,
        load_ruleset(name),
        (*known, *(case_of_probe(name, probe) for probe in probes)),
    )


def _single(item: Item) -> st.SearchStrategy[Any]:
    if item.kind == "bool":
        return st.booleans()
    if item.kind == "enum":
        return st.sampled_from(item.options)
    if item.kind == "int":
        return st.integers(int(item.minimum or 0), int(item.maximum or 0))
    return st.floats(item.minimum, item.maximum)


@cache
def _answer(item_key: tuple[str, str]) -> st.SearchStrategy[Any]:
    """Anything the item allows, or nothing. Built once an item: building is dearer than drawing."""
    region, name = item_key
    item = region_of(region).screen.items[name]
    value = _single(item)
    if item.laterality == "per_side":
        value = st.fixed_dictionaries(dict.fromkeys(SIDES, value))
    return st.none() | value


@cache
def _changeable(region: Region) -> st.SearchStrategy[list[Item]]:
    return st.lists(st.sampled_from(_asked(region)), max_size=MOST_CHANGED)


@cache
def _asked(region: Region) -> list[Item]:
    return [one for one in region.screen.items.values() if one.kind in ("bool", "enum", "int", "float")]


@cache
def _prevented(region: Region) -> st.SearchStrategy[list[str]]:
    some = st.lists(st.sampled_from(_painful(region)), max_size=MOST_UNABLE, unique=True)
    return st.just([]) | st.just([]) | some


@cache
def _painful(region: Region) -> list[str]:
    return [one.id for one in region.screen.items.values() if may_be_unable(region.screen, one)]


@st.composite
def runners(draw: Any) -> tuple[str, Case]:
    """(region's name, case): a known case with a few answers replaced or taken away.

    Now and then pain prevented a test.
    """
    region = draw(st.sampled_from(regions()))
    start = draw(st.sampled_from(region.starts))
    case: Case = {"history": dict(start["history"]), "exam": dict(start["exam"])}
    for item in draw(_changeable(region)):
        case[region.part(item.id)][item.id] = draw(_answer((region.name, item.id)))
    return region.name, _unable(case, {*start.get("unable_due_to_pain", ()), *draw(_prevented(region))})


def _unable(case: Case, unable: set[str]) -> Case:
    """The case in which pain prevented these tests."""
    for name in unable:
        case["exam"].pop(name, None)
    return {**case, "unable_due_to_pain": sorted(unable)} if unable else case


def runner_by_chance(rng: Random) -> tuple[str, Case]:
    """The same, at a fiftieth of the cost: nothing is looked for, and nothing made smaller where a property fails."""
    region = rng.choice(regions())
    start = rng.choice(region.starts)
    case = changed_by_chance(region, rng, start)
    some = rng.sample(_painful(region), rng.randrange(MOST_UNABLE + 1)) if rng.random() < 1 / 3 else []
    return region.name, _unable(case, {*start.get("unable_due_to_pain", ()), *some})


def changed_by_chance(region: Region, rng: Random, start: Case | None = None) -> Case:
    """A known case with up to five answers replaced or taken away."""
    start = start or rng.choice(region.starts)
    case: Case = {"history": dict(start["history"]), "exam": dict(start["exam"])}
    for item in rng.sample(_asked(region), rng.randrange(MOST_CHANGED + 1)):
        case[region.part(item.id)][item.id] = None if rng.random() < 0.2 else _by_chance(item, rng)
    return case


def _by_chance(item: Item, rng: Random) -> Any:
    if item.laterality == "per_side":
        return {side: _single_by_chance(item, rng) for side in SIDES}
    return _single_by_chance(item, rng)


def _single_by_chance(item: Item, rng: Random) -> Any:
    if item.kind == "bool":
        return rng.random() < 0.5
    if item.kind == "enum":
        return rng.choice(item.options)
    if item.kind == "int":
        return rng.randint(int(item.minimum or 0), int(item.maximum or 0))
    return rng.uniform(item.minimum or 0, item.maximum or 0)


def region_of(name: str) -> Region:
    """The region a runner was drawn for. Hypothesis is handed its name: it writes out whatever it draws."""
    return next(one for one in regions() if one.name == name)


def answered(case: Case) -> list[tuple[str, str]]:
    """(part, item) of everything that was answered, and of everything pain prevented."""
    return [(part, name) for part in case for name in case[part] if _is_known(case[part], name)]


def _is_known(part: Any, name: str) -> bool:
    return not isinstance(part, dict) or part[name] is not None


def without(case: Case, part: str, name: str) -> Case:
    """The case as if this had never been asked."""
    left: Any = case[part]
    if isinstance(left, dict):
        left = {key: value for key, value in left.items() if key != name}
    else:
        left = [one for one in left if one != name]
    return {**case, part: left}


def answering(region: Region, case: Case, name: str, *, value: Any) -> Case:
    part = region.part(name)
    return {**case, part: {**case[part], name: value}}


def mirrored(case: Case) -> Case:
    """The same runner, hurt on the other side."""
    swap = dict(zip(SIDES, reversed(SIDES), strict=True))
    sides = {
        name: swap.get(value, value)
        for name in ("side", "worse_side")
        if (value := case["history"].get(name)) is not None
    }
    exam = {
        name: {swap[side]: one for side, one in value.items()} if isinstance(value, dict) else value
        for name, value in case["exam"].items()
    }
    return {**case, "history": {**case["history"], **sides}, "exam": exam}


def reordered(case: Case, turn: int) -> Case:
    """The same answers, given in another order."""
    return {part: _turned(case[part], turn) for part in reversed(case)}


def _turned(given: Any, turn: int) -> Any:
    names = list(given)
    at = turn % (len(names) or 1)
    names = [*reversed(names[at:]), *names[:at]]
    return {name: given[name] for name in names} if isinstance(given, dict) else names


def other_value(item: Item, now: Any, number: int) -> Any:
    """An answer the item allows that is not the one given; None (not known) is one of them."""
    if item.kind in ("bool", "enum"):
        single: list[Any] = [True, False] if item.kind == "bool" else list(item.options)
    else:
        single = [item.minimum, item.maximum, (item.minimum + item.maximum) // 2]  # type: ignore[operator]
        single = [int(one) for one in single] if item.kind == "int" else single
    if item.laterality == "per_side":
        single = [dict(zip(SIDES, both, strict=True)) for both in product(single, single)]
    others = [one for one in [*single, None] if one != now]
    return others[number % len(others)]
