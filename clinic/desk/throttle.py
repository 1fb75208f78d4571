"""How often somebody who is not signed in may ask for something."""

from __future__ import annotations

import hashlib

from django.core.cache import cache


def allowed(*, what: str, who: str, most: int, seconds: int) -> bool:
    """True for the first `most` times in `seconds`, counted in the shared cache; `who` is stored hashed."""
    key = f"throttle:{what.replace(' ', '-')}:{hashlib.sha256(who.encode(errors='replace')).hexdigest()}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:  # it ran out between the two lines: a new count has begun
        return True
