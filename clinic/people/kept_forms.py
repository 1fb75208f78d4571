"""What somebody typed while their session ran out, kept until they have signed in again.

Every form carries a signed note of who opened it. When its post arrives with no session, the fields wait in
the (server-side) session for that account alone; after sign-in the page shows them again, unsaved.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict

from clinic.people.belonging import PATIENT_FIELD

OWNER_FIELD = "form_owner"
KEPT = "kept_form"
SALT = "clinic.kept_forms"
LARGEST = 200_000  # characters; a whole movement screen with notes is under 20,000
OLDEST_SECONDS = 24 * 60 * 60
NEVER_KEPT = {"csrfmiddlewaretoken", OWNER_FIELD, PATIENT_FIELD, "password"}


def owner_note(account_pk: int) -> str:
    """The signed value of the hidden field that says who opened the form."""
    return signing.dumps(account_pk, salt=SALT)


def keep(request: HttpRequest) -> bool:
    """Put the posted fields aside; False when they carry no valid note or are too large."""
    try:
        owner = signing.loads(request.POST.get(OWNER_FIELD, ""), salt=SALT, max_age=OLDEST_SECONDS)
    except signing.BadSignature:
        return False
    fields = request.POST.copy()
    for name in NEVER_KEPT:
        fields.pop(name, None)
    body = fields.urlencode()
    if len(body) > LARGEST:
        return False
    request.session[KEPT] = {"owner": owner, "path": request.path, "body": body}
    return True


def waits_at(request: HttpRequest) -> str:
    """The page where this account's kept form is shown again; empty when there is none or it is another's."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    return str(kept["path"]) if kept and kept["owner"] == request.user.pk else ""


def take_back(request: HttpRequest) -> QueryDict | None:
    """The fields kept for this account and page, once; None when there are none or they are another's."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None or request.method != "GET" or kept["path"] != request.path:
        return None
    del request.session[KEPT]
    if kept["owner"] != request.user.pk:
        return None
    return QueryDict(kept["body"])
