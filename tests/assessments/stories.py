"""The worked cases as screens: what a clinician found, signed and concluded through the actions the pages use."""

from __future__ import annotations

from functools import cache
from typing import Any

from assessments.screens import actions as screens
from assessments.screens.models import Screen
from assessments.triage import actions as triage
from assessments.triage import worked_cases
from assessments.triage.models import Result
from tests.places import OTHER, USUAL

DESK_WORKER = "O01"  # gradual tightness: no strain, a program follows
STRIDES = "O02"  # a mild strain
SCIATICA = "O16"  # a numb saddle: an emergency
NOT_EXAMINED = "O18"  # too little is known
CONTRADICTORY = "O19"  # a gradual start with a pop
RACING_SHOES = "L01"  # the other region's: gradual tightness
RELAY = "L17"  # the other region's: a mild strain


@cache
def stories(region: str = USUAL.screen) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in worked_cases.load(region)}


def region_of(story: str) -> str:
    return next(one.screen for one in (USUAL, OTHER) if story in stories(one.screen))


def case(story: str) -> dict[str, Any]:
    """The findings of a story: {"history", "exam", "unable_due_to_pain"}."""
    return stories(region_of(story))[story]["input"]


def draft(world, story: str, *, patient=None, appointment=None, now=None) -> Screen:
    """Carl's unsigned screen of Ana (or of another patient), of the story's region and filled with it."""
    screen = screens.start(
        patient=patient or world.ana,
        by=world.carl,
        now=now or world.now,
        catalogue=region_of(story),
        appointment=appointment,
    )
    screens.load_case(screen=screen, case=case(story), by=world.carl, now=now or world.now)
    return Screen.objects.get(pk=screen.pk)


def concluded(world, story: str, *, patient=None, appointment=None, now=None) -> Result:
    """The same, signed, with its result."""
    screen = draft(world, story, patient=patient, appointment=appointment, now=now)
    return triage.sign_and_conclude(screen=screen, by=world.carl, now=now or world.now)
