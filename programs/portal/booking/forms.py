"""What is asked of somebody who books, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from assessments.screens.definitions import Item
from clinic.booking.models import AppointmentType, OnlineRequest
from clinic.booking.online_requests import Contact
from clinic.desk.forms.patients import BirthDateField
from clinic.people import details
from clinic.people.actions import read_channels
from clinic.people.details import Details
from clinic.people.models import ChannelKind
from clinic.ui.fields import ChoiceCardsField, YesNoUnknownField
from programs.portal.booking import safety
from programs.portal.questions import YES_NO

NOT_SAID = "Choose yes, no or “I do not know”."
NO_TYPE = "Choose what you want to come for."
NO_PLACE = "Choose the place that troubles you most."


class PlaceForm(forms.Form):
    """Which place troubles them: the questions about what must not wait are those of its screen."""

    place = ChoiceCardsField(
        label="Where is the trouble?",
        help_text="Your therapist sees it when you come to be assessed. Nobody else does.",
        error_messages={"required": NO_PLACE, "invalid_choice": NO_PLACE},
    )

    def __init__(self, data: Any = None, *, chosen: str = "") -> None:
        super().__init__(data)
        self.fields["place"].choices = [(one.screen, one.say_patient) for one in safety.places()]  # type: ignore[attr-defined]
        self.initial["place"] = chosen


class SafetyForm(forms.Form):
    """Some questions with yes, no and “I do not know”. After `decides()`, `said` holds True, False or None of each.

    Where a yes decided, of each that was answered: whoever needs help now is not sent back for the rest.
    """

    def __init__(self, items: Iterable[Item], data: Any = None) -> None:
        super().__init__(data)
        for item in items:
            if item.plain is not None:
                field = YesNoUnknownField(label=item.plain.ask, help_text=item.plain.help)
                field.error_messages |= {"required": NOT_SAID, "invalid": NOT_SAID}
                field.widget.choices = YES_NO
                self.fields[item.id] = field

    def decides(self) -> bool:
        """Whether all are answered, or a yes says where to go whatever the others would say."""
        return self.is_valid() or (self.is_bound and True in self.said.values())

    @property
    def said(self) -> dict[str, bool | None]:
        return dict(self.cleaned_data)


class TypeForm(forms.Form):
    """What they want to come for."""

    type = ChoiceCardsField(
        label="What do you want to come for?",
        error_messages={"required": NO_TYPE, "invalid_choice": NO_TYPE},
    )

    def __init__(self, types: Sequence[AppointmentType], data: Any = None, *, chosen: str = "") -> None:
        super().__init__(data)
        field = self.fields["type"]
        field.choices = [(one.slug, one.name) for one in types]  # type: ignore[attr-defined]
        field.widget.hints = {one.slug: f"{one.minutes} minutes" for one in types}
        self.initial["type"] = chosen


class ContactForm(forms.Form):
    """Who wants to come, and where to send the code."""

    legal_given_name = forms.CharField(
        label="Given name",
        help_text="As in your passport.",
        error_messages={"required": "Enter your given name."},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    legal_family_name = forms.CharField(
        label="Family name",
        error_messages={"required": "Enter your family name."},
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    birth_date = BirthDateField(
        label="Birth date",
        help_text="Day, month and year, such as 14/3/1991",
        error_messages={"required": "Enter your birth date as day, month and year, such as 14/3/1991."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "bday"}),
    )
    email = forms.CharField(
        label="E-mail",
        help_text="We send a code there, so that nobody books in your name.",
        error_messages={"required": "Enter your e-mail address: we send a code there."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        help_text="So that we can ring you if something changes.",
        widget=forms.TelInput(attrs={"autocomplete": "tel"}),
    )
    agreed = forms.BooleanField(
        label="Yes, you may send me e-mails about my visits",
        error_messages={
            "required": "Tick this, so that we may mail you. If you do not want mail, ring us to book."
        },
    )
    # People do not see this; what fills it in is a program.
    website = forms.CharField(label="Leave this empty", required=False)

    def clean(self) -> dict[str, Any]:
        """Every problem at once, by the rules of a record."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        reached, problems = read_channels(email=told.get("email", ""), phone=told.get("phone", ""))
        if {"legal_given_name", "legal_family_name", "birth_date"} <= told.keys():
            problems |= details.problems(
                Details(
                    legal_given_name=told["legal_given_name"],
                    legal_family_name=told["legal_family_name"],
                    birth_date=told["birth_date"],
                ).tidied(),
                today=timezone.localdate(),
            )
        for name, problem in problems.items():
            if name in self.fields:
                self.add_error(name, problem)
        if told.get("website"):
            self.add_error(
                None, "A field that people do not see was filled in. Ring us, and we book it with you."
            )
        self.reached = {kind: value for kind, (value, _) in reached.items()}
        return self.cleaned_data

    @property
    def contact(self) -> Contact:
        """After `is_valid()`."""
        told = self.cleaned_data
        return Contact(
            legal_given_name=" ".join(told["legal_given_name"].split()),
            legal_family_name=" ".join(told["legal_family_name"].split()),
            birth_date=told["birth_date"],
            email=self.reached[ChannelKind.EMAIL],
            phone=self.reached.get(ChannelKind.PHONE, ""),
        )

    @classmethod
    def showing(cls, request: OnlineRequest | None) -> ContactForm:
        """What they typed before."""
        if request is None:
            return cls()
        names = ("legal_given_name", "legal_family_name", "email", "phone")
        told: dict[str, Any] = {name: getattr(request, name) for name in names}
        born = request.birth_date
        return cls(initial=told | {"birth_date": f"{born.day}/{born.month}/{born.year}", "agreed": True})

    @classmethod
    def as_typed(cls, data: Any) -> ContactForm:
        """The same fields again, with no judgement yet."""
        return cls(initial={name: data.get(name, "") for name in cls.base_fields})


class CodeForm(forms.Form):
    """The six digits of our newest mail; spaces between them are how phones show them."""

    code = forms.CharField(
        label="Code",
        help_text="Six digits, from our newest mail.",
        error_messages={"required": "Enter the code from our mail."},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}
        ),
    )

    def clean_code(self) -> str:
        typed = "".join(self.cleaned_data["code"].replace("-", "").split())
        if not (typed.isdecimal() and len(typed) == 6):
            raise forms.ValidationError("The code has six digits. Look at it again in our newest mail.")
        return "".join(str(int(digit)) for digit in typed)  # of any script
