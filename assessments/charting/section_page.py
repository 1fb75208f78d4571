"""What a page of a screen shows: its sections with what is still needed, and each field with what belongs beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html

from assessments.charting import recordings_page, said_at_home
from assessments.charting.beside import beside
from assessments.charting.recordings_page import Shown
from assessments.charting.said_at_home import FromHome
from assessments.screens.actions import Clash
from assessments.screens.answers import Answers
from assessments.screens.computed import Computed, computed
from assessments.screens.definitions import Item, Section, Test
from assessments.screens.forms import AGAINST, CHOSEN, UNABLE, SectionForm
from assessments.screens.marking import Shown as ShownMap
from assessments.screens.marking import shown_maps
from assessments.screens.models import Screen
from assessments.screens.recordings.actions import Subject
from assessments.screens.showing import named, shown
from assessments.triage.actions import preview
from assessments.triage.rules import Outcome
from clinic.ui.icons import icon


@dataclass(frozen=True, slots=True)
class Drawn:
    """One field as the template prints it; `label` carries the mark of what triage still needs."""

    item: Item
    bound: BoundField
    kind: str
    unable: BoundField | None
    needed: bool
    label: str
    clash: Mapping[str, str] | None
    asked: bool = True
    computed: list[Computed] | None = None
    from_home: FromHome | None = None

    @property
    def is_follow_up(self) -> bool:
        """Whether it is asked only sometimes, so that the page may fold it away and open it again."""
        return self.item.asked_when is not None


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of a history section, or one physical test with its fields."""

    test: Test | None
    fields: list[Drawn]
    is_stopped: bool = False
    recordings: Sequence[Shown] = ()

    @property
    def needed(self) -> str:
        """What triage still needs here, said once for the whole group."""
        marked = sum(drawn.needed for drawn in self.fields)
        if not marked:
            return ""
        if marked == len(self.fields):
            return f"{'This is' if marked == 1 else 'All of these are'} needed for triage"
        return f"Still needed for triage: the {'one' if marked == 1 else marked} marked"


