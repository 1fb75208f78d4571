"""The chart's one line about programs: where this patient stands, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from assessments.screens.offered import place_of
from assessments.triage.actions import allows_program, class_label
from assessments.triage.models import Decision, Result
from clinic.people.models import Patient
from programs.plans.models import Version

State = Version.State


@dataclass(frozen=True, slots=True)
class NextStep:
    """`posts` says that `url` is a button's, not a link's; both empty where nothing is to be pressed."""

    title: str
    text: str = ""
    url: str = ""
    label: str = ""
    posts: bool = False


def next_step(patient: Patient, versions: Sequence[Version]) -> NextStep:
    """What is to be done now. `versions` are those not replaced, newest first, with their decisions. Two queries."""
    newest = Result.objects.order_by("-screen__started_at", "-screen_id", "-pk").select_related("screen")
    result = newest.filter(patient=patient).prefetch_related("decisions").first()
    has_now = next((one for one in versions if one.state == State.RELEASED), None)
    if result is None:
        return _without_a_result(versions)
    decision = result.standing_decision
    if decision is None:
        return _placed(_undecided(result, has_now), result)
    return _placed(_decided(result, decision, versions, has_now), result)


def _placed(step: NextStep, result: Result) -> NextStep:
    """Where there are several screens, the step says which place it is about: it follows the newest examination."""
    place = place_of(result.screen.catalogue)
    return replace(step, text=f"{place}. {step.text}") if place else step


def _without_a_result(versions: Sequence[Version]) -> NextStep:
    if versions:
        return _of_version(versions[0])
    return NextStep(
        "No result yet",
        "A program follows from a signed screen and your answer to its result: take a screen.",
    )


def _undecided(result: Result, has_now: Version | None) -> NextStep:
    kept = " They keep the program below meanwhile." if has_now else ""
    anew = "The screen was amended, so it was concluded anew. " if result.screen.amends_id else ""
    words = f"{anew}Agree with the result or decide otherwise; a program follows from your answer.{kept}"
    return NextStep("A result waits for your answer", words, _page_of(result), "Answer the result")


def _decided(
    result: Result, decision: Decision, versions: Sequence[Version], has_now: Version | None
) -> NextStep:
    if not allows_program(decision):
        return _no_program(result, decision, has_now)
    theirs = [one for one in versions if _rests_on(one, decision)]
    if theirs:
        return _of_version(theirs[0])
    kept = " They keep the one below until you release the new one." if has_now else ""
    return NextStep(
        "A program can be proposed",
        f"Decided: {class_label(result, decision.klass)}. You read it and change it before it is released.{kept}",
        reverse("prescribing:propose", args=[result.patient_id, decision.pk]),
        "Propose a program",
        posts=True,
    )


def _rests_on(version: Version, decision: Decision) -> bool:
    """Built for this decision, or for an earlier one that said the same of the same result."""
    built_for = version.program.decision
    if built_for.pk == decision.pk:
        return True
    same = built_for.result_id == decision.result_id and built_for.klass == decision.klass
    return same and version.state != State.ENDED


def _no_program(result: Result, decision: Decision, has_now: Version | None) -> NextStep:
    """Why there are no exercises, in the words of the result, or of the class it was overruled to."""
    label = class_label(result, decision.klass)
    instead = result.outcome.get("say_clinician", "") if decision.agrees else "Act on that first."
    still = ""
    if has_now and has_now.program.decision.result_id != result.pk:
        still = " The patient still sees the program below: end it if it no longer holds."
    words = f"Decided: {label}. {instead}{still}".strip()
    return NextStep("No exercises for now", words, _page_of(result), "Open the result")


def _of_version(version: Version) -> NextStep:
    page = reverse("prescribing:program", args=[version.patient_id, version.pk])
    if version.state == State.PROPOSED:
        return NextStep(
            "Waits for your release", "The patient sees nothing of it yet.", page, "Read and release"
        )
    if version.state == State.RELEASED:
        return NextStep("With the patient", "What they log appears below.", page, "Open the program")
    words = "The patient has no program. Another begins with a new screen, or a new answer to the result."
    return NextStep("The program was ended", words, page, "Open the ended program")


def _page_of(result: Result) -> str:
    return reverse("charting:triage", args=[result.patient_id, result.pk])
