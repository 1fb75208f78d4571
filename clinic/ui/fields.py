"""Form fields for clinical answers. Each refusal names the range, what was given, and the side.

PainScaleField          → int 0 to 10 or None (not asked)
YesNoUnknownField       → True, False or None (not asked, or asked and not known)
DecimalWithUnitField    → Decimal or None;  WholeWithUnitField → int or None
LeftRightField(inner)   → {"left": x, "right": y} with each x, y a value of `inner` or None
ChoiceCardsField        → one of the choices' values, or ""
"""

import copy
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.ui import widgets

SIDES = ("left", "right")
NUMBER = re.compile(
    r"[+-]?(\d+\.?\d*|\.\d+)"
)  # of any script; neither 1e3 nor 1_000 is how anybody writes one
LONGEST_QUOTE = 40  # characters of what was given; all of it is still in its field
# Not "": that is also what None looks like to a radio, and nobody has said “not asked” yet.
NOT_ASKED = ("-", "Not asked")


def quoted(value: object) -> str:
    """What was given, for a refusal: “30 deg”, cut short where it is long."""
    text = str(value)
    return f"“{text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + '…'}”"


class OneOfField(forms.ChoiceField):
    """One of the options, or "" (not asked). The refusal says what was given."""

    default_error_messages = {"invalid_choice": "Choose one of the options. %(value)s was given."}

    def validate(self, value: Any) -> None:
        _quoting(super().validate, value)


class SomeOfField(forms.MultipleChoiceField):
    """Any of the options. The refusal says which was given that is none of them."""

    default_error_messages = {"invalid_choice": "Choose only from the options. %(value)s was given."}

    def validate(self, value: Any) -> None:
        _quoting(super().validate, value)


def _quoting(validate: Callable[[Any], None], value: Any) -> None:
    """Validate, and let a refusal quote what was given as every field here does."""
    try:
        validate(value)
    except ValidationError as refused:
        if refused.params:
            refused.params["value"] = quoted(refused.params["value"])
        raise


class PainScaleField(forms.TypedChoiceField):
    """Pain on the numeric rating scale (11 points, 0 no pain, 10 the worst): an int, or None where not asked.

    Anything but a whole number from 0 to 10 is refused with what was given.
    """

    widget = widgets.PainScale
    default_error_messages = {
        "required": "Choose a number from 0 (no pain) to 10 (worst pain).",
        "invalid_choice": "Choose a whole number from 0 to 10. %(value)s was given.",
    }

    def __init__(self, **kwargs: Any) -> None:
        numbers: list[tuple[Any, str]] = [(number, str(number)) for number in range(11)]
        if not kwargs.get("required", True):
            numbers.append(NOT_ASKED)
        super().__init__(coerce=int, empty_value=None, choices=numbers, **kwargs)

        self.empty_values = [*self.empty_values, NOT_ASKED[0]]

    def validate(self, value: Any) -> None:
        _quoting(super().validate, value)