@dataclass
class ScreenPage:
    """A screen that is being filled. Everything is worked out once, from one read of its answers."""

    screen: Screen
    problems: Mapping[str, Clash] = field(default_factory=dict)

    @cached_property
    def outcome(self) -> Outcome:
        return preview(self.screen)

    @cached_property
    def said(self) -> Answers:
        """All answers, those of the patient that wait for a clinician too: what to ask next follows from them."""
        return self.screen.everything_said()

    @cached_property
    def asked(self) -> frozenset[str]:
        """The items that matter now: asked with what is known, missing for triage, or answered already."""
        definition = self.screen.definition
        facts = definition.derive(self.said)
        named = {item.id for item in definition.items.values() if definition.asks(item, facts)}
        return frozenset({*named, *self.outcome.missing, *self.screen.answered})

    @property
    def sections(self) -> tuple[Section, ...]:
        return self.screen.definition.sections

    @property
    def patient_id(self) -> int:
        return self.screen.patient_id

    def find(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.id == name), None)

    def url(self, section: Section) -> str:
        return reverse("charting:screen", args=[self.patient_id, self.screen.pk, section.id])

    def after(self, section: Section) -> str:
        """Where “Save and continue” leads: the next section that asks something now, or the page that signs."""
        behind = self.sections[self.sections.index(section) + 1 :]
        following = next((one for one in behind if self.asks(one)), None)
        if following is not None:
            return self.url(following)
        return reverse("charting:sign", args=[self.patient_id, self.screen.pk])

    def asks(self, section: Section) -> bool:
        """Whether anything of the section matters with what is known now."""
        return any(item.id in self.asked for item in section.items)

    def before(self, section: Section) -> str:
        place = self.sections.index(section)
        return self.url(self.sections[place - 1]) if place else ""

    def first_open(self) -> Section:
        """Where to go on: the first section that still has something triage needs."""
        needed = {self.screen.definition.items[name].section for name in self.outcome.missing}
        return next((section for section in self.sections if section.id in needed), self.sections[0])

    def nav(self, current: Section | None = None) -> list[dict[str, Any]]:
        """The sections for the section_nav component."""
        needed = [self.screen.definition.items[name].section for name in self.outcome.missing]
        return [
            {
                "label": section.title,
                "url": self.url(section),
                "missing": needed.count(section.id),
                "urgent": section.id in needed,
                "current": section is current,
                "done": all(
                    item.id in self.screen.answered
                    for item in section.items
                    if item.id in self.asked and not item.may_stay_empty
                ),
            }
            for section in self.sections
        ]

    def missing(self) -> list[dict[str, str]]:
        """Each item triage still needs, with the address of its field."""
        items = [self.screen.definition.items[name] for name in self.outcome.missing]
        return [{"label": named(self.screen.definition, item), "url": self.link(item)} for item in items]

    def contradictions(self) -> list[dict[str, Any]]:
        items = self.screen.definition.items
        return [
            {
                "message": one.message,
                "recheck": [
                    {"label": named(self.screen.definition, items[name]), "url": self.link(items[name])}
                    for name in one.recheck
                ],
            }
            for one in self.outcome.contradictions
        ]

    def unconfirmed(self, section: Section | None = None) -> list[dict[str, str]]:
        """What the patient said at home and nobody has confirmed, with the address of its field."""
        definition = self.screen.definition
        items = [definition.items[name] for name in self.screen.unconfirmed]
        return [
            {"label": named(definition, item), "url": self.link(item)}
            for item in items
            if section is None or item.section == section.id
        ]

    def link(self, item: Item) -> str:
        address = reverse("charting:screen", args=[self.patient_id, self.screen.pk, item.section])
        return f"{address}#item-{item.id}"

    @cached_property
    def item_names(self) -> list[str]:
        """What every item of the screen is called, in exam order."""
        definition = self.screen.definition
        return [named(definition, item) for section in self.sections for item in section.items]

    def urgent_words(self) -> str:
        """What an urgent rule says to the clinician, as soon as it holds; else nothing."""
        primary = self.outcome.primary
        return primary.say_clinician if primary and self.outcome.is_urgent else ""

    def form(self, section: Section, data: Any = None) -> SectionForm:
        return SectionForm(
            data,
            definition=self.screen.definition,
            section=section,
            answered=self.screen.answered,
            last=beside(self.screen),
        )

    def groups(self, section: Section, form: SectionForm) -> list[Group]:
        """The section in exam order: its tests, or one group of questions."""
        values = self.computed(section)
        asked = [item for item in section.items if item.is_history]
        groups = [self._questions(section, asked, form, values)] if asked else []
        for test in section.tests:
            drawn = [self._drawn(item, form, values) for item in test.items]
            seen = self._recorded.get(Subject(section.id, test.id), ())
            groups.append(Group(test, drawn, test.provocative and self.outcome.is_urgent, seen))
        return groups

    def _questions(
        self,
        section: Section,
        asked: Sequence[Item],
        form: SectionForm,
        values: Mapping[str, list[Computed]],
    ) -> Group:
        drawn = [self._drawn(item, form, values) for item in asked]
        return Group(None, drawn, recordings=self._recorded.get(Subject(section.id), ()))

    @cached_property
    def recordings(self) -> list[Shown]:
        """Photos and videos, in exam order."""
        return recordings_page.shown(self.screen)

    @cached_property
    def pain_maps(self) -> list[ShownMap]:
        """What was marked on the body chart, to look at."""
        return shown_maps(self.screen)

    @cached_property
    def _recorded(self) -> Mapping[Subject, list[Shown]]:
        return recordings_page.by_subject(self.recordings)

    def computed(self, section: Section) -> dict[str, list[Computed]]:
        """Item id → the values that stand behind it."""
        return computed(self.screen.definition, self.said, section.items)

    def follow_ups(self, section: Section) -> dict[str, bool]:
        """Item id → whether it is asked now, for each item of the section that is asked only sometimes."""
        return {item.id: item.id in self.asked for item in section.items if item.asked_when is not None}

    def _drawn(self, item: Item, form: SectionForm, values: Mapping[str, list[Computed]]) -> Drawn:
        clash = self.problems.get(item.id)
        needed = item.id in self.outcome.missing
        return Drawn(
            item=item,
            bound=form[item.id],
            kind="pain" if item.unit == "NPRS" and item.laterality != "per_side" else item.kind,
            unable=form[UNABLE + item.id] if UNABLE + item.id in form.fields else None,
            needed=needed,
            label=marked(form[item.id].label) if needed else "",
            clash=self._in_words(item, clash) if clash else None,
            asked=item.id in self.asked or bool(clash or form.errors.get(item.id)),
            computed=values.get(item.id),
            from_home=said_at_home.mark(self.screen.answered.get(item.id)),
        )

    def _in_words(self, item: Item, clash: Clash) -> dict[str, str]:
        theirs, mine = clash.standing, clash.wanted
        at = timezone.localtime(theirs.answered_at)
        return {
            "theirs": shown(item, theirs.value, unable=theirs.unable),
            "mine": shown(item, mine.value, unable=mine.unable),
            "who": str(theirs.answered_by),
            "at": format_date(at, "D j M, H:i"),
            "revision": str(theirs.revision),
            "choose": CHOSEN + item.id,
            "against": AGAINST + item.id,
        }

    def all_answers(self) -> Iterator[tuple[Section, list[tuple[str, str]]]]:
        """Each section with (label, answer in words) of what was answered; empty sections are left out."""
        for section in self.sections:
            rows = [(item, self.screen.answered.get(item.id)) for item in section.items]
            said = [
                (
                    named(self.screen.definition, item),
                    shown(item, row.value, unable=row.unable) + said_at_home.in_short(row),
                )
                for item, row in rows
                if row
            ]
            if said:
                yield section, said


def marked(label: object) -> str:
    """A label with the mark of what triage still needs, and the same in words for who cannot see it."""
    words = '<span class="needed-mark">{}<span class="visually-hidden">Needed for triage: </span></span>{}'
    return format_html(words, icon("circle-filled"), label)
