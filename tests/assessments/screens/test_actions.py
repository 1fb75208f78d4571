"""Filling and signing a screen: what is kept, what is refused, and that nothing is half written."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from assessments.screens import actions
from assessments.screens.actions import AlreadySigned, Change, InvalidAnswers, NothingAnswered, StaleAnswers
from assessments.screens.models import Answer, Screen
from clinic.audit.models import Entry

CASE = {
    "history": {"rf_bladder_bowel": False, "age_years": 34, "side": "right", "weekly_km": [28, 30, 31, 32]},
    "exam": {"pslr_deg": {"left": 76, "right": 74}, "mtt_pelvis_controlled": True},
    "unable_due_to_pain": ["ake_deg"],
}


@pytest.fixture
def screen(world) -> Screen:
    return actions.start(patient=world.ana, by=world.carl, now=world.now)


def save(screen, world, *, by=None, now=None, **values):
    changes = {item: value if isinstance(value, Change) else Change(value) for item, value in values.items()}
    return actions.save_answers(screen=screen, changes=changes, by=by or world.carl, now=now or world.now)


def test_starting_twice_goes_on_with_the_open_draft(world, screen):
    assert actions.start(patient=world.ana, by=world.cleo, now=world.now) == screen
    assert actions.start(patient=world.ben, by=world.carl, now=world.now) != screen


def test_the_database_keeps_one_open_draft(world, screen):
    with pytest.raises(IntegrityError, match="one_open_draft_per_patient_and_screen"):
        Screen.objects.create(
            patient=world.ana,
            catalogue=screen.catalogue,
            version=1,
            fingerprint="x",
            started_at=world.now,
            started_by=world.carl,
        )


def test_a_screen_remembers_the_catalogue_it_was_taken_with(screen):
    assert screen.fingerprint == screen.definition.fingerprint
    assert screen.label == screen.definition.label


def test_a_whole_case_comes_back_as_it_went_in(world, screen):
    actions.load_case(screen=screen, case=CASE, by=world.carl, now=world.now)
    assert Screen.objects.get(pk=screen.pk).case() == CASE
    assert Screen.objects.get(pk=screen.pk).answers_for_rules().unable == {"ake_deg"}


def test_loading_a_case_again_changes_nothing(world, screen):
    actions.load_case(screen=screen, case=CASE, by=world.carl, now=world.now)
    again = actions.load_case(screen=screen, case=CASE, by=world.carl, now=world.now + dt.timedelta(hours=1))
    assert again.revisions == {}
    assert set(screen.answers.values_list("answered_at", flat=True)) == {world.now}


@pytest.mark.parametrize(
    ("item", "change", "says"),
    [
        ("pslr_deg", Change({"left": 400, "right": 70}), "0 to 130 deg"),
        ("pslr_deg", Change(70), "Give both sides"),
        ("age_years", Change({"left": 30}), "not measured on each side"),
        ("age_years", Change(float("nan")), "Give a number"),
        ("age_years", Change(value=True), "Give a number"),
        ("rf_bladder_bowel", Change("no"), "true or false"),
        ("side", Change("middle"), "one of: left, right, bilateral"),
        ("there_is_no_such_item", Change(1), "only items of"),
        ("ake_deg", Change({"left": 1, "right": 2}, unable=True), "Clear the value"),
        ("age_years", Change(None, unable=True), "pain does not stop this one"),
    ],
)
def test_an_impossible_answer_is_refused_and_nothing_is_saved(world, screen, item, change, says):
    with pytest.raises(InvalidAnswers) as refused:
        save(screen, world, body_mass_kg=60, **{item: change})
    assert list(refused.value.errors) == [item]
    assert says in refused.value.errors[item].message
    assert not screen.answers.exists()


def test_an_older_tab_overwrites_nothing(world, screen):
    save(screen, world, body_mass_kg=60, sex="female")
    save(screen, world, by=world.cleo, body_mass_kg=Change(61, based_on_revision=1))
    with pytest.raises(StaleAnswers) as stale:
        save(
            screen,
            world,
            body_mass_kg=Change(65, based_on_revision=1),
            sex=Change("male", based_on_revision=1),
        )
    clash = stale.value.clashes["body_mass_kg"]
    assert (clash.standing.value, clash.standing.answered_by, clash.wanted.value) == (61, world.cleo, 65)
    assert {answer.item: answer.value for answer in screen.answers.all()} == {
        "body_mass_kg": 61,
        "sex": "female",
    }


def test_an_older_tab_that_says_the_same_is_no_clash(world, screen):
    save(screen, world, body_mass_kg=60)
    save(screen, world, body_mass_kg=Change(61, based_on_revision=1))
    assert save(screen, world, body_mass_kg=Change(61, based_on_revision=1)).revisions == {}


def test_two_first_answers_clash_too(world, screen):
    save(screen, world, body_mass_kg=60)
    with pytest.raises(StaleAnswers):
        save(screen, world, by=world.cleo, body_mass_kg=70)


def test_asked_and_not_known_is_kept_apart_from_not_asked(world, screen):
    save(screen, world, rf_weight_loss=None)
    assert screen.answers.get().value is None
    assert screen.case() == {"history": {}, "exam": {}}


def test_one_side_alone_is_kept_and_no_side_is_not_known(world, screen):
    save(
        screen, world, pslr_deg={"left": 70, "right": None}, ely_heel_buttock_cm={"left": None, "right": None}
    )
    values = dict(screen.answers.values_list("item", "value"))
    assert values == {"pslr_deg": {"left": 70}, "ely_heel_buttock_cm": None}


def test_the_slower_of_two_signatures_is_refused(world, screen):
    save(screen, world, body_mass_kg=60)
    actions.sign(screen=screen, by=world.carl, now=world.now)
    with pytest.raises(AlreadySigned) as refused:
        actions.sign(screen=screen, by=world.cleo, now=world.now + dt.timedelta(seconds=1))
    assert refused.value.screen.signed_by == world.carl


def test_an_empty_screen_cannot_be_signed(world, screen):
    with pytest.raises(NothingAnswered):
        actions.sign(screen=screen, by=world.carl, now=world.now)


def test_a_signed_screen_takes_no_answers(world, screen):
    save(screen, world, body_mass_kg=60)
    actions.sign(screen=screen, by=world.carl, now=world.now)
    with pytest.raises(AlreadySigned):
        save(screen, world, body_mass_kg=Change(61, based_on_revision=1))


@pytest.mark.parametrize(
    "change",
    [
        "update screens_answer set value = '1'",
        "delete from screens_answer",
        "insert into screens_answer (screen_id, item, unable, revision, answered_at, answered_by_id)"
        " select screen_id, 'sex', false, 1, answered_at, answered_by_id from screens_answer",
        "update screens_screen set signed_at = null, signed_by_id = null",
        "update screens_screen set fingerprint = 'x'",
        "delete from screens_screen",
    ],
)
def test_the_database_refuses_on_a_signed_screen(world, screen, change):
    save(screen, world, body_mass_kg=60)
    actions.sign(screen=screen, by=world.carl, now=world.now)
    with pytest.raises(DatabaseError, match=r"signed screen stays? as written"), transaction.atomic():
        connection.cursor().execute(change)
    assert Answer.objects.get().value == 60


def test_the_database_lets_a_draft_be_changed(world, screen):
    save(screen, world, body_mass_kg=60)
    connection.cursor().execute("update screens_answer set value = '61'")
    assert Answer.objects.get().value == 61


def test_each_change_is_audited_without_what_it_says(world, screen):
    save(screen, world, body_mass_kg=60.5)
    actions.sign(screen=screen, by=world.carl, now=world.now)
    rows = list(Entry.objects.filter(patient=world.ana).order_by("pk").values_list("action", "what"))
    assert rows == [
        ("created", f"screen {screen.pk}"),
        ("changed", f"screen {screen.pk}: 1 answers"),
        ("changed", f"screen {screen.pk} signed"),
    ]


def test_what_the_record_knows_is_not_asked_again(world):
    screen = actions.start(patient=world.ana, by=world.carl, now=world.now)
    actions.take_from_record(screen=screen, by=world.carl, now=world.now)
    assert [(row.item, row.value) for row in screen.answers.all()] == [
        ("age_years", world.ana.age_on(world.now.date()))
    ]
    screen = Screen.objects.get(pk=screen.pk)
    assert screen.said_by_record()["age_years"].startswith("From the record: born")
    assert screen.last_saved_at is None
    actions.save_answers(screen=screen, changes={"age_years": Change(36, 1)}, by=world.carl, now=world.now)
    actions.take_from_record(screen=screen, by=world.carl, now=world.now)
    screen = Screen.objects.get(pk=screen.pk)
    assert screen.answered["age_years"].value == 36
    assert screen.said_by_record()["age_years"].startswith("The record says")


def test_what_the_record_knows_is_not_enough_to_sign(world):
    screen = actions.start(patient=world.ana, by=world.carl, now=world.now)
    actions.take_from_record(screen=screen, by=world.carl, now=world.now)
    with pytest.raises(NothingAnswered):
        actions.sign(screen=screen, by=world.carl, now=world.now)
