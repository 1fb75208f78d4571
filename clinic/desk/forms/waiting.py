"""Putting somebody on the wait list: what for, with whom, when, and how soon. And how freed times are offered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from clinic.booking.models import Appointment, AppointmentType, Urgency, WaitListEntry, WaitListPolicy
from clinic.booking.waiting import Wanted
from clinic.desk.forms import parts
from clinic.desk.forms.booking import DAY_FORMATS, NOT_A_DAY
from clinic.desk.forms.clocks import ClockField
from clinic.people.models import Clinician
from clinic.ui.widgets import DateInput, TimeInput

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
NOTHING_CHOSEN = "Choose what they wait for."


class TypeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none at run time
    def label_from_instance(self, type: Any) -> str:
        return str(type)


def day_field(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=DateInput(),
        input_formats=DAY_FORMATS,
        help_text=help_text,
        error_messages={"invalid": NOT_A_DAY},
    )


def time_field(label: str) -> ClockField:
    return ClockField(label=label, required=False, widget=TimeInput())


class WaitForm(forms.Form):
    """One wish. Everything but what it is for may be left as it is: any day, any time, anybody."""

    instead_of = forms.ChoiceField(label="Instead of", required=False)
    type = TypeChoice(
        label="What for",
        queryset=AppointmentType.objects.all(),
        to_field_name="slug",
        required=False,
        error_messages={
            "required": NOTHING_CHOSEN,
            "invalid_choice": "Choose one of the appointment types listed.",
        },
    )
    urgency = forms.TypedChoiceField(label="How soon", choices=Urgency.choices, coerce=int)
    target_day = day_field("To be seen by", "Only where a clinician said so.")
    clinicians = forms.ModelMultipleChoiceField(
        label="With whom",
        queryset=Clinician.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text="None ticked: with anybody.",
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="On which days",
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text="None ticked: on any day.",
    )
    part = parts.part_field()
    from_time = time_field("Not before")
    until_time = time_field("To end by")
    from_day = day_field("First day")
    until_day = day_field("Last day")
    note = forms.CharField(
        label="Note",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="For the desk, for example “rings back after 5”. Nothing about their health.",
    )

    def offer(
        self,
        *,
        types: Sequence[AppointmentType],
        clinicians: Sequence[Clinician],
        visits: Sequence[Appointment],
    ) -> None:
        """Draw the choices from rows the page has read already."""
        self.types, self.visits = types, {str(visit.pk): visit for visit in visits}
        people = self.fields["clinicians"]
        people.queryset = Clinician.objects.filter(pk__in=[c.pk for c in clinicians])  # type: ignore[attr-defined]
        people.choices = [(c.pk, str(c)) for c in clinicians]  # type: ignore[attr-defined]
        self.fields["type"].choices = [("", "Choose…"), *((t.slug, str(t)) for t in types)]  # type: ignore[attr-defined]
        if visits:
            told = [(pk, f"{_when(visit)}, {visit.type.name}") for pk, visit in self.visits.items()]
            self.fields["instead_of"].choices = [("", "Nothing: one visit more"), *told]  # type: ignore[attr-defined]
            self.fields["type"].help_text = "Where it is one visit more."
        else:
            del self.fields["instead_of"]
            self.fields["type"].required = True
        first = self.fields["instead_of" if visits else "type"]
        first.widget.attrs["autofocus"] = True  # somebody is on the phone: the keys go on from here

    def clean(self) -> dict[str, Any]:
        told = self.timely()
        told["visit"] = visit = self.visits.get(told.get("instead_of") or "")
        if visit is not None:
            told["type"] = visit.type
        elif not told.get("type") and "type" not in self.errors:
            self.add_error("type", NOTHING_CHOSEN)
        return told

    def timely(self) -> dict[str, Any]:
        """What was told, with a word where the times typed and the part of the day ticked cannot both be."""
        told: dict[str, Any] = super().clean() or {}
        if refused := parts.refusal(told):
            self.add_error(*refused)
        return told

    @property
    def wanted(self) -> Wanted:
        told = self.cleaned_data
        from_time, until_time = parts.narrowed(told)
        return Wanted(
            clinicians=list(told["clinicians"]),
            urgency=Urgency(told["urgency"]),
            from_time=from_time,
            until_time=until_time,
            **{name: told[name] for name in ("weekdays", "from_day", "until_day", "target_day", "note")},
        )


class ChangeForm(WaitForm):
    """The same for somebody who waits already: what they wait for stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["type"]

    def offer(self, *, clinicians: Sequence[Clinician], **_: Any) -> None:
        del self.fields["instead_of"]
        self.visits: dict[str, Appointment] = {}
        people = self.fields["clinicians"]
        people.queryset = Clinician.objects.filter(pk__in=[c.pk for c in clinicians])  # type: ignore[attr-defined]
        people.choices = [(c.pk, str(c)) for c in clinicians]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        return self.timely()

    @staticmethod
    def initial_of(entry: WaitListEntry) -> dict[str, Any]:
        names = ("urgency", "target_day", "weekdays", "from_day", "until_day", "note")
        told = {name: getattr(entry, name) for name in names}
        told |= parts.as_chosen(entry.from_time, entry.until_time)
        return told | {"clinicians": list(entry.clinicians.values_list("pk", flat=True))}


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """How freed times are offered."""

    how_many = forms.IntegerField(
        label="How many are asked at once",
        min_value=1,
        max_value=10,
        help_text="The first yes gets it. With few, most hear nothing in vain; with many, it is filled sooner.",
    )
    answer_minutes = forms.IntegerField(
        label="Minutes an offer waits for its answer",
        min_value=5,
        max_value=1440,
        help_text="Then it lapses, and the next are asked.",
    )
    notice_minutes = forms.IntegerField(
        label="Minutes of notice",
        min_value=0,
        max_value=10080,
        help_text="A time that begins sooner is not offered by itself.",
    )

    class Meta:
        model = WaitListPolicy
        fields = ["automatic", "how_many", "answer_minutes", "notice_minutes"]
        labels = {"automatic": "Offer freed times without anybody pressing a button"}


def _when(visit: Appointment) -> str:
    local: dt.datetime = timezone.localtime(visit.starts_at)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
