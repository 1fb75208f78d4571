"""The form of where a draft's runs start: a stage of the ladder, or the distances they grow from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from clinic.ui.fields import DecimalWithUnitField, OneOfField
from programs.plans.checking import RUNS
from programs.plans.continuing import WEEKS
from programs.plans.models import Version, Waiver
from programs.plans.running import MOST_WEEK_KM, Start, stages_of, starts_from
from programs.plans.seen import seen_runs
from programs.prescribing import words
from programs.prescribing.forms import LONGEST_BECAUSE, SeenForm


class RunsForm(SeenForm):
    """`stages` are those of the ladder; without any the distances are asked."""

    stage = OneOfField(
        label="First stage of the ladder",
        error_messages={"required": "Choose a stage. Nothing was changed."},
        help_text="From here on, whatever stage was reached before.",
    )
    week_km = DecimalWithUnitField(
        label="Run in the last week", unit="km", min_value=0, max_value=MOST_WEEK_KM, decimal_places=1
    )
    longest_km = DecimalWithUnitField(
        label="Longest run in 30 days", unit="km", min_value=0, max_value=MOST_WEEK_KM, decimal_places=1
    )
    because = forms.CharField(
        label="Reason to start there all the same",
        max_length=LONGEST_BECAUSE,
        required=False,
        help_text="Kept with the program for clinicians.",
    )

    def __init__(
        self, *args: Any, stages: Sequence[tuple[int, str]], start: Start, seen: str, **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "runs_%s")
        kms = {"week_km": start.week_km, "longest_km": start.longest_km}
        kwargs["initial"] = ({"stage": str(start.stage)} if stages else kms) | {"seen": seen}
        super().__init__(*args, **kwargs)
        for name in ("week_km", "longest_km") if stages else ("stage",):
            del self.fields[name]
        if stages:
            named = [(str(stage), f"{stage}: {words.readable(session)}") for stage, session in stages]
            self.fields["stage"].choices = named  # type: ignore[attr-defined]
        self.asks = False

    def ask(self, said: str) -> None:
        """More than was told: from now on the form shows where to say why."""
        self.asks = self.fields["because"].required = True
        self.add_error("because", said)

    @property
    def shows_reason(self) -> bool:
        return self.asks or bool(self.is_bound and self["because"].value())

    @property
    def start(self) -> Start:
        """What was entered, once the form is valid."""
        given = self.cleaned_data
        stage = given.get("stage")
        return Start(int(stage) if stage else None, given.get("week_km"), given.get("longest_km"))


@dataclass(frozen=True, slots=True)
class Runs:
    """Where runs start, for the page: the form (None once released), and the reason kept for more than was told.

    `told` says for a next block which runs it starts from.
    """

    form: RunsForm | None
    waiver: Waiver | None
    told: str = ""


def runs_form(version: Version, *data: Any) -> RunsForm | None:
    """The form for this draft; None where nobody runs."""
    start = starts_from(version)
    return RunsForm(*data, stages=stages_of(version), start=start, seen=seen_runs(version)) if start else None


def runs_shown(version: Version, typed: RunsForm | None) -> Runs:
    """What the page shows below the weeks."""
    waiver = next((one for one in version.waivers.all() if one.guard == RUNS), None)
    if not version.is_draft:
        return Runs(None, waiver)
    return Runs(typed or runs_form(version), waiver, _told(version))


def _told(version: Version) -> str:
    """“Runs were told in 2 of the last 4 weeks, 3 in all. …”; empty where the block does not follow another."""
    told = version.proposal.get("runs_told")
    if told is None:
        return ""
    before = f" The block before planned {told['planned_km']:g} km a week." if told["planned_km"] else ""
    if not told["weeks"]:
        return f"No distance was told in the last {WEEKS} weeks, so runs are planned by time.{before}"
    many = "1 run" if told["runs"] == 1 else f"{told['runs']} runs"
    weeks = f"Distances were told in {told['weeks']} of the last {WEEKS} weeks, {many} in all."
    return f"{weeks} These runs start from them.{before}"
