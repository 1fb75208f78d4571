"""The four roles, and what each may open. Doors ask for roles; nothing else decides who may see what."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    PATIENT = "patient", "Patient"
    FRONT_DESK = "front_desk", "Front desk"
    CLINICIAN = "clinician", "Clinician"
    MANAGER = "manager", "Manager"


STAFF = frozenset({Role.FRONT_DESK, Role.CLINICIAN, Role.MANAGER})
DESK = frozenset({Role.FRONT_DESK, Role.MANAGER})

# Where each role lands after signing in.
LANDING = {
    Role.PATIENT: "portal:today",
    Role.FRONT_DESK: "desk:today",
    Role.CLINICIAN: "charting:today",
    Role.MANAGER: "desk:today",
}
