"""What triage says of one screen: the class, its reasons, and what is missing. Values only."""

from dataclasses import dataclass

from assessments.triage.rules.definitions import URGENT_TIERS, Caution, Contradiction, Rule
from assessments.triage.rules.reasons import Finding


@dataclass(frozen=True, slots=True)
class Outcome:
    """What triage proposes. Decision support: a clinician agrees or overrules; nothing is a diagnosis.

    `klass` is the class id, `urgency` one of URGENCIES, `target_days` within how many days (None: no target). `fired`
    are all rules that hold, in order; `primary` the one that decided (None without a class). `provisional` is the
    class the known findings would give once the missing ones are no; for clinicians only. `missing` are item ids.
    `considerations` are other classes not ruled out that would matter beside it, gravest first. `facts_for` decided it;
    `facts_against` are signs of its own that would be expected and are absent, and what fits a class of another family
    that holds too or is still open.
    """

    klass: str
    label: str
    urgency: str
    target_days: int | None
    program: str
    say_clinician: str
    say_patient: str
    primary: Rule | None
    fired: tuple[Rule, ...]
    facts_for: tuple[Finding, ...]
    facts_against: tuple[Finding, ...]
    facts_unknown: tuple[Finding, ...]
    missing: tuple[str, ...]
    provisional: str | None
    contradictions: tuple[Contradiction, ...]
    cautions: tuple[Caution, ...]
    also_flagged: tuple[str, ...]
    considerations: tuple[str, ...]
    crosswalk: str
    ruleset: str
    screen: str

    @property
    def is_urgent(self) -> bool:
        """Tier 0 or 1: send on, no exercises, no provocative tests."""
        return self.primary is not None and self.primary.tier in URGENT_TIERS
