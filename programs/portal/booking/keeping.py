"""The time that is kept while somebody types: shown, kept longer once, and what happens when it ran out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clinic.booking import online
from programs.portal.booking import limits
from programs.portal.booking.errand import Booking, alone


def kept(booking: Booking) -> dict[str, Any]:
    """The time as the pages show it, for how long it is kept, and whether it can be kept longer."""
    held = booking.hold
    left = int((held.expires_at - booking.now).total_seconds()) if held else 0
    return {
        "starts_at": booking.starts_at,
        "type": booking.type,
        "clinician": booking.clinician,
        "held": held,
        "seconds_left": left,
        "may_be_longer": held is not None and online.may_be_longer(held),
    }


def longer(request: HttpRequest, booking: Booking) -> bool:
    """Five minutes more, once."""
    with alone(request, booking) as errand:
        held = booking.hold
        if held is None or not online.keep_longer(hold=held, now=booking.now):
            return False
        left = int((held.expires_at - booking.now + online.HELD).total_seconds())
        limits.keep_seat(errand, limits.who(request, booking), left)
    return True


def again(booking: Booking, whose: str) -> online.NotBooked | None:
    """Once it ran out: the same time, if it is still free; why not, where it is not. Called while `alone`."""
    errand, type, starts_at = booking.errand, booking.type, booking.starts_at
    if booking.hold is not None or type is None or starts_at is None:
        return None
    clinician = None if errand.anybody else booking.clinician
    limits.take_seat(errand, whose)
    try:
        hold = online.keep(
            type=type, clinician=clinician, starts_at=starts_at, now=booking.now, was_kept=True
        )
    except online.NotBooked as refused:
        return refused
    errand.hold, errand.clinician = hold.pk, hold.clinician_id
    return None


def choose_again(request: HttpRequest, booking: Booking, gone: online.NotBooked) -> HttpResponse:
    """To the times from the next free one on, with why; everything typed is kept."""
    messages.warning(request, f"{gone} What you typed is kept.")
    query = f"?from={timezone.localdate(gone.later[0]).isoformat()}" if gone.later else ""
    return redirect(booking.url("times") + query)
