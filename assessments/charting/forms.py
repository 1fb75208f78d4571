"""The clinician's own class, when they do not agree with the rules."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.screens import models as screens
from assessments.triage.models import SHORTEST_REASON, Decision


class AmendForm(forms.Form):
    """Why a signed screen has to be corrected."""

    because = forms.CharField(
        label="Why it has to be corrected",
        help_text="A sentence a colleague can follow. It stays in the record.",
        min_length=screens.SHORTEST_REASON,
        max_length=500,
        error_messages={
            "required": "Write the reason in a sentence.",
            "min_length": f"Write a little more: at least {screens.SHORTEST_REASON} characters.",
        },
    )


class ImpressionForm(forms.Form):
    """What the clinician thinks before the result opens. `classes` are the ones to choose from."""

    klass = forms.ChoiceField(
        label="What the findings fit, in your judgement",
        help_text="It is kept beside the result, whatever the rules conclude. Nobody can change it later.",
        required=False,
        error_messages={"invalid_choice": "Choose one of the list, or leave “I cannot say yet”."},
    )
    words = forms.CharField(
        label="In your own words",
        help_text="Optional.",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, classes: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["klass"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", "I cannot say yet"), *classes.items()]


class OverruleForm(forms.Form):
    """Another class, a coded reason and a sentence. `classes` are the ones to choose from."""

    klass = forms.ChoiceField(
        label="What the findings fit, in your judgement", error_messages={"required": "Choose a class."}
    )
    reason_code = forms.ChoiceField(
        label="What it rests on", error_messages={"required": "Choose what it rests on."}
    )
    reason = forms.CharField(
        label="Your reason",
        help_text="A sentence a colleague can follow. It stays in the record.",
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=SHORTEST_REASON,
        max_length=2000,
        error_messages={
            "required": "Write the reason in a sentence.",
            "min_length": f"Write a little more: at least {SHORTEST_REASON} characters.",
        },
    )

    def __init__(self, *args: Any, classes: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in [("klass", classes.items()), ("reason_code", Decision.Because.choices)]:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = [("", "Choose one"), *choices]
