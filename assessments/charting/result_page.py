"""What the page of a triage result shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date

from assessments.charting.rows import page_above, words_before
from assessments.screens.models import Screen
from assessments.triage import actions
from assessments.triage.models import Decision, Impression, Result, Telling
from assessments.triage.rules import URGENT_TIERS
from assessments.triage.telling import words_for_patient

SHOWN_FIRST = 8
UNDATED = {
    "same_day": "Find out today what is not known",
    "within_days": "Find out within days what is not known",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One list of findings: the first few, and the rest. `fold` names the rest: “19 more that speak for it”."""

    kind: str
    title: str
    icon: str
    first: list[dict[str, Any]]
    rest: list[dict[str, Any]]
    fold: str
    nothing: str

    @property
    def count(self) -> int:
        return len(self.first) + len(self.rest)


def _column(kind: str, title: str, icon: str, found: list[dict[str, Any]], nothing: str) -> Column:
    first, rest = found[:SHOWN_FIRST], found[SHOWN_FIRST:]
    words = {"for": "that speak for it", "against": "that speak against it", "unknown": "not known"}[kind]
    return Column(kind, title, icon, first, rest, f"{len(rest)} more {words}", nothing)


@dataclass
class ResultPage:
    """A stored result with its decisions. The words are the ones stored with it, never today's rules."""

    result: Result

    @property
    def said(self) -> dict[str, Any]:
        return self.result.outcome  # type: ignore[no-any-return]

    @property
    def eyebrow(self) -> str:
        """What stands above the class: with too little or too contradictory findings, nothing fits."""
        return words_before(self.result)

    @property
    def is_urgent(self) -> bool:
        """An emergency or a referral: the page says what to do first, and folds everything else away."""
        return bool(self.said["is_urgent"])

    @property
    def act_by(self) -> str:
        """By when something has to happen, as the title of what to do."""
        if self.result.urgency == "emergency_now":
            return "Act now"
        if self.target_on is None:
            return UNDATED.get(self.result.urgency, "")
        day = format_date(self.target_on, "D j M Y")
        if not self.result.target_days:
            return f"Act the same day: {day}"
        # A referral within days, with a red flag that is not ruled out yet.
        first = f"{UNDATED['same_day']}. " if self.result.urgency == "same_day" else ""
        return f"{first}Act by {day}"

    @property
    def rule(self) -> dict[str, Any] | None:
        """The rule that decided, or that would; None where no rule holds."""
        named = self.said["primary"] or (self.said["provisional"] and self.said["fired"][0]["id"])
        return next((one for one in self.said["fired"] if one["id"] == named), None)

    @property
    def other_rules(self) -> list[dict[str, Any]]:
        """Rules that hold too, but did not decide."""
        return [one for one in self.said["fired"] if one != self.rule]

    @property
    def urgent_too(self) -> list[dict[str, Any]]:
        """Of an urgent result, the other urgent rules that hold, one a class: they need acting on as well."""
        held = [one for one in self.said["fired"] if one["tier"] in URGENT_TIERS] if self.is_urgent else []
        gravest = {one["label"]: one for one in reversed(held) if one["label"] != self.said["label"]}
        return list(reversed(gravest.values()))

    @property
    def shows_causes(self) -> bool:
        """What keeps it coming back matters once there is a class with something to train; never beside a red flag."""
        return bool(self.said["primary"]) and not self.is_urgent

    @property
    def folded(self) -> str:
        """What lies behind the fold of an urgent result, so that nobody has to open it to know."""
        counted = {
            "to keep in mind": len(self.said["cautions"]),
            "speaking against it": len(self.said["against"]),
            "not known": len(self.unknown),
            "not excluded": len(self.said["considerations"]),
        }
        return ", ".join(f"{number} {words}" for words, number in counted.items() if number)

    @property
    def is_explained(self) -> bool:
        """Whether there is a class, given or provisional, that findings speak for or against."""
        return bool(self.said["primary"] or self.said["provisional"])

    @cached_property
    def classes(self) -> dict[str, str]:
        """What the clinician may choose instead: every class but the one proposed."""
        choices = actions.classes_to_choose(self.result)
        return {name: label for name, label in choices.items() if name != self.result.klass}

    @cached_property
    def decision(self) -> Decision | None:
        return self.result.standing_decision

    @property
    def impressions(self) -> list[tuple[Impression, str]]:
        """What clinicians thought before it opened to them, each with its class in words."""
        return [
            (one, self.class_label(one.klass) if one.klass else "I cannot say yet")
            for one in self.result.impressions.all()
        ]

    @property
    def earlier(self) -> list[Decision]:
        """Decisions that a newer one replaced, newest first."""
        standing = self.decision
        return [one for one in reversed(self.result.decisions.all()) if one != standing]

    @property
    def decided_label(self) -> str:
        return self.class_label(self.decision.klass) if self.decision else ""

    def class_label(self, klass: str) -> str:
        return actions.class_label(self.result, klass)

    @property
    def target_on(self) -> dt.date | None:
        """The day by which somebody should have seen to it; None where the rules set none."""
        if self.result.target_days is None:
            return None
        return timezone.localdate(self.result.decided_at) + dt.timedelta(days=self.result.target_days)

    @cached_property
    def newer(self) -> Screen | None:
        """The version that takes the place of this result's screen, signed or being written."""
        return self.result.screen.amendments.select_related("signed_by").first()

    @cached_property
    def newest_result(self) -> Result | None:
        """What was concluded from that version; None while it is a draft."""
        return self.newer.results.first() if self.newer else None

    @property
    def propose_url(self) -> str:
        """Where a program is proposed from the standing decision; empty when its class leads to none, or when a newer
        version of the screen says otherwise."""
        if self.decision is None or self.newest_result or not actions.allows_program(self.decision):
            return ""
        return page_above("prescribing:propose", self.result.patient_id, self.decision.pk)

    @property
    def leads_to_no_program(self) -> bool:
        return self.decision is not None and not actions.allows_program(self.decision)

    @cached_property
    def patient_words(self) -> str:
        """What the patient reads once it is released; empty before the answer."""
        return words_for_patient(self.decision) if self.decision else ""

    @property
    def told(self) -> Telling | None:
        """The text released with the standing decision, if it was."""
        return getattr(self.decision, "telling", None)

    @property
    def may_tell(self) -> bool:
        """Whether the text waits for a press of its own: without a program nothing else releases it."""
        return self.leads_to_no_program and self.told is None and bool(self.patient_words)

    @property
    def missing(self) -> list[dict[str, Any]]:
        """Each missing item with the answers that would change the class."""
        changes: dict[str, list[dict[str, str]]] = {}
        for change in self.said["could_change"]:
            changes.setdefault(change["id"], []).append(change)
        return [{**item, "changes": changes.get(item["id"], [])} for item in self.said["missing"]]

    @property
    def columns(self) -> list[Column]:
        """For, against and not known, alike: what decides most first, the rest behind a fold.

        Without a class, what is not known comes first; of an urgent one, what speaks for it stands above already.
        """
        if not self.is_explained:
            return []
        against = _column(
            "against", "Speaks against it", "minus-circle", self.said["against"], "Nothing found."
        )
        unknown = _column(
            "unknown", "Not known", "question", self.unknown, "Nothing triage needs is missing."
        )
        if self.is_urgent:
            return [against, unknown]
        supporting = _column("for", "Speaks for it", "plus", self.said["for"], "Nothing found.")
        return [supporting, against, unknown] if self.said["primary"] else [unknown, supporting, against]

    @property
    def unknown(self) -> list[dict[str, Any]]:
        """What is missing, that which would change the class first; then what the deciding rule leaves open."""
        missing = sorted(self.missing, key=lambda item: not item["changes"])
        rows = [{**item, "text": item["label"]} for item in missing]
        said = {row["text"] for row in rows}
        return rows + [one for one in self.said["unknown"] if one["text"] not in said]

    @property
    def answers_url(self) -> str:
        return reverse("charting:answers", args=[self.result.patient_id, self.result.screen_id])
