"""The body chart as a form field: rows of side, region, pain and depth, and the figure that shows what is marked.

The rows are the field and work without any script. The figure is drawn from the same marks; a script lets it be
pressed, and then writes into the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, TypeAlias

from django import forms
from django.core.exceptions import ValidationError

from assessments.screens.body import DEPTHS, MIDDLE, MOST_MARKS, PARTS, SIDES, WORST_PAIN, Body
from assessments.screens.body_figure import Drawing, Place, drawings, place_id
from assessments.screens.models import Screen

BLANK_ROWS = 4

Groups: TypeAlias = list[tuple[str, list[tuple[str, str]]]]  # (words above, [(value, words), …])


@dataclass(frozen=True, slots=True)
class Marked:
    """A place of the drawing, with the pain marked there as text; empty where nothing is."""

    place: Place
    pain: str


def figures(body: Body, marks: Iterable[Mapping[str, Any]]) -> list[tuple[Drawing, list[Marked]]]:
    """Each figure with its places; marks that name no place of it are left out."""
    pains = {place_id(str(mark["region"]), str(mark["side"])): f"{mark['pain']}" for mark in marks}
    return [
        (drawing, [Marked(place, pains.get(place.id, "")) for place in drawing.places])
        for drawing in drawings(body.head.version)
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored pain map to read: the figures, and every mark in words."""

    id: str
    label: str
    figures: list[tuple[Drawing, list[Marked]]]
    words: list[str]


def shown_maps(screen: Screen) -> list[Shown]:
    """The pain maps of a screen on which something is marked."""
    return [
        Shown(
            f"shown-{item.id}",
            item.label,
            figures(item.chart, row.value),
            list(map(item.chart.in_words, row.value)),
        )
        for item in screen.definition.items.values()
        if item.chart is not None and (row := screen.answered.get(item.id)) and row.value
    ]


class MarksWidget(forms.Widget):
    """Rows of four lists to choose from beside the figure; a few blank ones are folded away below those in use.

    Sends NAME-side, NAME-region, NAME-depth and NAME-pain, each once a row.
    """

    template_name = "charting/parts/pain_map.html"
    use_fieldset = True

    def __init__(self, body: Body) -> None:
        super().__init__()
        self.body = body

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        sent = [_sent(data, f"{name}-{part}") for part in PARTS]
        rows = [dict(zip(PARTS, row, strict=True)) for row in zip_longest(*sent, fillvalue="")]
        return [row for row in rows if any(row[part] for part in PARTS if part != "depth")]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-{PARTS[0]}" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [{part: _as_text(mark.get(part)) for part in PARTS} for mark in value or ()]
        blank = min(BLANK_ROWS, MOST_MARKS - len(rows))
        drawn = [self._row(name, number, row) for number, row in enumerate([*rows, *[{}] * blank])]
        context.update(
            marked=drawn[: len(rows)],
            blank=drawn[len(rows) :],
            figures=figures(self.body, [row for row in rows if row["pain"]]),
            id=context["widget"]["attrs"].get("id", f"id_{name}"),
            most=MOST_MARKS,
        )
        return context

    def _row(self, name: str, number: int, row: Mapping[str, str]) -> dict[str, Any]:
        """The four lists of one row: part, words above it, name, and options in groups: (value, words, chosen)."""
        lists = [
            {
                "part": part,
                "label": label,
                "name": f"{name}-{part}",
                "groups": _chosen(groups, row.get(part, "")),
            }
            for part, label, groups in self._lists()
        ]
        return {"number": number, "lists": lists}

    def _lists(self) -> Iterator[tuple[str, str, Groups]]:
        yield "region", "Region", [("", [("", "–")]), *self._regions()]
        yield "side", "Side", [("", [("", "–"), *((side, side.capitalize()) for side in (*SIDES, MIDDLE))])]
        yield "pain", "Pain", [("", [("", "–"), *((str(n), str(n)) for n in range(WORST_PAIN + 1))])]
        yield "depth", "Depth", [("", [(value, words.capitalize()) for value, words in DEPTHS.items()])]

    def _regions(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        for figure in self.body.figures.values():
            inside = (one for one in self.body.regions.values() if one.view == figure.id)
            yield figure.label, [(one.id, one.label) for one in inside]


class MarksField(forms.Field):
    """Marks of a body chart: a list of {"side", "region", "depth", "pain"}, or None where nothing is marked.

    A row that is begun and not finished is refused by its number, as is everything the chart itself refuses.
    """

    def __init__(self, body: Body, **kwargs: Any) -> None:
        super().__init__(widget=MarksWidget(body), **kwargs)
        self.body = body

    def to_python(self, value: Any) -> Any:
        rows = value or []
        problems = [words for number, row in enumerate(rows, 1) if (words := self._open(number, row))]
        if problems:
            raise ValidationError(problems, code="open")
        marks = [{**row, "pain": _whole(row["pain"])} for row in rows]
        problem = self.body.refusal(marks) if marks else ""
        if problem:
            raise ValidationError(problem, code="refused")
        return marks or None

    def _open(self, number: int, row: Mapping[str, str]) -> str:
        """What a begun row still needs, in words."""
        wanted = {"region": "the region", "side": "the side", "pain": "how strong the pain is, 0 to 10"}
        open_parts = [words for part, words in wanted.items() if not row[part]]
        if not open_parts:
            return ""
        if row["region"] in self.body.regions and row["side"]:
            named = self.body.named(row["side"], row["region"])
            return f"Place {number}, {named}: choose {' and '.join(open_parts)}. It is not saved yet."
        return f"Place {number}: choose {' and '.join(open_parts)}. It is not saved yet."


def _chosen(groups: Groups, value: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    return [(label, [(one, words, one == value) for one, words in options]) for label, options in groups]


def _sent(data: Any, name: str) -> list[str]:
    found = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
    return [str(one).strip() for one in found]


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


def _whole(text: str) -> int | str:
    """The number, or the text as it was given where it is none: the chart refuses that by name."""
    return int(text) if text.isdecimal() and len(text) < 9 else text
