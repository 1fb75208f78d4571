"""Booking: find or register the patient, choose what, whom and when; a taken time says who holds it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.actions import record_listed
from clinic.audit.guards import for_roles
from clinic.booking.models import Appointment
from clinic.booking.refusals import Refused, SlotTaken
from clinic.desk import booking_page
from clinic.desk.asking import book_as_asked, said_of_booking
from clinic.desk.day import where_it_is
from clinic.desk.forms.booking import BookForm
from clinic.desk.in_a_box import draw, leave_for
from clinic.desk.kept import brought_back
from clinic.desk.telling import announce
from clinic.people.models import Account
from clinic.people.roles import DESK


@for_roles(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, *, account: Account) -> HttpResponse:
    if request.method != "POST":
        kept = brought_back(request)
        return _page(request, account, request.GET if kept is None else kept, fresh=kept is None)
    if "look" in request.POST:  # only asks which times are free for what is chosen now
        return _page(request, account, request.POST)
    now = timezone.now()
    form = BookForm(request.POST, today=timezone.localdate(now))
    if not form.is_valid():
        return _page(request, account, request.POST, form=form, status=422)
    try:
        made = book_as_asked(form, by=account, now=now)
    except Refused as refused:
        if isinstance(refused, SlotTaken):
            if form.is_answered_by(refused.holder):
                return _booked(request, refused.holder)
            holder = refused.holder.patient_id
            record_listed(patients=[holder], by=account, what="holder of a taken slot")
        status = 409 if refused.somebody_was_first else 422
        return _page(request, account, request.POST, form=form, status=status, refused=refused)
    return _booked(request, made)


def _booked(request: HttpRequest, made: Appointment) -> HttpResponse:
    announce(request, said_of_booking(made))
    return leave_for(request, where_it_is(made))


def _page(
    request: HttpRequest,
    account: Account,
    given: QueryDict,
    *,
    form: BookForm | None = None,
    status: int = 200,
    refused: Refused | None = None,
    fresh: bool = False,
) -> HttpResponse:
    """The page with everything that was chosen or typed so far."""
    shown = booking_page.facts(given, now=timezone.now(), form=form, refused=refused, fresh=fresh)
    if shown["patient"]:
        record_listed(patients=[shown["patient"].pk], by=account, what="booking")
    return draw(request, "desk/book.html", "desk/book_box.html", shown, status=status)
