"""Refuses to start with a rule, a red flag or a cause that is not exactly what was published."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, register

from assessments.screens.checks import complaints
from assessments.triage.causes import CAUSES_SUFFIX, load_causes
from assessments.triage.rules.reading import RULESETS, is_ruleset, load_ruleset
from clinic.knowledge.files import check_published, versions


@register
def rulesets_are_sound(
    app_configs: Any = None, *, folder: Path = RULESETS, **kwargs: Any
) -> list[CheckMessage]:
    """triage.E001 to E006. Shared files are read through every ruleset that names them."""
    return complaints("triage", _readings(folder))


def _readings(folder: Path) -> Iterable[Callable[[], object]]:
    yield lambda: check_published(folder)
    for name, numbers in versions(folder).items():
        for number in numbers:
            yield lambda name=name, number=number: _read(name, number, folder)  # type: ignore[misc]


def _read(name: str, number: int, folder: Path) -> None:
    if name.endswith(CAUSES_SUFFIX):
        load_causes(name.removesuffix(CAUSES_SUFFIX), number, folder)
    elif is_ruleset(folder, name, number):
        load_ruleset(name, number, folder)
