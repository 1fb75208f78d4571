"""Reads a recipe, and proves that everything it names exists in the ruleset and the library it pins."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assessments.screens.offered import usual_screen
from assessments.screens.reading import load_screen
from assessments.triage.causes import load_causes
from assessments.triage.rules.definitions import Ruleset
from assessments.triage.rules.reading import load_ruleset, split_pin
from clinic.knowledge.files import earlier_version, open_file
from clinic.knowledge.reading import Entry, Problem
from clinic.knowledge.sources import load_sources
from programs.builder.reading_extended import with_additions
from programs.builder.reading_library import read_library
from programs.builder.reading_runs import read_day_runs, read_runs
from programs.builder.reading_sessions import read_sessions
from programs.builder.recipe import (
    CAUTIOUS,
    NO_PROGRAM,
    Advice,
    CadenceRule,
    Caps,
    Category,
    Day,
    Guard,
    Ladder,
    Phase,
    Recipe,
    RunningPolicy,
    Slot,
    Start,
    Track,
)
from programs.builder.runs import Stage
from programs.builder.sessions import ORDER
from programs.exercises.definitions import Library
from programs.exercises.reading import LIBRARY

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything a recipe may name."""

    ruleset: Ruleset
    library: Library
    vocabulary: Mapping[str, tuple[str, ...]]
    causes: frozenset[str]
    sources: frozenset[str]
    categories: frozenset[str]


@lru_cache(maxsize=16)
def load_recipe(
    name: str = "", version: int | None = None, folder: Path = RECIPES, library: Path = LIBRARY
) -> Recipe:
    """One recipe with its library, verified against PUBLISHED; the newest without `version`.

    The usual screen's without `name`. One that `extends` an earlier version holds only what it adds.
    Raises KnowledgeError.
    """
    file = open_file(folder, name or usual_screen(), version)
    entry = file.entry
    if entry.has("extends"):
        earlier = load_recipe(file.head.name, earlier_version(file, folder), folder, library)
        return with_additions(earlier, file, library)
    known = _known(entry, library)
    phases = {id: _phase(row, id, known) for id, row in entry.named_tables("phases").items()}
    tracks, class_tracks = _tracks(entry, phases, known)
    categories = _categories(entry, known)
    kinds = {id: category.kind for id, category in categories.items()}
    recipe = Recipe(
        head=file.head,
        fingerprint=hashlib.sha256((file.fingerprint + known.library.fingerprint).encode()).hexdigest(),
        ruleset=known.ruleset.label,
        classes=known.ruleset.classes,
        library=known.library,
        categories=MappingProxyType(categories),
        phases=MappingProxyType(phases),
        sessions=read_sessions(entry.table("sessions"), phases.values(), kinds, known.sources),
        tracks=MappingProxyType(tracks),
        class_tracks=MappingProxyType(class_tracks),
        running=tuple(_running(row, known) for row in entry.tables("running", named_by=None)),
        runs=MappingProxyType(read_runs(entry.table("runs"), phases.values(), known.sources)),
        caps=_caps(entry.table("caps"), known),
        ladder=_ladder(entry.table("ladder"), known),
        guards=tuple(_guard(row, known) for row in entry.tables("guards")),
        cadence=_cadence(entry.table("cadence"), known),
        limits=MappingProxyType(_limits(entry.table("limits"), known)),
        selection=entry.text("selection"),
        advice=tuple(_advice(row, known) for row in entry.tables("advice")),
        notes=MappingProxyType({key: entry.text(key) for key in ("eligibility", "dose_note", "acwr")}),
    )
    entry.done()
    return recipe


def _known(entry: Entry, folder: Path) -> _Known:
    name, version = split_pin(entry, "ruleset", entry.text("ruleset"))
    ruleset = load_ruleset(name, version)
    screen, screen_version = split_pin(entry, "ruleset", ruleset.screen)
    vocabulary = load_screen(screen, screen_version).vocabulary
    library = read_library(entry, folder, vocabulary)
    return _Known(
        ruleset=ruleset,
        library=library,
        vocabulary=vocabulary,
        causes=frozenset(cause.id for cause in load_causes(name).causes),
        sources=frozenset(load_sources()),
        categories=frozenset(one.category for one in library.exercises.values()),
    )


def _categories(entry: Entry, known: _Known) -> dict[str, Category]:
    found = {}
    for id, row in entry.named_tables("categories").items():
        row.ids("categories", (id,), known.categories)
        found[id] = Category(row.text("title"), row.text("say_patient"), row.choice("kind", ORDER))
        row.done()
    entry.ids("categories", tuple(sorted(known.categories)), found)
    return found


def _phase(entry: Entry, id: str, known: _Known) -> Phase:
    phase = Phase(
        id=id,
        number=entry.whole("number"),
        name=entry.text("name"),
        level_cap=entry.whole("level_cap"),
        easiest_first=entry.flag("easiest_first", default=False),
        goal=entry.text("goal"),
        typical=entry.text("typical"),
        entry=entry.text("entry"),
        exit_text=entry.text("exit_text"),
        exit_when=entry.condition_or_none("exit_when", known.vocabulary),
        pain_rule=entry.text("pain_rule"),
        pain_evidence=entry.text("pain_evidence", ""),
        strength_cap_min=entry.whole("strength_cap_min"),
        strength_per_week=entry.text("strength_per_week"),
        slots=tuple(_slot(row, known) for row in entry.tables("slots", named_by="category")),
        week_text=entry.text("week_text"),
        week=tuple(_day(row) for row in entry.tables("week", named_by="day")),
        runs=read_day_runs(entry),
        source=entry.sources(known.sources),
    )
    entry.done()
    return phase


