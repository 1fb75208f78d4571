"""Concluding from a signed screen, and the clinician's answer to it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from assessments.screens import actions as screens
from assessments.screens.models import Screen
from assessments.triage.causes import load_causes
from assessments.triage.decided import Knowledge
from assessments.triage.models import SHORTEST_REASON, Decision, Result
from assessments.triage.rules import INSUFFICIENT, REVIEW, Outcome, Ruleset, load_ruleset
from clinic.audit.actions import record
from clinic.audit.models import Entry
from clinic.booking.actions import mark_urgent
from clinic.booking.models import Urgency
from clinic.booking.waiting import ByWhen, to_be_seen
from clinic.people.models import Account

# What the desk reads beside an urgent booking: whom to ask, and nothing of what was found.
DESK_WORDS = {
    "emergency_now": "Emergency: ask the clinician now",
    "same_day": "To be seen on the same day: ask the clinician",
    "within_days": "To be seen within days: ask the clinician",
}
# The screen's own visit is shown on top of its day for these; the next one for those in BY_WHEN.
SHOWN_AT_ONCE = frozenset({"emergency_now", "same_day"})
BY_WHEN = {"same_day": Urgency.SAME_DAY, "within_days": Urgency.WITHIN_DAYS}
# Where the rules set no number: what is not known is found out today, or within three days, since nearly all
# referrals that do set one give three or more.
USUAL_DAYS = {"same_day": 0, "within_days": 3}


class NotSigned(Exception):
    """A draft is still being written; only a signed screen leads to a result."""


class Unconfirmed(Exception):
    """The patient answered these `items` at home and nobody has confirmed them; only an urgent outcome may not wait."""

    def __init__(self, items: list[str]) -> None:
        super().__init__(f"not confirmed: {', '.join(items)}")
        self.items = items


class NoRulesetForThis(Exception):
    """There are no rules for this version of the screen."""


class UnknownClass(Exception):
    """The ruleset of this result has no class of that name, or a result that decides nothing was chosen."""


class ReasonMissing(Exception):
    """Overruling needs a coded reason and a sentence somebody else can follow."""


def preview(screen: Screen) -> Outcome:
    """What the answers so far would lead to. Nothing is stored; for what is still missing, and for warnings."""
    return knowledge_for(screen).outcome(screen.answers_for_rules())


@transaction.atomic
def sign_and_conclude(*, screen: Screen, by: Account, now: dt.datetime) -> Result:
    """Sign the screen and conclude from it, both or neither. Raises Unconfirmed, and what `screens.sign` raises."""
    waiting = screen.unconfirmed
    if waiting and not screen.is_signed and not preview(screen).is_urgent:
        raise Unconfirmed(waiting)
    signed = screens.sign(screen=screen, by=by, now=now)
    return conclude(screen=signed, by=by, now=now)


@transaction.atomic
def conclude(*, screen: Screen, by: Account, now: dt.datetime) -> Result:
    """The result of a signed screen; the one already there if the same rules concluded before. Raises NotSigned.

    An urgent outcome puts the booking the screen belongs to on top of the desk's day; one that asks to be seen by a
    day marks the next visit too, and puts them on the wait list where that would come too late.
    """
    if not screen.is_signed:
        raise NotSigned
    knowledge = knowledge_for(screen)
    standing = screen.results.filter(ruleset=knowledge.ruleset.version_label).first()
    if standing is not None:
        return standing
    result = _result(screen, knowledge, by, now)
    record(action=Entry.Action.CREATED, patient=screen.patient, by=by, what=f"result {result.pk}")
    if result.urgency in SHOWN_AT_ONCE and screen.appointment is not None:
        mark_urgent(appointment=screen.appointment, because=DESK_WORDS[result.urgency], by=by, now=now)
    if result.urgency in BY_WHEN:
        to_be_seen(patient=screen.patient, by_when=by_when(result), by=by, now=now)
    return result


def by_when(result: Result) -> ByWhen:
    """The day by which they are to be seen, on the clinic's calendar, in words for the desk.

    A same-day result is due that day, also where a referral it came with has longer.
    """
    urgency = result.urgency
    days = result.target_days if urgency == "within_days" else 0
    days = USUAL_DAYS[urgency] if days is None else days
    day = timezone.localdate(result.decided_at, timezone.get_default_timezone()) + dt.timedelta(days=days)
    return ByWhen(day, DESK_WORDS[urgency], BY_WHEN[urgency])


def agree(*, result: Result, by: Account, now: dt.datetime) -> Decision:
    """The clinician holds the class to be right."""
    return _answer(Decision(result=result, agrees=True, klass=result.klass), by, now)


def overrule(
    *, result: Result, klass: str, reason_code: str, reason: str, by: Account, now: dt.datetime
) -> Decision:
    """The clinician holds another class to be right, and says why. Raises UnknownClass or ReasonMissing."""
    reason = reason.strip()
    if reason_code not in Decision.Because.values or len(reason) < SHORTEST_REASON:
        raise ReasonMissing
    if klass == result.klass or klass not in classes_to_choose(result):
        raise UnknownClass
    wanted = Decision(result=result, agrees=False, klass=klass, reason_code=reason_code, reason=reason)
    return _answer(wanted, by, now)


def classes_to_choose(result: Result) -> dict[str, str]:
    """Class id → label: what a clinician may decide on, in the order of the ruleset (gravest first)."""
    ruleset = load_ruleset(*named(result.ruleset))
    return {one.id: one.label for one in ruleset.classes.values() if one.id not in (INSUFFICIENT, REVIEW)}


def allows_program(decision: Decision) -> bool:
    """Whether the decided class leads to exercises at all."""
    ruleset = load_ruleset(*named(decision.result.ruleset))
    return ruleset.program_of(decision.klass) != "none"


def class_label(result: Result, klass: str) -> str:
    """A class of this result's ruleset in words."""
    return load_ruleset(*named(result.ruleset)).classes[klass].label


