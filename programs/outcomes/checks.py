"""Refuses to start with a schedule of measures that is not exactly what was published."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, register

from assessments.screens.checks import complaints
from clinic.knowledge.files import check_published, versions
from programs.outcomes.reading import SCHEDULES, load_schedule


@register
def schedules_are_sound(
    app_configs: Any = None, *, folder: Path = SCHEDULES, **kwargs: Any
) -> list[CheckMessage]:
    """outcomes.E001 to E006."""
    return complaints("outcomes", _readings(folder))


def _readings(folder: Path) -> Iterable[Callable[[], object]]:
    yield lambda: check_published(folder)
    for numbers in versions(folder).values():
        for number in numbers:
            yield lambda number=number: load_schedule(number, folder)  # type: ignore[misc]
