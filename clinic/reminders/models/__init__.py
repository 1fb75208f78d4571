"""The outbox, what providers and patients say to it, what the clinic wants of each kind, and phones for notices."""

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
from clinic.reminders.models.unplaced import Told, Unplaced
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
    "Told",
    "Understood",
    "Unplaced",
    "Way",
    "Wording",
]
