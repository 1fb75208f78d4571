"""Who may be the person about to be registered: those most alike first, each with its reason in words."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from clinic.people.folding import fold
from clinic.people.models import ContactChannel, Patient

MOST_SHOWN = 5
MOST_WEIGHED = 25  # by each of the three questions; more than one clinic has of one name and one birth date


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What was typed about somebody: `phone_digits` with the country code first, `email` in lower case."""

    given_name: str
    family_name: str
    birth_date: dt.date | None
    phone_digits: str = ""
    email: str = ""

    @property
    def words(self) -> list[str]:
        return _words(f"{self.given_name} {self.family_name}")


@dataclass(frozen=True, slots=True)
class Alike:
    """A patient and what they share with the newcomer. `is_the_same`: nothing tells the two apart.

    The same legal name and birth date, and a contact in common; or none was typed that could tell them apart.
    """

    patient: Patient
    reasons: tuple[str, ...]
    points: int
    is_the_same: bool

    @property
    def why(self) -> str:
        """“Same name and birth date, same phone”."""
        text = ", ".join(self.reasons)
        return text[:1].upper() + text[1:]


def likely_duplicates(newcomer: Newcomer) -> list[Alike]:
    """At most five, most alike first: the same phone or e-mail, the same birth date and a shared name, both names.

    Three small questions: put into one with OR, PostgreSQL would read every patient. Five queries at most.
    """
    patients = Patient.objects.filter(pk__in=_candidates(newcomer)).prefetch_related("channels")
    found = [_compared(patient, newcomer) for patient in patients]
    return sorted(found, key=lambda alike: -alike.points)[:MOST_SHOWN]


def _candidates(newcomer: Newcomer) -> set[int]:
    alike: list[int] = []
    reached = Q(digits=newcomer.phone_digits) if newcomer.phone_digits else Q()
    if newcomer.email:
        reached |= Q(value=newcomer.email)
    if reached:
        channels = ContactChannel.objects.filter(reached)
        alike += channels.order_by().values_list("patient_id", flat=True)[:MOST_WEIGHED]
    if newcomer.birth_date and newcomer.words:
        shared = Patient.objects.filter(
            birth_date=newcomer.birth_date, search_words=_any_or_all(newcomer.words, " | ")
        )
        alike += shared.order_by().values_list("pk", flat=True)[:MOST_WEIGHED]
    if newcomer.words:
        both = Patient.objects.filter(search_words=_any_or_all(newcomer.words, " & "))
        alike += both.order_by().values_list("pk", flat=True)[:MOST_WEIGHED]
    return set(alike)


def _compared(patient: Patient, newcomer: Newcomer) -> Alike:
    given = _words(patient.legal_given_name) == _words(newcomer.given_name)
    family = _words(patient.legal_family_name) == _words(newcomer.family_name)
    born = patient.birth_date == newcomer.birth_date
    channels = list(patient.channels.all())
    phone = bool(newcomer.phone_digits) and any(c.digits == newcomer.phone_digits for c in channels)
    email = bool(newcomer.email) and any(c.value == newcomer.email for c in channels)
    reasons = [_who_reason(given=given, family=family, born=born)]
    reasons += ["same phone"] if phone else []
    reasons += ["same e-mail"] if email else []
    nobody_to_reach = not (newcomer.phone_digits or newcomer.email)
    return Alike(
        patient=patient,
        reasons=tuple(filter(None, reasons)),
        points=4 * born + 3 * family + 2 * given + 3 * phone + 3 * email,
        is_the_same=given and family and born and (phone or email or nobody_to_reach),
    )


def _who_reason(*, given: bool, family: bool, born: bool) -> str:
    if given and family:
        return "same name and birth date" if born else "same name, another birth date"
    if not born:
        return ""
    if given or family:
        return f"same birth date and {'family' if family else 'given'} name"
    return "same birth date and part of the name"


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+", fold(text)) if word]


def _any_or_all(names: list[str], joined: str) -> SearchQuery:
    """Whole words, not beginnings."""
    return SearchQuery(joined.join(f"'{word}'" for word in names), search_type="raw", config="simple")
