"""Pages that also open in the box over the calendar: the same facts, drawn without the frame around them.

The calendar's script (static/js/desk/box.js) asks with a header; whoever asks without it gets the whole page.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

ASKED = "X-In-A-Box"
DRAWN = "X-Box"  # on what is meant for the box: anything else that comes instead is a page of its own
LEADS_TO = "X-Leads-To"


def in_a_box(request: HttpRequest) -> bool:
    return ASKED in request.headers


def draw(
    request: HttpRequest, page: str, box: str, shown: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page, or what of it belongs into the box."""
    if not in_a_box(request):
        return render(request, page, shown, status=status)
    answer = render(request, box, shown | {"boxed": True}, status=status)
    answer[DRAWN] = "1"
    return answer


def leave_for(request: HttpRequest, url: str) -> HttpResponse:
    """To a page of its own; the box closes. Not a redirect, which a script would follow out of sight."""
    if not in_a_box(request):
        return redirect(url)
    answer = HttpResponse(status=204)
    answer[LEADS_TO] = url
    return answer
