"""Every edit is checked against the whole week, and nothing goes out that breaks a guard nobody set aside."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from programs.plans import actions, edits
from programs.plans.checking import Consequence, Reason, broken, check, few
from programs.plans.models import Exercise, Waiver
from programs.plans.refusals import NeedsReason, OverTheLimit

REASON = "She has the time."


def rows(story):
    return list(story.proposed.listed_now())


def one_more(story, **given):
    """A copy of the first exercise under another name, not stored."""
    row = story.proposed.listed_now().first()
    facts = {"pk": None, "library_id": "one_more", "name": "One more", "position": 99}
    for name, value in (facts | given).items():
        setattr(row, name, value)
    return row


def checked(story, after, because=""):
    reason = Reason(because, story.by, story.now)
    return check(story.proposed, before=rows(story), after=after, reason=reason)


def test_what_an_edit_does_is_said(ana_story):
    after = rows(ana_story)
    after[0].minutes += 2
    done = checked(ana_story, after)
    assert done.minutes_after > done.minutes_before
    assert "minutes more" in done.in_words
    assert checked(ana_story, rows(ana_story)).in_words == ""


def test_fewer_and_more_days_are_named():
    done = Consequence(Decimal(30), Decimal(20), ("Dead bug",), ("Step up", "Side lift"))
    assert done.in_words == (
        "The week takes 10 minutes less. Fewer days for: Dead bug. More days for: Step up, Side lift."
    )


def crowding(story, **given):
    """One more exercise in a week whose strength sessions are full."""
    story.proposed.proposal["limits"]["strength_min"] = 8
    facts = {"per_week": "3", "minutes": Decimal(3), "points": 0}
    return [*rows(story), one_more(story, **facts | given)]


def days(version, listed):
    planned = version.block(listed).weeks[0].days
    return {one.name: sum(one in day.all for day in planned) for one in listed}


def test_what_a_reason_would_do_to_the_others_is_said_before_it_is_given(ana_story):
    after = crowding(ana_story)
    before = days(ana_story.proposed, rows(ana_story))
    with pytest.raises(NeedsReason) as refused:
        checked(ana_story, after)
    assert ana_story.proposed.proposal["keep"] == []
    done = checked(ana_story, after, because=REASON)
    now = days(ana_story.proposed, after)
    fewer = [name for name, many in before.items() if now[name] < many]
    assert fewer, "the story takes days from others"
    assert list(done.fewer_days) == sorted(fewer)
    assert f"With a reason it is kept, and then: fewer days for {few(sorted(fewer))}." in str(refused.value)


def test_where_nothing_loses_days_nothing_is_said(ana_story):
    after = crowding(ana_story, per_week="1", minutes=Decimal(12))
    before = days(ana_story.proposed, rows(ana_story))
    with pytest.raises(NeedsReason, match="finds no day") as refused:
        checked(ana_story, after)
    assert "With a reason" not in str(refused.value)
    checked(ana_story, after, because=REASON)
    now = days(ana_story.proposed, after)
    assert all(now[name] >= many for name, many in before.items())


def test_at_most_three_exercises_are_named():
    assert few(["A", "B", "C"]) == "A, B, C"
    assert few(["A", "B", "C", "D", "E"]) == "A, B, C and 2 more"


def test_many_without_a_day_are_not_all_named(ana_story):
    Exercise.objects.filter(version=ana_story.proposed, category="core").update(proposed_minutes=16)
    with pytest.raises(NeedsReason, match="And 2 more find no day") as refused:
        edits.change_dose(
            exercise=ana_story.proposed.listed_now().get(category="core"),
            sets=6,
            reps="8-10",
            hold_s="",
            rest_s=60,
            by=ana_story.by,
            now=ana_story.now,
        )
    assert str(refused.value).count(" finds no day") == 3
    assert "“Dead bug” finds no day" in str(refused.value), "what was changed is named first"


def test_what_no_reason_can_give_a_day_is_refused_outright(ana_story):
    """A warm-up for runs, where running is paused."""
    version = ana_story.proposed
    version.exercises.filter(category__in=["dynamic_warmup", "cooldown"]).delete()
    version.proposal |= {"running": "none_yet"}
    version.save(update_fields=["proposal"])
    warm_up = one_more(ana_story, category="dynamic_warmup", per_week="every run")
    runs = [{**day, "strength": None} for day in version.proposal["week"]]
    version.proposal["week"] = runs
    for because in ("", REASON):
        with pytest.raises(OverTheLimit, match=r"running is paused.*Nothing was changed") as refused:
            check(
                version,
                before=rows(ana_story),
                after=[*rows(ana_story), warm_up],
                reason=Reason(because, ana_story.by, ana_story.now),
            )
        assert not isinstance(refused.value, NeedsReason)
        assert version.proposal["keep"] == []
    assert not Waiver.objects.exists()


def test_days_longer_than_the_patient_has_do_not_hang(ana_story):
    """Found by a five-minute patient: with every exercise of a day kept, the day was shortened for ever."""
    version = ana_story.proposed
    version.proposal["asked"]["minutes"] = 5
    version.proposal["keep"] = [one.library_id for one in rows(ana_story)]
    assert version.block(rows(ana_story)).left_out == {}
    assert any("the patient has 5" in words for words in broken(version, rows(ana_story)))


def waive(story, id, guard="room"):
    return Waiver.objects.create(
        version=story.proposed,
        library_id=id,
        guard=guard,
        words="x",
        because=REASON,
        made_at=story.now,
        made_by=story.by,
    )


def crammed(story):
    """Every exercise keeps its days, whatever the guards say."""
    version = story.proposed
    version.proposal["asked"]["minutes"] = 10
    version.proposal["keep"] = [one.library_id for one in rows(story)]
    version.save(update_fields=["proposal"])
    return version


def test_a_reason_for_one_exercise_excuses_no_other_day(ana_story):
    version = crammed(ana_story)
    every = broken(version, rows(ana_story))
    assert len(every) > 1
    walk = ana_story.proposed.exercises.get(category="cooldown").library_id
    waive(ana_story, walk)
    still = broken(version, rows(ana_story))
    assert still
    assert set(still) < set(every), "days with the walk are excused, the others are not"


def test_a_dislike_set_aside_excuses_no_full_day(ana_story):
    version = crammed(ana_story)
    every = broken(version, rows(ana_story))
    for one in rows(ana_story):
        waive(ana_story, one.library_id, guard="wish")
    assert broken(version, rows(ana_story)) == every


def test_a_broken_guard_is_not_released(ana_story):
    crammed(ana_story)
    with pytest.raises(OverTheLimit, match=r"the patient has 10.*Nothing was released"):
        actions.release(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)
    ana_story.proposed.refresh_from_db()
    assert ana_story.proposed.is_draft


def test_with_a_reason_for_each_it_is_released(ana_story):
    crammed(ana_story)
    for one in rows(ana_story):
        waive(ana_story, one.library_id)
    assert ana_story.released.state == "released"


def test_an_exercise_without_a_day_is_not_released(ana_story):
    Exercise.objects.filter(version=ana_story.proposed, category="core").update(minutes=Decimal(70))
    with pytest.raises(OverTheLimit, match="“Dead bug” finds no day"):
        actions.release(version=ana_story.proposed, by=ana_story.by, now=ana_story.now)


def test_a_version_older_than_blocks_breaks_no_guard_it_never_had(ana_story):
    version = ana_story.proposed
    del version.proposal["runner"]
    assert broken(version, rows(ana_story)) == []


def test_removing_is_an_edit_too(ana_story):
    done = edits.remove_exercise(exercise=rows(ana_story)[0], by=ana_story.by, now=ana_story.now)
    assert done.more_days == ("Slider curl",), "the other of its kind takes over its days"


def test_reasons_stay_with_a_released_version(ana_story):
    waive(ana_story, rows(ana_story)[0].library_id)
    version = ana_story.released
    for change in (
        lambda: version.waivers.update(because="other"),
        lambda: version.waivers.all().delete(),
        lambda: waive(ana_story, "another"),
    ):
        with pytest.raises(DatabaseError, match="stay as written"), transaction.atomic():
            change()
