"""What a patient's record says about who they are, and what is wrong with it. No database."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, fields
from zoneinfo import available_timezones

from clinic.people.languages import LANGUAGES

WAYS = ("email", "text", "push")  # as clinic.reminders.models.Way, which lies above this
OLDEST_AGE = 120  # years; above this the century was mistyped
LONGEST = {
    "legal_given_name": 80,
    "legal_family_name": 80,
    "preferred_name": 80,
    "emergency_name": 120,
    "emergency_relation": 60,
}
LABELS = {
    "legal_given_name": "legal given name",
    "legal_family_name": "legal family name",
    "preferred_name": "preferred name",
    "emergency_name": "emergency contact\u2019s name",
    "emergency_relation": "relation to the patient",
}


class InvalidDetails(ValueError):
    """Nothing was saved. `problems` holds one sentence for each field that must change, by field name."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Who a patient is. Phone numbers are as typed; the actions store them in E.164."""

    legal_given_name: str
    legal_family_name: str
    birth_date: dt.date
    preferred_name: str = ""
    time_zone: str = "Europe/London"
    emergency_name: str = ""
    emergency_phone: str = ""
    emergency_relation: str = ""
    language: str = ""
    first_way: str = ""

    def tidied(self) -> Details:
        """The same without stray spaces around and inside names."""
        words = {name: " ".join(text.split()) for name, text in asdict(self).items() if isinstance(text, str)}
        return Details(birth_date=self.birth_date, **words)


FIELD_NAMES = tuple(field.name for field in fields(Details))


def problems(details: Details, *, today: dt.date) -> dict[str, str]:
    """One sentence for each field that cannot be stored, naming the field and the way out; empty when all can."""
    found: dict[str, str] = {}
    for name, longest in LONGEST.items():
        text = getattr(details, name)
        if len(text) > longest:
            found[name] = f"The {LABELS[name]} has {len(text)} characters. Shorten it to {longest} or fewer."
        elif any(not letter.isprintable() for letter in text):
            found[name] = f"The {LABELS[name]} holds a character that cannot be shown. Type it again."
    for name in ("legal_given_name", "legal_family_name"):
        if not any(letter.isalpha() for letter in getattr(details, name)):
            found[name] = (
                f"Enter the {LABELS[name]}, as on an identity card. If there is only one name, use it twice."
            )
    if sentence := _birth_date_problem(details.birth_date, today):
        found["birth_date"] = sentence
    if details.time_zone not in available_timezones():
        found["time_zone"] = (
            f"\u201c{details.time_zone}\u201d is not a time zone. Pick one such as Europe/London."
        )
    if details.language and details.language not in LANGUAGES:
        found["language"] = (
            "Choose one of the languages the clinic can write in, or leave it as the clinic’s."
        )
    if details.first_way and details.first_way not in WAYS:
        found["first_way"] = "Choose e-mail, text message or a notice on the phone, or leave it open."
    if details.emergency_phone and not details.emergency_name:
        found["emergency_name"] = "Say whose number this is, or leave the emergency phone empty too."
    return found


def _birth_date_problem(born: dt.date, today: dt.date) -> str:
    shown = f"{born.day} {born:%B %Y}"
    if born > today:
        return f"The birth date {shown} is in the future. Check the year."
    if today.year - born.year > OLDEST_AGE:
        return f"The birth date {shown} is more than {OLDEST_AGE} years ago. Check the year."
    return ""
