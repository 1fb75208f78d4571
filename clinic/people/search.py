"""Finding a patient as the desk types: a name's beginnings, a birth date, a phone number, a record number."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Reverse

from clinic.people import phones
from clinic.people.folding import fold
from clinic.people.models import ChannelKind, ContactChannel, Patient

MOST_SHOWN = 20
MOST_WEIGHED = 200  # a short beginning may fit half a clinic; only so many are sorted
RECORD_NUMBER = re.compile(r"^r\s?0*(\d{1,9})$", re.IGNORECASE)
DAY_FIRST = re.compile(r"^(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})$")
YEAR_FIRST = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
PHONE = re.compile(r"^\+?[\d\s()./\u2010-\u2014-]*\d[\d\s()./\u2010-\u2014-]*$")


class TooShort(ValueError):
    """One letter, or a country code alone, fits nearly everybody; nothing was searched."""


def find(typed: str) -> Iterable[Patient]:
    """At most 20 patients that fit what was typed, by family name.

    Raises TooShort below two letters, or where no digit of a phone number tells one from another.
    """
    typed = typed.strip()
    if number := RECORD_NUMBER.match(typed):
        return Patient.objects.filter(pk=int(number[1]))
    if day := birth_date(typed):
        return Patient.objects.filter(birth_date=day)[:MOST_SHOWN]
    if PHONE.match(typed):
        return _by_phone(typed)
    return _by_name(typed)


def by_address(typed: str) -> list[Patient]:
    """Everybody who has this e-mail address now, however it is capitalised; at most 20."""
    having = ContactChannel.objects.filter(kind=ChannelKind.EMAIL, value__iexact=typed.strip())
    return list(Patient.objects.filter(pk__in=having.values("patient_id"))[:MOST_SHOWN])


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


def _by_name(typed: str) -> list[Patient]:
    words = [word for word in re.split(r"[^\w]+", fold(typed)) if word]
    if sum(map(len, words)) < 2:
        raise TooShort
    # Two letters alone are a whole name (Ng, Li), since they begin half the clinic; more letters are beginnings, and
    # so are two that are nobody's name.
    found = list(named(words)) if sum(map(len, words)) == 2 else []
    found = found or list(named(words, ":*"))
    # Sorted here, not by PostgreSQL: until it has counted a table that was just filled, it would walk all of it.
    found.sort(key=lambda one: (fold(one.legal_family_name), fold(one.legal_given_name), one.pk))
    return found[:MOST_SHOWN]


def named(words: Iterable[str], beginning: str = "") -> QuerySet[Patient]:
    """Some of those who have all these words in their names, or (":*") words that begin so; in no order."""
    terms = " & ".join(f"'{word}'{beginning}" for word in words)
    fitting = Patient.objects.filter(search_words=SearchQuery(terms, search_type="raw", config="simple"))
    return fitting.order_by()[:MOST_WEIGHED]


def _by_phone(typed: str) -> QuerySet[Patient]:
    beginnings = phones.beginnings(typed, region=settings.PHONENUMBER_DEFAULT_REGION)
    digits = re.sub(r"\D", "", typed)
    fits = Q()
    for beginning in beginnings:
        fits |= Q(digits__startswith=beginning)
    if not typed.startswith("+") and len(digits) >= phones.FEWEST_DIGITS:
        fits |= Q(backwards__startswith=digits[::-1])
    if not fits:
        raise TooShort
    channels = (
        ContactChannel.objects.alias(backwards=Reverse(F("digits")))
        .filter(fits)
        .values("patient_id")[:MOST_WEIGHED]
    )
    return Patient.objects.filter(pk__in=channels)[:MOST_SHOWN]
