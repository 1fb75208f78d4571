"""Reads a ruleset and the red flags it shares with other regions."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from assessments.screens.definitions import Screen
from assessments.screens.offered import CATALOGUE, usual_screen
from assessments.screens.reading import load_screen
from assessments.triage.rules.definitions import (
    INSUFFICIENT,
    REVIEW,
    URGENCIES,
    Caution,
    Contradiction,
    Message,
    Rule,
    Ruleset,
    TriageClass,
)
from assessments.triage.rules.extending import SAID_ANEW, with_what_it_extends
from clinic.knowledge.conditions import Condition
from clinic.knowledge.files import KnowledgeFile, open_draft, open_file
from clinic.knowledge.reading import Entry, Problem, unique
from clinic.knowledge.sources import load_sources

RULESETS = Path(__file__).parent.parent / "rulesets"
DRAFTS = "drafts"


@lru_cache(maxsize=16)
def load_ruleset(
    name: str = "",
    version: int | None = None,
    folder: Path = RULESETS,
    catalogue: Path = CATALOGUE,
) -> Ruleset:
    """One ruleset with its shared red flags, verified against PUBLISHED; the newest without `version`.

    The usual screen's without `name`. Rules may name only facts of the screen the file pins. Raises KnowledgeError.
    """
    return _ruleset(open_file(folder, name or usual_screen(), version), folder, catalogue)


def load_draft(name: str, version: int, folder: Path = RULESETS, catalogue: Path = CATALOGUE) -> Ruleset:
    """The next version of a ruleset, from the folder's `drafts`, to be tried on stored cases and on nobody.

    It may share drafts of its own; what has none is shared as published. Raises KnowledgeError.
    """
    return _ruleset(open_draft(folder / DRAFTS, name, version), folder, catalogue)


def _ruleset(file: KnowledgeFile, folder: Path, catalogue: Path) -> Ruleset:
    kept = with_what_it_extends(file, folder)
    screen = pinned_screen(kept.saying("screen"), catalogue)
    pins = kept.saying("shared").texts("shared", ())
    shared = [
        with_what_it_extends(_pinned(file.entry, pin, file.path.parent, folder), folder) for pin in pins
    ]
    files_shared = tuple(one for each in shared for one in each.oldest_first)
    meanings = _meanings(kept.saying("meanings"), files_shared, screen)
    files = (*files_shared, *kept.oldest_first)
    classes = _classes(files)
    rules = sorted(
        (rule for one in files for rule in _rules(one, screen, classes, meanings)),
        key=lambda rule: rule.order,
    )
    _check_orders(file.entry, rules)
    messages = _messages(kept.saying("messages"))
    said = _said_anew(files, {*(rule.id for rule in rules), *messages})
    ruleset = Ruleset(
        head=file.head,
        fingerprint=hashlib.sha256("".join(one.fingerprint for one in files).encode()).hexdigest(),
        screen=screen.label,
        core_group=kept.saying("core_group").choice("core_group", _groups(screen)),
        algorithm=kept.saying("algorithm").texts("algorithm"),
        while_open=_while_open(kept.saying("while_red_flags_are_open")),
        classes=MappingProxyType(classes),
        messages=MappingProxyType(
            {id: replace(one, say_patient=said.get(id, one.say_patient)) for id, one in messages.items()}
        ),
        rules=tuple(replace(one, say_patient=said.get(one.id, one.say_patient)) for one in rules),
        contradictions=tuple(_contradiction(row, screen) for row in kept.rows("contradictions")),
        cautions=tuple(_caution(row, screen) for row in kept.rows("cautions")),
    )
    for one in (*shared, kept):
        one.done()
    return ruleset


def _groups(screen: Screen) -> set[str]:
    return {item.group for item in screen.items.values()}


def _while_open(entry: Entry) -> str:
    key = "while_red_flags_are_open"
    return entry.choice(key, URGENCIES) if entry.has(key) else ""


def _meanings(entry: Entry, shared: tuple[KnowledgeFile, ...], screen: Screen) -> dict[str, Condition]:
    """What the general names of the shared rules stand for in this region: each one, and no other."""
    wanted: dict[str, str] = {}
    for one in shared:
        general = one.entry.table_or_empty("general")
        general_names = general.keys()
        wanted |= {name: general.text(name) for name in general_names}
    given = entry.table_or_empty("meanings")
    names = entry.ids("meanings", given.keys(), wanted)
    for name in wanted:
        if name not in names:
            raise entry.error(Problem.DANGLING, "meanings", f"{name!r} is missing: {wanted[name]}")
        if name in screen.vocabulary:
            raise entry.error(Problem.MALFORMED, "meanings", f"{name!r} is also a fact of {screen.label}")
    return {name: given.condition(name, screen.vocabulary) for name in names}


def is_ruleset(folder: Path, name: str, version: int) -> bool:
    """Whether the file is a ruleset of its own: not one that rulesets share, and not one of causes.

    One that `extends` is what its first version is. Raises KnowledgeError.
    """
    first = with_what_it_extends(open_file(folder, name, version), folder).oldest_first[0].entry
    return not first.has("causes") and any(first.has(key) for key in SAID_ANEW)


def split_pin(entry: Entry, key: str, pin: str) -> tuple[str, int]:
    """`name.vN` → (name, N)."""
    name, dot, number = pin.rpartition(".v")
    if not dot or not number.isdigit():
        raise entry.error(Problem.DANGLING, key, f"{pin!r} is not name.vN")
    return name, int(number)


def pinned_screen(entry: Entry, catalogue: Path) -> Screen:
    """The screen, in exactly the version, that a file was written for."""
    name, version = split_pin(entry, "screen", entry.text("screen"))
    if not (catalogue / f"{name}.v{version}.toml").is_file():
        raise entry.error(Problem.DANGLING, "screen", f"there is no screen {name}.v{version}")
    return load_screen(name, version, catalogue)


def _pinned(entry: Entry, pin: str, near: Path, folder: Path) -> KnowledgeFile:
    name, version = split_pin(entry, "shared", pin)
    if near != folder and (near / f"{pin}.toml").is_file():
        return open_draft(near, name, version)
    if not (folder / f"{pin}.toml").is_file():
        raise entry.error(Problem.DANGLING, "shared", f"there is no file {pin}.toml")
    return open_file(folder, name, version)


def _classes(files: tuple[KnowledgeFile, ...]) -> dict[str, TriageClass]:
    classes: dict[str, TriageClass] = {}
    for file in files:
        for id, entry in file.entry.named_tables("classes").items():
            unique(classes, entry, "classes", id)
            classes[id] = TriageClass(
                id,
                entry.text("label"),
                entry.text("program"),
                entry.text("family", id),
                entry.text("crosswalk", ""),
            )
            entry.done()
    return classes


def _rules(
    file: KnowledgeFile, screen: Screen, classes: Collection[str], meanings: Mapping[str, Condition]
) -> list[Rule]:
    sources = load_sources()
    return [_rule(entry, screen, classes, sources, meanings) for entry in file.entry.tables("rules")]


def _rule(
    entry: Entry,
    screen: Screen,
    classes: Collection[str],
    sources: Collection[str],
    meanings: Mapping[str, Condition],
) -> Rule:
    rule = Rule(
        id=entry.text("id"),
        tier=entry.whole("tier"),
        order=entry.whole("order"),
        klass=entry.choice("class", classes),
        urgency=entry.choice("urgency", URGENCIES),
        target_days=entry.whole_or_none("target_days"),
        when=entry.condition("when", screen.vocabulary, meanings),
        say_clinician=entry.text("say_clinician"),
        say_patient=entry.text("say_patient"),
        evidence=entry.text("evidence"),
        source=entry.sources(sources),
    )
    entry.done()
    return rule


def _check_orders(entry: Entry, rules: list[Rule]) -> None:
    """Ids and orders are used once, and no rule of a calmer tier stands above one of a graver tier."""
    for above, below in pairwise(rules):
        if above.order == below.order or above.tier > below.tier:
            raise entry.error(Problem.MALFORMED, "rules", f"{above.id} and {below.id} are out of order")
    if len({rule.id for rule in rules}) < len(rules):
        raise entry.error(Problem.MALFORMED, "rules", "a rule id is used twice")


def _said_anew(files: Iterable[KnowledgeFile], known: Collection[str]) -> dict[str, str]:
    """Rule or message → what the patient reads of it instead; the last of `files` that says it counts."""
    said: dict[str, str] = {}
    for one in files:
        said |= one.entry.said_anew("say_patient_anew", known)
    return said


def _messages(entry: Entry) -> Mapping[str, Message]:
    messages = {}
    for id, row in entry.named_tables("messages").items():
        messages[id] = Message(row.text("say_clinician"), row.text("say_patient"))
        row.done()
    for id in (INSUFFICIENT, REVIEW):
        if id not in messages:
            raise entry.error(Problem.MALFORMED, f"messages.{id}", "is missing")
    return messages


def _contradiction(entry: Entry, screen: Screen) -> Contradiction:
    known = {*screen.items, *screen.tests}
    found = Contradiction(
        entry.text("id"),
        entry.condition("when", screen.vocabulary),
        entry.text("message"),
        entry.ids("recheck", entry.texts("recheck"), known),
    )
    entry.done()
    return found


def _caution(entry: Entry, screen: Screen) -> Caution:
    found = Caution(entry.text("id"), entry.condition("when", screen.vocabulary), entry.text("message"))
    entry.done()
    return found
