"""Refuses to start with an exercise or a list of equipment that is not what was published, or a faulty drawing."""

from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, register

from assessments.screens.checks import complaints
from clinic.knowledge.files import check_published
from programs.exercises.equipment import FOLDER, load_equipment
from programs.exercises.figures.reading import known_drawings
from programs.exercises.reading import LIBRARY, load_library


@register
def library_is_sound(app_configs: Any = None, *, folder: Path = LIBRARY, **kwargs: Any) -> list[CheckMessage]:
    """exercises.E001 to E006."""
    return complaints("exercises", [lambda: check_published(folder), lambda: load_library(folder=folder)])


@register
def equipment_is_sound(
    app_configs: Any = None, *, folder: Path = FOLDER, **kwargs: Any
) -> list[CheckMessage]:
    """exercises.E001 to E006."""
    return complaints("exercises", [lambda: check_published(folder), lambda: load_equipment(folder=folder)])


@register
def drawings_are_sound(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """exercises.E001 to E006, of how exercises are drawn."""
    return complaints("exercises", [known_drawings])