class YesNoUnknownField(forms.Field):
    """Yes → True, no → False, not known → None; nothing picked → None, or a refusal where `required`."""

    widget = widgets.YesNoUnknown
    words = {"yes": True, "no": False, "unknown": None}
    default_error_messages = {
        "required": "Choose yes, no or not known.",
        "invalid": "Choose yes, no or not known. %(value)s was given.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.choices = [("yes", "Yes"), ("no", "No"), ("unknown", "Not known")]

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values or isinstance(value, bool):
            return value if isinstance(value, bool) else None
        if value not in self.words:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": quoted(value)}
            )
        return self.words[value]

    def clean(self, value: Any) -> bool | None:
        if self.required and value in self.empty_values:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class DecimalWithUnitField(forms.DecimalField):
    """A measured number with its unit, e.g. 12.5 cm. “12,5” is read as 12.5.

    Out of range, the refusal says the range, the unit and what was given.
    """

    whole = False

    def __init__(
        self,
        *,
        unit: str = "",
        min_value: Decimal | int | None = None,
        max_value: Decimal | int | None = None,
        decimal_places: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.unit, self.lowest, self.highest = unit, min_value, max_value
        kwargs.setdefault("widget", widgets.UnitInput(unit=unit, whole=self.whole))
        super().__init__(decimal_places=decimal_places, **kwargs)
        self.error_messages["required"] = f"Enter {self.allowed}."

    @property
    def allowed(self) -> str:
        """What may be entered, in words: “a number from 0 to 60 cm”."""
        noun = "a whole number" if self.whole else "a number"
        unit = self.unit if self.unit in {"", "°"} else f" {self.unit}"
        if self.lowest is not None and self.highest is not None:
            return f"{noun} from {self.lowest} to {self.highest}{unit}"
        if self.lowest is not None:
            return f"{noun} of {self.lowest}{unit} or more"
        if self.highest is not None:
            return f"{noun} of {self.highest}{unit} or less"
        return f"{noun}{f' in {self.unit}' if self.unit else ''}"

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        number = self._read(value)
        if number is None or not self._fits(number):
            raise ValidationError(f"Enter {self.allowed}. {quoted(value)} was given.", code="out_of_range")
        return number

    def _read(self, value: Any) -> Any:
        """The number that was written, or None where it is none."""
        text = str(value).strip().replace("\N{MINUS SIGN}", "-")
        text = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
        if not NUMBER.fullmatch(text):
            return None
        try:
            return super().to_python(text)
        except ValidationError:
            return None

    def _fits(self, number: Decimal) -> bool:
        if not number.is_finite():
            return False
        low_enough = self.highest is None or number <= self.highest
        return low_enough and (self.lowest is None or number >= self.lowest)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class WholeWithUnitField(DecimalWithUnitField):
    """A counted number with its unit, e.g. 30 reps: an int. “30.5” is refused."""

    whole = True

    def _fits(self, number: Decimal) -> bool:
        return super()._fits(number) and number == number.to_integral_value()

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        return None if number is None else int(number)


class ChoiceCardsField(OneOfField):
    """One of a few choices, drawn as cards; `hints` maps a value to its line of explanation."""

    def __init__(self, *, hints: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", widgets.ChoiceCards(hints=hints))
        super().__init__(**kwargs)


class LeftRightField(forms.MultiValueField):
    """The same question for both sides: {"left": x, "right": y}; a side left empty is None.

    `inner` is the field of one side. With `required` both sides must be given. A form that sent only one of
    the two, or a value that is itself a pair, is refused by the side's name: nothing is guessed, because a
    swapped side is worse than a missing one.
    """

    def __init__(self, inner: forms.Field, *, required: bool = False, **kwargs: Any) -> None:
        inner = copy.deepcopy(inner)
        inner.required = False
        left, right = inner, copy.deepcopy(inner)
        widget = widgets.LeftRight(left.widget, right.widget)
        super().__init__(
            fields=(left, right), require_all_fields=False, required=required, widget=widget, **kwargs
        )

    def compress(self, data_list: Any) -> dict[str, Any]:
        return dict(zip(SIDES, data_list or (None, None), strict=True))

    def clean(self, value: Any) -> dict[str, Any]:
        cleaned: list[Any] = []
        problems: list[str] = []
        for side, field, given in zip(SIDES, self.fields, self._shape(value), strict=True):
            try:
                cleaned.append(self._one_side(field, given))
            except ValidationError as refused:
                problems += [f"{side.capitalize()}: {message}" for message in refused.messages]
        if problems:
            raise ValidationError(problems, code="invalid_side")
        return self.compress(cleaned)

    def _one_side(self, field: forms.Field, given: Any) -> Any:
        if given is widgets.ABSENT:
            raise ValidationError("this side was not sent with the form. Load the page again and enter it.")
        if isinstance(given, Mapping | list | tuple):
            raise ValidationError("expected one value for this side, but a pair was given.")
        if self.required and given in field.empty_values:
            raise ValidationError("enter a value for this side.")
        return field.clean(given)

    def _shape(self, value: Any) -> list[Any]:
        """The two raw values in the order left, right; anything that is not one of each is refused."""
        if value in self.empty_values:
            return [None, None]
        if isinstance(value, Mapping):
            self._refuse_names(value)
            return [value.get(side) for side in SIDES]
        if isinstance(value, list | tuple) and len(value) == len(SIDES):
            return list(value)
        raise ValidationError("Give one value for the left and one for the right.", code="shape")

    def _refuse_names(self, value: Mapping[str, Any]) -> None:
        strange = sorted(str(name) for name in value if name not in SIDES)
        missing = [side for side in SIDES if side not in value]
        if strange:
            raise ValidationError(f"There is no side “{strange[0]}”: only left and right.", code="shape")
        if missing:
            raise ValidationError(f"The {missing[0]} side is missing.", code="shape")

    def has_changed(self, initial: Any, data: Any) -> bool:
        pair = initial if isinstance(initial, list) else self.widget.decompress(initial)
        return super().has_changed(
            pair, [None if side is widgets.ABSENT else side for side in data or [None, None]]
        )
