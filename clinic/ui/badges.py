"""The words and shapes of every state we show: a state is never told by colour alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says (`text`), its icon's name, and its tone: the colours it takes in both themes."""

    text: str
    icon: str
    tone: str


APPOINTMENT = {
    "booked": Badge("Booked", "circle", "plain"),
    "confirmed": Badge("Confirmed", "check-circle", "info"),
    "arrived": Badge("Arrived", "pin", "accent"),
    "in_session": Badge("In session", "circle-half", "primary"),
    "done": Badge("Done", "check", "success"),
    "no_show": Badge("No-show", "circle-dashed", "warning"),
    "cancelled": Badge("Cancelled", "cross", "muted"),
}

URGENCY = {
    "emergency_now": Badge("Emergency now", "octagon", "urgent-solid"),
    "same_day": Badge("Same day", "warning", "urgent"),
    "within_days": Badge("Within days", "clock", "warning"),
    "routine": Badge("Routine", "circle", "plain"),
}

SENDING = {
    "due": Badge("Due", "clock", "plain"),
    "queued": Badge("Queued", "clock", "info"),
    "sending": Badge("Sending", "circle-half", "info"),
    "sent": Badge("Sent", "check", "success"),
    "arrived": Badge("Arrived", "check-circle", "success"),
    "came_back": Badge("Came back", "warning", "urgent"),
    "skipped": Badge("Not sent", "cross", "muted"),
    "failed": Badge("Failed", "warning", "urgent"),
    "cancelled": Badge("Not needed", "cross", "muted"),
}

RECORD = {
    "draft": Badge("Draft", "pencil", "warning"),
    "signed": Badge("Signed", "lock", "success"),
    "amended": Badge("Amended", "pencil", "info"),
    "proposed": Badge("Proposed", "circle-dashed", "info"),
    "released": Badge("Released", "check", "success"),
    "ended": Badge("Ended", "circle-filled", "muted"),
    "provisional": Badge("Provisional", "question", "warning"),
}

FAMILIES = {"appointment": APPOINTMENT, "urgency": URGENCY, "sending": SENDING, "record": RECORD}


def badge(family: str, state: str) -> Badge:
    """The badge of a state, e.g. badge("urgency", "same_day").

    A state nobody drew yet is shown by its own name with a question mark, so that a new state can never
    look like a known one. An unknown family raises KeyError.
    """
    known = FAMILIES[family]
    return known.get(state) or Badge(state.replace("_", " ").capitalize() or "Unknown", "question", "muted")
