"""What a clinician enters of the outcome measures: one answer or total, and a new activity."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from clinic.ui.fields import OneOfField, WholeWithUnitField
from clinic.ui.widgets import DateInput
from programs.outcomes.models import LONGEST_WORDS, Activity
from programs.outcomes.reading import load_schedule
from programs.outcomes.schedule import ACTIVITIES, Asked

OF_AN_ACTIVITY = f"{ACTIVITIES}-"


class AtVisitForm(forms.Form):
    """One answer given at the visit, or the total of a questionnaire. The range is the chosen measure's."""

    what = OneOfField(
        label="What", widget=forms.Select, error_messages={"required": "Choose what was answered."}
    )
    value = WholeWithUnitField(label="Number", help_text="The range stands behind each name.")
    on_day = forms.DateField(label="Answered on", widget=DateInput)
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, listed: Sequence[Activity], today: dt.date, data: Any = None) -> None:
        super().__init__(data, initial={"on_day": today, "client_key": uuid.uuid4()}, auto_id="measure_%s")
        self.listed = {one.pk: one for one in listed}
        self.fields["what"].choices = _choices(listed)  # type: ignore[attr-defined]

    @property
    def measure(self) -> str:
        said = str(self.cleaned_data["what"])
        return ACTIVITIES if said.startswith(OF_AN_ACTIVITY) else said

    @property
    def activity(self) -> Activity | None:
        said = str(self.cleaned_data["what"])
        return self.listed[int(said.removeprefix(OF_AN_ACTIVITY))] if self.measure == ACTIVITIES else None


class NewActivityForm(forms.Form):
    """An activity in the patient's words, with its first rating."""

    words = forms.CharField(
        label="Activity, in the patient’s own words",
        max_length=LONGEST_WORDS,
        error_messages={"required": "Write the activity in the patient’s words."},
    )
    value = WholeWithUnitField(
        label="Rating now",
        min_value=0,
        max_value=10,
        help_text="0 cannot do it at all, 10 as well as before.",
    )
    on_day = forms.DateField(label="Named on", widget=DateInput)
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, today: dt.date, data: Any = None) -> None:
        super().__init__(data, initial={"on_day": today, "client_key": uuid.uuid4()}, auto_id="activity_%s")


def _choices(listed: Sequence[Activity]) -> list[Any]:
    """Grouped: what the patient says, and questionnaires of which only the total is entered."""
    said, totals = [], []
    for asked in load_schedule().asked.values():
        if asked.id == ACTIVITIES:
            said += [(f"{OF_AN_ACTIVITY}{one.pk}", f"“{one.words}” ({_range(asked)})") for one in listed]
        elif asked.is_total:
            totals.append((asked.id, f"{asked.measure.name} ({_range(asked)})"))
        else:
            said.append((asked.id, f"{asked.title} ({_range(asked)})"))
    return [("", "Choose"), ("The patient says", said), ("Questionnaire, total only", totals)]


def _range(asked: Asked) -> str:
    return f"{asked.lowest} to {asked.highest}".replace("-", "\N{MINUS SIGN}")
