"""Finding a patient as the desk types: a name's beginnings, a birth date, a phone number, a record number."""

from __future__ import annotations

import datetime as dt
import re

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Reverse

from clinic.people.folding import fold
from clinic.people.models import ContactChannel, Patient

MOST_SHOWN = 20
MOST_WEIGHED = 200  # a short beginning may fit half a clinic; only so many are sorted
MOST_ALIKE = 5
RECORD_NUMBER = re.compile(r"^r\s?0*(\d{1,9})$", re.IGNORECASE)
DAY_FIRST = re.compile(r"^(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})$")
YEAR_FIRST = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
PHONE = re.compile(r"^\+?[\d ()./-]{4,}$")


class TooShort(ValueError):
    """One letter fits nearly everybody; nothing was searched."""


def find(typed: str, *, country_code: str = "44") -> QuerySet[Patient]:
    """At most 20 patients that fit what was typed, by family name. Raises TooShort below two letters."""
    typed = typed.strip()
    if number := RECORD_NUMBER.match(typed):
        return Patient.objects.filter(pk=int(number[1]))
    if day := birth_date(typed):
        return Patient.objects.filter(birth_date=day)[:MOST_SHOWN]
    if PHONE.match(typed):
        return _by_phone(re.sub(r"\D", "", typed), country_code)
    return _by_name(typed)


def birth_date(typed: str) -> dt.date | None:
    """A day from 14/3/1991, 14.3.1991 or 1991-03-14; None when it is not one."""
    if parts := YEAR_FIRST.match(typed):
        year, month, day = (int(part) for part in parts.groups())
    elif parts := DAY_FIRST.match(typed):
        day, month, year = (int(part) for part in parts.groups())
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _by_name(typed: str) -> QuerySet[Patient]:
    words = [word for word in re.split(r"[^\w]+", fold(typed)) if word]
    if sum(map(len, words)) < 2:
        raise TooShort
    # Two letters alone are a whole name (Ng, Li), since they begin half the clinic; more letters are beginnings.
    beginning = ":*" if sum(map(len, words)) > 2 else ""
    terms = " & ".join(f"'{word}'{beginning}" for word in words)
    fitting = Patient.objects.filter(search_words=SearchQuery(terms, search_type="raw", config="simple"))
    # The inner LIMIT keeps PostgreSQL from walking the sort index through a million rows looking for matches.
    return Patient.objects.filter(pk__in=fitting.order_by().values("pk")[:MOST_WEIGHED])[:MOST_SHOWN]


def _by_phone(digits: str, country_code: str) -> QuerySet[Patient]:
    international = country_code + digits[1:] if digits.startswith("0") else digits
    channels = (
        ContactChannel.objects.alias(backwards=Reverse(F("digits")))
        .filter(Q(digits__startswith=international) | Q(backwards__startswith=digits[::-1]))
        .values("patient_id")[:MOST_WEIGHED]
    )
    return Patient.objects.filter(pk__in=channels)[:MOST_SHOWN]


def likely_duplicates(
    *, given_name: str, family_name: str, birth_date: dt.date | None, phone_digits: str = "", email: str = ""
) -> QuerySet[Patient]:
    """At most five patients who may be this person already, most alike first found: the same phone or e-mail,
    the same birth date and a shared name, both names.

    Three small questions: put into one with OR, PostgreSQL would read every patient.
    """
    names = [word for word in re.split(r"[^\w]+", fold(f"{given_name} {family_name}")) if word]
    alike: list[int] = []
    reached = Q(digits=phone_digits) if phone_digits else Q()
    if email:
        reached |= Q(value=email.lower())
    if reached:
        alike += ContactChannel.objects.filter(reached).values_list("patient_id", flat=True)[:MOST_ALIKE]
    if birth_date and names:
        shared = Patient.objects.filter(birth_date=birth_date, search_words=_words(names, " | "))
        alike += shared.order_by().values_list("pk", flat=True)[:MOST_ALIKE]
    if names:
        both = Patient.objects.filter(search_words=_words(names, " & "))
        alike += both.order_by().values_list("pk", flat=True)[:MOST_ALIKE]
    return Patient.objects.filter(pk__in=list(dict.fromkeys(alike))[:MOST_ALIKE])


def _words(names: list[str], joined: str) -> SearchQuery:
    """Whole words, not beginnings."""
    return SearchQuery(joined.join(f"'{word}'" for word in names), search_type="raw", config="simple")
