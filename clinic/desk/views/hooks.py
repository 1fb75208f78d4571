"""What providers tell us: which mails and texts arrived or came back, and what patients texted."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.desk.machines import for_machines
from clinic.reminders import gateway_calls, mail_calls, receipts, replies, texts
from clinic.reminders.gateway_calls import Call
from clinic.reminders.models import Way

BY_A_GATEWAY = "the text gateway calls it and signs each call; the answer says nothing about anybody"
BY_A_PROVIDER = "the mail provider calls it and signs each call; the answer says nothing about anybody"


def _call(request: HttpRequest) -> Call:
    """Signed is the address we are known by, whatever a proxy made of it."""
    url = settings.CLINIC_BASE_URL.rstrip("/") + request.get_full_path()
    return Call(url, request.headers, request.body)


def _by_the_gateway(request: HttpRequest) -> bool:
    gateway = texts.gateway()
    return gateway is not None and gateway_calls.is_signed(gateway, _call(request))


def _by_the_provider(request: HttpRequest) -> bool:
    view = mail_calls.reader()
    return view is not None and mail_calls.is_signed(view, request)


@for_machines(is_signed=_by_the_gateway, because=BY_A_GATEWAY)
def texts_status(request: HttpRequest) -> HttpResponse:
    """What became of a text we sent."""
    gateway, now = texts.gateway(), timezone.now()
    status = gateway_calls.status_of(gateway, _call(request)) if gateway else None
    if status and status.arrived:
        receipts.delivered(status.provider_id, way=Way.TEXT, now=now)
    elif status:
        receipts.bounced(status.provider_id, status.because, way=Way.TEXT, hard=status.hard, now=now)
    return _thanks()


@for_machines(is_signed=_by_the_gateway, because=BY_A_GATEWAY)
def texts_incoming(request: HttpRequest) -> HttpResponse:
    """A text that a patient sent. A STOP in it is honoured before we answer."""
    gateway = texts.gateway()
    said = gateway_calls.text_of(gateway, _call(request)) if gateway else None
    if gateway and said:
        replies.take_in(
            provider=gateway.name,
            provider_id=said.provider_id,
            sender=said.sender,
            text=said.text,
            now=timezone.now(),
        )
    return _thanks()


@for_machines(is_signed=_by_the_provider, because=BY_A_PROVIDER)
def mail(request: HttpRequest) -> HttpResponse:
    """What became of mails we sent."""
    view = mail_calls.reader()
    if view is not None:
        mail_calls.take(view, request, now=timezone.now())
    return HttpResponse("", content_type="text/plain")


def _thanks() -> HttpResponse:
    """An empty answer in the form Twilio reads as “say nothing back”; other gateways read the status alone."""
    return HttpResponse("<Response/>", content_type="text/xml")
