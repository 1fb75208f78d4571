"""How often somebody who is not signed in may ask for something."""

from __future__ import annotations

import hashlib
import ipaddress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def allowed(*, what: str, who: str, most: int, seconds: int) -> bool:
    """True for the first `most` times in `seconds`, counted in the shared cache; `who` is stored hashed."""
    key = f"throttle:{what.replace(' ', '-')}:{hashlib.sha256(who.encode(errors='replace')).hexdigest()}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:  # it ran out between the two lines: a new count has begun
        return True


def network(request: HttpRequest) -> str:
    """The network address; of IPv6 the half that a provider gives to one customer."""
    given = str(get_adapter().get_client_ip(request))
    try:
        address = ipaddress.ip_address(given)
    except ValueError:  # a socket has none
        return given
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
