"""Where a change to a person's record is written down.

`clinic.audit` stands above this package and installs its recorder when Django starts; with nothing installed
a change is refused, so there is no way to change a record unseen.
"""

from __future__ import annotations

from typing import Protocol

from clinic.people.actors import Actor
from clinic.people.models import Patient


class Recorder(Protocol):
    def __call__(self, *, action: str, patient: Patient, by: Actor, what: str) -> None: ...


class NobodyIsWatching(RuntimeError):
    """A record was about to change with no audit installed."""


_recorder: Recorder | None = None


def install(recorder: Recorder) -> None:
    """Hand over what writes the audit rows. Called once, by clinic.audit."""
    global _recorder
    _recorder = recorder


def write(*, action: str, patient: Patient, by: Actor, what: str) -> None:
    """Write one row in the same transaction as the change."""
    if _recorder is None:
        raise NobodyIsWatching("clinic.audit is not in INSTALLED_APPS, so no record may change.")
    _recorder(action=action, patient=patient, by=by, what=what)
