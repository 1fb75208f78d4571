"""A whole movement screen entered without a pointer, in about as few keys as there are."""

from __future__ import annotations

import pytest

from assessments.screens import actions as screens
from assessments.screens.definitions import Item
from assessments.screens.models import Screen
from assessments.screens.reading import load_screen
from tests.journeys.person import Window
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

MOST_PER_IDEAL = 1.2
POINTER_EVENTS = """['pointerdown', 'mousedown', 'touchstart'].forEach(kind => addEventListener(kind, () => {
  sessionStorage.pointed = 'yes'
}, true))"""


@pytest.mark.parametrize("window", [Window(1280, "light")], ids=lambda window: window.name)
def test_a_clinician_enters_a_whole_screen_by_keyboard_alone(stage: Stage, capsys) -> None:
    # Given a draft screen, open in front of Carl
    carl = stage.signs_in("Carl", stage.world.carl)
    draft = screens.start(patient=stage.world.ana, by=stage.world.carl, now=stage.world.now)
    carl.page.add_init_script(POINTER_EVENTS)
    carl.opens(f"/chart/patients/{stage.world.ana.pk}/screens/{draft.pk}/in/red_flags/")

    # When he enters a whole worked case with no pointer, and signs
    pressed, ideal = stage.enters_the_screen_by_keys(carl, "O01")
    carl.is_on("Read over and sign")

    # Then every answer is there as meant, no pointer was used, and few keys were wasted
    stored = Screen.objects.get(pk=draft.pk).case()
    assert differing(stored, stage.world.case("O01")) == {}
    assert carl.page.evaluate("sessionStorage.pointed || 'no'") == "no"
    with capsys.disabled():
        print(
            f"\nA whole screen by keys: {pressed} pressed, {ideal} at the least, {pressed / ideal:.2f} times the ideal"
        )
    assert pressed <= MOST_PER_IDEAL * ideal
    assert carl.faults == []


def asked_of(case: dict) -> list[tuple[Item, object]]:
    """The case's answers to what is asked of this runner."""
    screen = load_screen()
    facts = screen.derive(screen.validate(case))
    said = {**case["history"], **case["exam"]}
    return [
        (screen.items[name], value) for name, value in said.items() if screen.asks(screen.items[name], facts)
    ]


def differing(stored: dict, meant: dict) -> dict:
    """Items that were stored otherwise than meant; what did not matter was not asked, and must not be there."""
    flat_stored = {**stored["history"], **stored["exam"]}
    flat_meant = {item.id: value for item, value in asked_of(meant)}
    return {
        item: (flat_stored.get(item), flat_meant.get(item))
        for item in {**flat_stored, **flat_meant}
        if flat_stored.get(item) != flat_meant.get(item)
    }
