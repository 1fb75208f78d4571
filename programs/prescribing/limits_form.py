"""The form of a patient's limits: days, minutes, equipment, the long run's day, a race, dislikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from clinic.ui.fields import ChoiceCardsField, OneOfField, SomeOfField, WholeWithUnitField
from clinic.ui.widgets import DateInput
from programs.builder.limits import FEWEST_MINUTES, MOST_MINUTES, Limits
from programs.builder.sessions import DAYS
from programs.exercises.equipment import load_equipment

LONG_DAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
ANYTHING, TICKED = "any", "ticked"
PRESETS = {"home": "Home", "gym": "Gym"}


class LimitsForm(forms.Form):
    """`library` is id → name of what may be disliked; `lost` are the edits of the draft that fitting gives up."""

    days = SomeOfField(
        label="Days for exercises and runs",
        choices=list(LONG_DAYS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: any day.",
    )
    minutes = WholeWithUnitField(
        label="Minutes a day for exercises",
        unit="min",
        min_value=FEWEST_MINUTES,
        max_value=MOST_MINUTES,
        required=False,
        help_text="A run comes on top. Empty: as many as the program needs.",
    )
    has = ChoiceCardsField(
        label="Equipment",
        choices=[(ANYTHING, "Not asked: propose anything"), (TICKED, "Only what is ticked")],
        initial=ANYTHING,
    )
    equipment = SomeOfField(label="What they have", required=False, widget=forms.CheckboxSelectMultiple)
    long_run = OneOfField(
        label="Day of the long run", choices=[("", "Any day"), *LONG_DAYS.items()], required=False
    )
    race_on = forms.DateField(label="Race", required=False, widget=DateInput)
    dislikes = SomeOfField(label="Would rather not do", required=False, widget=forms.CheckboxSelectMultiple)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    sure = forms.BooleanField(
        label="Give these changes up",
        error_messages={"required": "Tick that the changes are given up, or go back. Nothing was changed."},
    )

    def __init__(self, *args: Any, library: Mapping[str, str], lost: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = load_equipment().kinds.values()
        self.fields["equipment"].choices = [(kind.id, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["dislikes"].choices = _ticked_first(library, self["dislikes"].value() or [])  # type: ignore[attr-defined]
        self.lost = lost
        if not lost:
            del self.fields["sure"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        days, long_run = given.get("days"), given.get("long_run")
        if days and long_run and long_run not in days:
            self.add_error("long_run", f"{LONG_DAYS[long_run]} is not one of the days ticked above.")
        if given.get("has") == ANYTHING and given.get("equipment"):
            self.add_error("has", "Something is ticked below. Choose “Only what is ticked”, or untick it.")
        return given

    @property
    def limits(self) -> Limits:
        """What was asked for, once the form is valid."""
        given = self.cleaned_data
        return Limits(
            days=frozenset(given["days"]),
            minutes=given["minutes"],
            equipment=frozenset(given["equipment"]) if given["has"] == TICKED else None,
            long_run=given["long_run"],
            race_on=given["race_on"],
            dislikes=frozenset(given["dislikes"]),
        )


def _ticked_first(library: Mapping[str, str], ticked: Sequence[str]) -> list[tuple[str, str]]:
    by_name = sorted(library.items(), key=lambda one: one[1].casefold())
    return sorted(by_name, key=lambda one: one[0] not in ticked)


def as_initial(asked: Limits) -> dict[str, Any]:
    """The form's first values for these limits."""
    return {
        "days": [day for day in DAYS if day in asked.days],
        "minutes": asked.minutes,
        "has": ANYTHING if asked.equipment is None else TICKED,
        "equipment": sorted(asked.equipment or ()),
        "long_run": asked.long_run,
        "race_on": asked.race_on,
        "dislikes": sorted(asked.dislikes),
    }


def preset(name: str) -> list[str]:
    """The kinds of equipment usual at this place; none for a place nobody knows."""
    kinds = load_equipment().kinds.values()
    if name not in PRESETS:
        return []
    return [kind.id for kind in kinds if (kind.home if name == "home" else kind.gym)]
