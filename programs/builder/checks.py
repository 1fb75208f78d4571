"""Refuses to start with a recipe or rules of progression that are not exactly what was published."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, register

from assessments.screens.checks import complaints
from clinic.knowledge.files import check_published, versions
from programs.builder.progression import RULES, load_progression
from programs.builder.reading import RECIPES, load_recipe


@register
def recipes_are_sound(
    app_configs: Any = None, *, folder: Path = RECIPES, **kwargs: Any
) -> list[CheckMessage]:
    """builder.E001 to E006."""
    return complaints("builder", _readings(folder))


@register
def progression_is_sound(
    app_configs: Any = None, *, folder: Path = RULES, **kwargs: Any
) -> list[CheckMessage]:
    """builder.E001 to E006, for every version: old programs are shown by the one they were built with."""
    numbers = [number for found in versions(folder).values() for number in found]
    return complaints(
        "builder",
        [
            lambda: check_published(folder),
            *(lambda number=number: load_progression(number, folder) for number in numbers),
        ],
    )


def _readings(folder: Path) -> Iterable[Callable[[], object]]:
    yield lambda: check_published(folder)
    for name, numbers in versions(folder).items():
        for number in numbers:
            yield lambda name=name, number=number: load_recipe(name, number, folder)  # type: ignore[misc]
