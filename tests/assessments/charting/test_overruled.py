"""The manager's counts of overruled results: what they count, for whom, and that nobody is named."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from assessments.triage import actions
from assessments.triage.overruled import overruled
from tests.assessments.stories import DESK_WORKER, STRIDES, concluded

REASON = "Palpation points elsewhere."


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


def overrule(world, result, *, code="examination", now=None):
    chosen = "strain_moderate"
    return actions.overrule(
        result=result, klass=chosen, reason_code=code, reason=REASON, by=world.carl, now=now or world.now
    )


def test_a_rule_is_counted_by_how_often_it_was_overruled_and_why(world):
    agreed = concluded(world, DESK_WORKER)
    actions.agree(result=agreed, by=world.carl, now=world.now)
    overrule(world, concluded(world, DESK_WORKER, patient=world.ben))
    overrule(world, concluded(world, DESK_WORKER), code="history")
    (tally,) = overruled()
    assert (tally.rule, tally.ruleset, tally.label) == (
        agreed.outcome["primary"],
        agreed.ruleset,
        agreed.outcome["label"],
    )
    assert (tally.answered, tally.overruled) == (3, 2)
    assert dict(tally.because) == {"examination": 1, "history": 1}


def test_only_the_answer_that_stands_is_counted(world):
    result = concluded(world, DESK_WORKER)
    overrule(world, result)
    actions.agree(result=result, by=world.cleo, now=world.now)
    (tally,) = overruled()
    assert (tally.answered, tally.overruled) == (1, 0)


def test_a_result_nobody_answered_counts_nowhere(world):
    concluded(world, DESK_WORKER)
    assert overruled() == []


def test_a_period_leaves_out_what_was_answered_before_it(world):
    overrule(world, concluded(world, DESK_WORKER), now=world.now - dt.timedelta(days=100))
    actions.agree(result=concluded(world, STRIDES, patient=world.ben), by=world.carl, now=world.now)
    assert sum(one.overruled for one in overruled(since=world.now - dt.timedelta(days=90))) == 0
    assert sum(one.overruled for one in overruled()) == 1


def test_the_manager_reads_counts_and_no_name(world):
    overrule(world, concluded(world, DESK_WORKER))
    page = world.signed_in(world.mona).get(reverse("charting:overruled")).content.decode()
    assert "1 of 1" in page
    assert "What I found on examination points elsewhere: 1" in page
    for secret in [world.ana.legal_family_name, world.ana.record_number, REASON]:
        assert secret not in page


def test_a_period_nobody_offers_is_the_usual_one(world):
    page = world.signed_in(world.mona).get(reverse("charting:overruled"), {"period": "١٢"})
    assert page.status_code == 200
    assert page.context["period"] == "Last 90 days"


def test_the_page_costs_the_same_however_much_was_overruled(world, django_assert_max_num_queries):
    client, address = world.signed_in(world.mona), reverse("charting:overruled")
    client.get(address)
    for more in range(2):
        for story in [DESK_WORKER, STRIDES][: more + 1]:
            overrule(world, concluded(world, story, patient=world.ben if more else None))
        with django_assert_max_num_queries(4):
            client.get(address)
