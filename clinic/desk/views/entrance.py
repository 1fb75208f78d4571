"""The way in: each role's first page, sign-in links, and forms that came too late."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit.guards import open_to_everyone
from clinic.desk.forms.entrance import LinkRequestForm
from clinic.desk.throttle import allowed
from clinic.people import kept_forms
from clinic.people.actions import use_sign_in_link
from clinic.people.links import LinkRefused, LinkUnknown
from clinic.people.models import Account
from clinic.people.roles import LANDING, Role
from clinic.reminders.sign_in_links import came_back
from clinic.ui import errors

BACKEND = "clinic.people.backends.ClinicBackend"
LINKS_TRIED = {"most": 30, "seconds": 600}  # per address; a clinic's whole waiting room may share one
LINKS_ASKED = {"most": 5, "seconds": 3600}  # per mail address
ASKED_FROM = {"most": 20, "seconds": 3600}  # per network address


@open_to_everyone(because="it only sends people on: to their own first page, or to sign-in")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Account):
        return redirect(LANDING[Role(request.user.role)])
    return redirect("account_login")


@open_to_everyone(because="the link is the key, and looking at the page does not turn it")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """One button. Mail scanners open links, so opening one changes nothing and says nothing about whose it is."""
    if request.method != "POST":
        return render(request, "desk/entrance/link.html")
    if not allowed(what="link tried", who=_address(request), **LINKS_TRIED):
        return errors.page(429)
    try:
        account = use_sign_in_link(token=token, now=timezone.now())
    except LinkRefused as refused:
        status = 404 if isinstance(refused, LinkUnknown) else 410
        shown = {"refused": refused, "form": LinkRequestForm()}
        return render(request, "desk/entrance/link_refused.html", shown, status=status)
    came_back(patient=account.patient, now=timezone.now())
    login(request, account, backend=BACKEND)
    return redirect(LANDING[Role.PATIENT])


@open_to_everyone(because="somebody without a link asks for one; the answer is the same for every address")
@require_http_methods(["GET", "HEAD", "POST"])
def link_request(request: HttpRequest) -> HttpResponse:
    form = LinkRequestForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "desk/entrance/link_request.html", {"form": form}, status=status)
    email = form.cleaned_data["email"]
    if not allowed(what="link asked from", who=_address(request), **ASKED_FROM):
        return errors.page(429)
    # Past the limit the answer stays the same: a different one would tell which address is a patient's.
    if allowed(what="link asked", who=email, **LINKS_ASKED):
        form.send(now=timezone.now())
    return render(request, "desk/entrance/link_sent.html", {"email": email})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW. What was typed is kept for the account that opened the form, and no other."""
    _ = reason  # it names cookies and headers: for the log, which Django writes, not for the person
    kept = kept_forms.keep(request)
    return render(
        request, "desk/entrance/form_too_old.html", {"kept": kept, "again": request.path}, status=403
    )


def _address(request: HttpRequest) -> str:
    """The network address, read behind as many proxies as we trust (TRUSTED_PROXY_COUNT)."""
    return str(get_adapter().get_client_ip(request))
