"""Fields nobody asked for, posted along with what patients send, change nothing."""

from __future__ import annotations

import uuid

from django.utils import timezone

from tests.promises.test_nothing_more_than_asked import PUSHY


def test_logging_a_session(story):
    ana, ben = story.ana, story.ben
    page = story.signed_in(ana.account).get("/my/session/?day=Mon")
    version = page.context["version"]
    exercise = next(name for name in page.context["form"].fields if name.startswith("exercise_"))
    asked = {
        "version": version.pk,
        "day": page.context["plan"].day,
        "client_key": uuid.uuid4(),
        "on_day": story.now.date().isoformat(),
        "pain_during": "2",
        exercise: "done",
        "again": "yes",
    }
    before = ben.session_logs.count()
    answer = story.signed_in(ana.account).post("/my/log/", PUSHY | {"patient": ben.pk} | asked)
    assert answer.status_code == 302, answer.content.decode()
    log = ana.session_logs.order_by("-pk")[0]
    assert (log.version, log.logged_at) == (version, timezone.now())
    assert not hasattr(log, "seen")
    assert ben.session_logs.count() == before


def test_answering_how_it_goes(story):
    ana, ben = story.ana, story.ben
    before = ben.outcome_answers.count()
    asked = {"client_key": uuid.uuid4(), "value": "2"}
    pushy = PUSHY | {"patient": ben.pk, "activity": ben.activities.get().pk, "on_day": "2026-02-20"}
    pushy |= {"measure": "lefs", "where": "clinic", "given_at": "2001-01-01", "given_by": "1"}
    assert story.signed_in(ana.account).post("/my/measures/ask/nprs/", pushy | asked).status_code == 302
    row = ana.outcome_answers.order_by("-pk")[0]
    assert (row.measure, row.activity, row.where, row.value) == ("nprs", None, "home", 2)
    assert (row.given_at, row.given_by, row.on_day) == (timezone.now(), ana.account, story.now.date())
    assert ben.outcome_answers.count() == before
