"""What waits to be answered about how it goes, and what got better: finished facts for the patient's pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from clinic.people.models import Patient
from programs.outcomes.given import Given, given_by
from programs.outcomes.reading import load_schedule
from programs.outcomes.schedule import ACTIVITIES, CHANGE, Asked, Standing, is_open
from programs.outcomes.showing import Picture, picture
from programs.plans.courses import Course, course_of


@dataclass(frozen=True, slots=True)
class Question:
    """One question of today: its short name and its page. `is_answered` ones may be answered again."""

    label: str
    url: str
    is_answered: bool = False


@dataclass(frozen=True)
class Measures:
    """Everything about one patient's measures now: two queries (`measures_of`)."""

    given: Given
    course: Course
    now: dt.datetime

    @property
    def began_on(self) -> dt.date:
        return self.course.began_at.astimezone(self.given.patient.zone).date()

    @property
    def today(self) -> dt.date:
        """The patient's own day."""
        return self.now.astimezone(self.given.patient.zone).date()

    @cached_property
    def waiting(self) -> list[Question]:
        """What is due now, in the order it is asked."""
        return [self._question(one) for one in self._at_home() if one.due]

    @cached_property
    def answered(self) -> list[Question]:
        """What is answered for this time and can be answered again until it closes."""
        return [
            self._question(one, is_answered=True)
            for one in self._at_home()
            if not one.due and self.is_open(one.asked) and (one.activity or one.asked.id != ACTIVITIES)
        ]

    @property
    def next_on(self) -> dt.date | None:
        """When the next question opens; None when nothing more is asked."""
        return min((one.next.opens_on for one in self._at_home() if one.next), default=None)

    @property
    def picture(self) -> Picture:
        return picture(self.given, began_at=self.course.began_at)

    def is_open(self, asked: Asked) -> bool:
        return is_open(load_schedule(), asked, began_on=self.began_on, today=self.today)

    def _at_home(self) -> list[Standing]:
        found = self.given.standing(began_at=self.course.began_at, now=self.now)
        return [one for one in found if not one.asked.is_total]

    def _question(self, one: Standing, *, is_answered: bool = False) -> Question:
        if one.asked.id != ACTIVITIES:
            label = "Better or worse?" if one.asked.id == CHANGE else one.asked.title
            return Question(label, reverse("portal:measure", args=[one.asked.id]), is_answered)
        if not one.activity:
            return Question("What would you like to do again?", reverse("portal:activities"))
        words = {activity.pk: activity.words for activity in self.given.listed}
        return Question(
            f"“{words[one.activity]}”", reverse("portal:activity", args=[one.activity]), is_answered
        )


def measures_of(patient: Patient, *, now: dt.datetime) -> Measures | None:
    """None while the patient sees no program: then nothing is asked."""
    course = course_of(patient)
    if course is None or not course.is_open:
        return None
    return Measures(given_by(patient), course, now)


def waiting_count(patient: Patient, *, now: dt.datetime) -> int:
    """How many questions wait, for the line on today's page."""
    found = measures_of(patient, now=now)
    return len(found.waiting) if found else 0


def what_got_better(patient: Patient) -> Picture:
    """The facts of templates/portal/_measures.html, as `picture`: of the last course, ended or not. Two queries."""
    course = course_of(patient)
    return picture(given_by(patient), began_at=course.began_at if course else None)
