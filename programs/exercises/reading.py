"""Reads the exercise library: one file per category, checked against the screens and causes its conditions name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from assessments.screens.reading import load_screen
from assessments.triage.causes import load_causes
from assessments.triage.rules.reading import load_ruleset, split_pin
from clinic.knowledge.files import KnowledgeFile, earlier_version, open_file, versions
from clinic.knowledge.reading import Entry, Problem, unique
from clinic.knowledge.sources import load_sources
from programs.exercises.definitions import CLASS_FACT, LATERALITIES, PHASE_FACT, Dose, Exercise, Library

LIBRARY = Path(__file__).parent / "library"
PHASES = ("P1", "P2", "P3", "P4")
HIGHEST_LEVEL = 5


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything an exercise may name."""

    vocabulary: Mapping[str, tuple[str, ...]]
    causes: frozenset[str]
    sources: frozenset[str]


@lru_cache(maxsize=16)
def load_library(pins: tuple[str, ...] | None = None, folder: Path = LIBRARY) -> Library:
    """The exercises of the files in `pins` (`name.vN`); without pins, of the newest version of every file.

    An easier or harder version that stands in a file not pinned is left off. A file that `extends` an earlier version
    holds only cues said in other words. Raises KnowledgeError.
    """
    is_whole = pins is None
    pins = pins or tuple(f"{name}.v{numbers[-1]}" for name, numbers in versions(folder).items())
    exercises: dict[str, Exercise] = {}
    prints = []
    for pin in pins:
        name, _, number = pin.rpartition(".v")
        rows, fingerprint = _rows(open_file(folder, name, int(number)), folder)
        prints.append(fingerprint)
        for row, found in rows:
            unique(exercises, row, "id", found.id)
            exercises[found.id] = found
    if is_whole:
        _check_ladder(exercises)
    fingerprint = hashlib.sha256("".join(prints).encode()).hexdigest()
    return Library(MappingProxyType(exercises), pins, fingerprint).only(exercises)


@lru_cache(maxsize=2)
def load_titles(folder: Path = LIBRARY) -> Mapping[str, str]:
    """Category → its title, of the newest version of every file."""
    heads = (open_file(folder, name, numbers[-1]).head for name, numbers in versions(folder).items())
    return MappingProxyType({head.name: head.title for head in heads})


def _rows(file: KnowledgeFile, folder: Path) -> tuple[list[tuple[Entry, Exercise]], str]:
    """The exercises of one file, each with where it stands, and the fingerprint of the file and of what it rests on."""
    entry = file.entry
    if entry.has("extends"):
        earlier = open_file(folder, file.head.name, earlier_version(file, folder))
        rows, below = _rows(earlier, folder)
        cues = entry.said_anew("cues_anew", {one.id for _, one in rows})
        entry.done()
        rows = [(row, replace(one, cue=cues.get(one.id, one.cue))) for row, one in rows]
        return rows, hashlib.sha256((below + file.fingerprint).encode()).hexdigest()
    known = _known(entry)
    rows = [(row, _exercise(row, file.head.name, known)) for row in entry.tables("exercises")]
    entry.done()
    return rows, file.fingerprint


def _known(entry: Entry) -> _Known:
    vocabulary: dict[str, tuple[str, ...]] = {PHASE_FACT: ()}
    classes: tuple[str, ...] = ()
    causes: set[str] = set()
    for pin in entry.texts("screens"):
        name, version = split_pin(entry, "screens", pin)
        vocabulary.update(load_screen(name, version).vocabulary)
        classes += tuple(load_ruleset(name).classes)
        causes.update(cause.id for cause in load_causes(name).causes)
    vocabulary[CLASS_FACT] = classes
    return _Known(vocabulary, frozenset(causes), frozenset(load_sources()))


def _exercise(entry: Entry, category: str, known: _Known) -> Exercise:
    exercise = Exercise(
        id=entry.text("id"),
        name=entry.text("name"),
        aliases=entry.texts("aliases", ()),
        category=category,
        target=entry.text("target"),
        equipment=entry.texts("equipment", ()),
        laterality=entry.choice("laterality", LATERALITIES),
        level=_level(entry),
        phases=entry.ids("phases", entry.texts("phases"), PHASES),
        tags=_tags(entry),
        prerequisite=entry.text("prerequisite", ""),
        require=entry.condition_or_none("require", known.vocabulary),
        contraindications=entry.texts("contraindications", ()),
        block_if=entry.condition_or_none("block_if", known.vocabulary),
        regressions=entry.texts("regressions", ()),
        progressions=entry.texts("progressions", ()),
        dose=_dose(entry.table("dose")),
        est_minutes=entry.whole("est_minutes"),
        root_causes=entry.ids("root_causes", entry.texts("root_causes", ()), known.causes),
        cue=entry.text("cue"),
        seed_named=entry.flag("seed_named", default=False),
        source=entry.sources(known.sources),
    )
    if exercise.prerequisite and exercise.require is None:
        raise entry.error(Problem.MALFORMED, "require", "is missing, so the prerequisite would bind nobody")
    entry.done()
    return exercise


def _level(entry: Entry) -> int:
    level = entry.whole("level")
    if not 1 <= level <= HIGHEST_LEVEL:
        raise entry.error(Problem.MALFORMED, "level", f"is 1 to {HIGHEST_LEVEL}, not {level}")
    return level


def _tags(entry: Entry) -> tuple[str, ...]:
    tags = entry.texts("tags", ())
    if not tags:
        raise entry.error(Problem.MALFORMED, "tags", "is empty, so the exercise could never be selected")
    return tags


def _dose(entry: Entry) -> Dose:
    dose = Dose(
        sets=entry.whole_or_none("sets"),
        reps=str(entry.take("reps", "")),
        hold_s=str(entry.take("hold_s", "")),
        rest_s=entry.whole_or_none("rest_s"),
        tempo=entry.text("tempo", ""),
        rpe=entry.text("rpe", ""),
        per_week=entry.text("per_week", ""),
        min_hours_between=entry.whole_or_none("min_hours_between"),
        note=entry.text("note", ""),
    )
    entry.done()
    return dose


def _check_ladder(exercises: Mapping[str, Exercise]) -> None:
    """Easier and harder versions must exist."""
    for exercise in exercises.values():
        entry = Entry({}, f"{exercise.category}", f"exercises {exercise.id}")
        entry.ids("regressions", exercise.regressions, exercises)
        entry.ids("progressions", exercise.progressions, exercises)
