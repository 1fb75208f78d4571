"""Entering a whole screen in the browser, by pointer or by keys alone, from a worked case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error as PageIsLeaving
from playwright.sync_api import Page

from assessments.screens.definitions import Item, Section
from assessments.screens.reading import load_screen
from tests.journeys.person import Person

SIDES = ("left", "right")


@dataclass(frozen=True)
class Answer:
    """What goes into one control: its field name, the item's kind and the value."""

    name: str
    item: Item
    value: Any


def answers_in(section: Section, case: Mapping[str, Any]) -> Iterator[Answer]:
    """The case's answers to what the section asks, in exam order, a per-side item as left and right."""
    said = {**case["history"], **case["exam"]}
    screen = load_screen()
    facts = screen.derive(screen.validate(case))
    for item in section.items:
        value = said.get(item.id)
        if value is None or not screen.asks(item, facts):
            continue
        if item.laterality == "per_side":
            for side in SIDES:
                if value.get(side) is not None:
                    yield Answer(f"{item.id}_{side}", item, value[side])
        else:
            yield Answer(item.id, item, value)


def sections(case: Mapping[str, Any]) -> tuple[Section, ...]:
    """The sections that ask this runner anything; the others are passed by."""
    screen = load_screen()
    facts = screen.derive(screen.validate(case))
    return tuple(one for one in screen.sections if any(screen.asks(item, facts) for item in one.items))


def as_sent(answer: Answer) -> str:
    """The value a control sends for it."""
    if answer.item.kind == "bool":
        return "yes" if answer.value else "no"
    if isinstance(answer.value, list):
        return ", ".join(f"{number:g}" for number in answer.value)
    return f"{answer.value:g}" if isinstance(answer.value, int | float) else str(answer.value)


def enter_by_pointer(person: Person, answer: Answer) -> None:
    page, sent = person.page, as_sent(answer)
    radio = page.locator(f'input[type=radio][name="{answer.name}"][value="{sent}"]')
    boxes = page.locator(f'input[type=checkbox][name="{answer.name}"]')
    select = page.locator(f'select[name="{answer.name}"]')
    if radio.count():
        person.ticks(radio)
    elif boxes.count():
        for value in answer.value:
            person.ticks(page.locator(f'input[type=checkbox][name="{answer.name}"][value="{value}"]'))
    elif select.count():
        select.select_option(value=sent)
    else:
        page.locator(f'[name="{answer.name}"]').fill(sent)


@dataclass
class Keys:
    """Presses keys, and counts them."""

    page: Page
    pressed: int = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def focused(self) -> str:
        name: str = self.page.evaluate("document.activeElement.name || ''")
        return name

    def go_on(self) -> None:
        """Enter, or Tab where Enter is a new line."""
        self.press("Tab" if self.page.evaluate("document.activeElement.tagName") == "TEXTAREA" else "Enter")

    def go_to(self, name: str) -> None:
        """On by Enter until this control has the focus, never by pointer; a control never reached is a fault."""
        for _ in range(60):
            if self.focused() == name:
                return
            self.go_on_and_look()
        raise AssertionError(f"{name} cannot be reached by Enter")

    def go_on_and_look(self, sent: Sequence[str] = ()) -> None:
        """A person looks where the key led before pressing the next one: on to a field, or away from the page."""
        before = self.focused()
        self.go_on()
        with suppress(PageIsLeaving):
            for _ in range(200):  # longer than the page itself waits for the server
                self.page.wait_for_timeout(30)
                if sent or self.focused() != before:
                    return

    def leave_the_page(self) -> None:
        """On by Enter until the section is sent, then wait for the next one."""
        sent: list[str] = []
        note = lambda request: sent.append(request.url) if request.is_navigation_request() else None  # noqa: E731
        self.page.on("request", note)
        with self.page.expect_navigation(wait_until="load", timeout=60_000):
            for _ in range(60):
                self.go_on_and_look(sent)
                if sent:
                    break
        self.page.remove_listener("request", note)

    def into_the_form(self, first: str) -> None:
        """By Tab, and by the skip link where the page begins above it."""
        for _ in range(12):
            self.press("Tab")
            if self.focused() == first:
                return
            if self.page.evaluate("document.activeElement.innerText") == "Skip to the content":
                self.press("Enter")
        raise AssertionError(f"{first} is not within twelve Tabs of the skip link")

    def answer(self, answer: Answer) -> None:
        """The keys a clinician presses for one answer, the control already in focus."""
        kind = self.page.evaluate("document.activeElement.type")
        if kind == "select-one":
            self.type(self.words_of(answer))
        elif kind != "radio":
            self.type(as_sent(answer))
        elif answer.item.kind == "bool":
            self.press("y" if answer.value else "n")
        elif isinstance(answer.value, int):
            self.press("t" if answer.value == 10 else str(answer.value))
        else:
            self.press(str(answer.item.options.index(answer.value) + 1))

    def words_of(self, answer: Answer) -> str:
        """The option's words, as far as needed to be the only one that begins so."""
        words = self.page.locator(f'select[name="{answer.name}"] option').all_inner_texts()
        values = self.page.locator(f'select[name="{answer.name}"] option').evaluate_all(
            "all => all.map(o => o.value)"
        )
        wanted = words[values.index(as_sent(answer))]
        others = [word for word in words if word != wanted]
        return next(
            wanted[:n]
            for n in range(1, len(wanted) + 1)
            if not any(o.lower().startswith(wanted[:n].lower()) for o in others)
        )


def ideal_keys(answer: Answer, control: str) -> int:
    """One key for a choice, its digits for a number."""
    return 1 if control in {"radio", "select-one"} else len(as_sent(answer))


def questions_on(page: Page) -> int:
    """How many questions the section puts: radios of a group are one, “unable because of pain” is part of its own."""
    count: int = page.evaluate(
        """new Set([...document.querySelectorAll('[data-screen-form] :is(input:not([type=hidden]), select, textarea)')]
            .filter(control => control.checkVisibility())
            .filter(control => !control.closest('[data-passed]'))
            .map(control => control.name).filter(name => !name.startsWith('unable-'))).size
            + document.querySelectorAll('[data-screen-form] [data-stop]').length"""
    )
    return count
