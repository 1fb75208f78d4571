"""The calendar's tables: what can be booked, when people work, what is booked, and who waits for a place."""

from clinic.booking.models.appointments import (
    LONGEST_HELD,
    RESOURCE_CONSTRAINT,
    SLOT_CONSTRAINT,
    Appointment,
    AppointmentChange,
    AppointmentQuerySet,
    CameBy,
    Series,
)
from clinic.booking.models.holds import Hold, HoldQuerySet
from clinic.booking.models.hours import Absence, AbsenceKind, ExtraHours, WorkingHours
from clinic.booking.models.keys import AppointmentLink, ClinicianFeed, OnlineRequest
from clinic.booking.models.newcomers import NewcomerCheck
from clinic.booking.models.types import AppointmentType, Resource, ResourceKind
from clinic.booking.models.waiting import Answer, Offer, Urgency, WaitListEntry, WaitListPolicy

__all__ = [
    "LONGEST_HELD",
    "RESOURCE_CONSTRAINT",
    "SLOT_CONSTRAINT",
    "Absence",
    "AbsenceKind",
    "Answer",
    "Appointment",
    "AppointmentChange",
    "AppointmentLink",
    "AppointmentQuerySet",
    "AppointmentType",
    "CameBy",
    "ClinicianFeed",
    "ExtraHours",
    "Hold",
    "HoldQuerySet",
    "NewcomerCheck",
    "Offer",
    "OnlineRequest",
    "Resource",
    "ResourceKind",
    "Series",
    "Urgency",
    "WaitListEntry",
    "WaitListPolicy",
    "WorkingHours",
]
