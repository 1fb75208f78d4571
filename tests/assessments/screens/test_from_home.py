"""What a patient answers at home: who may, until when, and what the rules may make of it before it is confirmed."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from assessments.screens import actions as screens
from assessments.screens import amending, from_home
from assessments.screens.actions import Change, InvalidAnswers, NotOffered
from assessments.screens.from_home import Closed, NotAskedAtHome, at_home
from assessments.screens.models import Answer, Screen
from assessments.screens.offered import usual_screen
from assessments.triage import actions as triage
from assessments.triage.actions import Unconfirmed
from clinic.audit.models import Entry
from clinic.booking.actions import cancel
from tests.assessments.stories import DESK_WORKER, case
from tests.places import OTHER, USUAL, offers

YES, NO = True, False
CORE = "rf_saddle_numbness"


@pytest.fixture
def visit(world):
    return world.booked()


def says(world, item, value, *, patient=None, now=None, of=USUAL.screen):
    patient, now = patient or world.ana, now or world.now
    return from_home.answer(
        patient=patient, catalogue=of, item_id=item, value=value, by=patient.account, now=now
    )


def the_draft() -> Screen:
    return Screen.objects.get(catalogue=usual_screen(), patient__legal_given_name="Ana")


def all_said_at_home(world) -> Screen:
    """Ana has answered the whole history of a calm story at home, where it is asked there."""
    said = case(DESK_WORKER)["history"]
    asked = {item.id for item in at_home(world.ana, now=world.now).definition.asked_at_home}
    for item, value in said.items():
        if item in asked:
            says(world, item, value)
    return the_draft()


def test_the_first_answer_begins_the_draft_of_the_visit(world, visit):
    assert says(world, "onset", "sudden") is False
    draft = the_draft()
    assert (draft.appointment, draft.started_by) == (visit, world.ana.account)
    assert draft.answered["onset"].said_by == "patient"
    says(world, "onset", "gradual")
    assert the_draft().answered["onset"].value == "gradual"
    assert Entry.objects.filter(account=world.ana.account, patient=world.ana).exists()


def test_a_yes_to_a_red_flag_marks_the_booking_at_once_and_stays(world, visit):
    assert says(world, CORE, YES) is True
    visit.refresh_from_db()
    assert visit.urgent_since == world.now
    assert visit.urgent_because == from_home.DESK_WORDS
    assert says(world, CORE, NO) is False
    visit.refresh_from_db()
    assert visit.urgent_since == world.now, "the desk takes it back, not a second thought at home"


def test_a_yes_to_a_red_flag_puts_them_on_the_desks_list_for_today(world, visit):
    says(world, CORE, YES)
    says(world, CORE, YES)
    visit.refresh_from_db()
    entry = world.ana.wait_list_entries.get()
    assert entry.target_day == visit.target_day == world.now.date()
    assert (entry.instead_of, entry.note, entry.added_by) == (visit, from_home.DESK_WORDS, world.ana.account)


def test_every_red_flag_warns_and_nothing_else_does(world, visit):
    definition = at_home(world.ana, now=world.now).definition
    flags = [item for item in definition.asked_at_home if item.kind == "bool" and item.group == "red_flag"]
    others = [item for item in definition.asked_at_home if item.kind == "bool" and item not in flags]
    assert all(definition.warns(item, YES) for item in flags)
    assert not any(definition.warns(item, NO) for item in flags)
    assert not any(definition.warns(item, YES) for item in others)
    assert len(flags) > 15
    assert others


def test_an_unconfirmed_no_is_not_known_and_an_unconfirmed_yes_counts(world, visit):
    says(world, CORE, NO)
    draft = the_draft()
    assert CORE not in draft.case()["history"]
    assert CORE in triage.preview(draft).missing
    says(world, CORE, YES)
    draft = the_draft()
    assert draft.case()["history"] == {CORE: True}
    assert triage.preview(draft).urgency == "emergency_now"


def test_nothing_said_at_home_counts_towards_calm(world, visit):
    """A whole calm history from home leads to the same outcome as an empty screen."""
    empty = screens.start(patient=world.ben, by=world.carl, now=world.now)
    draft = all_said_at_home(world)
    assert len(draft.answered) > 30
    assert triage.preview(draft).klass == triage.preview(empty).klass == "insufficient_information"
    from_home.confirm(screen=draft, items=draft.unconfirmed, by=world.carl, now=world.now)
    assert CORE in Screen.objects.get(pk=draft.pk).case()["history"]


def test_what_is_asked_next_follows_from_what_was_said(world, visit):
    assert "worse_side" not in {item.id for item in at_home(world.ana, now=world.now).questions()}
    says(world, "side", "bilateral")
    assert "worse_side" in {item.id for item in at_home(world.ana, now=world.now).questions()}


def test_a_screen_with_unconfirmed_answers_is_not_signed(world, visit):
    draft = all_said_at_home(world)
    with pytest.raises(Unconfirmed) as refused:
        triage.sign_and_conclude(screen=draft, by=world.carl, now=world.now)
    assert refused.value.items == draft.unconfirmed
    assert not the_draft().is_signed
    from_home.confirm(screen=draft, items=draft.unconfirmed, by=world.carl, now=world.now)
    assert triage.sign_and_conclude(screen=the_draft(), by=world.carl, now=world.now)


def test_an_urgent_screen_never_waits_for_a_confirmation(world, visit):
    says(world, "onset", "gradual")
    says(world, CORE, YES)
    result = triage.sign_and_conclude(screen=the_draft(), by=world.carl, now=world.now)
    assert result.urgency == "emergency_now"
    assert result.inputs["history"] == {CORE: True}


def test_confirming_keeps_whose_answer_it_was_and_changing_makes_it_the_clinicians(world, visit):
    says(world, "onset", "gradual")
    says(world, "pop_felt", NO)
    draft = the_draft()
    assert from_home.confirm(screen=draft, items=["onset"], by=world.carl, now=world.now) == 1
    assert from_home.confirm(screen=draft, items=["onset"], by=world.cleo, now=world.now) == 0
    screens.save_answers(
        screen=draft,
        changes={"pop_felt": Change(value=True, based_on_revision=1)},
        by=world.carl,
        now=world.now,
    )
    onset, pop = (Answer.objects.get(item=name) for name in ("onset", "pop_felt"))
    assert (onset.said_by, onset.answered_by, onset.confirmed_by) == (
        "patient",
        world.ana.account,
        world.carl,
    )
    assert (pop.said_by, pop.answered_by, pop.confirmed_by, pop.value) == (
        "clinician",
        world.carl,
        None,
        True,
    )


def test_a_patient_never_writes_over_a_clinician(world, visit):
    draft = screens.start(patient=world.ana, by=world.carl, now=world.now, appointment=visit)
    says(world, "onset", "gradual")
    screens.save_answers(screen=draft, changes={"pop_felt": Change(value=True)}, by=world.carl, now=world.now)
    with pytest.raises(Closed):
        says(world, "pop_felt", NO)
    assert Answer.objects.get(item="pop_felt").value is True


def test_a_confirmation_closes_the_questions_too(world, visit):
    says(world, "onset", "gradual")
    from_home.confirm(screen=the_draft(), items=["onset"], by=world.carl, now=world.now)
    with pytest.raises(Closed):
        says(world, "onset", "sudden")


@pytest.mark.parametrize("why", ["none booked", "begun", "cancelled", "a follow-up"])
def test_there_is_nothing_to_answer_without_an_assessment_ahead(world, why):
    now = world.now
    if why == "a follow-up":
        world.booked(type=world.follow_up)
    elif why != "none booked":
        visit = world.booked()
        now = visit.starts_at if why == "begun" else now
        if why == "cancelled":
            cancel(appointment=visit, because="The patient rang.", by=world.dee, now=now)
    with pytest.raises(Closed):
        says(world, "onset", "sudden", now=now)
    assert not Screen.objects.exists()


def test_the_draft_follows_a_new_booking(world, visit):
    says(world, "onset", "gradual")
    cancel(appointment=visit, because="The patient rang.", by=world.dee, now=world.now)
    other = world.booked(starts_at=visit.starts_at + dt.timedelta(days=1))
    says(world, CORE, YES)
    assert the_draft().appointment == other
    other.refresh_from_db()
    assert other.urgent_since


@pytest.mark.parametrize("item", ["slr_deg", "age_years", "no_such_item"])
def test_what_is_not_asked_at_home_is_refused(world, visit, item):
    with pytest.raises(NotAskedAtHome):
        says(world, item, 1)
    assert not Screen.objects.exists()


@pytest.mark.parametrize("value", [11, -1, "a lot", float("nan"), True, [3]])
def test_an_impossible_answer_is_refused_by_name(world, visit, value):
    with pytest.raises(InvalidAnswers, match="0 to 10"):
        says(world, "pain_now_nprs", value)
    assert not Answer.objects.exists()


def test_the_database_keeps_confirmations_to_patients_answers(world, visit):
    draft = screens.start(patient=world.ana, by=world.carl, now=world.now)
    screens.save_answers(screen=draft, changes={"pop_felt": Change(value=True)}, by=world.carl, now=world.now)
    with pytest.raises(IntegrityError, match="only_a_patients_answer"), transaction.atomic():
        Answer.objects.update(confirmed_at=world.now, confirmed_by=world.carl)


# --- Several places -----------------------------------------------------------------------------------------


@pytest.fixture
def two(monkeypatch):
    offers(monkeypatch, USUAL, OTHER)


MINUTE = dt.timedelta(minutes=1)


def test_each_place_has_its_draft_and_the_one_answered_last_is_in_progress(world, visit, two):
    assert at_home(world.ana, now=world.now).in_progress == ""
    for number, place in enumerate([USUAL, OTHER, USUAL]):
        says(world, "onset", "gradual", of=place.screen, now=world.now + number * MINUTE)
        says(world, "pop_felt", bool(number), of=place.screen, now=world.now + number * MINUTE)
        here = at_home(world.ana, now=world.now + number * MINUTE)
        assert (here.catalogue, here.in_progress, here.place) == (
            place.screen,
            place.screen,
            place.say_patient,
        )
    said = {one.catalogue: one.answered["pop_felt"].value for one in Screen.objects.all()}
    assert said == {USUAL.screen: True, OTHER.screen: True}
    assert {one.appointment for one in Screen.objects.all()} == {visit}


def test_another_place_asks_its_own_questions_and_keeps_what_was_said(world, visit, two):
    says(world, "onset", "gradual")
    there = at_home(world.ana, now=world.now, catalogue=OTHER.screen)
    assert (there.screen, there.answered, there.in_progress) == (None, {}, "")
    assert there.definition.head.name == OTHER.screen
    assert the_draft().answered["onset"].value == "gradual"


@pytest.mark.parametrize("name", ["elbow", "hamstring.v2", "../calf", "\x00", "x" * 500])
def test_a_place_nobody_is_asked_about_is_refused(world, visit, two, name):
    with pytest.raises(NotOffered):
        at_home(world.ana, now=world.now, catalogue=name)
    with pytest.raises(NotOffered):
        says(world, "onset", "gradual", of=name)
    assert not Screen.objects.exists()


def test_a_place_that_is_offered_no_more_is_not_asked_about(world, visit, two, monkeypatch):
    says(world, "onset", "gradual", of=OTHER.screen)
    offers(monkeypatch, USUAL)
    assert at_home(world.ana, now=world.now).catalogue == USUAL.screen
    with pytest.raises(NotOffered):
        says(world, "onset", "sudden", of=OTHER.screen)


@pytest.mark.parametrize("place", [USUAL, OTHER], ids=lambda one: one.screen)
def test_every_places_red_flags_warn_and_mark_the_booking(world, visit, two, place):
    assert says(world, CORE, YES, of=place.screen) is True
    visit.refresh_from_db()
    assert visit.urgent_since == world.now
    other = OTHER if place == USUAL else USUAL
    elsewhere = at_home(world.ana, now=world.now, catalogue=other.screen)
    own = at_home(world.ana, now=world.now, catalogue=place.screen).definition.safety_text
    assert elsewhere.warning == own, "another choice of place takes no warning away"
    says(world, CORE, NO, of=place.screen)
    assert at_home(world.ana, now=world.now, catalogue=other.screen).warning is None


@pytest.mark.parametrize("hand", ["wrote", "confirmed", "amends"])
def test_a_clinicians_hand_in_the_draft_of_either_place_closes_both(world, visit, two, hand):
    says(world, "onset", "gradual")
    if hand == "amends":
        says(world, CORE, YES)  # an urgent screen is signed with nothing in it but what was said at home
        signed = triage.sign_and_conclude(screen=the_draft(), by=world.carl, now=world.now).screen
        assert at_home(world.ana, now=world.now), "a signed screen is no draft"
        amending.amend(screen=signed, because="A wrong side.", by=world.carl, now=world.now)
    elif hand == "wrote":
        screen = screens.start(patient=world.ana, by=world.carl, now=world.now, catalogue=OTHER.screen)
        assert at_home(world.ana, now=world.now), "nothing is written in it yet"
        screens.save_answers(screen=screen, changes={"pop_felt": Change(NO)}, by=world.carl, now=world.now)
    else:
        from_home.confirm(screen=the_draft(), items=["onset"], by=world.carl, now=world.now)
    for place in (USUAL, OTHER):
        with pytest.raises(Closed):
            says(world, "onset", "sudden", of=place.screen)


# --- The place named while booking -----------------------------------------------------------------------------------


@pytest.fixture
def two_places(monkeypatch):
    offers(monkeypatch, USUAL, OTHER)


def names(world, visit, place=OTHER.screen, *, now=None):
    return from_home.name_place(visit=visit, catalogue=place, by=visit.patient.account, now=now or world.now)


@pytest.mark.usefixtures("two_places")
def test_the_place_is_where_the_questions_at_home_and_the_clinician_begin(world, visit):
    draft = names(world, visit)
    assert (draft.catalogue, draft.appointment, draft.started_by) == (OTHER.screen, visit, world.ana.account)
    assert not draft.answers.exists()
    assert at_home(world.ana, now=world.now).in_progress == OTHER.screen
    taken = screens.start(
        patient=world.ana, by=world.carl, now=world.now, catalogue=OTHER.screen, appointment=visit
    )
    assert taken == draft
    assert Entry.objects.filter(patient=world.ana, account=world.ana.account, action="created").exists()


@pytest.mark.usefixtures("two_places")
def test_another_visit_later_has_it_too_and_nothing_is_there_twice(world, visit):
    draft = names(world, visit)
    cancel(appointment=visit, because="ill", by=world.dee, now=world.now)
    again = world.booked(starts_at=world.now + dt.timedelta(days=3))
    assert names(world, again) == draft
    draft.refresh_from_db()
    assert draft.appointment == again


@pytest.mark.usefixtures("two_places")
def test_a_draft_a_clinician_wrote_in_stays_as_it_is(world, visit):
    begun = screens.start(patient=world.ana, by=world.carl, now=world.now, catalogue=OTHER.screen)
    screens.save_answers(screen=begun, changes={"onset": Change("sudden")}, by=world.carl, now=world.now)
    assert names(world, visit) == begun
    begun.refresh_from_db()
    assert begun.appointment is None


@pytest.mark.parametrize("place", ["", "nonsense"])
@pytest.mark.usefixtures("two_places")
def test_what_is_no_place_is_not_kept(world, visit, place):
    assert names(world, visit, place) is None
    assert not Screen.objects.exists()


@pytest.mark.usefixtures("two_places")
def test_a_visit_without_a_screen_begins_none(world):
    visit = world.booked(type=world.follow_up)
    assert names(world, visit) is None
    assert not Screen.objects.exists()


def test_where_there_is_no_choice_nothing_is_kept(world, visit, monkeypatch):
    offers(monkeypatch, OTHER)
    assert names(world, visit) is None
    assert not Screen.objects.exists()
