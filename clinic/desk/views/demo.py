"""While trying the clinic out: the demo staff's passwords and current one-time codes."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from allauth.mfa import app_settings as mfa
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.audit.guards import open_to_everyone


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One line of .data/demo-accounts.json; `code` is empty for somebody without a second factor.

    `person` is who that is in the clinic, `name` what they sign in with.
    """

    role: str
    person: str
    name: str
    password: str
    note: str
    code: str


@open_to_everyone(because="it exists only while trying the clinic out, with people who are made up")
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    if not settings.DEVELOPMENT_PAGES:
        raise Http404
    now = time.time()
    shown = {
        "accounts": read_accounts(Path(settings.CLINIC_DATA_DIR) / "demo-accounts.json", now),
        "seconds_left": mfa.TOTP_PERIOD - int(now) % mfa.TOTP_PERIOD,
    }
    return render(request, "desk/entrance/demo.html", shown)


def read_accounts(path: Path, now: float) -> list[DemoAccount]:
    """The demo accounts with the codes of this moment; empty when the demo clinic was not made."""
    if not path.is_file():
        return []
    return [
        DemoAccount(
            role=told["role"],
            person=told.get("person", ""),
            name=told["name"],
            password=told["password"],
            note=told.get("note", ""),
            code=current_code(told["totp_secret"], now) if told.get("totp_secret") else "",
        )
        for told in json.loads(path.read_text(encoding="utf-8"))
    ]


def current_code(secret: str, now: float) -> str:
    """The six digits an authenticator app shows at this moment."""
    return str(format_hotp_value(hotp_value(secret, int(now) // mfa.TOTP_PERIOD)))
