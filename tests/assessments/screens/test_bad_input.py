"""Every field of every screen, given what it cannot mean: refused in words, and nothing of it is an answer."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from assessments.screens.forms import SectionForm
from assessments.screens.offered import offered_screens
from assessments.screens.reading import load_screen

NEVER = {
    "text": "text",
    "a double minus": "--3",
    "huge": "9" * 40,
    "a power": "1e3",
    "too great for a float": "1e400",
    "not a number": "NaN",
    "infinite": "inf",
    "below nothing": "-Infinity",
    "with its unit": "30 deg",
    "underscored": "1_000",
    "hexadecimal": "0x1f",
    "half in one sign": "½",
    "emoji": "🦵",
    "markup": "<b>7</b>",
    "a nul": "\x00",
    "5,000 characters": "x" * 5000,
    "very negative": "-99999",
}
ITEMS = [
    (name, item.id)
    for name in offered_screens()
    for item in load_screen(name).items.values()
    if item.kind not in {"text", "pain_map"}
]


def filled(screen: str, item_id: str, typed: str) -> tuple[SectionForm, str]:
    """The item's section with this typed into it, and the name of the field it was typed into."""
    definition = load_screen(screen)
    item = definition.items[item_id]
    data = QueryDict(mutable=True)
    name = f"{item_id}_left" if item.laterality == "per_side" else item_id
    if item.laterality == "per_side":
        data[f"{item_id}_right"] = ""
    data[name] = typed
    section = next(one for one in definition.sections if one.id == item.section)
    return SectionForm(data, definition=definition, section=section, answered={}), name


@pytest.mark.parametrize(("screen", "item"), ITEMS)
def test_what_no_field_can_mean_is_refused_with_what_was_given(screen, item):
    wrong = []
    for kind, typed in NEVER.items():
        form, name = filled(screen, item, typed)
        form.is_valid()
        said = " ".join(map(str, form.errors.get(item, [])))
        if "was given." not in said or typed[:40] not in said or len(said) > 300 or form.changes():
            wrong.append((kind, said))
        if form.data[name] != typed:
            wrong.append((kind, "what was typed is gone"))
    assert wrong == []


@pytest.mark.parametrize(("screen", "item"), ITEMS)
def test_digits_of_another_script_mean_what_they_say_or_are_refused(screen, item):
    form, _ = filled(screen, item, "٤")
    form.is_valid()
    kind = load_screen(screen).items[item]
    for change in form.changes().values():
        assert kind.kind in {"int", "float", "list_float"}
        assert change.value in (4, {"left": 4}, [4])
        assert kind.refusal(change.value) is None
    assert form.changes() or "was given." in str(form.errors[item])


def test_a_field_that_means_something_is_accepted():
    """The control: the same way of filling, and nothing is refused."""
    form, _ = filled("hamstring", "age_years", "34")
    assert form.is_valid()
    assert [change.value for change in form.changes().values()] == [34]
