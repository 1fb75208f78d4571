"""Everything a patient reads that we write, by kind: knowledge files, words.py, forms, pages, e-mails.

What people type (a note, a clinician's name) is theirs. Names of movements and doses are labels, read with their cue.
"""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from django import forms
from django.conf import settings
from django.template.loader import render_to_string

from assessments.screens import offered
from assessments.screens.definitions import Item
from assessments.screens.reading import load_screen
from assessments.triage.causes import load_causes
from assessments.triage.rules import load_ruleset
from clinic.booking import by_patients, online, online_requests
from clinic.booking.models import AppointmentType
from clinic.people import links
from programs.builder.progression import load_progression
from programs.builder.reading import load_recipe
from programs.builder.recipe import Recipe
from programs.builder.selection import say_why
from programs.exercises.reading import load_library
from programs.plans import diary
from programs.plans.reminder_times import Mornings
from programs.portal import day_views, home_reminders, questions, reached, reminder_views, visit_views, words
from programs.portal.booking.forms import CodeForm, ContactForm, PlaceForm, TypeForm
from programs.portal.forms import SessionForm
from programs.portal.session import asks
from programs.portal.template_words import FILLED_IN, paragraphs

TEMPLATES = Path(settings.ROOT) / "templates"
SAFETY = tuple(
    f"portal/{name}.html"
    for name in (
        "_safety",
        "_emergency",
        "_ring_now",
        "question_warning",
        "booking/emergency",
        "booking/ring_us",
    )
)
DOORS = (
    "desk/entrance/link*.html",
    "desk/entrance/form_too_old.html",
    "account/logout.html",
    *(f"{code}.html" for code in (400, 403, 404, 429, 500)),  # 409 and 413 are about records that staff write
    "components/error_summary.html",
)
LOG_REFUSALS = {
    "KeyTaken",
    "LoggedAlready",
    "NotReleased",
    "WrongDay",
    "WrongPain",
    "NotOfThisProgram",
    "NothingLogged",
}
LINK_REFUSALS = {"LinkUnknown", "LinkUsed", "LinkReplaced", "LinkExpired"}
PAIN_LIMIT = 3  # any number reads the same


@dataclass(frozen=True, slots=True)
class Text:
    """One text as it is read. `id` says where it stands; a `fixed` one stands in a published file."""

    id: str
    text: str
    fixed: bool = False


def by_kind() -> dict[str, list[Text]]:
    """Every kind of text, each text once, in reading order."""
    return {kind: _once(found()) for kind, found in KINDS.items()}


def _once(texts: Iterable[Text]) -> list[Text]:
    seen: dict[str, Text] = {}
    for one in texts:
        seen.setdefault(" ".join(one.text.split()), one)
    return list(seen.values())


def _recipes() -> Iterator[Recipe]:
    yield from (load_recipe(screen) for screen in offered.offered_screens())


def _cues() -> Iterator[Text]:
    for one in load_library().exercises.values():
        yield Text(one.id, one.cue, fixed=True)


def _categories() -> Iterator[Text]:
    for recipe in _recipes():
        for id, category in recipe.categories.items():
            yield Text(f"{id}.title", category.title, fixed=True)
            yield Text(id, category.say_patient, fixed=True)


def _whys() -> Iterator[Text]:
    """A category's purpose with a cause, as “Why this one” joins them, for every pair the library can bring about."""
    for recipe in _recipes():
        causes = {one.id: one for one in load_causes(recipe.head.name).causes}
        for exercise in recipe.library.exercises.values():
            for cause in [one for one in exercise.root_causes if one in causes]:
                purpose = recipe.categories[exercise.category].say_patient
                yield Text(
                    f"{exercise.category}+{cause}", say_why(purpose, causes[cause].say_patient), fixed=True
                )


def _advice() -> Iterator[Text]:
    for recipe in _recipes():
        for advice in recipe.advice:
            yield Text(f"{recipe.head.name}.{advice.id}", advice.text, fixed=True)
    for habit in load_progression().habits:
        yield Text(f"habit.{habit.id}", habit.text, fixed=True)


def _running_and_pain() -> Iterator[Text]:
    for name, texts in (("PLAIN_RUNS", words.PLAIN_RUNS), ("POLICIES", words.POLICIES)):
        for key, text in texts.items():
            yield Text(f"{name}.{key}", text)
    yield Text("LIGHTER", words.LIGHTER.format(monday="Monday 30 Nov"))
    for light, text in load_progression().say_patient.items():
        yield Text(f"light.{light}", text, fixed=True)
    for say in (words.fine_pain, words.stop_when, words.pain_in_short, words.too_much):
        yield Text(say.__name__, say(PAIN_LIMIT))
    for say in (words.stop_when, words.pain_in_short):
        yield Text(f"{say.__name__}.fast", say(0))
    yield Text("shorter", words.shorter(load_progression().running.back_percent))
    yield Text("fast_pain", words.fast_pain({"pain_limit": PAIN_LIMIT, "speed_pain_limit": 0}))


def _safety() -> Iterator[Text]:
    for key, sign in words.WARNING_SIGNS.items():
        yield Text(f"WARNING_SIGNS.{key}", sign)
    for screen in offered.offered_screens():
        safety = load_screen(screen).safety_text
        if safety:
            yield Text(f"{screen}.safety_text.title", safety.title, fixed=True)
            yield Text(f"{screen}.safety_text", safety.text, fixed=True)
    for name in SAFETY:
        yield from _of_template(TEMPLATES / name)


def _questions() -> Iterator[Text]:
    for place in offered.places():
        yield Text(f"offered.{place.screen}", place.say_patient)
        for item in load_screen(place.screen).asked_at_home:
            yield from _question(place.screen, item)


