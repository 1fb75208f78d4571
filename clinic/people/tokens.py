"""Secrets in addresses: 256 random bits, of which only the SHA-256 is kept. Guessing is hopeless, reading useless."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """43 characters that fit into an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """What the database keeps of it; 64 hex digits."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
