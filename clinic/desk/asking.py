"""Doing what the booking and moving forms ask for, once, and saying what came of it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from clinic.booking import actions
from clinic.booking.free import Wanted, clinic_zone, doing, openings
from clinic.booking.models import Appointment
from clinic.booking.refusals import NobodyFree, SlotHeld, SlotTaken
from clinic.booking.status import MAY_MOVE, SETTLES
from clinic.desk.day import told
from clinic.desk.forms.booking import BookForm, MoveForm
from clinic.people.actors import Actor
from clinic.people.models import ChannelKind, Clinician, Patient

OFFERED = 3


@transaction.atomic
def book_as_asked(form: BookForm, *, by: Actor, now: dt.datetime) -> Appointment:
    """Raises what booking.actions.book raises.

    With a named clinician the second press of a button meets the first one's visit. With anybody, or on top of another,
    nothing would be in its way: so presses for one patient queue here, and the second is given what the first made.
    """
    asked = form.asked
    if form.is_for_anybody or asked["overbooking"]:
        # No key: rows that only point to the patient, as each appointment does, need not wait for this.
        Patient.objects.select_for_update(no_key=True).get(pk=asked["patient"].pk)
        there = Appointment.objects.standing().filter(patient=asked["patient"], starts_at=asked["starts_at"])
        for visit in there.select_related("patient", "clinician__account", "resource"):
            if form.is_answered_by(visit):
                return visit
    if form.is_for_anybody:
        without = ("clinician", "overbooking")
        anybody = {name: value for name, value in asked.items() if name not in without}
        return actions.book_with_anybody(**anybody, by=by, now=now)
    return actions.book(**asked, by=by, now=now)


def move_as_asked(form: MoveForm, *, appointment: Appointment, by: Actor, now: dt.datetime) -> Appointment:
    """Raises what booking.actions.move raises; NobodyFree where anybody would have done."""
    asked = form.wanted
    if not form.is_for_anybody:
        return actions.move(appointment=appointment, **asked, by=by, now=now)
    later: list[dt.datetime] = []
    for clinician in _free_then(appointment, asked["starts_at"], asked["minutes"], now=now, later=later):
        try:
            return actions.move(appointment=appointment, **asked | {"clinician": clinician}, by=by, now=now)
        except (SlotTaken, SlotHeld):
            continue  # gone since we looked: the next one
    raise NobodyFree(asked["starts_at"], later)


def _free_then(
    appointment: Appointment,
    starts_at: dt.datetime,
    minutes: int | None,
    *,
    now: dt.datetime,
    later: list[dt.datetime],
) -> list[Clinician]:
    """Who is free at that time, whom they are with now first; `later` is filled with the next times of anybody."""
    people = list(doing(appointment.type, starts_at.astimezone(clinic_zone()).date()))
    people.sort(key=lambda person: person.pk != appointment.clinician_id)
    lasts = minutes or int((appointment.ends_at - appointment.starts_at) / dt.timedelta(minutes=1))
    wanted = Wanted(minutes=lasts, moving=appointment)
    free = []
    for opening in openings(
        appointment.type, clinicians=people, after=max(now, starts_at), now=now, wanted=wanted
    ):
        if opening.starts_at == starts_at:
            free.append(opening.clinician)
        elif opening.starts_at not in later:
            later.append(opening.starts_at)
        if len(later) == OFFERED:
            break
    return free


def said_of_booking(made: Appointment) -> str:
    """What was booked, what is kept for it, and who will hear of it."""
    kept = f" {made.resource} is kept for it." if made.resource else ""
    on_top = " It is on top of another visit, and marked so." if made.overbooked_because else ""
    return f"Booked: {told(made)}.{kept}{on_top} {_hears(made, 'A confirmation is mailed to them.')}"


def said_of_move(moved: Appointment, *, now: dt.datetime) -> str:
    """The same of a move, and until when it can be put back without anybody hearing of it."""
    kept = f" {moved.resource} is kept for it." if moved.resource else ""
    on_top = " It is on top of another visit, and marked so." if moved.overbooked_because else ""
    at = timezone.localtime(now + SETTLES)
    mailed = f"They are mailed the new time at {at:%H:%M}, three minutes from now; until then you can move it back."
    return f"Moved: {told(moved)}.{kept}{on_top} {_hears(moved, mailed)}"


def _hears(visit: Appointment, mailed: str) -> str:
    if visit.status not in MAY_MOVE:
        return "Nobody is told of it."
    channels = list(visit.patient.channels.all())
    if any(channel.kind == ChannelKind.EMAIL and channel.may_be_used for channel in channels):
        return mailed
    phone = next((channel.value for channel in channels if channel.kind == ChannelKind.PHONE), "")
    reach = f"call {phone}" if phone else "tell them yourself"
    return f"They have agreed to no e-mail, so nobody tells them: {reach}."
