"""Who does something: an account, or a named job of the clinic itself."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.people.models import Account


@dataclass(frozen=True, slots=True)
class Job:
    """A system job by name, for changes no person makes (\u201creminders\u201d, \u201cdemo clinic\u201d)."""

    name: str


Actor = Account | Job
