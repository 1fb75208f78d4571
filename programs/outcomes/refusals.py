"""Why an answer or an activity was not stored. Each says what was kept and what to do next."""

from __future__ import annotations


class Refusal(Exception):
    """The text is shown to the person as it stands. Nothing was stored. `field` is where a form tells it."""

    field = ""


class NotAsked(Refusal):
    """No measure of this name is asked of anybody."""


class ItemsNotShown(Refusal):
    """A licensed questionnaire: a clinician enters its total, a patient is never shown its items."""


class OutOfRange(Refusal):
    """A value the measure does not have."""

    field = "value"


class WrongDay(Refusal):
    """An answer for a day to come, or for more than two weeks ago."""

    field = "on_day"


class NotTheirActivity(Refusal):
    """An activity that is another patient's, or none where one is rated."""


class OffTheList(Refusal):
    """The activity was taken off the list before."""


class NoWords(Refusal):
    """An activity without words, or with too many."""

    field = "words"


class SameActivity(Refusal):
    """The same words stand on the list already."""

    field = "words"


class TooManyActivities(Refusal):
    """Three are on the list."""

    field = "words"


class KeyTaken(Refusal):
    """The form's key belongs to another person's answer, or to another form."""
