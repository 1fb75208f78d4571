"""How a patient may be reached, what they agreed to, and their sign-in link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit.guards import for_record
from clinic.booking.unheard import tell_now
from clinic.desk import contact_lines, records
from clinic.desk.forms.contacts import ChannelForm, CorrectForm
from clinic.desk.kept import brought_back
from clinic.people.actions import (
    NoTextsThere,
    add_channel,
    correct_channel,
    give_consent,
    stop_texts,
    withdraw_consent,
)
from clinic.people.details import InvalidDetails
from clinic.people.models import Account, ChannelKind, Patient
from clinic.people.roles import DESK
from clinic.reminders.sign_in_links import ask_for_link
from clinic.reminders.text_consent import agree


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    kept = brought_back(request)
    form = ChannelForm(request.POST or None, initial=kept.dict() if kept is not None else {})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            channel = add_channel(
                patient=patient,
                kind=told["kind"],
                value=told["value"],
                agreed=told["agreed"],
                by=account,
                now=timezone.now(),
            )
        except InvalidDetails as refused:
            form.add_error("value", " ".join(refused.problems.values()))
        else:
            said = f"The contact is added. {contact_lines.why_no_texts(channel)}".strip()
            messages.success(request, said + _told(patient))
            return redirect("desk:patient", patient.pk)
    shown = {"form": form, "patient": patient, "bar": records.bar(patient, timezone.localdate())}
    return render(request, "desk/add_channel.html", shown, status=422 if request.method == "POST" else 200)


@for_record(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, *, account: Account, patient: Patient, channel_id: int) -> HttpResponse:
    """A contact that was mistyped. What was agreed to at the wrong one does not carry over by itself."""
    channel = get_object_or_404(patient.channels, pk=channel_id)
    kept = brought_back(request)
    start = kept.dict() if kept is not None else {"value": channel.value}
    form = CorrectForm(request.POST or None, kind=channel.kind, initial=start)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            channel = correct_channel(
                channel=channel, value=told["value"], agreed=told["agreed"], by=account, now=timezone.now()
            )
        except InvalidDetails as refused:
            form.add_error("value", " ".join(refused.problems.values()))
        else:
            said = f"It is {channel.value} now. {contact_lines.what_goes_there(channel)}" + _told(patient)
            # Where they were not asked, nothing goes there any more.
            messages.add_message(request, messages.SUCCESS if told["agreed"] else messages.WARNING, said)
            return redirect("desk:patient", patient.pk)
    shown = {
        "form": form,
        "channel": channel,
        "patient": patient,
        "bar": records.bar(patient, timezone.localdate()),
    }
    return render(
        request, "desk/correct_channel.html", shown, status=422 if request.method == "POST" else 200
    )


@for_record(*DESK)
@require_POST
def consent(request: HttpRequest, *, account: Account, patient: Patient, channel_id: int) -> HttpResponse:
    channel = get_object_or_404(patient.channels, pk=channel_id)
    if request.POST.get("agreed") == "yes":
        give_consent(channel=channel, by=account, now=timezone.now())
        said = f"Recorded: they agree to be reached at {channel.value}."
        messages.success(request, said + _told(patient))
    else:
        withdraw_consent(channel=channel, by=account, now=timezone.now())
        patient.reminders.decide_again(timezone.now())
        of = "nobody calls" if channel.kind == ChannelKind.PHONE else "no e-mail goes to"
        messages.success(request, f"Recorded: {of} {channel.value} any more.")
    return redirect("desk:patient", patient.pk)


@for_record(*DESK)
@require_POST
def texts(request: HttpRequest, *, account: Account, patient: Patient, channel_id: int) -> HttpResponse:
    """They agree to text messages, which asks their phone for a YES; or they want none any more."""
    channel = get_object_or_404(patient.channels.filter(kind=ChannelKind.PHONE), pk=channel_id)
    if request.POST.get("agreed") != "yes":
        stop_texts(channel=channel, by=account, now=timezone.now())
        patient.reminders.decide_again(timezone.now())
        messages.success(request, f"Recorded: no texts go to {channel.value} any more.")
        return redirect("desk:patient", patient.pk)
    if channel.texts_stopped_at is not None and request.POST.get("asked_again") != "yes":
        said = contact_lines.who_stopped_texts(channel)
        messages.warning(
            request, f"Nothing was recorded, and no text was sent. {said} Ask them first, then press again."
        )
        return redirect("desk:patient", patient.pk)
    try:
        channel = agree(channel=channel, by=account, now=timezone.now())
    except NoTextsThere as refused:
        messages.error(request, f"Not recorded. {contact_lines.why_no_texts(channel) or refused}")
    else:
        asked = channel.verified_at is None
        said = f"Recorded. {contact_lines.asked_for_yes(channel) if asked else 'Texts go there.'}"
        messages.success(request, said + _told(patient))
    return redirect("desk:patient", patient.pk)


def _told(patient: Patient) -> str:
    """What they had not heard of their visits, since nothing reached them, goes out now: a sentence about it."""
    many = tell_now(patient=patient, now=timezone.now())
    if not many:
        return ""
    what, go = ("One message", "it goes") if many == 1 else (f"{many} messages", "they go")
    return f" {what} about their visits could not be sent before: {go} out within a minute."


@for_record(*DESK)
@require_POST
def send_link(request: HttpRequest, *, account: Account, patient: Patient) -> HttpResponse:
    """Mail the patient a link to the address they agreed to."""
    emails = patient.channels.filter(kind=ChannelKind.EMAIL)
    channel = next((email for email in emails if email.may_be_used), None)
    if channel is None:
        messages.error(
            request,
            "No link was sent: there is no e-mail address they agreed to. Add one, or record their consent.",
        )
    else:
        ask_for_link(channel=channel, by=account, now=timezone.now())
        messages.success(
            request,
            f"A sign-in link goes to {channel.value} within a minute. Older links stop working then. "
            "Reminders below shows when it was sent.",
        )
    return redirect("desk:patient", patient.pk)
