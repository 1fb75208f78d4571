"""How much one network address, one patient or one e-mail address may ask for, so that nobody blocks the calendar."""

from __future__ import annotations

import ipaddress
import secrets

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from clinic.booking.online import HELD
from clinic.desk.throttle import allowed
from clinic.people.tokens import hashed
from programs.portal.booking.errand import Booking, Errand

SEATS = 3  # times kept at once; a household may share an address
BEGUN = {"most": 60, "seconds": 3600}  # each writes a session
TIMES_KEPT = {"most": 40, "seconds": 3600}
CODES_TO = {"most": 6, "seconds": 3600}  # per e-mail address
CODES_FROM = {"most": 20, "seconds": 3600}
CODES_TYPED = {"most": 60, "seconds": 600}
SECONDS = int(HELD.total_seconds())


class TooMuch(Exception):
    """More than is allowed now: nothing was done."""


def who(request: HttpRequest, booking: Booking) -> str:
    """Whose share it is. An IPv6 network counts once: whoever has one has more addresses than we have numbers."""
    if booking.patient is not None:
        return f"patient {booking.patient.pk}"
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def may_begin(whose: str) -> None:
    """Raises TooMuch."""
    if not allowed(what="booking begun", who=whose, **BEGUN):
        raise TooMuch


def take_seat(errand: Errand, whose: str) -> None:
    """One of three places for whoever keeps a time; the one they have goes on counting. Raises TooMuch."""
    if not allowed(what="time kept", who=whose, **TIMES_KEPT):
        raise TooMuch
    if errand.seat_key and cache.get(_seat(whose, errand.seat)) == errand.seat_key:
        cache.touch(_seat(whose, errand.seat), SECONDS)
        return
    mine = secrets.token_hex(8)
    for number in range(SEATS):
        if cache.add(_seat(whose, number), mine, timeout=SECONDS):
            errand.seat, errand.seat_key = number, mine
            return
    raise TooMuch


def keep_seat(errand: Errand, whose: str, seconds: int) -> None:
    """For as long as the time is kept."""
    if errand.seat_key and cache.get(_seat(whose, errand.seat)) == errand.seat_key:
        cache.touch(_seat(whose, errand.seat), seconds)


def leave_seat(errand: Errand, whose: str) -> None:
    if errand.seat_key and cache.get(_seat(whose, errand.seat)) == errand.seat_key:
        cache.delete(_seat(whose, errand.seat))
    errand.seat, errand.seat_key = -1, ""


def may_send_code(email: str, whose: str) -> None:
    """Raises TooMuch. The same for every address, whosever it is."""
    if not allowed(what="booking code from", who=whose, **CODES_FROM):
        raise TooMuch
    if not allowed(what="booking code to", who=email, **CODES_TO):
        raise TooMuch


def may_type_code(whose: str) -> None:
    """Raises TooMuch."""
    if not allowed(what="booking code typed", who=whose, **CODES_TYPED):
        raise TooMuch


def _seat(whose: str, number: int) -> str:
    return f"booking-seat:{hashed(whose)}:{number}"