def ruleset_for(screen: Screen) -> Ruleset:
    """The newest rules that were written for this version of the screen. Raises NoRulesetForThis."""
    ruleset = load_ruleset(screen.catalogue)
    if not screen.definition.answers_to(ruleset.screen):
        raise NoRulesetForThis(f"no rules for {screen.label}; the newest are for {ruleset.screen}")
    return ruleset


def knowledge_for(screen: Screen) -> Knowledge:
    """What is concluded from this screen with today. Raises NoRulesetForThis."""
    return Knowledge(screen.definition, ruleset_for(screen), load_causes(name=screen.catalogue))


def named(label: str) -> tuple[str, int]:
    """("name.v1") → name and version, as the loaders take them."""
    name, _, version = label.rpartition(".v")
    return name, int(version)


def _result(screen: Screen, knowledge: Knowledge, by: Account, now: dt.datetime) -> Result:
    answers = screen.answers_for_rules()
    outcome = knowledge.outcome(answers)
    return Result.objects.create(
        screen=screen,
        patient=screen.patient,
        ruleset=knowledge.ruleset.version_label,
        ruleset_fingerprint=knowledge.ruleset.fingerprint,
        inputs=screen.case(),
        outcome=knowledge.in_words(answers, outcome),
        klass=outcome.klass,
        urgency=outcome.urgency,
        target_days=outcome.target_days,
        decided_at=now,
        decided_for=by,
    )


@transaction.atomic
def _answer(wanted: Decision, by: Account, now: dt.datetime) -> Decision:
    """A new row, unless the standing decision says the same: a second click decides nothing twice."""
    result = Result.objects.select_for_update(of=("self",)).select_related("patient").get(pk=wanted.result_id)
    standing = result.standing_decision
    if standing is not None and (standing.klass, standing.agrees) == (wanted.klass, wanted.agrees):
        return standing
    wanted.made_by, wanted.made_at = by, now
    wanted.save(force_insert=True)
    record(action=Entry.Action.CREATED, patient=result.patient, by=by, what=f"decision on result {result.pk}")
    return wanted
