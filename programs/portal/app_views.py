"""The installable app: the worker that answers without signal, and the page it shows then. Nobody's data is in them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from clinic.audit.guards import open_to_everyone
from programs.portal import phone

# Everything the page without signal is made of.
FILES = (
    "js/theme.js",
    "vendor/bootstrap/css/bootstrap.min.css",
    "css/clinic.css",
    "css/portal.css",
    "css/figures.css",
    "img/favicon.svg",
    "img/app-192.png",
    "js/components.js",
    "js/portal/app.js",
    "js/portal/rules.js",
    "js/portal/phone.js",
    "js/portal/morning.js",
    "js/portal/list.js",
    "js/portal/signals.js",
    "js/portal/timer.js",
    "js/portal/mistakes.js",
    "js/portal/could_not.js",
    "js/portal/steps.js",
    "js/portal/told.js",
    "js/portal/views.js",
    "js/portal/player.js",
    "js/portal/worker.js",
    "js/portal/notices_worker.js",
)
MANIFEST = "portal.webmanifest"


@open_to_everyone(because="the page without signal is the same for everybody and holds nobody's data")
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Drawn from what this phone keeps; the worker fetches it without cookies."""
    return render(request, "portal/offline.html", phone.offline_page())


@open_to_everyone(because="a program file without anybody's data")
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the patient's pages. Its name in the caches changes with the files it keeps."""
    urls = [static(name) for name in (*FILES, MANIFEST)]
    context = {
        "urls": urls,
        "phone": static("js/portal/phone.js"),
        "worker": static("js/portal/worker.js"),
        "notices": static("js/portal/notices_worker.js"),
        "icon": static("img/app-192.png"),
        "edition": _edition(),
    }
    answer = render(request, "portal/worker.js", context, content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = reverse("portal:today")
    return answer


def _edition() -> str:
    """Twelve letters that change when a file or the page without signal does."""
    found = hashlib.sha256(render_to_string("portal/offline.html", phone.offline_page()).encode())
    for name in FILES:
        if path := finders.find(name):
            found.update(Path(path).read_bytes())
    return found.hexdigest()[:12]
