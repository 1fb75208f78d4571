"""Mail the desk's pages ask for. The broker carries ids only; the token is made where the mail is written."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.people.actions import make_sign_in_link
from clinic.people.actors import Job
from clinic.people.models import Account, ChannelKind, ContactChannel


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def send_sign_in_links(channel_ids: list[int], asked_by_id: int | None = None) -> None:
    """One mail for each e-mail channel. Run twice it sends twice, and the newer link is the one that works.

    `asked_by_id` is the account at the desk; None when the patient asked.
    """
    asked_by = Account.objects.filter(pk=asked_by_id).first() if asked_by_id else None
    channels = ContactChannel.objects.filter(pk__in=channel_ids, kind=ChannelKind.EMAIL)
    for channel in channels.select_related("patient"):
        send_one(channel, asked_by or Job("sign-in links"))


def send_one(channel: ContactChannel, by: Account | Job) -> None:
    """Make a link for the channel's patient and mail it there."""
    token = make_sign_in_link(patient=channel.patient, by=by, now=timezone.now())
    address = settings.CLINIC_BASE_URL.rstrip("/") + reverse("link", args=[token])
    shown = {"called": channel.patient.called, "clinic": settings.CLINIC_NAME, "address": address}
    send_mail(
        subject=f"Your sign-in link for {settings.CLINIC_NAME}",
        message=render_to_string("emails/sign_in_link.txt", shown | {"phone": settings.CLINIC_PHONE}),
        from_email=None,
        recipient_list=[channel.value],
    )
    record(action=Entry.Action.SENT, patient=channel.patient, by=by, what=f"sign-in link by {channel.kind}")
