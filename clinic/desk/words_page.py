"""What the page of a wording shows: what is kept, what stands on the screen, and how that would go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings

from clinic.people.languages import english_name
from clinic.reminders import lint, samples
from clinic.reminders.carriers import as_text
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Wording
from clinic.reminders.wording import our_words

MEANINGS = {
    "clinic": "the clinic’s name",
    "phone": "its phone number",
    "link": "the patient’s own page",
    "day": "the day of the visit",
    "time": "its time of day",
    "when": "its day, time and zone",
    "place": "the clinic’s address",
}


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The words of a kind in one language: {"subject", "text", "short"} each, or None where there are none.

    `kept`: the clinic's own, which are sent. `last`: the newest of its own, sent or not. `standard`: ours; in another
    language a text to translate.
    """

    language: str
    kept: Mapping[str, str] | None
    last: Mapping[str, str] | None
    standard: Mapping[str, str]

    @property
    def now(self) -> Mapping[str, str]:
        """What the page begins with."""
        return self.kept or self.standard

    @property
    def is_foreign(self) -> bool:
        return self.language != settings.LANGUAGE_CODE

    @property
    def otherwise(self) -> str:
        """What patients of that language get where the clinic has written nothing in it, as a person calls it."""
        return english_name(settings.LANGUAGE_CODE) if self.is_foreign else "standard"

    @property
    def called(self) -> str:
        """What they get now."""
        return self.otherwise if self.kept is None else "kept"


def on_record(source: str, name: str, kind: Kind, language: str) -> OnRecord:
    """Two queries."""
    rows = Wording.objects.filter(source=source, kind=name, language=language)
    newest, last = rows.first(), rows.exclude(subject="").first()
    told = None if last is None else {part: getattr(last, part) for part in lint.NAMES}
    return OnRecord(
        language,
        kept=told if newest == last else None,
        last=told,
        standard=our_words(kind.template_of(name), timed=kind.timed, language=language),
    )


@dataclass(frozen=True, slots=True)
class Looks:
    """A reminder as it would go out. `by_text` and `notice` are empty where it goes by mail alone, `subject` and
    `text` where it goes by text alone; `added` is what we put below the clinic's own words."""

    subject: str
    text: str
    added: str
    by_text: str
    notice: str


def looks(kind: Kind, name: str, language: str, words: Mapping[str, str], *, now: dt.datetime) -> Looks:
    """These very words for a made-up patient. Links lead to the front page: each patient has their own."""
    own = Wording(language=language, **words) if kind.worded else None
    letter = replace(
        samples.sample(kind, name, own, now=now, stop=samples.a_link()), whole_by_text=kind.by_text_alone
    )
    below = samples.added(kind, name, language, now=now, stop=samples.a_link()).strip() if kind.worded else ""
    by_mail, by_phone = not kind.by_text_alone, not kind.by_mail_alone
    return Looks(
        subject=letter.subject if by_mail else "",
        text=letter.text.strip().removesuffix(below) if by_mail else "",
        added=below,
        by_text=as_text(letter) if by_phone else "",
        notice=letter.short if by_mail and by_phone else "",
    )


def filled_in(kind: Kind) -> list[tuple[str, str]]:
    """({name}, what stands there)."""
    return [(f"{{{name}}}", MEANINGS[name]) for name in lint.may_be_filled_in(kind)]
