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
MOST_WEIGHED = 2000  # a short beginning may fit half a clinic; only so many are sorted
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
    """Patients who may be this person already: same birth date and a shared name, or the same phone or e-mail."""
    names = [word for word in re.split(r"[^\w]+", fold(f"{given_name} {family_name}")) if word]
    same = Q(pk__in=[])
    if birth_date and names:
        shared = SearchQuery(" | ".join(f"'{word}'" for word in names), search_type="raw", config="simple")
        same |= Q(birth_date=birth_date, search_words=shared)
    if names:
        both = SearchQuery(" & ".join(f"'{word}'" for word in names), search_type="raw", config="simple")
        same |= Q(search_words=both)
    reached = Q()
    if phone_digits:
        reached |= Q(digits=phone_digits)
    if email:
        reached |= Q(value__iexact=email)
    if reached:
        same |= Q(pk__in=ContactChannel.objects.filter(reached).values("patient_id"))
    return Patient.objects.filter(same)[:5]
