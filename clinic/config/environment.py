"""Reading the environment, and refusing to start with what must never reach production."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

HOW_TO_SET = {
    "SECRET_KEY": "Signs sessions and links. Make one with\n"
    "  python3 -c 'import secrets; print(secrets.token_urlsafe(50))'\n"
    "and keep it out of the repository.",
    "DATABASE_URL": "Where the records are, for example\n  postgres://clinic:PASSWORD@db.internal:5432/clinic",
    "REDIS_URL": "Celery's broker and the cache, for example\n  redis://:PASSWORD@redis.internal:6379/0",
    "ALLOWED_HOSTS": "The names this clinic answers to, separated by commas, for example\n  clinic.example.org",
    "EMAIL_URL": "How mail leaves, for example\n  smtp+tls://USER:PASSWORD@mail.example.org:587\n"
    "  anymail+postmark://?server_token=TOKEN&webhook_secret=USER:PASSWORD   (or another provider's name)",
    "CLINIC_BASE_URL": "The address patients see in their mail, for example\n  https://clinic.example.org",
}

EXAMPLE_KEYS = ("dev", "insecure", "change-me", "changeme", "secret", "example", "test")
SHORTEST_KEY = 50


def required(environ: Mapping[str, str], name: str) -> str:
    """The variable's value, or a paragraph that says what it is for and how to set it."""
    value = environ.get(name, "").strip()
    if value:
        return value
    raise ImproperlyConfigured(
        f"\n\nThe environment variable {name} is not set, so the clinic does not start.\n\n{HOW_TO_SET[name]}\n\n"
        "To try the clinic on your own machine, `make run` sets everything by itself; production reads\n"
        "docker-compose.yml and the README section \u201cIn production\u201d.\n"
    )


@dataclass(frozen=True, slots=True)
class Start:
    """The facts about a start that decide whether production may use it."""

    debug: bool
    secret_key: str
    allowed_hosts: list[str]
    base_url: str
    embedded: bool


def production_refusals(start: Start) -> list[str]:
    """Why these settings may not serve patients, one sentence each; empty when they may."""
    refusals = []
    if start.debug:
        refusals.append("DEBUG is on. Unset DEBUG: error pages would show records to strangers.")
    if len(start.secret_key) < SHORTEST_KEY or start.secret_key.lower().startswith(EXAMPLE_KEYS):
        refusals.append(
            f"SECRET_KEY is an example or shorter than {SHORTEST_KEY} characters. Make one with "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'."
        )
    if "*" in start.allowed_hosts:
        refusals.append("ALLOWED_HOSTS contains *. List the names this clinic answers to.")
    if not start.base_url.startswith("https://"):
        refusals.append("CLINIC_BASE_URL is not https. Links in mail would carry tokens in the open.")
    if start.embedded:
        refusals.append(
            "The embedded PostgreSQL or Redis is in use (CLINIC_EMBEDDED). They are for trying the clinic "
            "out; point DATABASE_URL and REDIS_URL at servers that are backed up."
        )
    return refusals


def refuse_unsafe_production(start: Start) -> None:
    """Stop the start, naming every reason at once."""
    if refusals := production_refusals(start):
        listed = "\n".join(f"  - {refusal}" for refusal in refusals)
        raise ImproperlyConfigured(f"\n\nProduction does not start like this:\n\n{listed}\n")


def refuse_failing_checks() -> None:
    """In production, stop when a check that looks at the records themselves fails (demo accounts, for one)."""
    from django.conf import settings
    from django.core.checks import run_checks

    if settings.DEBUG:
        return
    if errors := run_checks(tags=["production"], databases=["default"]):
        listed = "\n".join(f"  - {error.msg} {error.hint}" for error in errors)
        raise ImproperlyConfigured(f"\n\nProduction does not start like this:\n\n{listed}\n")


def anymail_from(url: str) -> dict[str, object]:
    """The settings for a provider's own interface, from one address; empty for any other.

    anymail+postmark://?server_token=…&webhook_secret=USER:PASSWORD sends by Postmark. Every word before a `=` is a
    setting of django-anymail's for that provider; `webhook_secret` is what the provider shows when it calls us.
    """
    parts = urlsplit(url)
    if not parts.scheme.startswith("anymail+"):
        return {}
    provider = parts.scheme.removeprefix("anymail+").replace("-", "_")
    told = {name.upper(): value for name, value in parse_qsl(parts.query)}
    shared = {name: told.pop(name) for name in ("WEBHOOK_SECRET",) if name in told}
    own = {f"{provider.upper()}_{name}": value for name, value in told.items()}
    return {"EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend", "ANYMAIL": own | shared}


def flag(name: str) -> bool:
    """True for 1, true, yes or on, in any case."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}
