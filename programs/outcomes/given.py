"""What a patient named and answered, read once for a page: one query, however much there is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from clinic.people.models import Patient
from programs.outcomes.judging import Point
from programs.outcomes.models import Activity, Answer
from programs.outcomes.reading import load_schedule
from programs.outcomes.schedule import Days, Standing, Subject, standing

MOST_READ = 1000  # answers, the newest; two years of every question are fewer


@dataclass(frozen=True)
class Given:
    """`activities` oldest first, those off the list too; `answers` by day, the one that stands of each.

    `corrected` are the values it took the place of, by its id, newest first.
    """

    patient: Patient
    activities: tuple[Activity, ...]
    answers: tuple[Answer, ...]
    corrected: Mapping[int, list[int]] = field(default_factory=dict)

    @property
    def listed(self) -> tuple[Activity, ...]:
        return tuple(one for one in self.activities if one.is_listed)

    @cached_property
    def by_question(self) -> dict[tuple[str, int], list[Answer]]:
        """(measure, activity or 0) → its answers, by day."""
        found: dict[tuple[str, int], list[Answer]] = defaultdict(list)
        for answer in self.answers:
            found[answer.measure, answer.activity_id or 0].append(answer)
        return dict(found)

    def points(self, measure: str, activity: int = 0) -> tuple[Point, ...]:
        answers = self.by_question.get((measure, activity), ())
        return tuple(Point(one.on_day, float(one.value)) for one in answers)

    @property
    def days(self) -> Days:
        return {about: [one.on_day for one in answers] for about, answers in self.by_question.items()}

    def standing(self, *, began_at: dt.datetime, now: dt.datetime) -> tuple[Standing, ...]:
        """How each question stands now, for a program that began at that moment."""
        zone = self.patient.zone
        return standing(
            load_schedule(),
            began_on=began_at.astimezone(zone).date(),
            today=now.astimezone(zone).date(),
            answered=self.days,
            activities=[Subject(one.pk, one.named_on) for one in self.listed],
        )


def given_by(patient: Patient) -> Given:
    """Everything this patient answered. Of several answers of one day to one question the newest stands.

    An activity is named with its first rating, so the answers name every activity.
    """
    newest = Answer.objects.filter(patient=patient).select_related("given_by", "activity")
    of_day: dict[tuple[str, int | None, dt.date], Answer] = {}
    corrected: dict[int, list[int]] = defaultdict(list)
    for answer in newest.order_by("-on_day", "-pk")[:MOST_READ]:
        stands = of_day.setdefault((answer.measure, answer.activity_id, answer.on_day), answer)
        if stands is not answer:
            corrected[stands.pk].append(answer.value)
    activities = {one.activity.pk: one.activity for one in of_day.values() if one.activity}
    in_order = sorted(activities.values(), key=lambda one: (one.named_at, one.pk))
    return Given(patient, tuple(in_order), tuple(reversed(of_day.values())), dict(corrected))


def compared_since(given: Given, began_at: dt.datetime | None) -> dt.date | None:
    """From which day on answers belong to this course: a baseline is often taken before the release."""
    if began_at is None:
        return None
    began_on = began_at.astimezone(given.patient.zone).date()
    return began_on - dt.timedelta(days=load_schedule().baseline_days)
