"""Reads what a screen takes from another region's: whole sections, in words of its own, and computed values.

A section is taken as it stands in one version of the other screen, so that what is asked the same way everywhere
(red flags, medicines, training) is written once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assessments.screens.definitions import Item, Screen, Section, Test
from assessments.screens.derived import Derived
from assessments.screens.reading_words import read_words
from clinic.knowledge.reading import Entry, Problem, unique

Vocabulary = Mapping[str, Collection[str]]


@dataclass
class Shared:
    """The screens a file takes from. `own` is its own name; `taken` collects every other one, for the fingerprint."""

    load: Callable[[str, int, Path], Screen]
    folder: Path
    own: str
    taken: dict[str, Screen] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Of every screen something was taken from."""
        return "".join(self.taken[label].fingerprint for label in sorted(self.taken))

    def screen(self, entry: Entry) -> Screen:
        """The other screen that `from` names. Raises KnowledgeError."""
        label = entry.text("from")
        name, _, number = label.rpartition(".v")
        if name == self.own or not number.isdigit() or not (self.folder / f"{label}.toml").is_file():
            raise entry.error(Problem.DANGLING, "from", f"{label!r} is no version of another screen")
        return self.taken.setdefault(label, self.load(name, int(number), self.folder))

    def section(self, entry: Entry, id: str, asked: tuple[Item, ...], tests: tuple[Test, ...]) -> Section:
        """The section `id` as it stands there less `without`, in the `[words]` given; the file's own come behind."""
        there = {one.id: one for one in self.screen(entry).sections}
        entry.ids("id", (id,), there)
        found = there[id]
        known = {*(item.id for item in found.items), *(test.id for test in found.tests)}
        without = entry.ids("without", entry.texts("without", ()), known)
        words = read_words(entry, found)
        history = words.items((item for item in found.items if item.is_history), without)
        taken = tuple(words.test(test, without) for test in found.tests if test.id not in without)
        every = (*taken, *tests)
        return Section(
            id=found.id,
            title=entry.text("title", found.title),
            intro=entry.text("intro", found.intro),
            tests=every,
            items=(*history, *asked, *(item for test in every for item in test.items)),
        )

    def values(self, entry: Entry, found: dict[str, Derived], names: Collection[str]) -> None:
        """Add the computed values that `[[shared_values]]` names; each must have all it is computed from here."""
        known = set(names)
        for row in entry.tables("shared_values", named_by=None):
            there = self.screen(row).derived
            for name in row.ids("names", row.texts("names"), there):
                unique(found, row, "names", name)
                value = there[name]
                asked = (
                    value.yes_when,
                    value.unknown_when,
                    value.otherwise,
                    *(one.when for one in value.scores),
                )
                needs = {*value.of, *value.inputs, *value.decided_by}
                needs |= {fact for condition in asked if condition is not None for fact in condition.names()}
                _all_here(row, "names", name, needs - known)
                found[name] = value
                known.add(name)
            row.done()


def must_be_askable(entry: Entry, sections: Iterable[Section], vocabulary: Vocabulary) -> None:
    """What decides whether an item is asked must itself be asked here. Raises KnowledgeError."""
    for section in sections:
        for item in section.items:
            if item.asked_when is not None:
                _all_here(entry, "sections", item.id, set(item.asked_when.names()) - set(vocabulary))


def _all_here(entry: Entry, key: str, name: str, missing: Collection[str]) -> None:
    if missing:
        facts = ", ".join(sorted(missing))
        raise entry.error(Problem.DANGLING, key, f"{name!r} needs {facts}, which this screen does not have")