def _slot(entry: Entry, known: _Known) -> Slot:
    slot = Slot(entry.choice("category", known.categories), entry.text("tag", ""), entry.whole("count"))
    tags = {tag for one in known.library.exercises.values() for tag in one.tags}
    if slot.tag and slot.tag not in tags:
        raise entry.error(Problem.DANGLING, "tag", f"no exercise has the tag {slot.tag!r}")
    entry.done()
    return slot


def _day(entry: Entry) -> Day:
    day = Day(
        entry.text("day"),
        entry.text("run"),
        entry.text("strength", ""),
        hard=entry.flag("hard", default=False),
        eccentric=entry.flag("eccentric", default=False),
        high_soreness=entry.flag("high_soreness", default=False),
    )
    entry.done()
    return day


def _tracks(
    entry: Entry, phases: Mapping[str, Phase], known: _Known
) -> tuple[dict[str, Track], dict[str, Track]]:
    """Tracks by name, and those of single classes where a track treats its classes differently."""
    tracks, class_tracks = {}, {}
    for id, row in entry.named_tables("tracks").items():
        for klass, own in row.named_tables("classes").items():
            row.ids("classes", (klass,), known.ruleset.classes)
            class_tracks[klass] = _track(own, id, phases, known)
        tracks[id] = _track(row, id, phases, known)
    used = {klass.program for klass in known.ruleset.classes.values()}
    entry.ids("tracks", tuple(sorted(used)), tracks)
    return tracks, class_tracks


def _track(entry: Entry, id: str, phases: Mapping[str, Phase], known: _Known) -> Track:
    starts_at_all = id != NO_PROGRAM
    track = Track(
        id=id,
        note=entry.text("note", ""),
        default=entry.choice("default", phases) if starts_at_all else "",
        starts=tuple(_start(row, phases, known) for row in entry.tables("starts", named_by="phase")),
        only_categories=entry.ids("only_categories", entry.texts("only_categories", ()), known.categories),
        exclude_categories=entry.ids(
            "exclude_categories", entry.texts("exclude_categories", ()), known.categories
        ),
        extra=entry.ids("extra", entry.texts("extra", ()), known.library.exercises),
        level_cap=entry.whole_or_none("level_cap"),
    )
    entry.done()
    return track


def _start(entry: Entry, phases: Mapping[str, Phase], known: _Known) -> Start:
    phase = entry.choice("phase", phases)
    if entry.has("left"):
        when = phases[entry.choice("left", phases)].exit_when
        if when is None:
            raise entry.error(Problem.MALFORMED, "left", "is a phase that is never left")
    else:
        when = entry.condition("when", known.vocabulary)
    entry.done()
    return Start(phase, when)


def _running(entry: Entry, known: _Known) -> RunningPolicy:
    policy = RunningPolicy(
        entry.ids("classes", entry.texts("classes"), known.ruleset.classes),
        entry.text("policy"),
        entry.condition_or_none("when", known.vocabulary),
        entry.text("otherwise", ""),
    )
    entry.done()
    return policy


def _caps(entry: Entry, known: _Known) -> Caps:
    caps = Caps(
        entry.whole("age_under"),
        entry.whole("age_cap"),
        entry.condition("novice_when", known.vocabulary),
        entry.whole("novice_cap"),
        entry.whole("novice_weeks"),
        entry.text("novice_note"),
    )
    entry.done()
    return caps


def _ladder(entry: Entry, known: _Known) -> Ladder:
    stages = []
    for row in entry.tables("stages", named_by="stage"):
        stages.append(Stage(row.whole("stage"), row.text("session"), row.whole_or_none("run_min")))
        row.done()
    rules = ("green", "amber", "red", "stop", "advance", "speed")
    ladder = Ladder(
        entry.whole("start_stage"),
        entry.condition("entry_when", known.vocabulary),
        tuple(stages),
        MappingProxyType({key: entry.text(key) for key in rules}),
        entry.sources(known.sources),
        CAUTIOUS,
    )
    entry.done()
    return ladder


def _guard(entry: Entry, known: _Known) -> Guard:
    guard = Guard(
        entry.text("id"),
        entry.text("rule"),
        entry.text("action"),
        entry.text("evidence"),
        entry.sources(known.sources),
    )
    entry.done()
    return guard


def _cadence(entry: Entry, known: _Known) -> CadenceRule:
    rule = CadenceRule(
        cause=entry.choice("cause", known.causes),
        fact=entry.choice("fact", known.vocabulary),
        ceiling=entry.whole("ceiling"),
        steps=tuple(float(step) for step in entry.take("steps_percent")),
        rule=entry.text("rule"),
        reconcile=entry.text("reconcile"),
        measure=entry.text("measure"),
        evidence=entry.text("evidence"),
        source=entry.sources(known.sources),
    )
    entry.done()
    return rule


def _limits(entry: Entry, known: _Known) -> dict[str, Any]:
    whole = ("run_addons_min", "daily_min", "total_day_min", "new_exercises_per_week")
    limits: dict[str, Any] = {key: entry.whole(key) for key in whole}
    limits |= {key: entry.text(key) for key in ("deload", "set_progress")}
    limits["source"] = entry.sources(known.sources)
    entry.done()
    return limits


def _advice(entry: Entry, known: _Known) -> Advice:
    advice = Advice(
        entry.text("id"),
        entry.condition_or_none("when", known.vocabulary),
        entry.text("text"),
        entry.sources(known.sources),
    )
    entry.done()
    return advice