def _question(screen: str, item: Item) -> Iterator[Text]:
    """The question with its help, and each answer to choose from."""
    if item.plain is None:
        return
    yield Text(f"{screen}.{item.id}", f"{item.plain.ask}\n{item.plain.help}".strip(), fixed=True)
    for option in item.options:
        label = item.plain.option_labels.get(option) or item.option_label(option)
        yield Text(f"{screen}.{item.id}.{option}", label, fixed=True)


def _found() -> Iterator[Text]:
    """What the patient may read of the assessment, in the newest rules of every region."""
    for screen in offered.offered_screens():
        rules = load_ruleset(screen)
        for rule in rules.rules:
            yield Text(f"{screen}.{rule.id}", rule.say_patient, fixed=True)
        for id, message in rules.messages.items():
            yield Text(f"{screen}.{id}", message.say_patient, fixed=True)


def _pages() -> Iterator[Text]:
    for path in sorted((TEMPLATES / "portal").rglob("*.html")):
        if str(path.relative_to(TEMPLATES)) not in SAFETY:
            yield from _of_template(path)
    for form in (SessionForm, questions.WhereForm, PlaceForm, TypeForm, ContactForm, CodeForm):
        yield from _form(form)
    yield from _form(reminder_views.ReminderForm)
    for choice, label in Mornings.choices:
        yield Text(f"Mornings.{choice}", f"{label}\n{reminder_views.HINTS[Mornings(choice)]}")
    yield from (Text(f"reached.{name}", said) for name, said in reached.SAID.items())
    yield Text("questions.NOTHING_CHOSEN", questions.NOTHING_CHOSEN)
    yield from _visits()
    yield Text("day_views.LEAD", day_views.LEAD.format(day="Monday 9 March"))
    for is_rest, has_exercises in ((False, True), (True, False), (True, True)):
        yield Text("session.asks", asks("Monday", is_rest=is_rest, has_exercises=has_exercises))
    yield from _refusals(diary, LOG_REFUSALS)
    yield from _booking_refusals()


def _booking_refusals() -> Iterator[Text]:
    """Why a time or a code did not count."""
    visit, at = AppointmentType(), dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
    for refused in (
        online.NotOnline(),
        online.TooSoon(visit),
        online.TooFarAhead(visit),
        online.Gone(at, []),
        online.TwoAtOnce(),
        online.EnoughBooked(),
        online_requests.WrongCode(3),
        online_requests.WrongCode(0),
        online_requests.CodeTooOld(),
        online_requests.TooManyTries(),
    ):
        yield Text(type(refused).__name__, str(refused))


def _visits() -> Iterator[Text]:
    """What the pages of one visit ask and refuse."""
    yield from _form(visit_views.ReasonForm)
    for refused in (by_patients.ByPhone(), by_patients.TimeGone(), by_patients.Changed()):
        yield Text(f"by_patients.{type(refused).__name__}", str(refused))


def _form(form: type[forms.Form]) -> Iterator[Text]:
    """What a form asks, and how it refuses where the words are ours."""
    for name, field in form.base_fields.items():
        if field.label:
            yield Text(f"{form.__name__}.{name}", f"{field.label}\n{field.help_text}".strip())
        ours = (
            type(field).__dict__.get("default_error_messages", {})
            if "clinic" in type(field).__module__
            else {}
        )
        for code in ours:
            yield Text(
                f"{form.__name__}.{name}.{code}",
                field.error_messages[code] % {"value": FILLED_IN, "typed": FILLED_IN},
            )


def _refusals(module: ModuleType, names: set[str]) -> Iterator[Text]:
    """What the person is told, from where it is raised."""
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield Text(node.func.id, _said(node.args[0]))


def _said(value: ast.expr) -> str:
    if isinstance(value, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "3" for part in value.values)
    return str(ast.literal_eval(value))


def _doors() -> Iterator[Text]:
    for pattern in DOORS:
        for path in sorted(TEMPLATES.glob(pattern)):
            yield from _of_template(path)
    footer = render_to_string("components/footer.html", {"role": "patient", "clinic_name": "Stride"})
    yield from (Text("components/footer.html", text) for text in paragraphs(footer))
    yield from _refusals(links, LINK_REFUSALS)


def _of_template(path: Path) -> Iterator[Text]:
    for number, text in enumerate(paragraphs(path.read_text()), start=1):
        yield Text(f"{path.parent.name}/{path.name}:{number}", text)


def _letters() -> Iterator[Text]:
    """Each e-mail from its subject to its end, as one text, without what it fills in about one person."""
    facts: dict[str, object] = {"clinic": "Stride", "phone": "3", "link": "3", "called": FILLED_IN}
    facts |= {
        "day": "Monday",
        "when": "Monday at 9.",
        "when_there": "Monday at 9",
        "change_until": "Monday at 9",
        "until": "Monday at 9",
        "place": "3",
        "times": [{"when": "Monday at 9.", "there": "Monday at 9"}] * 2,
    }
    for path in sorted((TEMPLATES / "emails").glob("*.txt")):
        if path.name != "base.txt":
            kind = home_reminders.KINDS.get(path.stem)
            facts["answers"] = [(name, "3") for name in kind.answers] if kind else []
            yield Text(path.name, render_to_string(f"emails/{path.name}", facts).strip())


KINDS: dict[str, Callable[[], Iterator[Text]]] = {
    "exercise cues": _cues,
    "why this one": _whys,
    "categories": _categories,
    "advice": _advice,
    "running and pain": _running_and_pain,
    "warning signs and safety": _safety,
    "questions from home": _questions,
    "what was found": _found,
    "pages": _pages,
    "sign-in and error pages": _doors,
    "e-mails": _letters,
}
