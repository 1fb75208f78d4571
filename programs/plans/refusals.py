"""Why a program was not proposed, changed, released or logged. Each says what was kept and what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class Refusal(Exception):
    """The text is shown to the person as it stands. Nothing was stored."""


class NotDecided(Refusal):
    """No clinician's decision stands for this result, or its screen is not signed."""


class NoProgramForThis(Refusal):
    """The decided class has no exercises: the triage message is what the patient needs."""


class NotAProposal(Refusal):
    """The version was released already, so nothing in it changes."""


class ChangedMeanwhile(Refusal):
    """Somebody else changed what this change would overwrite since its page was drawn. `changes` are sentences."""

    def __init__(self, words: str, changes: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.changes = tuple(changes)


class AlreadyReleased(NotAProposal):
    """Somebody (perhaps the same person in another tab) released this version before."""


class NoReason(Refusal):
    """A program is ended with a reason for those who come after."""


class NotReleased(Refusal):
    """The version was never released to this patient, or another took its place."""


class NothingToRelease(Refusal):
    """A program needs at least one exercise."""


class OverTheLimit(Refusal):
    """The change would make a day longer than the recipe's limit."""


class NeedsReason(OverTheLimit):
    """The change is possible, but a guard asks for a reason first."""


class NotEligible(Refusal):
    """The recipe blocks this exercise for this patient today. `exercise_id` is its row's."""

    def __init__(self, exercise_id: int, words: str) -> None:
        super().__init__(words)
        self.exercise_id = exercise_id


class WrongDose(Refusal):
    """A dose outside what can be meant. `field` names which."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class WrongDay(Refusal):
    """A session of a day to come, or of longer ago than two weeks."""


class LoggedAlready(Refusal):
    """A session of that day is logged, so it cannot be put off any more."""


class WrongPain(Refusal):
    """Pain is a whole number from 0 to 10."""


class WrongRun(Refusal):
    """Minutes or kilometres nobody runs. `field` names which."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class NotOfThisProgram(Refusal):
    """An exercise that this version does not have."""


class NothingLogged(Refusal):
    """Neither done nor could-not for any exercise."""


class NotInTheLibrary(Refusal):
    """No exercise of this region's library has that id."""


class AlreadyThere(Refusal):
    """The exercise is in the program."""


class NotThatLog(Refusal):
    """The log asks for nothing of the kind: it stopped nothing, or its morning was told before."""


class TooEasy(Refusal):
    """What comes next would be a step back: its level is lower."""


class TooMany(Refusal):
    """More than a page can show or a person can keep in mind."""


class KeyTaken(Refusal):
    """The form's key belongs to another person's session."""


class WrongLimit(Refusal):
    """A limit nobody can have. `field` names which."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class NoRunsToChange(Refusal):
    """The running policy of the program pauses running."""


class WrongName(Refusal):
    """A starting point's name that is empty, too long, in use, or tells who a patient is."""


class NotInUse(Refusal):
    """The starting point was retired."""


class InUse(Refusal):
    """The starting point is in use, so there is nothing to bring back."""


class AnotherScreen(Refusal):
    """The starting point is for programs of another screen."""


class DraftIsOpen(Refusal):
    """The program has a draft already, and it is not the next block."""
