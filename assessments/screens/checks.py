"""Refuses to start with a screen, an outcome measure or a source that is not exactly what was published."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, register

from assessments.screens.body import BODY, load_body
from assessments.screens.offered import CATALOGUE, offered_screens
from assessments.screens.outcomes import OUTCOMES, load_outcomes
from assessments.screens.reading import load_screen
from clinic.knowledge.files import check_published, versions
from clinic.knowledge.reading import KnowledgeError
from clinic.knowledge.sources import FOLDER as SOURCES
from clinic.knowledge.sources import load_sources


@register
def catalogue_is_sound(
    app_configs: Any = None, *, folder: Path = CATALOGUE, **kwargs: Any
) -> list[CheckMessage]:
    """screens.E001 to E006, as numbered in clinic.knowledge.reading.Problem."""
    return complaints("screens", [*_sources(), *_screens(folder)])


@register
def outcomes_are_sound(
    app_configs: Any = None, *, folder: Path = OUTCOMES, **kwargs: Any
) -> list[CheckMessage]:
    """screens.E001 to E006, for the outcome measures."""
    return complaints("screens", _outcomes(folder))


@register
def body_is_sound(app_configs: Any = None, *, folder: Path = BODY, **kwargs: Any) -> list[CheckMessage]:
    """screens.E001 to E006, for the body chart."""
    return complaints("screens", _body(folder))


def _body(folder: Path) -> Iterable[Callable[[], object]]:
    yield lambda: check_published(folder)
    for number in versions(folder).get("body", []):
        yield lambda number=number: load_body(number, folder)  # type: ignore[misc]


def _outcomes(folder: Path) -> Iterable[Callable[[], object]]:
    yield lambda: check_published(folder)
    for numbers in versions(folder).values():
        for number in numbers:
            yield lambda number=number: load_outcomes(number, folder)  # type: ignore[misc]


def _sources() -> Iterable[Callable[[], object]]:
    yield lambda: check_published(SOURCES)
    yield load_sources


def _screens(folder: Path) -> Iterable[Callable[[], object]]:
    yield lambda: check_published(folder)
    yield lambda: offered_screens(catalogue=folder)
    for name, numbers in versions(folder).items():
        for number in numbers:
            yield lambda name=name, number=number: load_screen(name, number, folder)  # type: ignore[misc]


def complaints(app: str, readings: Iterable[Callable[[], object]]) -> list[CheckMessage]:
    """Try each reading; every knowledge file that is refused becomes one error, said once."""
    found: dict[str, CheckMessage] = {}
    readings = iter(readings)
    while True:
        try:
            reading = next(readings, None)
            if reading is None:
                return list(found.values())
            reading()
        except KnowledgeError as error:
            found[str(error)] = Error(str(error), hint=error.problem.hint, id=f"{app}.{error.problem.value}")
