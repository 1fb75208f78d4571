"""The statuses of an appointment and which may follow which: one table, read by actions and by the buttons."""

from __future__ import annotations

import datetime as dt

from django.db import models


class Status(models.TextChoices):
    BOOKED = "booked", "Booked"
    CONFIRMED = "confirmed", "Confirmed"
    ARRIVED = "arrived", "Arrived"
    IN_SESSION = "in_session", "In session"
    DONE = "done", "Done"
    NO_SHOW = "no_show", "No-show"
    CANCELLED = "cancelled", "Cancelled"

    @property
    def may_become(self) -> frozenset[Status]:
        return MAY_BECOME[self]


# Each step forward can be taken back once, because somebody clicks the wrong row; a cancelled appointment is
# final, since its patient has been told: book a new one.
MAY_BECOME: dict[Status, frozenset[Status]] = {
    Status.BOOKED: frozenset({Status.CONFIRMED, Status.ARRIVED, Status.NO_SHOW, Status.CANCELLED}),
    Status.CONFIRMED: frozenset({Status.BOOKED, Status.ARRIVED, Status.NO_SHOW, Status.CANCELLED}),
    Status.ARRIVED: frozenset({Status.BOOKED, Status.IN_SESSION, Status.CANCELLED}),
    Status.IN_SESSION: frozenset({Status.ARRIVED, Status.DONE}),
    Status.DONE: frozenset({Status.IN_SESSION}),
    Status.NO_SHOW: frozenset({Status.BOOKED, Status.ARRIVED}),
    Status.CANCELLED: frozenset(),
}

# The others leave their time to somebody else.
HOLDS_A_SLOT = frozenset({Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_SESSION, Status.DONE})
MAY_MOVE = frozenset({Status.BOOKED, Status.CONFIRMED})
MAY_RESIZE = frozenset({Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_SESSION})

# Nobody is told of a move or a cancellation before the desk had this long to take it back.
SETTLES = dt.timedelta(minutes=3)
