"""Doing what the booking and moving forms ask for, once, and saying what came of it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from clinic.booking import actions
from clinic.booking.free import Wanted, clinic_zone, doing, openings
from clinic.booking.models import Appointment
from clinic.booking.refusals import NobodyFree, SlotHeld, SlotTaken, SomewhereElse
from clinic.booking.taking import length
from clinic.desk.day import told
from clinic.desk.forms.booking import BookForm, MoveForm, TimeForm
from clinic.desk.telling import who_hears, who_hears_of_booking
from clinic.people.actors import Actor
from clinic.people.models import Clinician, Patient

OFFERED = 3


@transaction.atomic
def book_as_asked(form: BookForm, *, by: Actor, now: dt.datetime) -> Appointment:
    """Raises what booking.actions.book raises, and SomewhereElse.

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
    ends_at = asked["starts_at"] + length(asked["type"], asked["minutes"])
    _ask_whether_twice(form, asked["patient"], ends_at)
    if form.is_for_anybody:
        without = ("clinician", "overbooking")
        anybody = {name: value for name, value in asked.items() if name not in without}
        return actions.book_with_anybody(**anybody, by=by, now=now)
    return actions.book(**asked, by=by, now=now)


def _ask_whether_twice(
    form: TimeForm, patient: Patient, ends_at: dt.datetime, moving: Appointment | None = None
) -> None:
    """Raises SomewhereElse for another visit of theirs at that time, unless they said they know of it.

    One with the same clinician is not asked about: the calendar refuses that by itself.
    """
    asked = form.wanted
    others = Appointment.objects.standing().filter(patient=patient)
    others = others.overlapping(asked["starts_at"], ends_at).select_related("patient", "clinician__account")
    if moving is not None:
        others = others.exclude(pk=moving.pk)
    if not form.is_for_anybody:
        others = others.exclude(clinician=asked["clinician"])
    for other in others.order_by("starts_at", "pk"):
        if not form.knows_of(other):
            raise SomewhereElse(asked["starts_at"], other)


def move_as_asked(form: MoveForm, *, appointment: Appointment, by: Actor, now: dt.datetime) -> Appointment:
    """Raises what booking.actions.move raises, SomewhereElse, and NobodyFree where anybody would have done."""
    asked = form.wanted
    if asked["minutes"] and (asked["clinician"], asked["starts_at"]) == (
        appointment.clinician,
        appointment.starts_at,
    ):
        # Longer or shorter where it is: when to come stays the same, so nobody is told.
        new = {name: asked[name] for name in ("minutes", "overbooking")}
        return actions.resize(appointment=appointment, **new, by=by, now=now)
    lasts = length(appointment.type, asked["minutes"] or appointment.minutes)
    _ask_whether_twice(form, appointment.patient, asked["starts_at"] + lasts, moving=appointment)
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
    wanted = Wanted(minutes=minutes or appointment.minutes, moving=appointment)
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
    was = done.changes.latest("pk")
    later, elsewhere = was.was_starts_at != done.starts_at, was.was_clinician_id != done.clinician_id
    moved = later or elsewhere
    words = f"Moved: {told(done)}." if moved else f"{done.patient.full_name}: {done.minutes} minutes now."
    kept = f" {done.resource} is kept for it." if moved and done.resource else ""
    heard = (
        who_hears(done, of_a_move=True, now=now) if later else "When to come stays the same: nobody is told."
    )
    return f"{words}{kept}{_overbooked(done)} {heard}"


def _overbooked(visit: Appointment) -> str:
    return " It is overbooked, and marked so." if visit.overbooked_because else ""
