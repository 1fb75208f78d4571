"""What the page of a triage result shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from assessments.charting.rows import page_above, words_before
from assessments.triage import actions
from assessments.triage.models import Decision, Result


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
    def earlier(self) -> list[Decision]:
        """Decisions that a newer one replaced, newest first."""
        standing = self.decision
        return [one for one in reversed(self.result.decisions.all()) if one != standing]

    @property
    def decided_label(self) -> str:
        return actions.class_label(self.result, self.decision.klass) if self.decision else ""

    @property
    def target_on(self) -> dt.date | None:
        """The day by which somebody should have seen to it; None where the rules set none."""
        if self.result.target_days is None:
            return None
        return timezone.localdate(self.result.decided_at) + dt.timedelta(days=self.result.target_days)

    @property
    def propose_url(self) -> str:
        """Where a program is proposed from the standing decision; empty when its class leads to none."""
        if self.decision is None or not actions.allows_program(self.decision):
            return ""
        return page_above("prescribing:propose", self.result.patient_id, self.decision.pk)

    @property
    def leads_to_no_program(self) -> bool:
        return self.decision is not None and not actions.allows_program(self.decision)

    @property
    def missing(self) -> list[dict[str, Any]]:
        """Each missing item with the answers that would change the class."""
        changes: dict[str, list[dict[str, str]]] = {}
        for change in self.said["could_change"]:
            changes.setdefault(change["id"], []).append(change)
        return [{**item, "changes": changes.get(item["id"], [])} for item in self.said["missing"]]

    @property
    def answers_url(self) -> str:
        return reverse("charting:answers", args=[self.result.patient_id, self.result.screen_id])
