"""The outbox, what the clinic wants of each kind, and the phones that take notices."""

from clinic.reminders.models.incoming import Incoming, Understood
from clinic.reminders.models.outbox import (
    FINAL,
    QUIET,
    Asked,
    EarlierSend,
    Reminder,
    ReminderQuerySet,
    State,
    Way,
)
from clinic.reminders.models.phones import Phone
from clinic.reminders.models.wishes import KindWish, Quiet, Wording

__all__ = [
    "FINAL",
    "QUIET",
    "Asked",
    "EarlierSend",
    "Incoming",
    "KindWish",
    "Phone",
    "Quiet",
    "Reminder",
    "ReminderQuerySet",
    "State",
    "Understood",
    "Way",
    "Wording",
]
