"""Widgets that draw clinical answers: pain, sides, three-valued choices, numbers with a unit.

Each works alone (`{{ form.field }}`) and inside our field frame (`{% form_field form.field %}`, crispy).
The templates lie in templates/ui/widgets/, found through FORM_RENDERER = TemplatesSetting.
"""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.datastructures import MultiValueDict


class _Absent:
    """Stands for a side that the form did not send at all: not the same as a side left empty."""

    def __str__(self) -> str:
        return ""


ABSENT: Final = _Absent()


class DateInput(forms.DateInput):
    """The browser's own date picker; the value travels as YYYY-MM-DD whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own time picker; minutes, no seconds."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%H:%M")


class UnitInput(forms.TextInput):
    """A number typed as text with its unit behind it.

    Not type="number": that one eats a wheel turn as a change and silently sends "" for "12,5".
    """

    template_name = "ui/widgets/unit_input.html"

    def __init__(self, *, unit: str = "", whole: bool = False, attrs: dict[str, Any] | None = None) -> None:
        given = {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off", **(attrs or {})}
        given["class"] = f"form-control number-input {given.get('class', '')}".strip()
        super().__init__(attrs=given)
        self.unit = unit

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["unit"] = self.unit
        own = context["widget"]["attrs"]
        if self.unit and own.get("id"):
            own["aria-describedby"] = f"{own.get('aria-describedby', '')} {own['id']}_unit".strip()
        return context


class _Radios(forms.RadioSelect):
    """Radio buttons drawn as large targets; arrows move, space picks, as in every radio group."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        # A radio may not carry aria-invalid (ARIA 1.2): the frame's fieldset says what is wrong instead.
        kept = {key: val for key, val in (attrs or {}).items() if key != "aria-invalid"}
        return super().get_context(name, value, kept)


class PainScale(_Radios):
    """Eleven numbers, 0 to 10, and their words at both ends. One hue: red and green say nothing here."""

    template_name = "ui/widgets/pain_scale.html"

    def __init__(
        self,
        *,
        low: str = "No pain",
        high: str = "Worst pain",
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
    ) -> None:
        super().__init__(attrs=attrs, choices=choices)
        self.low, self.high = low, high

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(low=self.low, high=self.high)
        return context


class YesNoUnknown(_Radios):
    """Yes, no, not known. Nothing is ticked until somebody asked, and then the row says so."""

    template_name = "ui/widgets/yes_no_unknown.html"


class ChoiceCards(_Radios):
    """One of a few, each a card with a line of explanation.

    `hints` maps a choice's value to that line.
    """

    template_name = "ui/widgets/choice_cards.html"

    def __init__(
        self,
        *,
        hints: Mapping[str, str] | None = None,
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
    ) -> None:
        super().__init__(attrs=attrs, choices=choices)
        self.hints = dict(hints or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        hint = self.hints.get(str(value), "")
        option["hint"] = hint
        if hint and option["attrs"].get("id"):
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
        return option


class LeftRight(forms.MultiWidget):
    """The same question for both sides, side by side, in words. Sends NAME_left and NAME_right."""

    template_name = "ui/widgets/left_right.html"
    sides = ("Left", "Right")

    def __init__(self, left: forms.Widget, right: forms.Widget) -> None:
        super().__init__({"left": left, "right": right})

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, Mapping):
            return [value.get("left"), value.get("right")]
        return [None, None]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        values = super().value_from_datadict(data, files, name)
        sent = [
            _was_sent(widget, data, f"{name}_{side}")
            for widget, side in zip(self.widgets, ("left", "right"), strict=True)
        ]
        # A radio group with nothing picked sends nothing, so only a typed side can be missing.
        return [value if here or not any(sent) else ABSENT for value, here in zip(values, sent, strict=True)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        if isinstance(value, list):
            value = [None if side is ABSENT else side for side in value]
        context = super().get_context(name, value, attrs)
        subwidgets = context["widget"]["subwidgets"]
        grouped = self.widgets[0].use_fieldset
        context.update(
            sides=[
                {"label": label, "widget": sub} for label, sub in zip(self.sides, subwidgets, strict=True)
            ],
            grouped=grouped,
        )
        return context


def _was_sent(widget: forms.Widget, data: MultiValueDict[str, Any] | Mapping[str, Any], name: str) -> bool:
    return widget.use_fieldset or not widget.value_omitted_from_data(data, MultiValueDict(), name)
