"""Doing what the booking and moving forms ask for, once, and saying what came of it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.booking import actions
from clinic.booking.free import Wanted, clinic_zone, doing, openings
from clinic.booking.models import Appointment
from clinic.booking.refusals import NobodyFree, SlotHeld, SlotTaken
from clinic.desk.day import told
from clinic.desk.forms.booking import BookForm, MoveForm
from clinic.desk.telling import who_hears, who_hears_of_booking
from clinic.people.actors import Actor
from clinic.people.models import Clinician, Patient

OFFERED = 3


@transaction.atomic
def book_as_asked(form: BookForm, *, by: Actor, now: dt.datetime) -> Appointment:
    """Raises what booking.actions.book raises.

    With a named clinician the second press of a button meets the first one's visit. With anybody, or overbooking,
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
    if asked["minutes"] and (asked["clinician"], asked["starts_at"]) == (
        appointment.clinician,
        appointment.starts_at,
    ):
        # Longer or shorter where it is: when to come stays the same, so nobody is told.
        new = {name: asked[name] for name in ("minutes", "overbooking")}
        return actions.resize(appointment=appointment, **new, by=by, now=now)
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
    return f"Booked: {told(made)}.{kept}{_overbooked(made)} {who_hears_of_booking(made)}"


def said_of_move(done: Appointment, *, now: dt.datetime) -> str:
    """The same of a move or of a new length, by whichever way it was made."""
    moved = done.moved_at == now
    minutes = int((done.ends_at - done.starts_at) / dt.timedelta(minutes=1))
    words = f"Moved: {told(done)}." if moved else f"{done.patient.full_name}: {minutes} minutes now."
    kept = f" {done.resource} is kept for it." if moved and done.resource else ""
    return f"{words}{kept}{_overbooked(done)} {who_hears(done, of_a_move=moved, now=now)}"


def _overbooked(visit: Appointment) -> str:
    return " It is overbooked, and marked so." if visit.overbooked_because else ""
