"""What a manager may want of a kind of reminder, and in what words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings

from clinic.desk.forms.clocks import ClockField
from clinic.desk.forms.kinds import OFF, number_field
from clinic.people.languages import LANGUAGES, language_name
from clinic.reminders import lint
from clinic.reminders.kinds import DAY, HOUR, Kind
from clinic.reminders.models import KindWish, Way
from clinic.reminders.wishing import said
from clinic.ui.widgets import TimeInput

AS_PREFERRED = ("", "As the patient prefers, else e-mail")


class KindForm(forms.Form):
    """On or off, how long before or after, and by which way first. Only what this kind lets one choose."""

    is_on = forms.BooleanField(label="Send it", required=False)
    first_way = forms.ChoiceField(
        label="How it goes first",
        required=False,
        choices=[AS_PREFERRED, *Way.choices],
        help_text="Where a patient cannot be reached this way, it goes another they agreed to.",
        error_messages={"invalid_choice": "Choose one of the ways listed."},
    )

    def __init__(self, data: Any = None, *, kind: Kind, row: KindWish | None) -> None:
        lead = (
            row.lead if row is not None and row.lead is not None else (kind.lead.usual if kind.lead else None)
        )
        initial = {
            "is_on": row.is_on if row else True,
            "first_way": row.first_way if row else "",
            "lead": lead // _unit(kind) if lead is not None else None,
        }
        super().__init__(data, initial=initial)
        self.kind = kind
        if kind.needed:
            del self.fields["is_on"]
        if kind.goes_one_way:
            del self.fields["first_way"]
        if kind.lead is not None:
            self.fields["lead"] = _lead_field(kind)
            self.order_fields(["is_on", "lead", "first_way"])

    @property
    def wished(self) -> dict[str, Any]:
        """As clinic.reminders.wishing.wish takes it; only after is_valid()."""
        typed = self.cleaned_data
        return {
            "is_on": typed.get("is_on", True),
            "lead": typed["lead"] * _unit(self.kind) if "lead" in typed else None,
            "first_way": typed.get("first_way", ""),
        }


def _unit(kind: Kind) -> dt.timedelta:
    return DAY if kind.lead is not None and kind.lead.in_days else HOUR


def _lead_field(kind: Kind) -> forms.IntegerField:
    assert kind.lead is not None  # noqa: S101  # asked for only where there is one
    unit = "days" if kind.lead.in_days else "hours"
    least, most = (length // _unit(kind) for length in (kind.lead.least, kind.lead.most))
    side = "before" if kind.lead.before else "after"
    label = f"How many {unit} {side}"
    return number_field(label, least, most, unit=unit, help_text=f"Usually {said(kind.lead.usual)}.")


class QuietForm(forms.Form):
    """Whether there are hours in which nothing rings, and from when to when."""

    is_on = forms.BooleanField(
        label="Keep quiet hours",
        required=False,
        help_text="Without them a reminder goes out the minute it is due, also at night.",
    )
    quiet_from = ClockField(
        label="Quiet from", widget=TimeInput(), error_messages={"required": "Say from when it is quiet."}
    )
    quiet_to = ClockField(
        label="Quiet until", widget=TimeInput(), error_messages={"required": "Say until when it is quiet."}
    )


class WordsForm(forms.Form):
    """The subject, the text and the short form. What is wrong with them clinic.reminders.lint says, for every field."""

    subject = forms.CharField(label="Subject", required=False, widget=forms.TextInput(attrs=OFF))
    text = forms.CharField(label="Text", required=False, widget=forms.Textarea(attrs={"rows": 9}))
    short = forms.CharField(
        label="Short form",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For a text message, where the link and how to stop follow it, and for a notice on the phone.",
    )

    def refuse(self, faults: list[lint.Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field, fault.says)

    @property
    def on_screen(self) -> dict[str, str]:
        """What its fields show."""
        return self.words if self.is_bound else dict(self.initial)

    @property
    def words(self) -> dict[str, str]:
        """With plain line ends; only after is_valid()."""
        return {name: text.replace("\r\n", "\n").strip() for name, text in self.cleaned_data.items()}


def language_choices(used: set[str]) -> list[tuple[str, str, bool]]:
    """(code, name, whether the clinic has written in it), our own first."""
    others = [code for code in LANGUAGES if code != settings.LANGUAGE_CODE]
    return [(code, language_name(code), code in used) for code in (settings.LANGUAGE_CODE, *others)]
