"""What is counted of a calendar, and the shares made of it. Not known is never nought. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

HOURS = 60


class Quarters(NamedTuple):
    """A quarter waited at most `low` days, half at most `middle`, three quarters at most `high`."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Tally:
    """Minutes and visits of some clinicians in some weeks; a visit counts in the week in which it starts."""

    open: int = 0
    used: int = 0
    due: int = 0
    no_shows: int = 0
    booked: int = 0
    cancelled: int = 0
    filled: int = 0
    overbooked: int = 0
    online: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tally)))

    @property
    def utilisation(self) -> float | None:
        """Booked of open minutes; None where nothing was open."""
        return self.used / self.open if self.open else None

    @property
    def no_show_share(self) -> float | None:
        """Of the visits whose time has come."""
        return self.no_shows / self.due if self.due else None

    @property
    def filled_share(self) -> float | None:
        return self.filled / self.cancelled if self.cancelled else None

    @property
    def desk(self) -> int:
        return self.booked - self.online

    @property
    def open_hours(self) -> float:
        return self.open / HOURS

    @property
    def used_hours(self) -> float:
        return self.used / HOURS


@dataclass(frozen=True, slots=True)
class Waits:
    """Days until a first assessment: from when it was booked, and from when the patient was registered."""

    people: int = 0
    booked: Quarters | None = None
    registered: Quarters | None = None
