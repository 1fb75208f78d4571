"""Refuses to start with a recipe that is not exactly what was published."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, register

from assessments.screens.checks import complaints
from clinic.knowledge.files import check_published, versions
from programs.builder.reading import RECIPES, load_recipe


@register
def recipes_are_sound(
    app_configs: Any = None, *, folder: Path = RECIPES, **kwargs: Any
) -> list[CheckMessage]:
    """builder.E001 to E006."""
    return complaints("builder", _readings(folder))


def _readings(folder: Path) -> Iterable[Callable[[], object]]:
    yield lambda: check_published(folder)
    for name, numbers in versions(folder).items():
        for number in numbers:
            yield lambda name=name, number=number: load_recipe(name, number, folder)  # type: ignore[misc]
