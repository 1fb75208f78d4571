"""Crispy helpers, so that every form has the same frame: summary on top, fields, one clear button."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django.utils.html import format_html


class ClinicFormHelper(FormHelper):  # type: ignore[misc]  # crispy ships no types
    """`helper = ClinicFormHelper("Book appointment")`: a POST form with that button and an optional way back."""

    def __init__(self, submit: str, *fields: Any, cancel_url: str = "", form: Any = None) -> None:
        super().__init__(form)
        self.form_method = "post"
        # Our own wording at the field is read out and kept on screen; the browser's bubble is neither.
        self.attrs = {"novalidate": ""}
        of_the_form = self.layout.fields if form is not None else ()
        self.layout: Layout = Layout(
            *(fields or of_the_form), Div(HTML(_buttons(submit, cancel_url)), css_class="form-actions")
        )


def pair(*fields: Any) -> Div:
    """Fields that belong together, side by side where there is room."""
    return Div(*fields, css_class="field-pair")


def _buttons(submit: str, cancel_url: str) -> str:
    button = format_html('<button type="submit" class="btn btn-primary">{}</button>', submit)
    if not cancel_url:
        return button
    return format_html('{} <a class="btn btn-quiet" href="{}">Cancel</a>', button, cancel_url)
