"""What stands on the paper of a signed screen: plain words in order, as screen.typ sets them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.charting.result_page import ResultPage
from assessments.charting.section_page import ScreenPage
from assessments.screens.amending import differences
from assessments.screens.models import Screen
from assessments.triage.models import Decision, Result
from clinic.people.models import Account
from clinic.ui.badges import badge

SHORT = 12  # characters of a fingerprint, as pages show it
SUPPORT = "What the findings fit is for a clinician to judge."

Part = dict[str, Any]


class NotSigned(Exception):
    """A draft is still being written: only what was signed goes onto paper."""


def facts(screen: Screen, *, by: Account, now: dt.datetime) -> dict[str, Any]:
    """title, clinic, patient {name, born, record}, foot, about, notices, and parts in order. Raises NotSigned.

    Each part has heading, level (2 or 3), lines, columns, rows of two, items; all of them plain text.
    """
    if not screen.is_signed:
        raise NotSigned
    patient, page, result = screen.patient, ScreenPage(screen), _result(screen)
    rules = f", concluded by {result.ruleset}" if result else ""
    return {
        "title": f"{screen.definition.head.title}, {_day(screen.started_at)}",
        "clinic": settings.CLINIC_NAME,
        "patient": {
            "name": patient.full_name,
            "born": format_date(patient.birth_date, "j M Y"),
            "record": patient.record_number,
        },
        "foot": f"Screen {screen.pk}, {screen.label}, fingerprint {screen.fingerprint[:SHORT]}{rules}",
        "about": [
            f"Signed by {screen.signed_by}, {_moment(screen.signed_at)}.",
            f"Printed by {by}, {_moment(now)}. {SUPPORT}",
        ],
        "notices": list(_notices(screen)),
        "parts": [*_changes(screen), *(_concluded(ResultPage(result)) if result else ()), *_answers(page)],
    }


def _result(screen: Screen) -> Result | None:
    found = screen.results.to_read().prefetch_related("decisions__made_by", "impressions__made_by")
    return found.first()


def _part(
    heading: str,
    *,
    level: int = 2,
    lines: Iterable[str] = (),
    items: Iterable[str] = (),
    columns: Sequence[str] = (),
    rows: Iterable[Sequence[str]] = (),
) -> Part:
    return {
        "heading": heading,
        "level": level,
        "lines": [line for line in lines if line],
        "items": list(items),
        "columns": list(columns),
        "rows": [list(row) for row in rows],
    }


def _notices(screen: Screen) -> Iterator[str]:
    newer = screen.amendment
    if newer is not None and newer.is_signed:
        yield (
            f"This screen was amended: a newer version was signed on {_moment(newer.signed_at)}. "
            f"Reason: {newer.amended_because}"
        )
    elif newer is not None:
        yield f"This screen is being amended; the newer version is not signed yet. Reason: {newer.amended_because}"


def _changes(screen: Screen) -> Iterator[Part]:
    if screen.amends is None:
        return
    found = differences(screen)
    lines = [
        f"This amends the screen signed on {_moment(screen.amends.signed_at)}.",
        f"Reason: {screen.amended_because}",
        "" if found else "No answer differs from it.",
    ]
    items = [
        f"{one.label}: before, {one.before}; now, {one.after}. "
        f"{one.answer.answered_by}, {_moment(one.answer.answered_at)}"
        for one in found
    ]
    yield _part("What changed", lines=lines, items=items)


def _concluded(page: ResultPage) -> Iterator[Part]:
    if page.result.is_sealed:
        yield _part("Result", lines=["It opens once the clinician has recorded an impression of their own."])
        return
    said = page.said
    urgency = badge("urgency", page.result.urgency).text
    yield _part(
        f"{page.eyebrow}: {said['label']}",
        lines=[
            f"Urgency: {urgency}." + (f" {page.act_by}." if page.act_by else ""),
            said["say_clinician"],
            f"So far it fits {said['provisional']['label']}, provisionally." if said["provisional"] else "",
            f"Concluded {_moment(page.result.decided_at)} by rules {said['ruleset']} on screen {said['screen']}.",
        ],
    )
    yield from _listed(
        "These answers do not fit together", (_contradiction(one) for one in said["contradictions"])
    )
    yield from _listed("Rules that hold", (_rule(one) for one in said["fired"]))
    if page.is_explained:
        yield _findings("Speaks for it", said["for"], "Nothing found.")
        yield _findings("Speaks against it", said["against"], "Nothing found.")
    yield _findings("Not known", page.unknown, "Nothing triage needs is missing.")
    yield from _listed("Keep in mind", (f"{one['message']} ({one['id']})" for one in said["cautions"]))
    yield from _listed("Also flagged", (one["label"] for one in said["also_flagged"]))
    yield from _listed("Still to be considered", (one["label"] for one in said["considerations"]))
    if page.shows_causes:
        causes = [*said["causes"], *said["additional"]]
        yield from _listed("What may keep it coming back", (_cause(one) for one in causes))
    yield _part("The clinician’s answer", level=3, lines=_decisions(page))
    yield from _listed("Sources", _sources(said))


def _listed(heading: str, items: Iterable[str]) -> Iterator[Part]:
    """A list under its heading; nothing at all where it is empty."""
    found = list(items)
    if found:
        yield _part(heading, level=3, items=found)


def _findings(heading: str, found: Sequence[Mapping[str, Any]], nothing: str) -> Part:
    return _part(
        f"{heading} ({len(found)})",
        level=3,
        lines=[] if found else [nothing],
        items=[_finding(one) for one in found],
    )


def _finding(fact: Mapping[str, Any]) -> str:
    asks = f" (rule: {fact['asks']})" if fact.get("asks") else ""
    changes = [
        f"If {one['answer']}: {one['becomes']}" if one["answer"] else f"Could lead to: {one['becomes']}"
        for one in fact.get("changes", ())
    ]
    return ". ".join(filter(None, [f"{fact['text']}{asks}", fact.get("detail", ""), *changes]))


def _rule(rule: Mapping[str, Any]) -> str:
    cited = ", ".join(source["id"] for source in rule["sources"])
    return f"{rule['label']} ({rule['id']}). Evidence: {rule['evidence']}" + (
        f". Sources: {cited}" if cited else ""
    )


def _contradiction(one: Mapping[str, Any]) -> str:
    again = ", ".join(item["label"] for item in one["recheck"])
    return f"{one['message']} Ask again: {again} ({one['id']})"


def _cause(cause: Mapping[str, Any]) -> str:
    found = "; ".join(one["text"] for one in cause["findings"])
    return f"{cause['name']}: {cause['level_words']}. {found}"


def _sources(said: Mapping[str, Any]) -> Iterator[str]:
    """Each cited source once, in the order it is first cited."""
    cited = [source for one in [*said["fired"], *said["causes"]] for source in one["sources"]]
    for id, citation in {source["id"]: source["citation"] for source in cited}.items():
        yield f"{id}: {citation}"


def _decisions(page: ResultPage) -> Iterator[str]:
    if page.decision is None:
        yield "Not given yet."
        return
    for one in [page.decision, *page.earlier]:
        yield ("" if one == page.decision else "Before that: ") + _decided(page, one)


def _decided(page: ResultPage, decision: Decision) -> str:
    when = _moment(decision.made_at)
    if decision.agrees:
        return f"{decision.made_by} agreed, {when}."
    chosen = page.class_label(decision.klass)
    return (
        f"{decision.made_by} decided otherwise: {chosen}, {when}. "
        f"{decision.get_reason_code_display()}. {decision.reason}"
    )


def _answers(page: ScreenPage) -> Iterator[Part]:
    yield _part(
        "Answers",
        lines=["Items that were not asked are not listed. “not known” was asked, and nobody knew."],
    )
    for section, said in page.all_answers():
        yield _part(section.title, level=3, columns=["Item", "Answer"], rows=said)
    yield from _listed(
        "Photos and videos, kept with the record",
        (f"{one.title}. {one.row.added_by}, {_moment(one.row.added_at)}" for one in page.recordings),
    )


def _day(at: dt.datetime) -> str:
    return format_date(timezone.localtime(at), "j M Y")


def _moment(at: dt.datetime | None) -> str:
    if at is None:
        return ""
    return f"{format_date(timezone.localtime(at), 'D j M Y, H:i')} {timezone.get_current_timezone_name()}"
